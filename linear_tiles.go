package xent

import (
	"math"

	"xent/internal/kern"
	"xent/internal/par"
)

// What a worker takes at a time.
const (
	phaseRows   = 8   // rows of a block, through the tiles of a strip
	fillClasses = 192 // classes of a tile, with all rows of a block
	pullClasses = 480 // the same, for the gradient of Weight
	pullDims    = 128 // columns of the gradient of Hidden, with all rows of a block or some
)

// linearJob is a checked batch. It goes through the rows that count in blocks, and through the classes of
// a block in strips of tiles. A strip alternates between two kinds of phases, with the workers meeting
// after each: matrix products, of some classes or dims with all rows of the block, and what a row makes
// of its logits, tile by tile. Each number is computed by one worker, in an order that the shapes fix.
type linearJob[T Float] struct {
	tiling
	grad, in Linear[T]
	live     []liveRow
	twice    bool // see looksTwice

	// emit is called for each row that counts, in order, with its loss and how many classes come before the
	// label: not all of them, unless TopK asks.
	emit func(row int, loss float64, before int)

	link kern.Link
	each kern.Target[T] // what all rows share; its Penalty before the row's weight
	wide bool           // sums need twice the digits

	hidden kern.Matrix[T] // the block's rows of Hidden
	pull   kern.Matrix[T] // their gradient, where it is wanted
	logits []T            // the strip's tiles one after the other, each [rows of the block, classes of the tile]
	state  []tiledRow
	spare  chan []T // scratch that no worker uses
}

// tiledRow is what is known of a row of the block.
type tiledRow struct {
	liveRow
	kern.Row
	logit  float64 // of the label
	before int     // classes with a larger one, or an equal one and a smaller number
	tally  kern.Tally
	slopes kern.Pull
}

// run computes the rows that count.
func (j *linearJob[T]) run() {
	if len(j.live) == 0 {
		for c := range j.grad.Weight.Rows {
			clear(j.grad.Weight.Row(c))
		}
		clear(j.grad.Bias)
		return
	}
	j.hidden = j.apart()
	if j.grad.Hidden.Data != nil {
		j.pull = j.apart()
	}
	j.logits = make([]T, j.rows*j.strip*j.width)
	j.state = make([]tiledRow, j.rows)
	j.spare = make(chan []T, j.workers)
	for lo := 0; lo < len(j.live); lo += j.rows {
		j.block(j.live[lo:min(lo+j.rows, len(j.live))], lo == 0)
	}
}

// apart returns memory for the rows of Hidden of a block. Powers of two between them would bring all rows
// to the same lines of a cache.
func (j *linearJob[T]) apart() kern.Matrix[T] {
	return kern.MatrixOf(make([]T, j.rows*j.stride), j.rows, j.in.Hidden.Cols, j.stride)
}

// block computes a block of rows. Gradients of Weight and Bias are stored by the first, and added to.
func (j *linearJob[T]) block(live []liveRow, first bool) {
	j.state = j.state[:len(live)]
	j.hidden.Rows, j.pull.Rows = len(live), len(live)
	for k, l := range live {
		j.state[k] = tiledRow{liveRow: l}
		copy(j.hidden.Data[k*j.stride:], j.in.Hidden.Row(l.row))
	}
	j.strips(true, func(lo, hi int) {
		j.overRows(func(k, end int) {
			for ; k < end; k++ {
				j.scan(k, lo, hi)
			}
		})
	})
	if j.twice {
		j.strips(false, func(lo, hi int) {
			j.overRows(func(k, end int) {
				for ; k < end; k++ {
					j.look(k, lo, hi)
				}
			})
		})
	}
	for k := range j.state {
		s := &j.state[k]
		loss := j.finish(s)
		j.emit(s.liveRow.row, s.weight*loss, s.before)
	}
	if !j.grad.wanted() {
		return
	}
	j.strips(false, func(lo, hi int) {
		j.overRows(func(k, end int) {
			for ; k < end; k++ {
				j.slope(k, lo, hi)
			}
		})
		if j.grad.Hidden.Data != nil {
			j.overDims(func(k, rows, d int) { j.pullHidden(k, rows, d, lo, hi) })
		}
		if j.grad.Weight.Data != nil || j.grad.Bias != nil {
			j.overClasses(lo, hi, pullClasses, func(t, c int) { j.pullWeight(lo, t, c, first) })
		}
	})
	if j.grad.Hidden.Data != nil {
		for k, l := range live {
			copy(j.grad.Hidden.Row(l.row), j.pull.Data[k*j.stride:])
		}
	}
}

