//go:build !js

package rowfile

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A pattern such as logits-*.npy names a set of files, which are read as one: the rows of one behind those of the other,
// in the order of the numbers in their names. Arrays (.npy) and tables of text are joined as bytes, with one header;
// Parquet files are read one after the other.

// maxFiles is how many files a set may have.
const maxFiles = 1 << 17

// A set is a stored file made of several.
type set struct {
	files    []setFile
	segments []segment
	size     int64
	open     *file // the one that was read last
	at       int   // its place in files
	opt      *Options
}

type setFile struct {
	path string
	size int64
}

// A segment is a run of bytes of a set: those of a file, or text that stands in none.
type segment struct {
	begin int64 // in the set
	text  []byte
	file  int
	from  int64
	n     int64
}

// isPattern reports whether path names a set: it has a sign of a pattern, and no file of this name exists.
func isPattern(path string, opt *Options) bool {
	if opt.Open != nil || path == Stdin || !strings.ContainsAny(path, "*?[") {
		return false
	}
	_, err := os.Lstat(path)
	return err != nil
}

// openSet opens the files that match a pattern.
func openSet(pattern string, opt *Options) (*file, error) {
	p := place{path: pattern}
	names, err := filepath.Glob(pattern)
	switch {
	case err != nil:
		return nil, p.whole("a pattern that is not complete", "such as 'logits-*.npy'", "")
	case len(names) == 0:
		return nil, p.whole("no file matches", "at least one", "* stands for any part of a name, ? for one letter")
	case len(names) == 1:
		return openFile(names[0], opt)
	case len(names) > maxFiles:
		return nil, p.whole(sprintf("%d files match", len(names)), sprintf("at most %d", maxFiles), "")
	}
	slices.SortFunc(names, natural)
	if err := p.complete(names); err != nil {
		return nil, err
	}
	s := &set{opt: opt, at: -1}
	f := &file{place: p, f: s}
	for i, name := range names {
		s.files = append(s.files, setFile{path: name})
		if err := s.use(i); err != nil {
			s.Close()
			return nil, err
		}
		s.files[i].size = s.open.size
	}
	if err := s.join(f); err != nil {
		s.Close()
		return nil, err
	}
	f.size = s.size
	return f, nil
}

// natural compares names as people order them: runs of digits by the number they spell.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x > 0 && y > 0 {
			m, n := strings.TrimLeft(a[:x], "0"), strings.TrimLeft(b[:y], "0")
			if c := cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n)); c != 0 {
				return c
			}
			a, b = a[x:], b[y:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits counts those that s begins with.
func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }

var shardName = regexp.MustCompile(`(\d+)-of-(\d+)`)

// complete refuses shards, as -00002-of-00005 numbers them, of which some are not there.
func (p place) complete(names []string) error {
	have, total := map[int]bool{}, 0
	for _, name := range names {
		m := shardName.FindStringSubmatch(filepath.Base(name))
		if m == nil {
			return nil
		}
		i, _ := strconv.Atoi(m[1])
		n, _ := strconv.Atoi(m[2])
		if total == 0 {
			total = n
		}
		if n != total || have[i] {
			return p.whole(sprintf("matches shards of several sets: %s is one of %d, others are of %d", plain(filepath.Base(name)), n, total), "one set", "")
		}
		have[i] = true
	}
	first := 0
	if !have[0] && have[total] {
		first = 1
	}
	for i := first; i < first+total; i++ {
		if !have[i] {
			return p.whole(sprintf("%d of %d shards: number %d is missing", len(have), total, i), "all of them", "what is left out would not be in the result; copy the missing ones")
		}
	}
	return nil
}

// use makes file i the open one.
func (s *set) use(i int) (err error) {
	if s.at == i {
		return nil
	}
	s.close()
	if s.open, err = openFile(s.files[i].path, s.opt); err != nil {
		return err
	}
	if size := s.files[i].size; size > 0 && s.open.size < size {
		err := s.open.read(s.open.size, io.ErrUnexpectedEOF)
		s.close()
		return err
	}
	s.at = i
	return nil
}

