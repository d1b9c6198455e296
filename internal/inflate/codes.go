package inflate

const (
	maxBits     = 15
	maxLiterals = 286
	maxBacks    = 30
	endOfBlock  = 256
)

// table is a prefix code. An entry holds a symbol above the number of bits of its code, and is found by the
// next bits of the stream, whatever stands behind the code; 0 for bits that begin no code.
type table struct {
	entries [1 << maxBits]uint16
	mask    uint
}

// build makes the canonical code with these lengths (RFC 1951, section 3.2.2). It reports whether they make one:
// all bits have a meaning, or there is only one code, of one bit, or none.
func (t *table) build(lengths []uint8) bool {
	var count [maxBits + 1]int
	most := 0
	for _, n := range lengths {
		count[n]++
		most = max(most, int(n))
	}
	t.mask = 1<<most - 1
	if most == 0 {
		t.entries[0] = 0
		return true
	}
	var next [maxBits + 1]int
	code := 0
	for n := 1; n <= most; n++ {
		code <<= 1
		next[n] = code
		code += count[n]
	}
	if code != 1<<most && (code != 1 || most != 1) {
		return false
	}
	if code == 1 {
		t.entries[1] = 0
	}
	for symbol, n := range lengths {
		if n == 0 {
			continue
		}
		at := reversed(next[n], int(n))
		next[n]++
		for ; at <= int(t.mask); at += 1 << n {
			t.entries[at] = uint16(symbol)<<4 | uint16(n)
		}
	}
	return true
}

// reversed returns the lowest n bits of code, the first of which comes first in the stream, lowest first.
func reversed(code, n int) (r int) {
	for range n {
		r, code = r<<1|code&1, code>>1
	}
	return r
}

// fixed sets the codes of section 3.2.6.
func (r *Reader) fixed() {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	r.literal.build(lengths[:])
	for i := range 32 {
		lengths[i] = 5
	}
	r.back.build(lengths[:32])
}

// order is that in which the lengths of the lengths' code stand.
var order = [...]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic reads the codes of a block (section 3.2.7).
func (r *Reader) dynamic() error {
	head, err := r.bits(14)
	if err != nil {
		return err
	}
	literals, backs, n := head&31+257, head>>5&31+1, head>>10+4
	if literals > maxLiterals || backs > maxBacks {
		return ErrCorrupt
	}
	var lengths [maxLiterals + maxBacks]uint8
	for _, at := range order[:n] {
		v, err := r.bits(3)
		if err != nil {
			return err
		}
		lengths[at] = uint8(v)
	}
	if !r.back.build(lengths[:len(order)]) {
		return ErrCorrupt
	}
	clear(lengths[:])
	if err := r.lengths(lengths[:literals+backs]); err != nil {
		return err
	}
	if !r.literal.build(lengths[:literals]) || !r.back.build(lengths[literals:literals+backs]) {
		return ErrCorrupt
	}
	return nil
}

// lengths reads the lengths of both codes, in the code that r.back holds.
func (r *Reader) lengths(to []uint8) error {
	for i := 0; i < len(to); {
		s, err := r.symbol(&r.back)
		if err != nil {
			return err
		}
		if s < 16 {
			to[i] = uint8(s)
			i++
			continue
		}
		run, extra, value := uint(3), uint(2), uint8(0)
		switch s {
		case 16:
			if i == 0 {
				return ErrCorrupt
			}
			value = to[i-1]
		case 17:
			extra = 3
		case 18:
			run, extra = 11, 7
		}
		more, err := r.bits(extra)
		if err != nil {
			return err
		}
		run += more
		if int(run) > len(to)-i {
			return ErrCorrupt
		}
		for range run {
			to[i] = value
			i++
		}
	}
	return nil
}

// A span is a number with so many bits to add from the stream.
type span struct {
	base  uint16
	extra uint8
}

// copies are the lengths of symbols 257 to 285, reaches the distances of the other code (section 3.2.5).
var (
	copies = [...]span{
		{3, 0}, {4, 0}, {5, 0}, {6, 0}, {7, 0}, {8, 0}, {9, 0}, {10, 0}, {11, 1}, {13, 1},
		{15, 1}, {17, 1}, {19, 2}, {23, 2}, {27, 2}, {31, 2}, {35, 3}, {43, 3}, {51, 3}, {59, 3},
		{67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0},
	}
	reaches = [...]span{
		{1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 1}, {7, 1}, {9, 2}, {13, 2}, {17, 3}, {25, 3},
		{33, 4}, {49, 4}, {65, 5}, {97, 5}, {129, 6}, {193, 6}, {257, 7}, {385, 7}, {513, 8}, {769, 8},
		{1025, 9}, {1537, 9}, {2049, 10}, {3073, 10}, {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12}, {16385, 13}, {24577, 13},
	}
)

// decode decompresses a block of codes until it ends or out has no room for another copy.
func (r *Reader) decode() error {
	for r.w <= len(r.out)-longest {
		s, err := r.symbol(&r.literal)
		switch {
		case err != nil:
			return err
		case s < endOfBlock:
			r.out[r.w] = byte(s)
			r.w++
			continue
		case s == endOfBlock:
			r.inBlock = false
			return nil
		case s-257 >= uint(len(copies)):
			return ErrCorrupt
		}
		n, err := r.span(copies[s-257])
		if err != nil {
			return err
		}
		if s, err = r.symbol(&r.back); err != nil {
			return err
		}
		if s >= uint(len(reaches)) {
			return ErrCorrupt
		}
		d, err := r.span(reaches[s])
		if err != nil {
			return err
		}
		if d > r.w {
			return ErrCorrupt
		}
		r.repeat(d, n)
	}
	return nil
}

func (r *Reader) span(s span) (int, error) {
	more, err := r.bits(uint(s.extra))
	return int(uint(s.base) + more), err
}

// repeat appends n bytes from d bytes back; what it appends may be among them.
func (r *Reader) repeat(d, n int) {
	for n > 0 {
		k := copy(r.out[r.w:r.w+n], r.out[r.w-d:r.w])
		r.w, n = r.w+k, n-k
	}
}
