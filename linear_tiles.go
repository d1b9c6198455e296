package xent

import (
	"math"

	"xent/internal/kern"
	"xent/internal/par"
)

// phaseRows is how many rows of a block a worker takes at a time.
const phaseRows = 8

// linearJob is a checked batch. It goes through the rows that count in blocks, and through the classes of
// a block in strips of tiles. A strip alternates between two kinds of phases, with the workers meeting
// after each: over tiles, where a tile of Weight meets all rows of the block, and over rows, where a row
// meets the tiles in their order. Each number is computed by one worker, in an order that the shapes fix.
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

	hidden []T // the block's rows of Hidden, without gaps
	logits []T // the strip's tiles one after the other, each [rows of the block, classes of the tile]
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
	pull   kern.Pull
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
	j.hidden = make([]T, j.rows*j.in.Hidden.Cols)
	j.logits = make([]T, j.rows*j.strip*j.width)
	j.state = make([]tiledRow, j.rows)
	j.spare = make(chan []T, j.workers)
	for lo := 0; lo < len(j.live); lo += j.rows {
		j.block(j.live[lo:min(lo+j.rows, len(j.live))], lo == 0)
	}
}

// block computes a block of rows. Gradients of Weight and Bias are stored by the first, and added to.
func (j *linearJob[T]) block(live []liveRow, first bool) {
	dims := j.in.Hidden.Cols
	j.state = j.state[:len(live)]
	for k, l := range live {
		j.state[k] = tiledRow{liveRow: l}
		copy(j.hidden[k*dims:(k+1)*dims], j.in.Hidden.Row(l.row))
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
		j.overRows(func(k, end int) { j.pullRows(k, end, lo, hi) })
		if j.grad.Weight.Data != nil || j.grad.Bias != nil {
			par.For(j.workers, hi-lo, func(q int) { j.pullTile(lo, lo+q, first) })
		}
	})
}

// strips calls work for one strip of tiles after the other, their logits being in memory; fresh says that
// those of this block never were.
func (j *linearJob[T]) strips(fresh bool, work func(lo, hi int)) {
	for lo := 0; lo < j.tiles; lo += j.strip {
		hi := min(lo+j.strip, j.tiles)
		if fresh || j.strip < j.tiles {
			par.For(j.workers, hi-lo, func(q int) { j.fill(lo, lo+q) })
		}
		work(lo, hi)
	}
}

// overRows calls work for a few rows of the block, k to end-1, at a time.
func (j *linearJob[T]) overRows(work func(k, end int)) {
	n := len(j.state)
	par.For(j.workers, (n-1)/phaseRows+1, func(c int) { work(c*phaseRows, min((c+1)*phaseRows, n)) })
}

// classes returns the first class of tile t, and how many it has.
func (j *linearJob[T]) classes(t int) (first, n int) {
	return t * j.width, min(j.width, j.in.Weight.Rows-t*j.width)
}

// tile returns the logits of rows k to end-1 in tile t of the strip that begins with tile lo.
func (j *linearJob[T]) tile(lo, t, k, end int) []T {
	_, n := j.classes(t)
	o := (t - lo) * j.width * len(j.state)
	return j.logits[o+k*n : o+end*n]
}

// fill computes the logits of tile t.
func (j *linearJob[T]) fill(lo, t int) {
	first, n := j.classes(t)
	x, scratch := j.tile(lo, t, 0, len(j.state)), j.borrow()
	kern.Of[T]().MulT(x, j.hidden, j.weight(t, scratch), len(j.state), n, j.in.Hidden.Cols)
	j.spare <- scratch
	if j.in.Bias == nil {
		return
	}
	for k := range j.state {
		for c, b := range j.in.Bias[first : first+n] {
			x[k*n+c] += b
		}
	}
}

// weight returns the rows of Weight of tile t without gaps; where it has some they are copied to the end
// of scratch.
func (j *linearJob[T]) weight(t int, scratch []T) []T {
	w, dims := j.in.Weight, j.in.Weight.Cols
	first, n := j.classes(t)
	if w.stride() == dims {
		return w.Data[first*dims : (first+n)*dims]
	}
	dst := scratch[len(scratch)/2:]
	for c := range n {
		copy(dst[c*dims:(c+1)*dims], w.Row(first+c))
	}
	return dst[:n*dims]
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
		x := j.tile(lo, t, k, k+1)
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
		x := j.tile(lo, t, k, k+1)
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
	loss, s.pull = s.tally.Total(&s.Row, penalty)
	return loss
}

// pullRows turns the logits of rows k to end-1 in tiles lo to hi-1 into their gradients, and adds what
// they are to Hidden.
func (j *linearJob[T]) pullRows(k, end, lo, hi int) {
	dims, scratch := j.in.Hidden.Cols, j.borrow()
	for t := lo; t < hi; t++ {
		first, n := j.classes(t)
		for i := k; i < end; i++ {
			s, x := &j.state[i], j.tile(lo, t, i, i+1)
			target, row := j.target(s, first, n), s.Tile(first)
			kern.Grad(x, &row, x, &target, s.pull, s.scale)
			kern.Quiet(x, math.Abs(s.scale)*s.Doubt())
		}
		if j.grad.Hidden.Data == nil {
			continue
		}
		part := scratch[:(end-k)*dims]
		kern.Of[T]().Mul(part, j.tile(lo, t, k, end), j.weight(t, scratch), end-k, dims, n)
		for i := k; i < end; i++ {
			addTo(j.grad.Hidden.Row(j.state[i].liveRow.row), part[(i-k)*dims:(i-k+1)*dims], t == 0)
		}
	}
	j.spare <- scratch
}

// pullTile adds what the gradients of the logits of tile t are to Weight and Bias.
func (j *linearJob[T]) pullTile(lo, t int, fresh bool) {
	first, n := j.classes(t)
	g, dims := j.tile(lo, t, 0, len(j.state)), j.in.Hidden.Cols
	if j.grad.Weight.Data != nil {
		scratch := j.borrow()
		part := scratch[:n*dims]
		kern.Of[T]().TMul(part, g, j.hidden, n, dims, len(j.state))
		for c := range n {
			addTo(j.grad.Weight.Row(first+c), part[c*dims:(c+1)*dims], fresh)
		}
		j.spare <- scratch
	}
	if j.grad.Bias == nil {
		return
	}
	for c := range n {
		sum := 0.0
		for k := range j.state {
			sum += float64(g[k*n+c])
		}
		if !fresh {
			sum += float64(j.grad.Bias[first+c])
		}
		j.grad.Bias[first+c] = T(sum)
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
