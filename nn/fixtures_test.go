package nn_test

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"

	"xent"
	"xent/nn"
)

// arrays are the members of an .npz file by name; integers as float64.
type arrays map[string][]float64

var headerOf = regexp.MustCompile(`'descr': '<([fi])8', 'fortran_order': False`)

// load reads an .npz of 8-byte numbers in C order, which is all that testdata holds.
func load(t *testing.T, name string) arrays {
	t.Helper()
	z, err := zip.OpenReader("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	a := arrays{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		head := 10 + int(binary.LittleEndian.Uint16(b[8:]))
		m := headerOf.FindSubmatch(b[:head])
		if m == nil {
			t.Fatalf("%s: %s: %q", name, f.Name, b[:head])
		}
		var values []float64
		for i := head; i < len(b); i += 8 {
			bits := binary.LittleEndian.Uint64(b[i:])
			v := math.Float64frombits(bits)
			if m[1][0] == 'i' {
				v = float64(int64(bits))
			}
			values = append(values, v)
		}
		a[strings.TrimSuffix(f.Name, ".npy")] = values
	}
	return a
}

// get returns a member, which must be there.
func (a arrays) get(t *testing.T, name string) []float64 {
	t.Helper()
	v, ok := a[name]
	if !ok || len(v) == 0 {
		t.Fatalf("no %s among %d arrays", name, len(a))
	}
	return v
}

func (a arrays) labels(t *testing.T) []int {
	var y []int
	for _, v := range a.get(t, "y") {
		y = append(y, int(v))
	}
	return y
}

// fill sets the parameters of a network from the members with the prefix, which must be all of them.
func (a arrays) fill(t *testing.T, prefix string, net *nn.Net[float64]) {
	t.Helper()
	for _, p := range net.Params() {
		if n := copy(p.Value, a.get(t, prefix+p.Name)); n != len(p.Value) {
			t.Fatalf("%s holds %d numbers, want %d", prefix+p.Name, n, len(p.Value))
		}
	}
}

// same compares arrays to 1e-9 of the largest number of want; NaN is never the same.
func same(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	size := 0.
	for _, w := range want {
		size = max(size, math.Abs(w))
	}
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= 1e-9*size) {
			t.Errorf("%s[%d] = %.15g, want %.15g", what, i, got[i], w)
		}
	}
}

func dense(in, out int) *nn.Dense[float64] {
	return nn.NewDense[float64](nn.NewRand(1), nn.Zeros, in, out)
}

// Outputs, losses and all gradients are those of PyTorch.
func TestFixtures(t *testing.T) {
	act := nn.NewActivate[float64]
	for _, tt := range []struct {
		file    string
		net     *nn.Net[float64]
		squared bool // error of the probabilities that come out; else cross-entropy
	}{
		{"nn-mlp-sigmoid.npz", nn.NewNet[float64](dense(5, 7), act(nn.Sigmoid), dense(7, 6), act(nn.Sigmoid), dense(6, 4)), false},
		{"nn-mlp-tanh-gelu.npz", nn.NewNet[float64](dense(5, 7), act(nn.Tanh), dense(7, 7), act(nn.GELU), dense(7, 4)), false},
		{"nn-mlp-relu-mse.npz", nn.NewNet[float64](dense(5, 7), act(nn.ReLU), dense(7, 4), nn.NewSoftmax[float64]()), true},
	} {
		t.Run(tt.file, func(t *testing.T) {
			a := load(t, tt.file)
			a.fill(t, "param.", tt.net)
			x := xent.MatrixOf(a.get(t, "x"), 5)
			out := tt.net.Forward(x)
			same(t, "out", out.Data, a.get(t, "out"))

			grad := xent.MatrixOf(make([]float64, len(out.Data)), out.Cols)
			var res xent.Result
			var err error
			if tt.squared {
				res, err = xent.SquaredErrorGrad(grad, out, xent.MatrixOf(a.get(t, "y"), 4), nil)
			} else {
				res, err = xent.CrossEntropyGrad(grad, xent.Logits[float64](out), a.labels(t), nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			same(t, "loss", []float64{float64(res.Mean())}, a.get(t, "loss"))
			same(t, "grad_x", tt.net.Backward(grad).Data, a.get(t, "grad_x"))
			for _, p := range tt.net.Params() {
				same(t, "grad."+p.Name, p.Grad, a.get(t, "grad."+p.Name))
			}
		})
	}
}

// Twenty steps of each optimiser lose what they lose in PyTorch, and end where they end there.
func TestOptimiserFixtures(t *testing.T) {
	for _, tt := range []struct {
		file string
		opt  nn.Optimiser[float64]
	}{
		{"nn-opt-sgd.npz", &nn.SGD[float64]{Rate: .1, Momentum: .9}},
		{"nn-opt-adamw.npz", &nn.AdamW[float64]{Rate: .01, Decay: .05}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			a := load(t, tt.file)
			net := nn.NewNet[float64](dense(5, 7), nn.NewActivate[float64](nn.ReLU), dense(7, 4))
			a.fill(t, "init.", net)
			x, y := xent.MatrixOf(a.get(t, "x"), 5), a.labels(t)
			grad := xent.MatrixOf(make([]float64, len(y)*4), 4)
			var losses []float64
			for range a.get(t, "losses") {
				res, err := xent.CrossEntropyGrad(grad, xent.Logits[float64](net.Forward(x)), y, nil)
				if err != nil {
					t.Fatal(err)
				}
				losses = append(losses, float64(res.Mean()))
				net.Backward(grad)
				tt.opt.Step(net.Params())
			}
			same(t, "losses", losses, a.get(t, "losses"))
			for _, p := range net.Params() {
				same(t, "final."+p.Name, p.Value, a.get(t, "final."+p.Name))
			}
		})
	}
}

func ExampleMLP() {
	// exclusive or: the points of a square, the diagonals of one class each
	x := xent.MatrixOf([]float64{-1, -1, -1, 1, 1, -1, 1, 1}, 2)
	y := xent.MatrixOf([]float64{0, 1, 1, 0}, 1)

	net := nn.MLP[float64](nn.NewRand(1), nn.Tanh, nn.Xavier, 2, 8, 1)
	opt := &nn.SGD[float64]{Rate: 0.5}
	grad := xent.MatrixOf(make([]float64, 4), 1)
	for step := range 301 {
		res, err := xent.BinaryCrossEntropyGrad(grad, xent.Logits[float64](net.Forward(x)), y, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		if step%100 == 0 {
			fmt.Printf("step %3d: %.3f nats\n", step, float64(res.Mean()))
		}
		net.Backward(grad)
		opt.Step(net.Params())
	}
	// Output:
	// step   0: 0.775 nats
	// step 100: 0.031 nats
	// step 200: 0.012 nats
	// step 300: 0.007 nats
}