func (s *set) close() {
	if s.open != nil {
		s.open.f.Close()
	}
	s.open, s.at = nil, -1
}

// join lays the files one behind the other, as their kind wants it.
func (s *set) join(f *file) error {
	if err := s.use(0); err != nil {
		return err
	}
	kind, err := identify(s.open)
	if err != nil {
		return err
	}
	switch kind {
	case formatNpy:
		return s.joinArrays(f)
	case formatText:
		return s.joinTexts()
	case formatColumns:
		s.add(segment{file: 0, n: s.files[0].size}) // its kind; each is read by itself
		return nil
	}
	return f.whole(sprintf("a set of %d archives", len(s.files)), "a set of .npy, .parquet, .csv, .tsv or .jsonl files", `join them: np.save("logits.npy", np.concatenate([np.load(f)["logits"] for f in files]))`)
}

// add appends a segment.
func (s *set) add(g segment) {
	if g.text != nil {
		g.n = int64(len(g.text))
	}
	if g.begin = s.size; g.n > 0 {
		s.segments, s.size = append(s.segments, g), s.size+g.n
	}
}

// joinArrays joins .npy files of the same type and the same shape but for the number of rows.
func (s *set) joinArrays(f *file) error {
	var first npyHeader
	rows, data := int64(0), []segment{}
	for i := range s.files {
		if err := s.use(i); err != nil {
			return err
		}
		h, err := readNpyHeader(s.open.section(0, s.open.size), s.open.size, s.open.place)
		if err != nil {
			return err
		}
		if i == 0 {
			first = h
		}
		switch {
		case len(h.shape) == 0:
			return s.open.at(h.at.shape, "a single number", "rows", "")
		case h.descr.kind != 's' || h.descr.str != first.descr.str:
			return s.open.at(h.at.descr, "data type is "+quote(h.descr.str), quote(first.descr.str)+", as in "+plain(s.files[0].path), "files of a set hold the same type")
		case !slices.Equal(h.shape[1:], first.shape[1:]):
			return s.open.at(h.at.shape, "shape is "+shapeText(h.shape), "as "+plain(s.files[0].path)+" has but for the first number: "+shapeText(first.shape), "files of a set hold rows of the same length")
		case h.fortran && len(h.shape) > 1:
			return s.open.at(h.at.shape, "rows lie column by column", "row by row in a set", "np.save(path, np.ascontiguousarray(a))")
		}
		// One file says how long a row is, and all of them that none is cut.
		d, got, _ := parseDType(h.descr.str, s.opt.DType)
		if per, ok := product(h.shape...); got == "" && ok && !(per > 0 && int64(d.size)*per == s.open.size-h.data) && (per > 0 || s.open.size > h.data) {
			return s.open.at(min(s.open.size, h.data+per*int64(d.size)), sprintf("%d bytes of data", s.open.size-h.data), sprintf("%d for shape %s of %s", per*int64(d.size), shapeText(h.shape), d), "in a set every file must be whole; copy it again")
		}
		rows += h.shape[0]
		data = append(data, segment{file: i, from: h.data, n: s.open.size - h.data})
	}
	shape := append([]int64{rows}, first.shape[1:]...)
	s.add(segment{text: npyHead(first.descr.str, shape, first.fortran)})
	for _, g := range data {
		s.add(g)
	}
	return nil
}

// npyHead is the header of a .npy file.
func npyHead(descr string, shape []int64, fortran bool) []byte {
	order := "False"
	if fortran {
		order = "True"
	}
	text := "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': (" + strings.Trim(shapeText(shape), "[]") + ",), }"
	text += strings.Repeat(" ", (64-(10+len(text)+1)%64)%64) + "\n"
	head := append([]byte(npyMagic), 1, 0, byte(len(text)), byte(len(text)>>8))
	return append(head, text...)
}

