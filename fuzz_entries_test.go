package xent_test

import "xent"

const fuzzRows, fuzzClasses = 4, 3

type (
	view    = xent.Matrix[float32]
	logits  = xent.Logits[float32]
	probs   = xent.Probs[float32]
	logs    = xent.LogProbs[float32]
	teacher = xent.Teacher[float32]
)

type anyView interface {
	view | logits | probs | logs | teacher
}

// labelled is a loss against labels in its three forms.
func labelled[X anyView, O any](name string, value func(X, []int16, *O) (xent.Result, error), grad func(view, X, []int16, *O) (xent.Result, error),
	rows func([]float32, X, []int16, *O) (xent.Result, error), opt func(*draw) *O) []entry {
	const r, k = fuzzRows, fuzzClasses
	return []entry{{name, func(d *draw) error {
		_, err := value(X(d.source(r, k)), d.labels(r, k), opt(d))
		return err
	}}, {name + "Grad", func(d *draw) error {
		x := d.source(r, k)
		_, err := grad(d.grad(x, r, k), X(x), d.labels(r, k), opt(d))
		return err
	}}, {name + "Rows", func(d *draw) error {
		_, err := rows(d.loss(r), X(d.source(r, k)), d.labels(r, k), opt(d))
		return err
	}}}
}

// targeted is a loss against a view in its three forms.
func targeted[X, Y anyView, O any](name string, value func(X, Y, *O) (xent.Result, error), grad func(view, X, Y, *O) (xent.Result, error),
	rows func([]float32, X, Y, *O) (xent.Result, error), opt func(*draw) *O) []entry {
	const r, k = fuzzRows, fuzzClasses
	return []entry{{name, func(d *draw) error {
		_, err := value(X(d.source(r, k)), Y(d.source(r, k)), opt(d))
		return err
	}}, {name + "Grad", func(d *draw) error {
		x := d.source(r, k)
		_, err := grad(d.grad(x, r, k), X(x), Y(d.source(r, k)), opt(d))
		return err
	}}, {name + "Rows", func(d *draw) error {
		_, err := rows(d.loss(r), X(d.source(r, k)), Y(d.source(r, k)), opt(d))
		return err
	}}}
}

func softmaxOptions(d *draw) *xent.Options {
	if d.next() < 64 {
		return nil
	}
	return &xent.Options{Weights: d.weights(fuzzClasses), RowWeights: d.weights(fuzzRows), IgnoreIndex: d.ignore(), Smoothing: d.option(), Focus: d.option(), Poly: d.option(),
		Robustness: d.option(), Temperature: d.option(), ZPenalty: d.option(), SoftCap: d.option(), TopK: int(d.option()),
		Denominator: xent.Denominator(d.option()), Empty: xent.EmptyPolicy(d.next() / 64), Reduction: xent.Reduction(d.next() / 100), Workers: d.workers()}
}

func logLossOptions(d *draw) *xent.LogLossOptions {
	o := &xent.LogLossOptions{Sums: xent.SumKept}
	if s := softmaxOptions(d); s != nil {
		*o = xent.LogLossOptions{Sums: xent.SumPolicy(d.next() / 80), Weights: s.Weights, RowWeights: s.RowWeights, IgnoreIndex: s.IgnoreIndex, Smoothing: s.Smoothing,
			Focus: s.Focus, Poly: s.Poly, Robustness: s.Robustness, Workers: s.Workers, Empty: s.Empty, Denominator: s.Denominator}
	}
	return o
}

func binaryOptions(d *draw) *xent.BinaryOptions {
	if d.next() < 64 {
		return nil
	}
	o := &xent.BinaryOptions{Weights: d.weights(fuzzClasses), PosWeight: d.weights(fuzzClasses), Smoothing: d.option(), Focus: d.option(), Margin: d.option(),
		Temperature: d.option(), Denominator: xent.Denominator(d.option()), Workers: d.workers()}
	if d.next() >= 128 {
		o.Balance, o.NegativeFocus, o.Ignore = new(d.float()), new(d.float()), new(d.float())
	}
	if d.next() >= 128 {
		o.Elements = xent.Matrix[float64]{Data: make([]float64, 12), Rows: d.size(fuzzRows), Cols: d.size(fuzzClasses), Stride: d.size(fuzzClasses)}
	}
	return o
}