// strips calls work for one strip of tiles after the other, their logits being in memory; fresh says that
// those of this block never were.
func (j *linearJob[T]) strips(fresh bool, work func(lo, hi int)) {
	for lo := 0; lo < j.tiles; lo += j.strip {
		hi := min(lo+j.strip, j.tiles)
		if fresh || j.strip < j.tiles {
			j.overClasses(lo, hi, fillClasses, func(t, c int) { j.fill(lo, t, c) })
		}
		work(lo, hi)
	}
}

// overRows calls work for a few rows of the block, k to end-1, at a time.
func (j *linearJob[T]) overRows(work func(k, end int)) {
	n := len(j.state)
	par.For(j.workers, (n-1)/phaseRows+1, func(c int) { work(c*phaseRows, min((c+1)*phaseRows, n)) })
}

// overClasses calls work for up to size classes, from number c of tile t on, at a time.
func (j *linearJob[T]) overClasses(lo, hi, size int, work func(t, c int)) {
	parts := (j.width-1)/size + 1
	par.For(j.workers, (hi-lo)*parts, func(q int) {
		t, c := lo+q/parts, q%parts*size
		if _, n := j.classes(t); c < n {
			work(t, c)
		}
	})
}

// overDims calls work for some rows of the block, from k on, and some dims of Hidden, from d on, at a time.
// Rows are parted where there would be too few parts for the workers.
func (j *linearJob[T]) overDims(work func(k, rows, d int)) {
	dims, parts := (j.hidden.Cols-1)/pullDims+1, 1
	for parts < 4 && dims*parts < 2*j.workers {
		parts *= 2
	}
	rows := (len(j.state)-1)/parts + 1
	par.For(j.workers, parts*dims, func(q int) {
		if k := q % parts * rows; k < len(j.state) {
			work(k, min(rows, len(j.state)-k), q/parts*pullDims)
		}
	})
}

// classes returns the first class of tile t, and how many it has.
func (j *linearJob[T]) classes(t int) (first, n int) {
	return t * j.width, min(j.width, j.in.Weight.Rows-t*j.width)
}

// tile returns the logits of the block in tile t of the strip that begins with tile lo.
func (j *linearJob[T]) tile(lo, t int) kern.Matrix[T] {
	_, n := j.classes(t)
	return dense(j.logits[(t-lo)*j.width*len(j.state):], len(j.state), n)
}

// row returns those of row k.
func (j *linearJob[T]) row(lo, t, k int) []T {
	x := j.tile(lo, t)
	return x.Data[k*x.Down:][:x.Cols]
}

// fill computes the logits of a few classes of tile t, from number c on. They begin with the bias, so that a
// product adds to it.
func (j *linearJob[T]) fill(lo, t, c int) {
	first, n := j.classes(t)
	n = min(fillClasses, n-c)
	x := j.tile(lo, t).Part(0, c, len(j.state), n)
	if j.in.Bias != nil {
		for k := range x.Rows {
			copy(x.Data[k*x.Down:], j.in.Bias[first+c:][:n])
		}
	}
	j.product(x, j.hidden, factor(j.in.Weight).Part(first+c, 0, n, j.hidden.Cols).T(), j.in.Bias != nil)
}

// product stores a·b in c, or adds it to that.
func (j *linearJob[T]) product(c, a, b kern.Matrix[T], add bool) {
	scratch := j.borrow()
	kern.Of[T]().Product(c, a, b, add, scratch)
	j.spare <- scratch
}

// borrow returns scratch, which goes back to j.spare.
func (j *linearJob[T]) borrow() []T {
	select {
	case s := <-j.spare:
		return s
	default:
		return make([]T, j.scratch)
	}
}

// scan merges tiles lo to hi-1 of row k into what is known of it.
func (j *linearJob[T]) scan(k, lo, hi int) {
	s := &j.state[k]
	for t := lo; t < hi; t++ {
		first, n := j.classes(t)
		x := j.row(lo, t, k)
		row := kern.NewRow(x, j.link, j.wide)
		if t == 0 {
			s.Row = row
		} else {
			s.Merge(row, first)
		}
		if y := s.label - first; y >= 0 && y < n {
			s.logit = float64(x[y])
		}
	}
}

