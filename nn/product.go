package nn

import (
	"xent"
	"xent/internal/kern"
	"xent/internal/par"
)

// products multiplies matrices on a crew, each part of a result by one worker. An element is summed in an order
// that the number of terms fixes ([kern.Table.Product]), so it is the same however the result is cut.
type products[T xent.Float] struct {
	crew    par.Crew
	c, a, b kern.Matrix[T]
	add     bool
	rows    bool         // cut by rows; else by columns
	part    int          // of these, in each part
	room    []scratch[T] // by worker
}

// multiply stores a·b in c, or with add adds it to c.
func (p *products[T]) multiply(c, a, b kern.Matrix[T], add bool) {
	const (
		small = 1 << 17 // terms below which a goroutine costs more than it saves
		strip = 32      // columns that kernels like to have together
	)
	workers := p.crew.Size()
	if c.Rows*c.Cols*a.Cols < small {
		workers = 1
	}
	p.c, p.a, p.b, p.add = c, a, b, add
	p.rows = c.Cols < workers*strip
	parts := 1
	if p.rows {
		p.part = (c.Rows + workers - 1) / max(workers, 1)
		parts = pieces(c.Rows, p.part)
	} else {
		p.part = ((c.Cols-1)/strip/workers + 1) * strip
		parts = pieces(c.Cols, p.part)
	}
	for len(p.room) < p.crew.Size() {
		p.room = append(p.room, scratch[T]{})
	}
	p.crew.Do(parts, p)
	p.c, p.a, p.b = kern.Matrix[T]{}, kern.Matrix[T]{}, kern.Matrix[T]{}
}

// pieces returns how many pieces of a size it takes to make n, at least 1.
func pieces(n, size int) int { return max((n-1)/max(size, 1)+1, 1) }

// Run computes one part.
func (p *products[T]) Run(worker, part int) {
	c, a, b := p.c, p.a, p.b
	switch first := part * p.part; {
	case c.Rows == 0 || c.Cols == 0 || a.Cols == 0: // no elements, or no terms
	case p.rows:
		n := min(p.part, c.Rows-first)
		c, a = c.Part(first, 0, n, c.Cols), a.Part(first, 0, n, a.Cols)
	default:
		n := min(p.part, c.Cols-first)
		c, b = c.Part(0, first, c.Rows, n), b.Part(0, first, b.Rows, n)
	}
	p.room[worker].product(c, a, b, p.add)
}

// scratch is what one worker multiplies matrices in.
type scratch[T xent.Float] struct{ elements buffer[T] }

// product stores a·b in c, or with add adds it to c.
func (s *scratch[T]) product(c, a, b kern.Matrix[T], add bool) {
	k := kern.Of[T]()
	k.Product(c, a, b, add, s.elements.of(k.Scratch(c.Cols, a.Cols)))
}

// view is m, which has no gaps, for a product.
func view[T xent.Float](m xent.Matrix[T]) kern.Matrix[T] {
	return kern.MatrixOf(m.Data, m.Rows, m.Cols, m.Cols)
}