func labelledEntries() (all []entry) {
	all = append(all, labelled("CrossEntropy", xent.CrossEntropy[float32, int16], xent.CrossEntropyGrad, xent.CrossEntropyRows, softmaxOptions)...)
	all = append(all, labelled("LogLoss", xent.LogLoss[probs, float32, int16], xent.LogLossGrad, xent.LogLossRows, logLossOptions)...)
	all = append(all, labelled("Brier", xent.Brier[float32, int16], xent.BrierGrad, xent.BrierRows, func(d *draw) *xent.BrierOptions {
		return &xent.BrierOptions{RowWeights: d.weights(fuzzRows), IgnoreIndex: d.ignore(), Temperature: d.option(), Workers: d.workers()}
	})...)
	all = append(all, labelled("EntmaxLoss", xent.EntmaxLoss[float32, int16], xent.EntmaxLossGrad, xent.EntmaxLossRows, func(d *draw) *xent.EntmaxOptions {
		return &xent.EntmaxOptions{Alpha: d.option(), IgnoreIndex: d.ignore(), Workers: d.workers()}
	})...)
	type fenchelYoung = xent.FenchelYoungOptions
	all = append(all, labelled("FenchelYoung", func(x logits, y []int16, o *fenchelYoung) (xent.Result, error) {
		return xent.FenchelYoung(x, y, quadratic{}, o)
	}, func(g view, x logits, y []int16, o *fenchelYoung) (xent.Result, error) {
		return xent.FenchelYoungGrad(g, x, y, quadratic{}, o)
	}, func(l []float32, x logits, y []int16, o *fenchelYoung) (xent.Result, error) {
		return xent.FenchelYoungRows(l, x, y, quadratic{}, o)
	}, func(d *draw) *fenchelYoung {
		return &fenchelYoung{RowWeights: d.weights(fuzzRows), IgnoreIndex: d.ignore(), Workers: d.workers()}
	})...)
	ordinal := func(d *draw) *xent.OrdinalOptions {
		return &xent.OrdinalOptions{PerThreshold: d.next() >= 128, IgnoreIndex: d.ignore(), Workers: d.workers()}
	}
	all = append(all, labelled("Ordinal", xent.Ordinal[float32, int16], xent.OrdinalGrad, xent.OrdinalRows, ordinal)...)
	all = append(all, labelled("RankedProbability", xent.RankedProbability[float32, int16], xent.RankedProbabilityGrad, xent.RankedProbabilityRows, ordinal)...)
	const r, k = fuzzRows, fuzzClasses
	distill := func(d *draw) *xent.DistillOptions {
		return &xent.DistillOptions{Temperature: d.option(), LabelShare: d.option(), IgnoreIndex: d.ignore(), Workers: d.workers()}
	}
	return append(all, entry{"Distill", func(d *draw) error {
		_, err := xent.Distill(logits(d.source(r, k)), teacher(d.source(r, k)), d.labels(r, k), distill(d))
		return err
	}}, entry{"DistillGrad", func(d *draw) error {
		x := d.source(r, k)
		_, err := xent.DistillGrad(d.grad(x, r, k), logits(x), teacher(d.source(r, k)), d.labels(r, k), distill(d))
		return err
	}}, entry{"DistillRows", func(d *draw) error {
		_, err := xent.DistillRows(d.loss(r), logits(d.source(r, k)), teacher(d.source(r, k)), d.labels(r, k), distill(d))
		return err
	}}, entry{"CrossEntropyHVP", func(d *draw) error {
		return xent.CrossEntropyHVP(d.view(r, k, true), logits(d.source(r, k)), d.labels(r, k), d.source(r, k), softmaxOptions(d))
	}})
}

