package doctor

import (
	"math"
	"strings"
)

// FlowDetectors returns every detector that looks at a [Flow].
func FlowDetectors() []Detector {
	return []Detector{
		gradientNotFinite, noGradient, vanishingGradient, explodingGradient, updateRatio, float16Underflow, deadUnits,
		lossIdentified, rowsSumToZero, gradientClipped, gradientTurns, gradientNoise,
	}
}

// Limits of a flow of gradients: the ratio between the last layer and the first, in decades, and the change from layer to
// layer which is a warning where it adds up to half of that.
const (
	flowDecades = 3
	flowSlope   = .3
)

// drop returns the decades by which the RMS gradient falls from the last layer to the first; NaN of fewer than two layers.
func (f *Flow) drop() float64 {
	depth := f.Depth()
	if len(depth) < 2 {
		return math.NaN()
	}
	first, last := depth[0].Grad(), depth[len(depth)-1].Grad()
	return math.Log10(last.RMS()) - math.Log10(first.RMS())
}

// rounded is x without a fraction where that says nothing.
func rounded(x float64) float64 {
	if x >= 100 {
		return math.Round(x)
	}
	return x
}

// quarters returns how many of the steps from a layer to the one before leave no more than a quarter of the gradient.
func (f *Flow) quarters() (n, all int) {
	depth := f.Depth()
	for i := 1; i < len(depth); i++ {
		before, here := depth[i-1].Grad(), depth[i].Grad()
		all++
		if before.RMS() <= here.RMS()/4 {
			n++
		}
	}
	return n, all
}

var vanishingGradient = Detector{
	ID: "vanishing-gradient", Code: "G01", Summary: "the gradient shrinks from layer to layer towards the input",
	Flow: func(f *Flow) *Finding {
		drop, slope := f.drop(), f.Slope()
		if !(drop > flowDecades || slope > flowSlope && drop > flowDecades/2.) {
			return nil
		}
		quarters, all := f.quarters()
		v := &Finding{Severity: Warning,
			Says:     "the gradient of the first layer is {ratio} times smaller than that of the last: on its way towards the input each layer leaves {left} of it",
			Evidence: figures.add("ratio", rounded(math.Pow(10, drop)), Plain).add("ratio_limit", 1e3, Plain).add("decades_per_layer", slope, Plain).add("decades_per_layer_limit", flowSlope, Plain).add("left", math.Pow(10, -slope), Share).add("layers", float64(all+1), Plain).add("below_a_quarter", float64(quarters), Plain),
			Else:     "small weights, long chains without residual connections, or a network that is trained already",
			Fix:      "let the gradient through: residual connections, normalisation, or weights of the size that the activation wants (He for ReLU, Xavier for tanh)",
		}
		if quarters == all && all > 1 {
			v.Says += ", never more than the quarter that sigmoid's slope lets through"
			v.Else = "any activation over weights that are too small"
			v.Fix = "if hidden layers are sigmoids, make them ReLU or GELU, with weights of He; the loss cannot mend this"
		}
		return v
	},
}

var explodingGradient = Detector{
	ID: "exploding-gradient", Code: "G01", Summary: "the gradient grows from layer to layer towards the input",
	Flow: func(f *Flow) *Finding {
		drop, slope := f.drop(), f.Slope()
		if !(drop < -flowDecades || slope < -flowSlope && drop < -flowDecades/2.) {
			return nil
		}
		return &Finding{Severity: Warning,
			Says:     "the gradient of the first layer is {ratio} times larger than that of the last: each layer multiplies it by {factor} on its way towards the input",
			Evidence: figures.add("ratio", rounded(math.Pow(10, -drop)), Plain).add("ratio_limit", 1e3, Plain).add("decades_per_layer", slope, Plain).add("decades_per_layer_limit", -flowSlope, Plain).add("factor", math.Pow(10, -slope), Plain),
			Else:     "inputs that are not scaled, which make the first layer's gradient large by themselves",
			Fix:      "draw smaller weights, normalise between the layers, and clip the gradient by its norm until that is done",
		}
	},
}

