package rowfile

import (
	"cmp"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"strings"

	"xent/internal/inflate"
)

// Signatures and sizes of the records of a zip file (PKWARE APPNOTE 6.3.10, section 4.3).
const (
	zipLocal    = 0x04034b50
	zipCentral  = 0x02014b50
	zipEnd      = 0x06054b50
	zip64End    = 0x06064b50
	zip64Locate = 0x07064b50

	localSize   = 30
	centralSize = 46
	endSize     = 22
	end64Size   = 56
	locatorSize = 20

	zipFlags = 1 | 1<<3 | 1<<6 | 1<<13 // encryption, sizes behind the bytes, strong encryption, masked headers

	maxDirectory = 16 << 20 // bytes of the central directory
	maxMembers   = 4096
	maxInflate   = 1032 // bytes that one byte of deflate can become at most
)

// A member is one file in an archive. Its name is a key, never a path.
type member struct {
	name         string
	method       uint16
	flags        uint16
	crc          uint32
	packed, size int64 // bytes stored, bytes after decompression
	header, data int64 // where its local header and its bytes begin
}

// archive is the directory of a zip file, checked: every member's two headers agree, and no two
// members share a byte.
type archive struct {
	file    *file
	members []member
}

// openZip reads the directory of f.
//
// It refuses what readers disagree about, and so what could show one array to a checker and another
// to us: bytes behind the archive or before its first member, two members of one name, members that
// overlap, local headers that differ from the directory, and encryption.
//
// Memory: the directory, at most 16 MiB and 4096 members.
func openZip(f *file) (*archive, error) {
	z := &archive{file: f}
	at, dir, count, err := z.end()
	if err != nil {
		return nil, err
	}
	if int64(len(dir)) < count*centralSize {
		return nil, f.at(at, sprintf("a directory of %d bytes for %d members", len(dir), count), sprintf("at least %d bytes", count*centralSize), "")
	}
	begin := at
	seen := map[string]int64{}
	for i := range count {
		m, n, err := z.central(dir, at, i)
		if err != nil {
			return nil, err
		}
		key := strings.TrimSuffix(m.name, ".npy")
		if other, dup := seen[key]; dup {
			return nil, f.at(at, sprintf("two members are named %s (the other at byte %d)", quote(m.name), other), "names that differ", "re-save the archive")
		}
		seen[key] = at
		if err := z.local(&m); err != nil {
			return nil, err
		}
		z.members = append(z.members, m)
		dir, at = dir[n:], at+int64(n)
	}
	if len(dir) > 0 {
		return nil, f.at(at, sprintf("%d bytes behind the last of %d directory entries", len(dir), count), "none", "")
	}
	return z, z.disjoint(begin)
}

// end finds the end record and returns the directory's place, bytes and number of entries.
func (z *archive) end() (at int64, dir []byte, count int64, err error) {
	f := z.file
	tail := make([]byte, min(f.size, endSize+1<<16))
	base := f.size - int64(len(tail))
	if _, err := f.f.ReadAt(tail, base); err != nil && !errors.Is(err, io.EOF) {
		return 0, nil, 0, f.read(base, err)
	}
	i := len(tail) - endSize
	for ; i >= 0; i-- {
		if le.Uint32(tail[i:]) == zipEnd {
			break
		}
	}
	if i < 0 {
		return 0, nil, 0, f.whole("a zip archive without its end", "the directory in the last bytes", "the file is cut short; copy it again")
	}
	e, end := tail[i:], base+int64(i)
	switch extra := len(e) - endSize - int(le.Uint16(e[20:])); {
	case extra > 0:
		return 0, nil, 0, f.at(f.size-int64(extra), sprintf("%d bytes follow the archive, which ends here", extra), "none", "two files in one? re-save the archive")
	case extra < 0:
		return 0, nil, 0, f.at(f.size, sprintf("the archive's comment is %d bytes short", -extra), "", "copy the file again")
	}
	disk, dirDisk := le.Uint16(e[4:]), le.Uint16(e[6:])
	here, total := int64(le.Uint16(e[8:])), int64(le.Uint16(e[10:]))
	size, offset := int64(le.Uint32(e[12:])), int64(le.Uint32(e[16:]))
	stop := end // where the directory must end
	if z.located(end) || here == 0xffff || total == 0xffff || size == 0xffffffff || offset == 0xffffffff {
		if stop, here, total, size, offset, err = z.end64(end, here, total, size, offset); err != nil {
			return 0, nil, 0, err
		}
		disk, dirDisk = 0, 0 // checked in the large record
	}
	switch {
	case disk != 0 || dirDisk != 0 || here != total:
		return 0, nil, 0, f.at(end, "an archive in several parts", "one file", "join the parts")
	case total > maxMembers:
		return 0, nil, 0, f.at(end, sprintf("%d members", total), sprintf("at most %d", maxMembers), "")
	case size < 0 || size > maxDirectory:
		return 0, nil, 0, f.at(end, sprintf("a directory of %d bytes", size), sprintf("at most %d", maxDirectory), "")
	case offset < 0 || offset != stop-size:
		return 0, nil, 0, f.at(end, sprintf("the directory is said to be at byte %d", offset), sprintf("%d, right before its end", stop-size), "re-save the archive")
	}
	dir = make([]byte, size)
	if _, err := f.f.ReadAt(dir, offset); err != nil {
		return 0, nil, 0, f.read(offset, err)
	}
	return offset, dir, total, nil
}