func targetEntries() (all []entry) {
	all = append(all, targeted("SoftCrossEntropy", xent.SoftCrossEntropy[float32], xent.SoftCrossEntropyGrad, xent.SoftCrossEntropyRows, softmaxOptions)...)
	all = append(all, targeted("SoftLogLoss", xent.SoftLogLoss[logs, float32], xent.SoftLogLossGrad, xent.SoftLogLossRows, func(d *draw) *xent.LogLossOptions {
		o := logLossOptions(d) // values in [0, 1) are no logarithms
		return o
	})...)
	all = append(all, targeted("BinaryCrossEntropy", xent.BinaryCrossEntropy[float32], xent.BinaryCrossEntropyGrad, xent.BinaryCrossEntropyRows, binaryOptions)...)
	all = append(all, targeted("BinaryLogLoss", xent.BinaryLogLoss[float32], xent.BinaryLogLossGrad, xent.BinaryLogLossRows, binaryOptions)...)
	all = append(all, targeted("SquaredError", xent.SquaredError[float32], xent.SquaredErrorGrad, xent.SquaredErrorRows, func(d *draw) *xent.SquaredOptions {
		return &xent.SquaredOptions{RowWeights: d.weights(fuzzRows), Denominator: xent.Denominator(d.option()), Workers: d.workers()}
	})...)
	all = append(all, targeted("PoissonNLL", xent.PoissonNLL[float32], xent.PoissonNLLGrad, xent.PoissonNLLRows, func(d *draw) *xent.PoissonOptions {
		return &xent.PoissonOptions{Full: d.next() >= 128, Workers: d.workers()}
	})...)
	divergence := func(d *draw) *xent.DivergenceOptions {
		o := &xent.DivergenceOptions{Temperature: d.option(), Workers: d.workers()}
		if b := d.next(); b >= 128 {
			o.Kind, o.Order = xent.DivergenceKind(b%12), new(d.float())
		}
		return o
	}
	all = append(all, targeted("Divergence", xent.Divergence[logits, probs, float32], xent.DivergenceGrad, xent.DivergenceRows, divergence)...)
	const r, k = fuzzRows, fuzzClasses
	normals := func(d *draw) xent.Normals[float32] {
		n := xent.Normals[float32]{Mean: d.source(r, k)}
		if d.next() < 160 {
			n.LogVar = d.source(r, k)
		} else {
			n.Var = d.source(r, k)
		}
		return n
	}
	gaussian := func(d *draw) *xent.GaussianOptions {
		return &xent.GaussianOptions{MinVar: d.option(), Workers: d.workers()}
	}
	prior := func(d *draw) *xent.GaussianKLOptions {
		return &xent.GaussianKLOptions{FreeNats: d.option(), Workers: d.workers()}
	}
	standard := xent.Normals[float32]{}
	return append(all, entry{"GaussianNLL", func(d *draw) error {
		_, err := xent.GaussianNLL(normals(d), d.source(r, k), gaussian(d))
		return err
	}}, entry{"GaussianNLLGrad", func(d *draw) error {
		_, err := xent.GaussianNLLGrad(xent.Normals[float32]{Mean: d.view(r, k, true), LogVar: d.view(r, k, true)}, normals(d), d.source(r, k), gaussian(d))
		return err
	}}, entry{"GaussianNLLRows", func(d *draw) error {
		_, err := xent.GaussianNLLRows(d.loss(r), normals(d), d.source(r, k), gaussian(d))
		return err
	}}, entry{"GaussianKL", func(d *draw) error {
		_, err := xent.GaussianKL(normals(d), standard, prior(d))
		return err
	}}, entry{"GaussianKLGrad", func(d *draw) error {
		_, err := xent.GaussianKLGrad(xent.Normals[float32]{Mean: d.view(r, k, true), LogVar: d.view(r, k, true)}, normals(d), normals(d), prior(d))
		return err
	}}, entry{"GaussianKLRows", func(d *draw) error {
		_, err := xent.GaussianKLRows(d.loss(r), normals(d), standard, prior(d))
		return err
	}}, entry{"BinaryCrossEntropyHVP", func(d *draw) error {
		return xent.BinaryCrossEntropyHVP(d.view(r, k, true), logits(d.source(r, k)), d.source(r, k), d.source(r, k), binaryOptions(d))
	}})
}

