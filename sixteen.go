package xent

import (
	"math/bits"

	"xent/internal/kern"
)

// bySixteens is a batch of which 16 rows are one, so that chunks hold whole sixteens.
type bySixteens[T Float, L Int] struct{ job softmaxJob[T, L] }

func (b bySixteens[T, L]) run(lo, hi int) Result { return b.job.run(16*lo, min(16*hi, b.job.x.Rows)) }

// sixteens computes the rows from lo on, 16 together, where a kernel can do that, and returns the first that is left.
func (j *softmaxJob[T, L]) sixteens(part *Result, work *rowWork[T], lo, hi int) int {
	if hi-lo < 16 || j.form != kern.FromLogits || j.wide || j.x.Inner > 1 || j.grad.Inner > 1 || !kern.AcrossRows[T](j.x.Cols, j.link) {
		return lo
	}
	var some kern.Sixteen
	usual := j.usual()
	bent := !usual && j.labels != nil && j.each.Hard() && j.top <= 1 && j.grad.Data != nil
	alike := !j.ignoring && j.rowWeights == nil && j.each.Weights == nil && j.each.Penalty == 0
	stride, gradStride := j.x.stride(), j.grad.stride()
	for ; hi-lo >= 16; lo += 16 {
		var grad []T
		if usual {
			j.ask(&some, lo)
			if j.grad.Data != nil && j.top <= 1 { // who counts classes before the label wants the logits afterwards
				grad = j.grad.Data[lo*gradStride:]
			}
		}
		looked, stored := kern.Together(&some, grad, gradStride, j.x.Data[lo*stride:], j.x.Cols, stride, j.link)
		if !looked {
			return lo
		}
		costs, first, out := some.Costs()
		if bent && out == 0 && j.bend(part, work, &some, lo) {
			continue
		}
		done := usual && j.top <= 1 && (stored || j.grad.Data == nil)
		if done && alike && out == 0 && j.loss == nil {
			right := bits.OnesCount64(first)
			part.Judged, part.Correct, part.InTop = part.Judged+16, part.Correct+right, part.InTop+right
			for _, loss := range costs {
				part.addRow(loss)
			}
			continue
		}
		for r := range 16 {
			if !done || out>>r&1 != 0 {
				j.one(part, work, lo+r, &some, r)
				continue
			}
			if j.skips(part, work, lo+r) {
				continue
			}
			loss := j.lossOf(&some, r, lo+r) * at(j.rowWeights, lo+r)
			if j.loss != nil {
				j.loss[lo+r] = T(loss)
			}
			part.judge(int(1-first>>r&1), j.top)
			part.addRow(loss)
		}
	}
	return lo
}

// bend computes the 16 rows from lo on, which some has looked at, where a shape bends the cost of the labels: their slopes
// are what the kernel, asked once more, makes the gradients of. It tells whether it did.
func (j *softmaxJob[T, L]) bend(part *Result, work *rowWork[T], some *kern.Sixteen, lo int) bool {
	var losses [16]float64
	var first [16]bool
	t := &work.target
	for r := range 16 {
		w := at(j.rowWeights, lo+r)
		if w == 0 || j.ignores(lo+r) {
			some.Ask(r, 0, 0, 0)
			continue
		}
		t.Label = int(j.labels[lo+r])
		own := at(t.Weights, t.Label)
		t.Penalty = j.each.Penalty * own
		var row kern.Row
		some.Row(&row, r, j.link)
		loss, pull := kern.Loss(&row, j.x.read(work.x, lo+r), t)
		losses[r], first[r] = w*loss, row.Arg == t.Label
		c := w * j.scale / j.link.Temp
		some.Ask(r, t.Label, c*pull.Mass(), c*t.Penalty)
	}
	stride, gradStride := j.x.stride(), j.grad.stride()
	if _, stored := kern.Together(some, j.grad.Data[lo*gradStride:], gradStride, j.x.Data[lo*stride:], j.x.Cols, stride, j.link); !stored {
		return false
	}
	for r, loss := range losses {
		if j.skips(part, work, lo+r) {
			continue
		}
		if j.loss != nil {
			j.loss[lo+r] = T(loss)
		}
		before := 1
		if first[r] {
			before = 0
		}
		part.judge(before, j.top)
		part.addRow(loss)
	}
	return true
}

// usual tells whether a row costs -ln p of its label, weighted or not, and perhaps LogSumExp².
func (j *softmaxJob[T, L]) usual() bool {
	return j.labels != nil && j.each.Hard() && j.each.Shape == kern.Shape{}
}

// lossOf returns the loss of row i, which is row r of some, before the weight of the row.
func (j *softmaxJob[T, L]) lossOf(some *kern.Sixteen, r, i int) float64 {
	a := at(j.each.Weights, int(j.labels[i]))
	costs, _, _ := some.Costs()
	loss := kern.Mul0(a, costs[r])
	if j.each.Penalty != 0 {
		var row kern.Row
		some.Row(&row, r, j.link)
		z := row.LogSumExp()
		loss += j.each.Penalty * a * z * z
	}
	return loss
}

// ask tells some of the labels of the 16 rows from lo on, and what their gradients are to be.
func (j *softmaxJob[T, L]) ask(some *kern.Sixteen, lo int) {
	scale := j.scale / j.link.Temp
	for r := range 16 {
		w := at(j.rowWeights, lo+r)
		if w == 0 || j.ignores(lo+r) {
			some.Ask(r, 0, 0, 0)
			continue
		}
		y := int(j.labels[lo+r])
		c := w * scale * at(j.each.Weights, y)
		some.Ask(r, y, c, c*j.each.Penalty)
	}
}

// ignores tells whether row i has the label that is ignored.
func (j *softmaxJob[T, L]) ignores(i int) bool { return j.ignoring && int64(j.labels[i]) == j.ignored }

// skips counts row i, and writes its zeros, if it is ignored or weighs nothing.
func (j *softmaxJob[T, L]) skips(part *Result, work *rowWork[T], i int) bool {
	ignored := j.ignores(i)
	if !ignored && at(j.rowWeights, i) != 0 {
		return false
	}
	part.Rows++
	if ignored {
		part.Ignored++
	}
	j.skip(work.scratch, i)
	return true
}