// located reports whether the locator of a zip64 end record stands before the end record at byte end.
func (z *archive) located(end int64) bool {
	var l [4]byte
	_, err := z.file.f.ReadAt(l[:], max(0, end-locatorSize))
	return err == nil && end >= locatorSize && le.Uint32(l[:]) == zip64Locate
}

// end64 reads the end record of large archives, which must agree with the small one at byte end
// wherever that holds a number.
func (z *archive) end64(end, here, total, size, offset int64) (stop, here64, total64, size64, offset64 int64, err error) {
	f := z.file
	var l [locatorSize]byte
	var e [end64Size]byte
	if end < locatorSize+end64Size {
		return 0, 0, 0, 0, 0, f.at(end, "no zip64 end record", "one before the end record", "")
	}
	if _, err := f.f.ReadAt(l[:], end-locatorSize); err != nil {
		return 0, 0, 0, 0, 0, f.read(end-locatorSize, err)
	}
	stop = int64(le.Uint64(l[8:]))
	if le.Uint32(l[:]) != zip64Locate || stop != end-locatorSize-end64Size {
		return 0, 0, 0, 0, 0, f.at(end-locatorSize, "no zip64 end record where its locator says", sprintf("one at byte %d", end-locatorSize-end64Size), "re-save the archive")
	}
	if _, err := f.f.ReadAt(e[:], stop); err != nil {
		return 0, 0, 0, 0, 0, f.read(stop, err)
	}
	if le.Uint32(e[:]) != zip64End || le.Uint64(e[4:]) != end64Size-12 {
		return 0, 0, 0, 0, 0, f.at(stop, "no zip64 end record", "one where its locator says", "re-save the archive")
	}
	if le.Uint32(e[16:]) != 0 || le.Uint32(e[20:]) != 0 {
		return 0, 0, 0, 0, 0, f.at(stop, "an archive in several parts", "one file", "join the parts")
	}
	here64, total64 = int64(le.Uint64(e[24:])), int64(le.Uint64(e[32:]))
	size64, offset64 = int64(le.Uint64(e[40:])), int64(le.Uint64(e[48:]))
	for _, c := range []struct {
		what         string
		small, large int64
		unset        int64
	}{{"members on this disk", here, here64, 0xffff}, {"members", total, total64, 0xffff}, {"directory size", size, size64, 0xffffffff}, {"directory offset", offset, offset64, 0xffffffff}} {
		if c.small != c.unset && c.small != c.large || c.large < 0 {
			return 0, 0, 0, 0, 0, f.at(stop, sprintf("%s: %d in the zip64 end record and %d in the end record", c.what, c.large, c.small), "the same in both", "re-save the archive")
		}
	}
	return stop, here64, total64, size64, offset64, nil
}