func viewEntries() (all []entry) {
	const r, k = fuzzRows, fuzzClasses
	link := func(d *draw) *xent.Options {
		return &xent.Options{Temperature: d.option(), SoftCap: d.option(), Workers: d.workers()}
	}
	pairs := func(d *draw) *xent.InfoNCEOptions {
		return &xent.InfoNCEOptions{Temperature: d.option(), Symmetric: d.next() >= 128, Workers: d.workers()}
	}
	items := func(d *draw) *xent.NTXentOptions {
		return &xent.NTXentOptions{Temperature: d.option(), Workers: d.workers()}
	}
	each := func(name string, f func(dst view, x logits) error) entry {
		return entry{name, func(d *draw) error { x := d.source(r, k); return f(d.grad(x, r, k), logits(x)) }}
	}
	partners := func(d *draw) []int16 {
		p := d.labels(r, r)
		for i := range p {
			if int(p[i]) == i {
				p[i] = int16((i + 1) % r)
			}
		}
		return p
	}
	return []entry{
		{"Softmax", func(d *draw) error {
			x := d.source(r, k)
			return xent.Softmax(probs(d.grad(x, r, k)), logits(x), link(d))
		}},
		{"LogSoftmax", func(d *draw) error {
			x := d.source(r, k)
			return xent.LogSoftmax(logs(d.grad(x, r, k)), logits(x), link(d))
		}},
		{"LogSumExp", func(d *draw) error { return xent.LogSumExp(d.loss(r), logits(d.source(r, k)), link(d)) }},
		{"Entmax", func(d *draw) error {
			x := d.source(r, k)
			return xent.Entmax(probs(d.grad(x, r, k)), logits(x), &xent.EntmaxOptions{Alpha: d.option(), Workers: d.workers()})
		}},
		each("Sigmoid", xent.Sigmoid), each("LogSigmoid", xent.LogSigmoid), each("Softplus", xent.Softplus),
		{"InfoNCE", func(d *draw) error { _, err := xent.InfoNCE(logits(d.source(k, r)), pairs(d)); return err }},
		{"InfoNCEGrad", func(d *draw) error {
			x := d.source(k, r)
			_, err := xent.InfoNCEGrad(d.grad(x, k, r), logits(x), pairs(d))
			return err
		}},
		{"InfoNCERows", func(d *draw) error {
			_, err := xent.InfoNCERows(d.loss(k), logits(d.source(k, r)), pairs(d))
			return err
		}},
		{"NTXent", func(d *draw) error { _, err := xent.NTXent(d.source(r, k), partners(d), items(d)); return err }},
		{"NTXentGrad", func(d *draw) error {
			_, err := xent.NTXentGrad(d.view(r, k, true), d.source(r, k), partners(d), items(d))
			return err
		}},
		{"NTXentRows", func(d *draw) error {
			_, err := xent.NTXentRows(d.loss(r), d.source(r, k), partners(d), items(d))
			return err
		}},
		{"Accumulator", func(d *draw) error {
			var a xent.Accumulator[float32]
			x := d.source(r, k)
			res, err := xent.CrossEntropy(logits(x), d.labels(r, k), nil)
			if err != nil {
				return err
			}
			if err := a.Add(res, d.view(2, k, false).Data); err != nil {
				return err
			}
			if err := a.Add(res, d.view(2, k, false).Data); err != nil {
				return err
			}
			return a.Grad(d.view(2, k, true).Data)
		}},
	}
}

