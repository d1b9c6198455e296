package xent

import (
	"math"

	"xent/internal/kern"
)

// Partial is what some of the classes add to the loss of a row: the largest logit, the sum of the
// exponentials of the others, the logit of the label where it is one of them. Those of all classes, merged,
// give the loss. The zero value is of no class.
type Partial struct {
	part kern.Part
	link kern.Link
}

// Merge adds the classes of q to p, which has none of them: associative and commutative to the last bit,
// because no sum in it is rounded. Both come from the same row and the same options.
func (p *Partial) Merge(q Partial) {
	if p.part.Classes == 0 {
		p.link = q.link
	}
	p.part.Merge(q.part, p.link)
}

// PartialSize is the number of bytes of a [Partial] in binary form.
const PartialSize = 8 * 23

// AppendBinary appends p to b, in [PartialSize] bytes.
func (p Partial) AppendBinary(b []byte) ([]byte, error) {
	for _, w := range p.words() {
		for shift := 0; shift < 64; shift += 8 {
			b = append(b, byte(w>>shift))
		}
	}
	return b, nil
}

// MarshalBinary returns p in [PartialSize] bytes.
func (p Partial) MarshalBinary() ([]byte, error) { return p.AppendBinary(nil) }

// UnmarshalBinary stores in p what [Partial.AppendBinary] has written.
//
// Errors: *ShapeError where data has another length.
func (p *Partial) UnmarshalBinary(data []byte) error {
	if len(data) != PartialSize {
		return &ShapeError{"Partial.UnmarshalBinary", "data", count(len(data), "byte"), itoa(PartialSize)}
	}
	var words [PartialSize / 8]uint64
	for i := range words {
		for k, b := range data[8*i : 8*i+8] {
			words[i] |= uint64(b) << (8 * k)
		}
	}
	p.setWords(words)
	return nil
}

const (
	hasNaN = 1 << iota
	hasLabel
	hasOthers
	hasPulled
)

func (p *Partial) words() (w [PartialSize / 8]uint64) {
	q, flags := &p.part, uint64(0)
	for _, f := range []struct {
		set bool
		bit uint64
	}{{q.NaN, hasNaN}, {q.Labelled, hasLabel}, {q.Others.Some, hasOthers}, {q.Pulled.Some, hasPulled}} {
		if f.set {
			flags |= f.bit
		}
	}
	w = [PartialSize / 8]uint64{
		uint64(q.Classes), math.Float64bits(q.Max), uint64(q.Arg), uint64(q.Infinite), uint64(q.At), math.Float64bits(q.Label), flags,
		uint64(q.Barred[0]), uint64(q.Barred[1]), math.Float64bits(p.link.Temp), math.Float64bits(p.link.Cap),
		math.Float64bits(q.Others.Top), math.Float64bits(q.Pulled.Top),
	}
	for k := range q.Others.Held {
		w[13+k], w[18+k] = uint64(q.Others.Held[k]), uint64(q.Pulled.Held[k])
	}
	return w
}

func (p *Partial) setWords(w [PartialSize / 8]uint64) {
	flags := w[6]
	*p = Partial{
		kern.Part{
			Classes: int64(w[0]), Max: math.Float64frombits(w[1]), Arg: int64(w[2]), Infinite: int64(w[3]), At: int64(w[4]),
			Label: math.Float64frombits(w[5]), NaN: flags&hasNaN != 0, Labelled: flags&hasLabel != 0, Barred: [2]int64{int64(w[7]), int64(w[8])},
			Others: kern.Bins{Top: math.Float64frombits(w[11]), Some: flags&hasOthers != 0},
			Pulled: kern.Bins{Top: math.Float64frombits(w[12]), Some: flags&hasPulled != 0},
		},
		kern.Link{Temp: math.Float64frombits(w[9]), Cap: math.Float64frombits(w[10])},
	}
	for k := range p.part.Others.Held {
		p.part.Others.Held[k], p.part.Pulled.Held[k] = int64(w[13+k]), int64(w[18+k])
	}
}
