package nn_test

import (
	"math"
	"slices"
	"testing"

	"xent"
	"xent/nn"
)

// A sample is a small layer with the shape of its batches.
type sample[T xent.Float] struct {
	layer      nn.Layer[T]
	rows, cols int // any multiple of rows is a batch
}

// layers is every layer there is, small, for gradients and for memory.
func layers[T xent.Float]() map[string]sample[T] {
	rng := nn.NewRand(7)
	image := nn.Images{Channels: 2, Height: 5, Width: 4}
	conv := nn.NewConv2D[T](rng, nn.He, image, 3, nn.Window{Size: 3, Pad: 1})
	all := map[string]sample[T]{
		"Dense":                  {nn.NewDense[T](rng, nn.Xavier, 3, 4), 1, 3},
		"Dense without bias":     {nn.NewUnbiased[T](rng, nn.Xavier, 3, 4), 1, 3},
		"Softmax":                {nn.NewSoftmax[T](), 1, 3},
		"Net":                    {nn.MLP[T](rng, nn.Tanh, nn.He, 3, 5, 2), 1, 3},
		"Conv2D":                 {conv, 1, 40},
		"Conv2D without margin":  {nn.NewConv2D[T](rng, nn.He, image, 2, nn.Window{Size: 2}), 1, 40},
		"Conv2D with stride":     {nn.NewConv2D[T](rng, nn.He, image, 2, nn.Window{Size: 3, Stride: 2, Pad: 2}), 1, 40},
		"Conv2D of single pixel": {nn.NewConv2D[T](rng, nn.He, image, 2, nn.Window{Size: 1}), 1, 40},
		"MaxPool2D":              {nn.NewMaxPool2D[T](image, 2), 1, 40}, // one row of pixels is left over
		"Conv2D and pool":        {nn.NewNet[T](conv, nn.NewActivate[T](nn.Tanh), nn.NewMaxPool2D[T](conv.Out, 2), nn.NewFlatten[T](), nn.NewDense[T](rng, nn.He, 12, 2)), 1, 40},
		"LayerNorm":              {nn.NewLayerNorm[T](3), 1, 3},
		"Residual":               {nn.NewResidual[T](nn.MLP[T](rng, nn.Tanh, nn.He, 3, 4, 3)), 1, 3},
		"Attention":              {nn.NewAttention[T](rng, nn.Xavier, 4, 2, 3), 3, 4},
		"Attention over blocks":  {nn.NewAttention[T](rng, nn.Normal(1), 2, 1, 66), 66, 2}, // more positions than are computed together
	}
	for _, a := range activations {
		all["Activate "+a.Name] = sample[T]{nn.NewActivate[T](a), 1, 3}
	}
	return all
}

// batch returns inputs of at least n rows.
func (s sample[T]) batch(seed uint64, n int) xent.Matrix[T] {
	rows := (n + s.rows - 1) / s.rows * s.rows
	return xent.MatrixOf(normals[T](seed, rows*s.cols), s.cols)
}

var activations = []nn.Activation{nn.Identity, nn.Sigmoid, nn.Tanh, nn.ReLU, nn.GELU}

// normals returns numbers of the standard normal distribution, none near the kink of ReLU.
func normals[T xent.Float](seed uint64, n int) []T {
	rng, x := nn.NewRand(seed), make([]T, n)
	for i := range x {
		for math.Abs(float64(x[i])) < .01 {
			x[i] = T(rng.Normal())
		}
	}
	return x
}

