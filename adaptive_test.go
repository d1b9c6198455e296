package xent_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
	"xent"
)

// adaptive returns an adaptive softmax of a shortlist and of tails of the given classes, from a seed.
func adaptive[T xent.Float](seed uint64, rows, dims, shortlist int, tails ...int) xent.Adaptive[T] {
	head := layer[T](seed, rows, dims, shortlist+len(tails))
	in := xent.Adaptive[T]{Hidden: head.Hidden, Head: head.Weight, HeadBias: head.Bias}
	for t, classes := range tails {
		width := max(1, dims>>(t+1))
		in.Tails = append(in.Tails, xent.Tail[T]{
			Down: layer[T](seed+uint64(t)+1, 1, dims, width).Weight,
			Out:  layer[T](seed+uint64(t)+7, 1, width, classes).Weight,
		})
	}
	return in
}

func likeAdaptive[T xent.Float](in xent.Adaptive[T]) xent.Adaptive[T] {
	blank := func(m xent.Matrix[T]) xent.Matrix[T] {
		m.Data = slices.Repeat([]T{guard}, len(m.Data)) // nothing may be left of it
		return m
	}
	out := xent.Adaptive[T]{Hidden: blank(in.Hidden), Head: blank(in.Head), HeadBias: slices.Clone(in.HeadBias)}
	for _, t := range in.Tails {
		out.Tails = append(out.Tails, xent.Tail[T]{Down: blank(t.Down), Out: blank(t.Out)})
	}
	return out
}

func rowsOfAdaptive(in xent.Adaptive[float64]) [][]float64 {
	all := append(append(rowsOfMatrix(in.Hidden), rowsOfMatrix(in.Head)...), in.HeadBias)
	for _, t := range in.Tails {
		all = append(append(all, rowsOfMatrix(t.Down)...), rowsOfMatrix(t.Out)...)
	}
	return all
}

// The probabilities of all classes sum to 1, and a row costs -ln of its label's.
func TestAdaptiveIsADistribution(t *testing.T) {
	for n, tails := range [][]int{nil, {3}, {1, 5}, {200, 300, 2}} {
		in := adaptive[float64](uint64(n), 5, 6, 4, tails...)
		classes := in.Classes()
		logs := make([]float64, 5*classes)
		if err := xent.AdaptiveLogSoftmax(xent.LogProbsOf(logs, classes), in, nil); err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			sum := 0.0
			for _, l := range logs[i*classes : (i+1)*classes] {
				sum += math.Exp(l)
			}
			near(t, sum, 1, 1e-14)
		}
		for c := range classes {
			loss := make([]float64, 5)
			if _, err := xent.AdaptiveCrossEntropyRows(loss, in, slices.Repeat([]int{c}, 5), nil); err != nil {
				t.Fatal(err)
			}
			for i := range loss {
				near(t, loss[i], -logs[i*classes+c], 4*0x1p-52)
			}
		}
	}
}

// Without tails it is the loss of the head.
func TestAdaptiveWithoutTails(t *testing.T) {
	in := layer[float32](5, 140, 4, 300)
	labels := make([]uint16, 140)
	for i := range labels {
		labels[i] = uint16(i * 31 % 300)
	}
	grad, want := adaptive[float32](5, 140, 4, 300), likeLayer(in)
	res, err := xent.AdaptiveCrossEntropyGrad(grad, xent.Adaptive[float32]{Hidden: in.Hidden, Head: in.Weight, HeadBias: in.Bias}, labels, nil)
	all, e2 := xent.LinearCrossEntropyGrad(want, in, labels, nil)
	if err != nil || e2 != nil {
		t.Fatal(err, e2)
	}
	if res.Sum() != all.Sum() || res.Weight != all.Weight || !slices.Equal(grad.HeadBias, want.Bias) || !slices.Equal(grad.Head.Row(7), want.Weight.Row(7)) || !slices.Equal(grad.Hidden.Row(9), want.Hidden.Row(9)) {
		t.Error("another loss than that of its head")
	}
}

func TestAdaptiveCentralDifferences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 5).Draw(t, "rows")
		tails := rapid.SliceOfN(rapid.IntRange(1, 4), 0, 2).Draw(t, "tails")
		in := adaptive[float64](rapid.Uint64().Draw(t, "seed"), rows, rapid.IntRange(1, 4).Draw(t, "dims"), rapid.IntRange(1, 3).Draw(t, "shortlist"), tails...)
		labels := rapid.SliceOfN(rapid.IntRange(-1, in.Classes()-1), rows, rows).Draw(t, "labels")
		opt := &xent.LinearOptions{Options: xent.Options{IgnoreIndex: new(-1), Empty: xent.EmptyZero}, Budget: rapid.SampledFrom([]int64{0, 1}).Draw(t, "budget")}
		grad := likeAdaptive(in)
		if _, err := xent.AdaptiveCrossEntropyGrad(grad, in, labels, opt); err != nil {
			t.Fatal(err)
		}
		checkDifferences(t, func() float64 {
			res, err := xent.AdaptiveCrossEntropy(in, labels, opt)
			if err != nil {
				t.Fatal(err)
			}
			return float64(res.Mean())
		}, rowsOfAdaptive(in), rowsOfAdaptive(grad))
	})
}

