//go:build !js || bench

package lab

import (
	"cmp"
	"math"
	"slices"

	"xent"
)

// OwnRowParams is one row of a reader's own scores, as a report lists it.
type OwnRowParams struct {
	Scores []float64 // one a class, or one of a binary task
	Label  int
	Probs  bool // the scores are probabilities; else logits, of which log-probabilities are some
}

// OwnRowView is that row as explorers take it: logits of few classes with the same probabilities.
type OwnRowView struct {
	Logits  []float64 // MinClasses to MaxClasses; none where the row has no softmax
	Label   int       // index in Logits
	Classes []int     // the class that each logit is of; -1 for all that are not shown, taken together
	Probs   []float64
}

// maxOwnClasses bounds the classes of a row: reports keep the scores of no more.
const maxOwnClasses = 100

// OwnRow makes an explorer's state of a row of the reader's own. Up to [MaxClasses] classes stay as they are, a
// binary score becomes the logits 0 and z. Of more classes the label and the likeliest stay, and one
// logit stands for all others:
//
//	z_rest = log Σ e^(z_j)
//
// so that no probability changes that is shown.
//
// Special values: a probability of 0 becomes the logit -∞; where one logit is +∞ the others become -∞, and it 0.
// A NaN, several +∞ or nothing but -∞ have no softmax, and give no logits. Logits too large for an explorer
// are all moved by the same amount, which changes no probability.
// Errors: [ParamError] for no or more than 100 scores, and a label that is none of the classes.
func OwnRow(params OwnRowParams) (OwnRowView, error) {
	c := checker{fn: "OwnRow"}
	c.length("scores", len(params.Scores), 1, maxOwnClasses)
	c.integer("label", params.Label, 0, max(len(params.Scores), 2)-1)
	if !c.ok() {
		return OwnRowView{}, c.result()
	}
	z := rowLogits(params.Scores, params.Probs)
	if z == nil {
		return OwnRowView{}, nil
	}
	all := tempered(z, 1)
	order := make([]int, len(z))
	for k := range order {
		order[k] = k
	}
	v := OwnRowView{Logits: z, Label: params.Label, Classes: order}
	if len(z) > MaxClasses {
		v = fewer(z, params.Label, order)
	}
	for i, k := range v.Classes {
		switch {
		case k >= 0:
			v.Probs = append(v.Probs, all.probs[k])
		default:
			v.Probs = append(v.Probs, tempered(v.Logits, 1).probs[i])
		}
	}
	return v, nil
}

// rowLogits returns the logits of a row, at most MaxLogit and at least two; nil where it has no softmax.
func rowLogits(scores []float64, probs bool) []float64 {
	z := slices.Clone(scores)
	if probs {
		for k, p := range z {
			z[k] = math.Log(p)
		}
		if len(z) == 1 {
			z[0] -= math.Log1p(-scores[0])
		}
	}
	if len(z) == 1 {
		z = []float64{0, z[0]}
	}
	top, infinite := math.Inf(-1), 0
	for _, x := range z {
		if math.IsNaN(x) {
			return nil
		}
		if math.IsInf(x, 1) {
			infinite++
		}
		top = max(top, x)
	}
	if infinite > 1 || math.IsInf(top, -1) {
		return nil
	}
	for k, x := range z {
		switch {
		case infinite == 1 && math.IsInf(x, 1):
			z[k] = 0
		case infinite == 1:
			z[k] = math.Inf(-1)
		case top > MaxLogit:
			z[k] = x - top
		}
	}
	return z
}

// fewer keeps the label and the likeliest of many classes, in their order, and puts the others together.
func fewer(z []float64, label int, order []int) OwnRowView {
	slices.SortStableFunc(order, func(a, b int) int {
		if a == label || b == label {
			return cmp.Compare(boolean(b == label), boolean(a == label))
		}
		return cmp.Compare(z[b], z[a])
	})
	const shown = MaxClasses - 1
	kept, others := order[:shown], order[shown:]
	slices.Sort(kept)
	var v OwnRowView
	for i, k := range kept {
		if k == label {
			v.Label = i
		}
		v.Logits = append(v.Logits, z[k])
		v.Classes = append(v.Classes, k)
	}
	rest := make([]float64, len(others))
	for i, k := range others {
		rest[i] = z[k]
	}
	sum := math.Inf(-1)
	if !allExcluded(rest) {
		m := xent.RowMoments(rest)
		sum = m.LogSumExp()
	}
	v.Logits, v.Classes = append(v.Logits, sum), append(v.Classes, -1)
	return v
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