// The backward pass of every layer is the derivative of its forward pass, for inputs and parameters.
func TestCentralDifferences(t *testing.T) {
	for name, s := range layers[float64]() {
		t.Run(name, func(t *testing.T) {
			layer, x := s.layer, s.batch(3, 5)
			for _, p := range layer.Params() { // norms and biases begin where their gradients look like others
				for i, v := range normals[float64](9, len(p.Value)) {
					p.Value[i] += .1 * v
				}
			}
			out := layer.Forward(x)
			pull := xent.MatrixOf(normals[float64](4, len(out.Data)), out.Cols) // the loss is Σ pull·out
			loss := func() (sum float64) {
				for i, y := range layer.Forward(x).Data {
					sum += pull.Data[i] * y
				}
				return sum
			}
			before := slices.Clone(pull.Data)
			grads := map[string][2][]float64{"x": {x.Data, slices.Clone(layer.Backward(pull).Data)}}
			if !slices.Equal(before, pull.Data) {
				t.Error("Backward changes the gradient it is given")
			}
			for _, p := range layer.Params() {
				grads[p.Name] = [2][]float64{p.Value, slices.Clone(p.Grad)}
			}
			for what, vg := range grads {
				for i := range vg[0] {
					const h = 1e-5
					at := vg[0][i]
					vg[0][i] = at + h
					up := loss()
					vg[0][i] = at - h
					down := loss()
					vg[0][i] = at
					if want := (up - down) / (2 * h); !(math.Abs(vg[1][i]-want) <= 1e-8) {
						t.Errorf("d/d%s[%d] = %.10g, central difference %.10g", what, i, vg[1][i], want)
					}
				}
			}
		})
	}
}

// Slopes keep their digits where the function is flat, and special values are those of the limits.
func TestActivations(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		a        nn.Activation
		x        float64
		y, slope float64
		why      string
	}{
		{nn.Sigmoid, 0, .5, .25, "steepest in the middle"},
		{nn.Sigmoid, -40, math.Exp(-40), math.Exp(-40), "1 - y would do here"},
		{nn.Sigmoid, 40, 1, math.Exp(-40), "1 - y would be 0 here"},
		{nn.Sigmoid, -700, math.Exp(-700), math.Exp(-700), "no overflow"},
		{nn.Sigmoid, inf, 1, 0, "the limit"},
		{nn.Sigmoid, -inf, 0, 0, "the limit"},
		{nn.Sigmoid, nan, nan, nan, "NaN in, NaN out"},
		{nn.Tanh, 0, 0, 1, "steepest in the middle"},
		{nn.Tanh, 1e-9, 1e-9, 1, "no digit lost near 0"},
		{nn.Tanh, -.3, math.Tanh(-.3), 1 / (math.Cosh(.3) * math.Cosh(.3)), "odd"},
		{nn.Tanh, 20, 1, 4 * math.Exp(-40), "1 - y² would be 0 here"},
		{nn.Tanh, -inf, -1, 0, "the limit"},
		{nn.Tanh, nan, nan, nan, "NaN in, NaN out"},
		{nn.ReLU, 3, 3, 1, "passes"},
		{nn.ReLU, -3, 0, 0, "blocks"},
		{nn.ReLU, 0, 0, 0, "the slope at the kink is 0, as in PyTorch"},
		{nn.ReLU, nan, nan, 1, "NaN is not hidden as 0"},
		{nn.GELU, 0, 0, .5, "half way"},
		{nn.GELU, 1, .84134474606854293, 1.0833154705876864, "x·Φ(x), by erf"},
		{nn.GELU, -10, -10 * .5 * math.Erfc(10/math.Sqrt2), .5*math.Erfc(10/math.Sqrt2) - 10*math.Exp(-50)/math.Sqrt(2*math.Pi), "the tail keeps its digits"},
		{nn.GELU, nan, nan, nan, "NaN in, NaN out"},
		{nn.Identity, -2, -2, 1, "nothing"},
	} {
		y, slope := tt.a.At(tt.x)
		if !near(y, tt.y, 2e-14) || !near(slope, tt.slope, 2e-14) {
			t.Errorf("%s(%g) = %.17g with slope %.17g, want %.17g, %.17g: %s", tt.a.Name, tt.x, y, slope, tt.y, tt.slope, tt.why)
		}
	}
	for _, a := range activations {
		steepest := 0.
		for x := -6.; x <= 6; x += 1e-3 {
			_, slope := a.At(x)
			steepest = max(steepest, slope)
		}
		if !near(a.Steepest, steepest, 1e-6) {
			t.Errorf("%s: Steepest = %g, found %g", a.Name, a.Steepest, steepest)
		}
	}
}

