//go:build !js

package rowfile

import (
	"bytes"
	"errors"
	"io"
	"math"
)

// A .kld file is what llama-perplexity of llama.cpp writes for --kl-divergence-base: the log-probabilities of every token of a
// text, of 16 bits each. It has no version and no checksum; in the order of bytes of the machine that wrote it,
//
//	"_logits_"  n_ctx, n_vocab, n_chunk: int32
//	tokens      n_chunk × n_ctx int32
//	rows        for each chunk n_ctx - 1 - n_ctx/2 of them: scale, least: float32, then n_vocab codes of 16 bits,
//	            and one more of no meaning if n_vocab is odd
//
// A chunk is read afresh, and its second half is scored: row r of chunk c is about the token n_ctx/2 + r + 1 of the chunk. The
// log-probability of a code is scale·code + least. What lies more than 16 nats below the likeliest token was raised to that floor.
// Source: tools/perplexity/perplexity.cpp, log_softmax and perplexity.

const (
	kldMagic  = "_logits_"
	kldHeader = len(kldMagic) + 12
	kldFloor  = 16 // nats below the likeliest token
)

// A kld is the geometry of such a file.
type kld struct {
	*file
	context, vocab, chunks int64
	first, scored          int64 // of a chunk: the token before the first that is scored, and how many are
	data, row              int64 // where the rows begin, and their bytes
	rows                   int64 // that are there

	floored, judged int64 // labels at the floor, of those read
}

// openKLD checks the header against the size of the file, and lists what the file holds as arrays.
func openKLD(f *file, opt *Options) (*bundle, error) {
	head := make([]byte, kldHeader)
	if n, err := f.f.ReadAt(head, 0); n < len(head) {
		if err == nil || errors.Is(err, io.EOF) {
			return nil, f.at(int64(n), "ends within its header", sprintf("%d bytes", kldHeader), "another program may be writing it; wait until that is done")
		}
		return nil, f.read(int64(n), err)
	}
	k := &kld{file: f}
	notes, err := k.measure(head, opt)
	if err != nil {
		return nil, err
	}
	b := &bundle{archive: &archive{file: f}, format: "kld", notes: notes}
	add := func(name string, d dtype, stored string, cols int64, src func() source) {
		shape := []int64{k.rows}
		if cols > 0 {
			shape = append(shape, cols)
		}
		b.arrays = append(b.arrays, entry{key: name, header: npyHeader{shape: shape}, own: &declared{dtype: d, bytes: k.rows * max(1, cols) * int64(d.size),
			open: func(_ entry, opt *Options) (*array, error) { return k.array(name, d, stored, shape, src(), opt) }}})
	}
	word := dtype{kind: kindInt, size: 4}
	add("logprobs", dtype{kind: kindFloat, size: 4}, "kld16", k.vocab, k.logProbs)
	add("labels", word, "int32", 0, k.labels)
	add("chunk", word, "int32", 0, func() source { return k.counted(func(c, _ int64) int64 { return c }) })
	add("position", word, "int32", 0, func() source { return k.counted(func(_, r int64) int64 { return k.first + 1 + r }) })
	return b, nil
}

// measure reads the header and holds it against the size. All products are checked: they come from the file.
func (k *kld) measure(head []byte, opt *Options) (notes []string, err error) {
	numbers := head[len(kldMagic):]
	if err := k.shape(le.Uint32(numbers), le.Uint32(numbers[4:]), le.Uint32(numbers[8:])); err != nil {
		turned := bytes.Clone(numbers)
		reverse(turned, 4)
		other := kld{file: k.file}
		if other.shape(le.Uint32(turned), le.Uint32(turned[4:]), le.Uint32(turned[8:])) == nil && other.end(other.all()) == k.size {
			return nil, k.at(int64(len(kldMagic)), "numbers of the other order of bytes: a big-endian machine wrote it", "little endian", "turn its 4-byte and 2-byte numbers round, or write it again on this machine")
		}
		return nil, err
	}
	k.rows = k.all()
	switch want := k.end(k.rows); {
	case k.size > want && !opt.IgnoreTrailing:
		return nil, k.at(want, sprintf("%d bytes follow the last row", k.size-want), k.formula(), "two files in one? --ignore-trailing leaves them out")
	case k.size < want:
		whole := (k.size - k.data) / k.row
		if !opt.AllowTruncated || whole <= 0 {
			return nil, k.at(k.size, sprintf("file ends with %d bytes", k.size), k.formula(), "llama-perplexity does not notice a full disk; write it again, or use its whole rows with --allow-truncated")
		}
		k.rows = whole
	}
	notes = append(notes, sprintf("%s: %d chunks of %d tokens, of which llama-perplexity scores the last %d", plain(k.path), k.chunks, k.context, k.scored))
	return notes, nil
}