var gradientNotFinite = Detector{
	ID: "gradient-not-finite", Code: "G06", Summary: "gradients that are NaN or infinite, and where they begin",
	Explains: []string{"vanishing-gradient", "exploding-gradient", "float16-underflow", "gradient-turns", "gradient-clipped"},
	Flow: func(f *Flow) *Finding {
		step := -1
		for _, l := range f.Layers {
			for _, a := range l.Arrays {
				if a.Bad >= 0 && (step < 0 || a.Bad < step) {
					step = a.Bad
				}
			}
		}
		if step < 0 {
			return nil
		}
		var first, last string // in the order of the network, among those that are bad at that step
		var count, inf, neighbours float64
		bad, behind := 0, 0 // layers that are bad, and good ones nearer to the loss than all of these
		for _, l := range f.Layers {
			g := l.Grad()
			inf += float64(g.Inf)
			count += float64(g.Inf + g.NaN)
			neighbours = max(neighbours, g.Max)
			here := false
			for _, a := range l.Arrays {
				if a.Bad != step {
					continue
				}
				if first == "" {
					first = a.Name
				}
				last, here = a.Name, true
			}
			if here {
				bad, behind = bad+1, 0
			} else {
				behind++
			}
		}
		v := &Finding{Severity: Error, Rows: []int64{int64(step)},
			Evidence: figures.add("not_finite", count, Plain).add("infinite", inf, Plain).add("layers", float64(bad), Plain).add("largest_finite", neighbours, Plain)}
		v.Says = "{not_finite} gradients are NaN or infinite, first " + name(first)
		switch {
		case bad == len(f.Layers):
			v.Says += ", and all layers are hit: it was there before the backward pass reached them, in the loss or in the forward pass"
			v.Fix = "look at the loss and the logits of that batch: a logarithm of 0, a mean over nothing (0/0), labels out of range"
		case behind > 0:
			v.Says += "; the layers behind " + name(last) + ", nearer to the loss, are finite: the backward pass made it there"
			v.Fix = "look at what follows " + name(last) + " in the forward pass: a root or a norm at 0, a division, a mask of -∞ over a whole row"
		default:
			v.Says += "; layers nearer to the input are finite again"
			v.Fix = "look at " + name(last) + ": its own input was not finite (0·∞), or its rows were"
		}
		if inf > 0 || neighbours > 6e4 {
			v.Else = "an overflow: infinities, or numbers near the largest of float16, stand beside; a smaller loss scale or bfloat16 would do"
		}
		return v
	},
}

// name is that of an array in a sentence, where braces would mean a figure.
func name(s string) string { return strings.NewReplacer("{", "(", "}", ")").Replace(s) }

var noGradient = Detector{
	ID: "no-gradient", Code: "G01", Summary: "layers whose gradient is 0 everywhere",
	Explains: []string{"dead-units"},
	Flow: func(f *Flow) *Finding {
		var which []string
		total := 0
		for _, l := range f.Layers {
			for _, a := range l.Arrays {
				total++
				if a.Grad.N > 0 && a.Grad.Zeros == a.Grad.N {
					which = append(which, name(a.Name))
				}
			}
		}
		if which == nil {
			return nil
		}
		v := &Finding{Severity: Warning,
			Says:     "no gradient reaches {arrays} of {all} arrays: " + listed(which),
			Evidence: figures.add("arrays", float64(len(which)), Plain).add("all", float64(total), Plain),
			Else:     "frozen on purpose; a bias before a normalisation, which takes it away again; numbers that underflowed to 0",
			Fix:      "see that the loss depends on them: a detach, a .data, an argmax on the way, or a branch that is not used",
		}
		if len(which) == total {
			v.Says, v.Else = "all {all} arrays have a gradient of 0", "a loss that has come to rest at exactly its least"
		}
		return v
	},
}