func sequenceEntries() []entry {
	const frames, sequences, k = 5, 2, fuzzClasses
	opt := func(d *draw) *xent.CTCOptions {
		o := &xent.CTCOptions{TimeMajor: d.next() >= 128, Infeasible: xent.InfeasiblePolicy(d.next() / 80), Workers: d.workers()}
		if d.next() >= 128 {
			o.Blank = d.size(k)
		}
		return o
	}
	words := func(d *draw) []int16 { // one label for each sequence, not the blank
		y := d.labels(sequences, k)
		for i := range y {
			if y[i] == 0 {
				y[i] = 1
			}
		}
		return y
	}
	return []entry{
		{"CTC", func(d *draw) error {
			_, err := xent.CTC(logits(d.source(frames*sequences, k)), d.ints(sequences, frames), words(d), d.ints(sequences, 1), opt(d))
			return err
		}},
		{"CTCGrad", func(d *draw) error {
			x := d.source(frames*sequences, k)
			_, err := xent.CTCGrad(d.grad(x, frames*sequences, k), logits(x), d.ints(sequences, frames), words(d), d.ints(sequences, 1), opt(d))
			return err
		}},
		{"CTCRows", func(d *draw) error {
			_, err := xent.CTCRows(d.loss(sequences), logits(d.source(frames*sequences, k)), d.ints(sequences, frames), words(d), d.ints(sequences, 1), opt(d))
			return err
		}},
		{"SequenceWeights", func(d *draw) error {
			return xent.SequenceWeights(make([]float64, min(max(d.size(6), 0), 64)), d.ints(2, 3), d.labels(6, k), d.ignore())
		}},
		{"PlanWindows", func(d *draw) error {
			plan, err := xent.PlanWindows(min(d.size(100), 1000), d.size(10), d.size(4))
			for _, w := range plan.Windows {
				if lo, hi := w.Rows(); err != nil || lo < -1 || hi < lo || w.End-w.Begin < hi-lo {
					panic("a window outside itself")
				}
			}
			return err
		}},
	}
}