// joinTexts joins tables: a line of names that all of them begin with is read once, and no line runs into the next file.
func (s *set) joinTexts() error {
	heads := make([][]byte, len(s.files))
	named := true
	for i := range s.files {
		if err := s.use(i); err != nil {
			return err
		}
		head, err := s.open.head(64 << 10)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
			return s.open.whole("UTF-16", "UTF-8 in a set", "save it as UTF-8")
		}
		line, _, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("\n"))
		heads[i] = line
		named = named && bytes.Equal(bytes.TrimSpace(line), bytes.TrimSpace(heads[0])) && namesColumns(line)
	}
	for i := range s.files {
		if err := s.use(i); err != nil {
			return err
		}
		head, err := s.open.head(3)
		if err != nil {
			return err
		}
		from := int64(0)
		if i > 0 && bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
			from = 3
		}
		if i > 0 && named {
			from = min(from+int64(len(heads[i]))+1, s.open.size)
		}
		s.add(segment{file: i, from: from, n: s.open.size - from})
		end := make([]byte, 1)
		if _, err := s.open.f.ReadAt(end, s.open.size-1); err != nil && !errors.Is(err, io.EOF) {
			return s.open.read(s.open.size-1, err)
		}
		if end[0] != '\n' && i < len(s.files)-1 {
			s.add(segment{text: []byte("\n")})
		}
	}
	return nil
}

// namesColumns reports whether a line can be the names of columns: several words, or one that labels have.
func namesColumns(line []byte) bool {
	line = bytes.TrimSpace(line)
	cells := strings.FieldsFunc(string(line), func(r rune) bool { return strings.ContainsRune(",;\t ", r) })
	if len(cells) == 1 {
		return isLabelName(strings.Trim(cells[0], `"`))
	}
	return len(cells) > 1 && line[0] != '{' && line[0] != '[' && !isNumeric(cells, '.')
}

func (s *set) ReadAt(b []byte, off int64) (int, error) {
	done := 0
	for done < len(b) {
		i, found := slices.BinarySearchFunc(s.segments, off, func(g segment, off int64) int { return cmp.Compare(g.begin, off) })
		if !found {
			i--
		}
		if i < 0 || off >= s.size {
			return done, io.EOF
		}
		g := s.segments[i]
		skip := off - g.begin
		n := int(min(int64(len(b)-done), g.n-skip))
		if g.text != nil {
			copy(b[done:], g.text[skip:int(skip)+n])
		} else {
			if err := s.use(g.file); err != nil {
				return done, err
			}
			if k, err := s.open.f.ReadAt(b[done:done+n], g.from+skip); k < n {
				return done + k, s.open.read(g.from+skip+int64(k), cmp.Or(err, io.ErrUnexpectedEOF))
			}
		}
		done, off = done+n, off+int64(n)
	}
	return done, nil
}

func (s *set) Size() (int64, error) { return s.size, nil }
func (s *set) Close() error         { s.close(); return nil }

func (s *set) Same(other Stored) bool {
	o, ok := other.(*set)
	return ok && slices.Equal(s.files, o.files)
}

// note tells what the set is made of.
func (s *set) note(pattern string) string {
	names := make([]string, len(s.files))
	for i, f := range s.files {
		names[i] = filepath.Base(f.path)
	}
	if len(names) > 3 {
		names = append(names[:2:2], "...", names[len(names)-1])
	}
	for i := range names {
		names[i] = plain(names[i])
	}
	return sprintf("%s: %d files, read as one in this order: %s", plain(pattern), len(s.files), strings.Join(names, ", "))
}

// noteSet tells of a set that was opened.
func (o *opener) noteSet(f *file) {
	if s, ok := f.f.(*set); ok {
		o.rows.Notes = append(o.rows.Notes, s.note(f.path))
	}
}