// shape takes the three numbers of the header.
func (k *kld) shape(context, vocab, chunks uint32) error {
	k.context, k.vocab, k.chunks = int64(int32(context)), int64(int32(vocab)), int64(int32(chunks))
	at := int64(len(kldMagic))
	for i, n := range []struct {
		name        string
		value, most int64
	}{{"n_ctx", k.context, 3}, {"n_vocab", k.vocab, 2}, {"n_chunk", k.chunks, 1}} {
		if n.value < n.most {
			return k.at(at+4*int64(i), sprintf("%s is %d", n.name, n.value), sprintf("at least %d", n.most), "the header is damaged")
		}
	}
	k.first, k.row = k.context/2, 2*(2*((k.vocab+1)/2)+4)
	k.scored = k.context - 1 - k.first
	tokens, _ := product(4, k.chunks, k.context) // below 2^64 only: see next
	rows, ok := product(k.chunks, k.scored, k.row)
	if !ok || k.chunks > (1<<60)/k.context {
		return k.at(at, sprintf("n_ctx %d, n_vocab %d, n_chunk %d: the product overflows", k.context, k.vocab, k.chunks), sprintf("a file of %d bytes", k.size), "the header is damaged, or meant to mislead")
	}
	k.data = int64(kldHeader) + tokens
	if k.data > math.MaxInt64-rows || k.data > k.size {
		return k.at(at, sprintf("file has %d bytes", k.size), k.formula(), "the header is damaged, or the file cut short")
	}
	return nil
}

func (k *kld) all() int64            { return k.chunks * k.scored }
func (k *kld) end(rows int64) int64  { return k.data + rows*k.row }
func (k *kld) label(row int64) int64 { return k.context*(row/k.scored) + k.first + 1 + row%k.scored }

// formula tells the size that the header calls for.
func (k *kld) formula() string {
	return sprintf("20 + 4·%d·%d + %d·%d·%d = %d for n_ctx %d, n_vocab %d, n_chunk %d", k.chunks, k.context, k.chunks, k.scored, k.row, k.data+k.all()*k.row, k.context, k.vocab, k.chunks)
}

// array makes one of the arrays, of elements that src makes.
func (k *kld) array(name string, d dtype, stored string, shape []int64, src source, opt *Options) (*array, error) {
	a, err := k.computed(place{k.path, name}, "kld", d, shape, src, opt)
	if err != nil {
		return nil, err
	}
	a.header.DType = stored
	if k.rows < k.all() {
		a.truncated = true
	}
	if name == "logprobs" {
		if a.truncated {
			a.warnings = append(a.warnings, sprintf("%s is cut short: it has %d of %d rows, which are used", plain(k.path), k.rows, k.all()))
		}
		a.late = k.clipped
		a.sequence, a.offset = k.scored, k.first+1
	}
	return a, nil
}

// clipped says how many labels cost at least what the file says, and not just that.
func (k *kld) clipped() []string {
	if k.floored == 0 {
		return nil
	}
	return []string{sprintf("%s: %d of %d tokens lie at the floor of the file, %d nats below the likeliest: they cost at least what it says", plain(k.path), k.floored, k.judged, kldFloor)}
}

// logProbs is the source of log-probabilities as float32, decoded a batch of rows at a time.
func (k *kld) logProbs() source {
	s := &kldRows{kld: k}
	s.make = s.next
	return s
}

type kldRows struct {
	staged
	*kld
	at       int64 // next row
	buf, out []byte
	values   []float32
}

func (s *kldRows) rewind() error {
	s.rest, s.at, s.floored, s.judged = nil, 0, 0, 0
	return nil
}