// The layer of each activation does what the activation does, element by element, of special values too.
func TestActivateIsActivation(t *testing.T) {
	xs := []float64{-math.MaxFloat64, -2, -1e-300, math.Copysign(0, -1), 0, 5e-324, 1, 3, math.Inf(1), math.Inf(-1), math.NaN()}
	ones := make([]float64, len(xs))
	for i := range ones {
		ones[i] = 1
	}
	for _, a := range activations {
		l := nn.NewActivate[float64](a)
		y := l.Forward(xent.MatrixOf(xs, 1))
		dx := l.Backward(xent.MatrixOf(ones, 1))
		for i, x := range xs {
			if wantY, want := a.At(x); !near(y.Data[i], wantY, 0) || !near(dx.Data[i], want, 0) || !near(l.SlopeAt(i), want, 0) {
				t.Errorf("%s(%g) = %g with slope %g, want %g, %g", a.Name, x, y.Data[i], dx.Data[i], wantY, want)
			}
		}
	}
}

func near(got, want, tol float64) bool {
	return got == want || math.IsNaN(got) && math.IsNaN(want) || math.Abs(got-want) <= tol*math.Abs(want)
}

// After the first step nothing is allocated, in any layer, loss, optimiser or recorder.
func TestNoAllocations(t *testing.T) {
	t.Run("float32", noAllocations[float32])
	t.Run("float64", noAllocations[float64])
}

func noAllocations[T xent.Float](t *testing.T) {
	const rows = 64
	for name, s := range layers[T]() {
		for _, workers := range []int{1, 3} {
			nn.SetWorkers(s.layer, workers)
			x := s.batch(3, rows)
			grad := s.layer.Forward(x)
			grad.Data = slices.Clone(grad.Data)
			pass := func() { s.layer.Forward(x); s.layer.Backward(grad) }
			pass()
			checkAllocations(t, name, pass)
		}
	}
	x := xent.MatrixOf(normals[T](3, rows*3), 3)
	for name, opt := range map[string]nn.Optimiser[T]{"SGD": &nn.SGD[T]{Rate: .1}, "momentum": &nn.SGD[T]{Rate: .1, Momentum: .9},
		"Adam": &nn.Adam[T]{Rate: .01, Schedule: nn.Cosine(3, 20, .1)}, "AdamW": &nn.AdamW[T]{Rate: .01}} {
		net := nn.MLP[T](nn.NewRand(1), nn.Sigmoid, nn.Xavier, 3, 8, 8, 1)
		recorder := nn.NewRecorder(net)
		y, grad := xent.MatrixOf(make([]T, rows), 1), xent.MatrixOf(make([]T, rows), 1)
		options := &xent.BinaryOptions{Workers: 1}
		step := func() {
			if _, err := xent.BinaryCrossEntropyGrad(grad, xent.Logits[T](net.Forward(x)), y, options); err != nil {
				t.Fatal(err)
			}
			net.Backward(grad)
			recorder.Backward()
			opt.Step(net.Params())
			recorder.Step()
		}
		step()
		checkAllocations(t, "a step of "+name, step)
	}
}

func checkAllocations(t *testing.T, what string, f func()) {
	t.Helper()
	if n := testing.AllocsPerRun(10, f); n != 0 {
		t.Errorf("%s: %v allocations", what, n)
	}
}

// A smaller batch after a larger one, and a larger after a smaller, give what fresh layers give.
func TestBatchesOfChangingSize(t *testing.T) {
	used := layers[float64]()
	for _, rows := range []int{4, 1, 9, 3} {
		for name, s := range layers[float64]() {
			x, fresh, used := s.batch(uint64(rows), rows), s.layer, used[name].layer
			want, got := fresh.Forward(x), used.Forward(x)
			if !slices.Equal(got.Data, want.Data) || got.Rows != x.Rows {
				t.Errorf("%s: %d rows: %v, want %v", name, rows, got, want)
			}
			wantDx, gotDx := fresh.Backward(want), used.Backward(got)
			if !slices.Equal(gotDx.Data, wantDx.Data) || len(gotDx.Data) != len(x.Data) {
				t.Errorf("%s: %d rows: dx %v, want %v", name, rows, gotDx, wantDx)
			}
		}
	}
}