// central reads the i-th entry of the directory, at byte at of the file, and its length.
func (z *archive) central(dir []byte, at, i int64) (m member, n int, err error) {
	f := z.file
	if len(dir) < centralSize || le.Uint32(dir) != zipCentral {
		return m, 0, f.at(at, sprintf("no directory entry for member %d", i), "one", "the archive is damaged; copy it again")
	}
	name, extra, comment := int(le.Uint16(dir[28:])), int(le.Uint16(dir[30:])), int(le.Uint16(dir[32:]))
	if n = centralSize + name + extra + comment; len(dir) < n {
		return m, 0, f.at(at, sprintf("directory entry %d ends too early", i), "", "the archive is damaged; copy it again")
	}
	m = member{
		name:   string(dir[centralSize : centralSize+name]),
		flags:  le.Uint16(dir[8:]),
		method: le.Uint16(dir[10:]),
		crc:    le.Uint32(dir[16:]),
		packed: int64(le.Uint32(dir[20:])),
		size:   int64(le.Uint32(dir[24:])),
		header: int64(le.Uint32(dir[42:])),
	}
	if !large(dir[centralSize+name:centralSize+name+extra], &m.size, &m.packed, &m.header) {
		return m, 0, f.at(at, sprintf("member %s has no zip64 sizes", quote(m.name)), "them, as its entry says", "re-save the archive")
	}
	if m.flags&(1|1<<6|1<<13) != 0 {
		return m, 0, f.at(at, sprintf("member %s is encrypted", quote(m.name)), "a plain archive", "decrypt it, or re-save with np.savez")
	}
	return m, n, nil
}

// large replaces the values that are all ones by those of the zip64 extra field, in order; it reports
// whether all were found.
func large(extra []byte, values ...*int64) bool {
	var field []byte
	for len(extra) >= 4 {
		id, n := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			break
		}
		if id == 1 {
			field = extra[:n]
			break
		}
		extra = extra[n:]
	}
	for _, v := range values {
		if *v != 0xffffffff {
			continue
		}
		if len(field) < 8 {
			return false
		}
		*v, field = int64(le.Uint64(field)), field[8:]
	}
	return true
}

// local reads the header before the member's bytes, which must say what the directory says.
func (z *archive) local(m *member) error {
	f := z.file
	p := place{f.path, m.name}
	var h [localSize]byte
	if m.header < 0 || m.header > f.size-localSize {
		return p.at(-1, sprintf("its header is said to be at byte %d", m.header), sprintf("a place within the %d bytes of the file", f.size), "the archive is damaged; copy it again")
	}
	if _, err := f.f.ReadAt(h[:], m.header); err != nil {
		return p.read(m.header, err)
	}
	if le.Uint32(h[:]) != zipLocal {
		return p.at(m.header, "no header of a member", "one where the directory says", "the archive is damaged; copy it again")
	}
	rest := make([]byte, int(le.Uint16(h[26:]))+int(le.Uint16(h[28:])))
	if _, err := f.f.ReadAt(rest, m.header+localSize); err != nil {
		return p.read(m.header+localSize, err)
	}
	name, extra := string(rest[:le.Uint16(h[26:])]), rest[le.Uint16(h[26:]):]
	m.data = m.header + localSize + int64(len(rest))
	differ := func(what string, local, directory any) error {
		return p.at(m.header, sprintf("%s is %v in its own header and %v in the directory", what, local, directory), "the same in both", "re-save the archive")
	}
	flags, method := le.Uint16(h[6:]), le.Uint16(h[8:])
	crc, packed, size := le.Uint32(h[14:]), int64(le.Uint32(h[18:])), int64(le.Uint32(h[22:]))
	switch {
	case name != m.name:
		return differ("name", quote(name), quote(m.name))
	case method != m.method:
		return differ("compression", method, m.method)
	case flags&zipFlags != m.flags&zipFlags:
		return differ("flags", flags, m.flags)
	}
	if flags&8 != 0 && crc == 0 && packed == 0 && size == 0 {
		return nil // written without seeking: sizes follow the bytes, and only the directory counts
	}
	if !large(extra, &size, &packed) && flags&8 == 0 {
		return p.at(m.header, "no zip64 sizes", "them, as the header says", "re-save the archive")
	}
	if flags&8 != 0 && crc == 0 && (size == 0 || size == 0xffffffff) {
		return nil
	}
	switch {
	case packed != m.packed:
		return differ("stored size", packed, m.packed)
	case size != m.size:
		return differ("size", size, m.size)
	case crc != m.crc:
		return differ("checksum", crc, m.crc)
	}
	return nil
}