// The same bits for any number of workers and any budget; ignored rows may hold anything.
func TestAdaptiveWorkers(t *testing.T) {
	t.Run("float32", adaptiveWorkers[float32])
	t.Run("float64", adaptiveWorkers[float64])
}

func adaptiveWorkers[T xent.Float](t *testing.T) {
	in := adaptive[T](9, 300, 8, 210, 250, 40)
	labels := make([]int, 300)
	for i := range labels {
		labels[i] = i * 101 % 500
	}
	labels[3] = -100
	in.Hidden.Row(3)[0] = T(math.NaN())
	var first xent.Adaptive[T]
	var want xent.Result
	for n, opt := range []xent.LinearOptions{{}, {Budget: 1}, {Budget: 1 << 18}} {
		for _, opt.Workers = range []int{1, 2, 7} {
			opt.IgnoreIndex = new(-100)
			grad, loss := likeAdaptive(in), make([]T, 300)
			got, err := xent.AdaptiveCrossEntropyGrad(grad, in, labels, &opt)
			byRow, e2 := xent.AdaptiveCrossEntropyRows(loss, in, labels, &opt)
			if err != nil || e2 != nil {
				t.Fatal(err, e2)
			}
			if got != byRow || got.Ignored != 1 || got.Rows != 300 || got.NonFinite != 0 {
				t.Errorf("%+v and by rows %+v", got, byRow)
			}
			if n == 0 && opt.Workers == 1 {
				first, want = grad, got
				continue
			}
			same := got == want && slices.Equal(grad.Hidden.Data, first.Hidden.Data) && slices.Equal(grad.Head.Data, first.Head.Data)
			for t := range grad.Tails {
				same = same && slices.Equal(grad.Tails[t].Down.Data, first.Tails[t].Down.Data) && slices.Equal(grad.Tails[t].Out.Data, first.Tails[t].Out.Data)
			}
			if !same {
				t.Errorf("budget %d, %d workers: another result", opt.Budget, opt.Workers)
			}
		}
	}
}

func TestAdaptiveErrors(t *testing.T) {
	good := adaptive[float64](2, 3, 4, 2, 3, 2)
	labels := []int{0, 4, 6}
	for _, tt := range []struct {
		name   string
		change func(in, grad *xent.Adaptive[float64])
		labels []int
		opt    *xent.LinearOptions
	}{
		{"a label beyond the tails", nil, []int{0, 7, 1}, nil},
		{"fewer rows in Head than tails", func(in, _ *xent.Adaptive[float64]) { in.Head.Rows = 1 }, labels, nil},
		{"Head of other dims", func(in, _ *xent.Adaptive[float64]) { in.Head.Cols-- }, labels, nil},
		{"Out of another width", func(in, _ *xent.Adaptive[float64]) {
			in.Tails = []xent.Tail[float64]{in.Tails[1], in.Tails[0]}
			in.Tails[0].Down = in.Tails[1].Down
		}, labels, nil},
		{"short HeadBias", func(in, _ *xent.Adaptive[float64]) { in.HeadBias = in.HeadBias[1:] }, labels, nil},
		{"a gradient of one tail", func(_, grad *xent.Adaptive[float64]) { grad.Tails = grad.Tails[1:] }, labels, nil},
		{"a gradient in place", func(in, grad *xent.Adaptive[float64]) { grad.Tails[1].Out = in.Tails[1].Out }, labels, nil},
		{"smoothing", nil, labels, &xent.LinearOptions{Options: xent.Options{Smoothing: .1}}},
		{"a soft-cap", nil, labels, &xent.LinearOptions{Options: xent.Options{SoftCap: 30}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in, grad := good, likeAdaptive(good)
			in.Tails = slices.Clone(good.Tails)
			if tt.change != nil {
				tt.change(&in, &grad)
			}
			if _, err := xent.AdaptiveCrossEntropyGrad(grad, in, tt.labels, tt.opt); err == nil {
				t.Error("no error")
			}
			if grad.Head.Data[0] != guard {
				t.Error("a gradient was written before the error")
			}
		})
	}
}