// float32 computes what float64 does, to its own precision.
func TestFloat32(t *testing.T) {
	narrow := layers[float32]()
	for name, wide := range layers[float64]() {
		x64 := wide.batch(3, 4)
		x32 := xent.MatrixOf(make([]float32, len(x64.Data)), x64.Cols)
		for i, v := range x64.Data {
			x32.Data[i] = float32(v)
		}
		y64, y32 := wide.layer.Forward(x64), narrow[name].layer.Forward(x32)
		d64, d32 := wide.layer.Backward(y64), narrow[name].layer.Backward(y32)
		for i, want := range append(y64.Data, d64.Data...) {
			if got := float64(append(y32.Data, d32.Data...)[i]); !(math.Abs(got-want) <= 2e-5*(1+math.Abs(want))) {
				t.Errorf("%s: element %d: %g, want %g", name, i, got, want)
			}
		}
	}
}

// The same seed gives the same numbers for ever: networks are named by their seed in links and runs.
func TestStreams(t *testing.T) {
	rng := nn.NewRand(1)
	got := []float64{rng.Float64(), rng.Float64(), rng.Normal(), rng.Normal(), nn.Xavier(rng, 2, 4), nn.He(rng, 8, 1)}
	want := []float64{0.59826094882366887, 0.089111778021448318, 0.31876501827151743, 0.81827356527913531, -0.38791893839162195, -0.00090750415388128267}
	if !slices.Equal(got, want) {
		t.Errorf("seed 1 draws %.17g, want %.17g", got, want)
	}
	if nn.NewRand(2).Float64() == nn.NewRand(1).Float64() {
		t.Error("two seeds draw the same")
	}
}

// Initial weights have the spread that their authors ask for, and normal numbers are normal.
func TestInitialisations(t *testing.T) {
	const in, out, n = 30, 20, 200_000
	for _, tt := range []struct {
		name     string
		init     nn.Init
		sd       float64
		kurtosis float64 // of the uniform distribution 1.8, of the normal one 3
	}{
		{"Xavier", nn.Xavier, math.Sqrt(2. / (in + out)), 1.8},
		{"He", nn.He, math.Sqrt(2. / in), 3},
		{"Normal(0.5)", nn.Normal(.5), .5, 3},
	} {
		rng := nn.NewRand(5)
		var sum, squares, fourth float64
		for range n {
			w := tt.init(rng, in, out) / tt.sd
			sum, squares, fourth = sum+w, squares+w*w, fourth+w*w*w*w
		}
		mean, variance := sum/n, squares/n
		if !(math.Abs(mean) < 4/math.Sqrt(n)) || !(math.Abs(variance-1) < 4*math.Sqrt(2./n)) || !(math.Abs(fourth/n-tt.kurtosis) < .1) {
			t.Errorf("%s: mean %.4f, variance %.4f, kurtosis %.3f of standardised weights", tt.name, mean, variance, fourth/n)
		}
	}
	if nn.Zeros(nil, 3, 3) != 0 {
		t.Error("Zeros")
	}
	// the share beyond 1, 2 and 3 standard deviations, where the bounds of the algorithm matter
	rng := nn.NewRand(6)
	var beyond [4]float64
	for range n {
		for k := 1; k < 4; k++ {
			if math.Abs(rng.Normal()) > float64(k) {
				beyond[k]++
			}
		}
	}
	for k := 1; k < 4; k++ {
		p := math.Erfc(float64(k) / math.Sqrt2)
		if got := beyond[k] / n; !(math.Abs(got-p) < 4*math.Sqrt(p*(1-p)/n)) {
			t.Errorf("beyond %d: %.5f, want %.5f", k, got, p)
		}
	}
}

func TestShapesPanic(t *testing.T) {
	d := nn.NewDense[float64](nn.NewRand(1), nn.Zeros, 3, 2)
	d.Forward(xent.MatrixOf(make([]float64, 6), 3))
	for name, f := range map[string]func(){
		"a wrong number of columns": func() { d.Forward(xent.MatrixOf(make([]float64, 8), 4)) },
		"gaps between rows":         func() { d.Forward(xent.Matrix[float64]{Data: make([]float64, 8), Rows: 2, Cols: 3, Stride: 4}) },
		"too few numbers":           func() { d.Forward(xent.Matrix[float64]{Data: make([]float64, 5), Rows: 2, Cols: 3}) },
		"another batch's gradient":  func() { d.Backward(xent.MatrixOf(make([]float64, 6), 2)) },
		"a network of one size":     func() { nn.MLP[float64](nn.NewRand(1), nn.Tanh, nn.Xavier, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}