// disjoint refuses members that reach into each other or into the directory, which begins at byte dir.
func (z *archive) disjoint(dir int64) error {
	order := make([]*member, len(z.members))
	for i := range z.members {
		order[i] = &z.members[i]
	}
	slices.SortFunc(order, func(a, b *member) int { return cmp.Compare(a.header, b.header) })
	for i, m := range order {
		p := place{z.file.path, m.name}
		switch {
		case m.packed < 0 || m.size < 0 || m.data > dir || m.packed > dir-m.data:
			return p.at(m.data, sprintf("%d bytes are declared", m.packed), sprintf("at most %d, to the directory", dir-m.data), "the archive is damaged; copy it again")
		case m.method == 0 && m.packed != m.size:
			return p.at(m.header, sprintf("%d bytes stored and %d used, without compression", m.packed, m.size), "the same size", "re-save the archive")
		case m.method != 0 && m.size/maxInflate > m.packed+1:
			return p.at(m.header, sprintf("%d bytes are said to become %d", m.packed, m.size), sprintf("at most %d-fold, which is all that deflate can do", maxInflate), "re-save the archive")
		case i == 0 && m.header != 0:
			return p.at(0, sprintf("%d bytes stand before the first member", m.header), "none", "two files in one? re-save the archive")
		case i > 0 && m.header < order[i-1].data+order[i-1].packed:
			o := order[i-1]
			return p.at(m.header, sprintf("overlaps member %s, which reaches to byte %d", quote(o.name), o.data+o.packed), "members that follow each other", "re-save the archive")
		}
	}
	return nil
}

// stream reads a member from its beginning. What comes out is bounded by the declared size, and its
// checksum is compared at the end.
type stream struct {
	place
	section *io.SectionReader
	member  *member
	inflate *inflate.Reader // nil when stored
	skip    int64           // bytes that rewind skips: the .npy header
	n       int64           // bytes given
	crc     uint32
}

// open begins to read m.
func (z *archive) open(m *member) (*stream, error) {
	s := &stream{place: place{z.file.path, m.name}, section: z.file.section(m.data, m.packed), member: m}
	switch m.method {
	case 0:
	case 8:
		s.inflate = inflate.NewReader(s.section)
	default:
		return nil, s.at(m.header, "compressed by "+method(m.method), "stored or deflate", "re-save with np.savez or np.savez_compressed")
	}
	return s, nil
}

// method names a compression.
func method(n uint16) string {
	switch n {
	case 9:
		return "deflate64"
	case 12:
		return "bzip2"
	case 14:
		return "LZMA"
	case 93:
		return "Zstandard"
	case 95:
		return "xz"
	case 99:
		return "an encryption"
	}
	return sprintf("method %d", n)
}

func (s *stream) Read(p []byte) (int, error) {
	if int64(len(p)) > s.member.size-s.n {
		p = p[:s.member.size-s.n]
	}
	if len(p) == 0 {
		return 0, io.EOF
	}
	n, err := 0, error(nil)
	if s.inflate == nil {
		n, err = s.section.Read(p)
	} else {
		n, err = s.inflate.Read(p)
	}
	s.n += int64(n)
	s.crc = crc32.Update(s.crc, crc32.IEEETable, p[:n])
	if err == io.EOF && s.n < s.member.size {
		err = s.at(s.n, "the member ends", sprintf("%d bytes, as declared", s.member.size), "the archive is damaged; copy it again")
	}
	if err != nil && err != io.EOF {
		err = s.damaged(err)
	}
	return n, err
}

// damaged turns what the decompressor says into a refusal.
func (s *stream) damaged(err error) error {
	if errors.Is(err, inflate.ErrCorrupt) || errors.Is(err, io.ErrUnexpectedEOF) {
		return s.at(s.n, "damaged compressed data", "", "copy the archive again")
	}
	return err
}

// finish checks that the member ends where it was declared to, with the checksum declared.
func (s *stream) finish() error {
	if _, err := io.Copy(io.Discard, s); err != nil {
		return err
	}
	var one [1]byte
	if s.inflate != nil {
		if n, _ := s.inflate.Read(one[:]); n > 0 {
			return s.at(s.n, "the member goes on", sprintf("%d bytes, as declared", s.member.size), "re-save the archive")
		}
	}
	if s.crc != s.member.crc {
		return s.at(-1, sprintf("checksum of the bytes is %08x", s.crc), sprintf("%08x, as declared", s.member.crc), "the archive is damaged; copy it again")
	}
	return nil
}

func (s *stream) rewind() error {
	if _, err := s.section.Seek(0, io.SeekStart); err != nil {
		return s.read(0, err)
	}
	if s.inflate != nil {
		s.inflate.Reset(s.section)
	}
	s.n, s.crc = 0, 0
	_, err := io.CopyN(io.Discard, s, s.skip)
	return err
}