func layerEntries() (all []entry) {
	const r, dims, classes = fuzzRows, 3, 5
	linear := func(d *draw, rows int, written bool) xent.Linear[float32] {
		in := xent.Linear[float32]{Hidden: d.view(r, dims, written), Weight: d.view(rows, dims, written)}
		if d.next() >= 128 {
			in.Bias = d.view(rows, 1, written).Data
		}
		return in
	}
	tiled := func(d *draw) *xent.LinearOptions {
		o := &xent.LinearOptions{Options: xent.Options{IgnoreIndex: d.ignore(), RowWeights: d.weights(r), Workers: d.workers()}}
		if d.next() >= 128 {
			o.Budget = int64(d.size(1 << 16))
		}
		return o
	}
	adaptive := func(d *draw, written bool) xent.Adaptive[float32] {
		return xent.Adaptive[float32]{Hidden: d.view(r, dims, written), Head: d.view(3, dims, written),
			Tails: []xent.Tail[float32]{{Down: d.view(2, dims, written), Out: d.view(3, 2, written)}}}
	}
	even, err := xent.NewTree(make([]float64, classes))
	if err != nil {
		panic(err)
	}
	tree := func(d *draw) *xent.Tree {
		if d.next() < 250 {
			return even
		}
		return nil
	}
	samples := func(d *draw) xent.Samples { return xent.Samples{Classes: d.ints(2, 1)} }
	sampled := func(d *draw) *xent.SampledOptions {
		return &xent.SampledOptions{Contrast: xent.SampledContrast(d.next() / 100), KeepHits: d.next() >= 128, IgnoreIndex: d.ignore(), RowWeights: d.weights(r), Workers: d.workers()}
	}
	shard := func(d *draw) xent.Shard[float32] {
		return xent.Shard[float32]{Logits: logits(d.source(r, classes)), First: d.size(1) - 1, Classes: d.size(classes)}
	}
	sharded := func(d *draw) *xent.ShardOptions {
		return &xent.ShardOptions{Options: xent.Options{IgnoreIndex: d.ignore(), RowWeights: d.weights(r), ZPenalty: d.option(), Workers: d.workers()}}
	}
	forms := func(name string, value, grad, rows func(d *draw) (xent.Result, error)) {
		for i, f := range []func(d *draw) (xent.Result, error){value, grad, rows} {
			all = append(all, entry{name + []string{"", "Grad", "Rows"}[i], func(d *draw) error { _, err := f(d); return err }})
		}
	}
	forms("LinearCrossEntropy", func(d *draw) (xent.Result, error) {
		return xent.LinearCrossEntropy(linear(d, classes, false), d.labels(r, classes), tiled(d))
	}, func(d *draw) (xent.Result, error) {
		return xent.LinearCrossEntropyGrad(linear(d, classes, true), linear(d, classes, false), d.labels(r, classes), tiled(d))
	}, func(d *draw) (xent.Result, error) {
		return xent.LinearCrossEntropyRows(d.loss(r), linear(d, classes, false), d.labels(r, classes), tiled(d))
	})
	forms("AdaptiveCrossEntropy", func(d *draw) (xent.Result, error) {
		return xent.AdaptiveCrossEntropy(adaptive(d, false), d.labels(r, classes), tiled(d))
	}, func(d *draw) (xent.Result, error) {
		return xent.AdaptiveCrossEntropyGrad(adaptive(d, true), adaptive(d, false), d.labels(r, classes), tiled(d))
	}, func(d *draw) (xent.Result, error) {
		return xent.AdaptiveCrossEntropyRows(d.loss(r), adaptive(d, false), d.labels(r, classes), tiled(d))
	})
	forms("HierarchicalCrossEntropy", func(d *draw) (xent.Result, error) {
		return xent.HierarchicalCrossEntropy(linear(d, classes-1, false), d.labels(r, classes), tree(d), tiled(d))
	}, func(d *draw) (xent.Result, error) {
		return xent.HierarchicalCrossEntropyGrad(linear(d, classes-1, true), linear(d, classes-1, false), d.labels(r, classes), tree(d), tiled(d))
	}, func(d *draw) (xent.Result, error) {
		return xent.HierarchicalCrossEntropyRows(d.loss(r), linear(d, classes-1, false), d.labels(r, classes), tree(d), tiled(d))
	})
	forms("SampledCrossEntropy", func(d *draw) (xent.Result, error) {
		return xent.SampledCrossEntropy(linear(d, classes, false), d.labels(r, classes), samples(d), sampled(d))
	}, func(d *draw) (xent.Result, error) {
		return xent.SampledCrossEntropyGrad(linear(d, classes, true), linear(d, classes, false), d.labels(r, classes), samples(d), sampled(d))
	}, func(d *draw) (xent.Result, error) {
		return xent.SampledCrossEntropyRows(d.loss(r), linear(d, classes, false), d.labels(r, classes), samples(d), sampled(d))
	})
	forms("ShardedCrossEntropy", func(d *draw) (xent.Result, error) {
		return xent.ShardedCrossEntropy(shard(d), d.labels(r, classes), sharded(d))
	}, func(d *draw) (xent.Result, error) {
		s := shard(d)
		return xent.ShardedCrossEntropyGrad(d.grad(view(s.Logits), r, classes), s, d.labels(r, classes), sharded(d))
	}, func(d *draw) (xent.Result, error) {
		return xent.ShardedCrossEntropyRows(d.loss(r), shard(d), d.labels(r, classes), sharded(d))
	})
	return append(all, entry{"AdaptiveLogSoftmax", func(d *draw) error {
		return xent.AdaptiveLogSoftmax(logs(d.view(r, classes, true)), adaptive(d, false), &xent.LinearOptions{})
	}}, entry{"HierarchicalLogSoftmax", func(d *draw) error {
		return xent.HierarchicalLogSoftmax(logs(d.view(r, classes, true)), linear(d, classes-1, false), tree(d), &xent.LinearOptions{})
	}})
}