// target returns what row s should have predicted of n classes from the first on.
func (j *linearJob[T]) target(s *tiledRow, first, n int) kern.Target[T] {
	t := j.each
	t.Label = s.label
	return t.Tile(first, n)
}

// look adds what tiles lo to hi-1 of row k cost, and counts what comes before the label.
func (j *linearJob[T]) look(k, lo, hi int) {
	s := &j.state[k]
	for t := lo; t < hi; t++ {
		first, n := j.classes(t)
		x := j.row(lo, t, k)
		if !j.each.Hard() {
			target, row := j.target(s, first, n), s.Tile(first)
			kern.Add(&s.tally, &row, x, &target)
		}
		for c, v := range x {
			if v := float64(v); v > s.logit || v == s.logit && first+c < s.label {
				s.before++
			}
		}
	}
}

// finish returns the loss of a row, before its weight.
func (j *linearJob[T]) finish(s *tiledRow) (loss float64) {
	penalty := j.each.Penalty
	if j.each.Weights != nil {
		penalty *= j.each.Weights[s.label]
	}
	if j.each.Hard() { // its label is a tile of one class
		target, row := j.target(s, s.label, 1), s.Tile(s.label)
		logit := [1]T{T(s.logit)}
		kern.Add(&s.tally, &row, logit[:], &target)
	}
	switch {
	case !s.Valid():
		s.before = j.in.Weight.Rows
	case !j.twice && s.Arg != s.label:
		s.before = 1
	}
	loss, s.slopes = s.tally.Total(&s.Row, penalty)
	return loss
}

// slope turns the logits of row k in tiles lo to hi-1 into their gradients.
func (j *linearJob[T]) slope(k, lo, hi int) {
	s := &j.state[k]
	for t := lo; t < hi; t++ {
		first, n := j.classes(t)
		x := j.row(lo, t, k)
		target, row := j.target(s, first, n), s.Tile(first)
		kern.Grad(x, &row, x, &target, s.slopes, s.scale)
		kern.Quiet(x, math.Abs(s.scale)*s.Doubt())
	}
}

// pullHidden adds what the gradients of the logits in tiles lo to hi-1 are to some of that of Hidden.
func (j *linearJob[T]) pullHidden(k, rows, d, lo, hi int) {
	dims := min(pullDims, j.hidden.Cols-d)
	for t := lo; t < hi; t++ {
		first, n := j.classes(t)
		w := factor(j.in.Weight).Part(first, d, n, dims)
		j.product(j.pull.Part(k, d, rows, dims), j.tile(lo, t).Part(k, 0, rows, n), w, t > 0)
	}
}

// pullWeight adds what the gradients of the logits of some classes of tile t are to Weight and Bias.
func (j *linearJob[T]) pullWeight(lo, t, c int, fresh bool) {
	first, n := j.classes(t)
	n = min(pullClasses, n-c)
	first += c
	g := j.tile(lo, t).Part(0, c, len(j.state), n)
	if j.grad.Weight.Data != nil {
		j.product(factor(j.grad.Weight).Part(first, 0, n, j.hidden.Cols), g.T(), j.hidden, !fresh)
	}
	if j.grad.Bias == nil {
		return
	}
	for k := 0; k < g.Rows; k += sumRows {
		addColumns(j.grad.Bias[first:][:n], g.Part(k, 0, min(sumRows, g.Rows-k), n), fresh && k == 0)
	}
}

// addColumns adds to dst, or stores there if that is fresh, the sums of the columns of g.
func addColumns[T Float](dst []T, g kern.Matrix[T], fresh bool) {
	var sums [pullClasses]float64
	for k := range g.Rows {
		for i, v := range g.Data[k*g.Down:][:len(dst)] {
			sums[i] += float64(v)
		}
	}
	for i, sum := range sums[:len(dst)] {
		if !fresh {
			sum += float64(dst[i])
		}
		dst[i] = T(sum)
	}
}

// addTo adds x to dst, or stores it there if that is fresh.
func addTo[T Float](dst, x []T, fresh bool) {
	if fresh {
		copy(dst, x)
		return
	}
	for k, v := range x {
		dst[k] += v
	}
}