// next decodes about 256 KiB of rows.
func (s *kldRows) next() ([]byte, error) {
	n := min(max(1, (256<<10)/s.row), s.rows-s.at)
	if n == 0 {
		return nil, io.EOF
	}
	s.buf = resize(s.buf, int(n*s.row))
	off := s.end(s.at)
	if m, err := s.f.ReadAt(s.buf, off); m < len(s.buf) {
		return nil, s.read(off+int64(m), err)
	}
	s.values = resize(s.values, int(n*s.vocab))
	for i := range n {
		label, err := s.token(s.at + i)
		if err != nil {
			return nil, err
		}
		if err := s.decode(s.values[i*s.vocab:(i+1)*s.vocab], s.buf[i*s.row:], off+i*s.row, label); err != nil {
			return nil, err
		}
	}
	s.at += n
	s.out = resize(s.out, 4*len(s.values))
	for i, v := range s.values {
		le.PutUint32(s.out[4*i:], math.Float32bits(v))
	}
	return s.out, nil
}

// token reads the label of a row.
func (s *kldRows) token(row int64) (int64, error) {
	var b [4]byte
	off := int64(kldHeader) + 4*s.label(row)
	if n, err := s.f.ReadAt(b[:], off); n < len(b) {
		return 0, s.read(off+int64(n), err)
	}
	return int64(int32(le.Uint32(b[:]))), nil
}

// decode stores the log-probabilities of the row at byte off. Those at the floor are not known but to be no larger: each is
// given an equal part of what the others leave of 1, and the floor at most, so that the row sums to 1 as closely as its digits
// allow. The label keeps the floor, and is counted.
func (s *kldRows) decode(dst []float32, row []byte, off, label int64) error {
	scale, least := math.Float32frombits(le.Uint32(row)), math.Float32frombits(le.Uint32(row[4:]))
	span := float64(scale) * math.MaxUint16
	switch {
	case !(scale >= 0 && span <= 1e4):
		return s.at16(off, "scale", scale, "a step of at least 0")
	case !(least >= -1e4) || float64(least)+span > 1e-3:
		return s.at16(off, "least log-probability", least, "with the scale, log-probabilities of at most 0")
	}
	codes := row[8:]
	for i := range dst {
		dst[i] = float32(scale*float32(le.Uint16(codes[2*i:]))) + least
	}
	s.judged++
	if span < kldFloor*(1-1e-5) {
		return nil
	}
	mass, low := 0.0, 0
	for i, v := range dst {
		if le.Uint16(codes[2*i:]) == 0 {
			low++
		} else {
			mass += math.Exp(float64(v))
		}
	}
	if low == 0 {
		return nil
	}
	share, most := math.Log((1-mass)/float64(low)), float64(least)
	switch lowest := most - kldFloor; {
	case !(share > lowest): // NaN, too: rounding has used up all of 1
		share = lowest
	case share > most:
		share = most
	}
	for i := range dst {
		switch {
		case le.Uint16(codes[2*i:]) != 0:
		case int64(i) == label:
			s.floored++
		default:
			dst[i] = float32(share)
		}
	}
	return nil
}

func (s *kldRows) at16(off int64, what string, v float32, want string) error {
	return s.file.at(off, sprintf("%s of row %d is %v", what, (off-s.data)/s.row, float64(v)), want, "the file is damaged: write it again")
}

// labels is the source of the tokens that were to be predicted.
func (k *kld) labels() source {
	s := &kldNumbers{kld: k}
	s.fill = func(dst []byte, row int64) error {
		off := int64(kldHeader) + 4*k.label(row)
		n, err := k.f.ReadAt(dst, off)
		if n < len(dst) {
			return k.read(off+int64(n), err)
		}
		return nil
	}
	s.make = s.next
	return s
}

// counted is the source of a number that follows from the chunk and the row within it.
func (k *kld) counted(of func(chunk, row int64) int64) source {
	s := &kldNumbers{kld: k}
	s.fill = func(dst []byte, row int64) error {
		for i := range int64(len(dst) / 4) {
			le.PutUint32(dst[4*i:], uint32(of((row+i)/k.scored, (row+i)%k.scored)))
		}
		return nil
	}
	s.make = s.next
	return s
}

// kldNumbers are integers of the rows, some of a chunk at a time.
type kldNumbers struct {
	staged
	*kld
	at   int64
	buf  []byte
	fill func(dst []byte, row int64) error // numbers of consecutive rows of one chunk
}

func (s *kldNumbers) rewind() error { s.rest, s.at = nil, 0; return nil }

func (s *kldNumbers) next() ([]byte, error) {
	n := min(s.scored-s.at%s.scored, s.rows-s.at, 1<<16)
	if n == 0 {
		return nil, io.EOF
	}
	s.buf = resize(s.buf, int(4*n))
	err := s.fill(s.buf, s.at)
	s.at += n
	return s.buf, err
}