// listed is the first names of a list.
func listed(names []string) string {
	if len(names) > 4 {
		return strings.Join(names[:3], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}

var updateRatio = Detector{
	ID: "update-ratio", Code: "G02", Summary: "steps that are too long or too short for the weights that they change",
	Flow: func(f *Flow) *Finding {
		worst, ratio := "", 1e-3
		for _, l := range f.Layers {
			for _, a := range l.Arrays {
				r := a.Update.Norm() / a.Values.Norm()
				if len(a.Shape) >= 2 && r > 0 && r <= math.MaxFloat64 && math.Abs(math.Log(r/1e-3)) > math.Abs(math.Log(ratio/1e-3)) {
					worst, ratio = a.Name, r
				}
			}
		}
		if ratio >= 1e-5 && ratio <= 1e-2 {
			return nil
		}
		v := &Finding{Severity: Warning,
			Evidence: figures.add("update_ratio", ratio, Plain).add("usual", 1e-3, Plain).add("rate_factor", 1e-3/ratio, Plain),
			Says:     "a step changes " + name(worst) + " by {update_ratio} of its norm, where about {usual} is healthy",
			Else:     "a warm-up, or weights that begin near 0",
			Fix:      "multiply the learning rate by about 1e-3 over this ratio",
		}
		return v
	},
}

var float16Underflow = Detector{
	ID: "float16-underflow", Code: "G03", Summary: "gradients below the smallest number of float16",
	Flow: func(f *Flow) *Finding {
		var all Moments
		half := false
		for _, l := range f.Layers {
			g := l.Grad()
			all.Merge(&g)
			for _, a := range l.Arrays {
				half = half || a.DType == "float16"
			}
		}
		alive := float64(all.Finite() - all.Zeros)
		lost, rough := float64(all.Flushed)/alive, float64(all.Subnormal)/alive
		if !(lost > .01 || half && rough > .01) {
			return nil
		}
		v := &Finding{Severity: Note,
			Evidence: figures.add("flushed", lost, Share).add("flushed_limit", .01, Share).add("subnormal", rough, Share).add("loss_scale", math.Exp2(math.Floor(math.Log2(65504/all.Max))-1), Plain),
			Says:     "in float16 {flushed} of the gradients would be 0 and {subnormal} would lose digits; a loss scale of {loss_scale} would keep the largest below its end",
			Fix:      "train in bfloat16, or scale the loss, if this is to run in half precision",
		}
		if half {
			v.Severity = Warning
			v.Says = "{subnormal} of the gradients, stored as float16, have lost digits to its lower end; a loss scale of {loss_scale} would keep the largest below its upper one"
			v.Else = "gradients that were divided by the loss scale before they were saved"
		}
		return v
	},
}

var deadUnits = Detector{
	ID: "dead-units", Code: "G05", Summary: "units without any gradient",
	Flow: func(f *Flow) *Finding {
		var worst string
		var share, dead, all float64
		for _, l := range f.Layers {
			for _, a := range l.Arrays {
				d, n := a.Dead()
				if n == 0 || d == n { // 0 everywhere is another finding
					continue
				}
				if s := float64(d) / float64(n); s > share {
					worst, share, dead, all = a.Name, s, float64(d), float64(n)
				}
			}
		}
		if !(share > .1) {
			return nil
		}
		passes := "this backward pass"
		if f.Steps > 1 {
			passes = "any of {steps} backward passes"
		}
		return &Finding{Severity: Warning,
			Evidence: figures.add("dead", share, Share).add("dead_limit", .1, Share).add("units", dead, Plain).add("of", all, Plain).add("steps", float64(f.Steps), Plain),
			Says:     "{units} of {of} units of " + name(worst) + " have no gradient in " + passes,
			Else:     "a small batch, which few units answer to; units that are masked on purpose",
			Fix:      "if they are ReLUs, a lower learning rate, a bias that begins at 0, or a leaky one keeps units alive",
		}
	},
}

var gradientClipped = Detector{
	ID: "gradient-clipped", Code: "G09", Summary: "the norm of the gradient is the same at most steps",
	Flow: func(f *Flow) *Finding {
		if f.Steps < 5 || f.Noise != nil {
			return nil
		}
		largest, same := 0.0, 0.0
		for i := range f.Steps {
			largest = max(largest, f.Norm(i))
		}
		for i := range f.Steps {
			if f.Norm(i) >= largest*(1-1e-3) {
				same++
			}
		}
		if n := float64(f.Steps); same > n/2 {
			return &Finding{Severity: Warning,
				Evidence: figures.add("norm", largest, Plain).add("steps", same, Plain).add("of", n, Plain),
				Says:     "at {steps} of {of} steps the gradient has the norm {norm}: it is clipped there",
				Fix:      "clip at a larger norm and lower the learning rate",
			}
		}
		return nil
	},
}

var gradientTurns = Detector{
	ID: "gradient-turns", Code: "G10", Summary: "the gradient turns round from step to step",
	Flow: func(f *Flow) *Finding {
		var sum, n float64
		for _, c := range f.Cosines {
			if !math.IsNaN(c) {
				sum, n = sum+c, n+1
			}
		}
		if mean := sum / n; mean < -.1 {
			return &Finding{Severity: Warning,
				Evidence: figures.add("mean_cosine", mean, Plain).add("mean_cosine_limit", -.1, Plain).add("pairs", n, Plain),
				Says:     "the gradient of a step points against that of the step before, with a mean cosine of {mean_cosine}",
				Else:     "batches that contradict each other",
				Fix:      "lower the learning rate: steps go back and forth across a valley",
			}
		}
		return nil
	},
}
