package nn_test

import (
	"archive/zip"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"xent"
	"xent/nn"
)

// array is a member of an .npz file; integers as float64.
type array struct {
	shape  []int
	values []float64
}

type arrays map[string]array

var headerOf = regexp.MustCompile(`'descr': '<([fi])8', 'fortran_order': False, 'shape': \(([0-9, ]*)\)`)

// load reads an .npz of 8-byte numbers in C order, which is all that the fixtures hold.
func load(t *testing.T, name string) arrays {
	t.Helper()
	z, err := zip.OpenReader(name)
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
		var v array
		for _, d := range strings.FieldsFunc(string(m[2]), func(r rune) bool { return r == ',' || r == ' ' }) {
			n, err := strconv.Atoi(d)
			if err != nil {
				t.Fatal(err)
			}
			v.shape = append(v.shape, n)
		}
		for i := head; i < len(b); i += 8 {
			bits := binary.LittleEndian.Uint64(b[i:])
			x := math.Float64frombits(bits)
			if string(m[1]) == "i" {
				x = float64(int64(bits))
			}
			v.values = append(v.values, x)
		}
		a[strings.TrimSuffix(f.Name, ".npy")] = v
	}
	return a
}

// get returns a member, which must be there.
func (a arrays) get(t *testing.T, name string) []float64 {
	t.Helper()
	v, ok := a[name]
	if !ok || len(v.values) == 0 {
		t.Fatalf("no %s among %d arrays", name, len(a))
	}
	return v.values
}

// weight returns the shape of the weights of a layer.
func (a arrays) weight(t *testing.T, layer string) []int {
	t.Helper()
	for _, prefix := range []string{"param.", "init."} {
		if v, ok := a[prefix+layer+".weight"]; ok {
			return v.shape
		}
	}
	t.Fatalf("no weights of layer %s", layer)
	return nil
}

// dense returns a layer of the shape that the file has for it.
func (a arrays) dense(t *testing.T, layer string) *nn.Dense[float64] {
	s := a.weight(t, layer)
	return nn.NewDense[float64](nn.NewRand(1), nn.Zeros, s[1], s[0])
}

// whole returns a member of whole numbers.
func (a arrays) whole(t *testing.T, name string) []int {
	var y []int
	for _, v := range a.get(t, name) {
		y = append(y, int(v))
	}
	return y
}

// member returns the name of a parameter in the files, where a single block has none.
func member(name string) string { return strings.TrimPrefix(name, "blocks.0.") }

// fill sets the parameters of a network from the members with the prefix, which must be all of them.
func (a arrays) fill(t *testing.T, prefix string, m nn.Module[float64]) {
	t.Helper()
	members := 0
	for name := range a {
		if strings.HasPrefix(name, prefix) {
			members++
		}
	}
	if members != len(m.Params()) || members == 0 {
		t.Fatalf("%d members of %s*, %d parameters", members, prefix, len(m.Params()))
	}
	for _, p := range m.Params() {
		values := a.get(t, prefix+member(p.Name))
		if copy(p.Value, values); len(values) != len(p.Value) {
			t.Fatalf("%s holds %d numbers, want %d", prefix+p.Name, len(values), len(p.Value))
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

// A fixture is a network as PyTorch computed it: how to build it, and how its file is to be read. Sizes are those of
// the file.
type fixture struct {
	build   func(t *testing.T, a arrays) model
	squared bool                         // error of the probabilities that come out; else cross-entropy
	opt     func() nn.Optimiser[float64] // where the file holds the steps of one
}

// model is a network with its two ways to be called.
type model struct {
	nn.Module[float64]
	forward  func() xent.Matrix[float64]               // of the file's x
	backward func(grad xent.Matrix[float64]) []float64 // dL/dx, nil where x are ids
}

// sequence is the network of some layers, of which each row is all of x but its first dimension.
func sequence(t *testing.T, a arrays, layers ...nn.Layer[float64]) model {
	net, x := nn.NewNet(layers...), a.get(t, "x")
	return model{net,
		func() xent.Matrix[float64] { return net.Forward(xent.MatrixOf(x, len(x)/a["x"].shape[0])) },
		func(grad xent.Matrix[float64]) []float64 { return net.Backward(grad).Data }}
}

var act = nn.NewActivate[float64]

// mlp has activations between its dense layers, and more layers at its end.
func mlp(activations []nn.Activation, more ...nn.Layer[float64]) func(t *testing.T, a arrays) model {
	return func(t *testing.T, a arrays) model {
		layers := []nn.Layer[float64]{a.dense(t, "0")}
		for i, f := range activations {
			layers = append(layers, act(f), a.dense(t, strconv.Itoa(2*i+2)))
		}
		return sequence(t, a, append(layers, more...)...)
	}
}

// convolution has windows with a margin, a pool, and windows without.
func convolution(t *testing.T, a arrays) model {
	rng, x := nn.NewRand(1), a["x"].shape
	first, second := a.weight(t, "0"), a.weight(t, "3")
	one := nn.NewConv2D[float64](rng, nn.Zeros, nn.Images{Channels: x[1], Height: x[2], Width: x[3]}, first[0], nn.Window{Size: first[2], Pad: 1})
	pool := nn.NewMaxPool2D[float64](one.Out, 2)
	two := nn.NewConv2D[float64](rng, nn.Zeros, pool.Out, second[0], nn.Window{Size: second[2]})
	return sequence(t, a, one, act(nn.ReLU), pool, two, act(nn.ReLU), nn.NewFlatten[float64](), a.dense(t, "6"))
}

// transformer has one block of two heads.
func transformer(t *testing.T, a arrays) model {
	m := nn.NewTransformer[float64](nn.NewRand(1), nn.Zeros, nn.TransformerShape{
		Vocab: a.weight(t, "tok")[0], Length: a.weight(t, "pos")[0], Width: a.weight(t, "tok")[1], Heads: 2, Blocks: 1, Hidden: a.weight(t, "fc")[0]})
	return model{m,
		func() xent.Matrix[float64] { return m.Forward(a.whole(t, "x"), a["x"].shape[1]) },
		func(grad xent.Matrix[float64]) []float64 { m.Backward(grad); return nil }}
}

var fixtures = map[string]fixture{
	"nn-mlp-sigmoid.npz":   {build: mlp([]nn.Activation{nn.Sigmoid, nn.Sigmoid})},
	"nn-mlp-tanh-gelu.npz": {build: mlp([]nn.Activation{nn.Tanh, nn.GELU})},
	"nn-mlp-relu-mse.npz":  {build: mlp([]nn.Activation{nn.ReLU}, nn.NewSoftmax[float64]()), squared: true},
	"nn-conv.npz":          {build: convolution},
	"nn-transformer.npz":   {build: transformer},
	"nn-opt-sgd.npz":       {build: mlp([]nn.Activation{nn.ReLU}), opt: func() nn.Optimiser[float64] { return &nn.SGD[float64]{Rate: .1, Momentum: .9} }},
	"nn-opt-adamw.npz":     {build: mlp([]nn.Activation{nn.ReLU}), opt: func() nn.Optimiser[float64] { return &nn.AdamW[float64]{Rate: .01, Decay: .05} }},
}

// Outputs, losses, gradients and steps of optimisers are those of PyTorch, in every fixture of the folder
// XENT_FIXTURES, or of testdata. A file that begins with nn- and that no network here is known for, fails.
func TestFixtures(t *testing.T) {
	folder, least := "testdata", len(fixtures)
	if f := os.Getenv("XENT_FIXTURES"); f != "" {
		folder, least = f, 1
	}
	files, err := filepath.Glob(filepath.Join(folder, "nn-*.npz"))
	if err != nil || len(files) < least {
		t.Fatalf("%s: %d fixtures, want at least %d; %v", folder, len(files), least, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			f, ok := fixtures[filepath.Base(file)]
			if !ok {
				t.Fatal("no network is known for this file")
			}
			if a := load(t, file); f.opt != nil {
				f.steps(t, a)
			} else {
				f.pass(t, a)
			}
		})
	}
}

// loss returns the loss of outputs and stores its gradient in grad.
func (f fixture) loss(t *testing.T, a arrays, grad, out xent.Matrix[float64]) float64 {
	t.Helper()
	var res xent.Result
	var err error
	if f.squared {
		res, err = xent.SquaredErrorGrad(grad, out, xent.MatrixOf(a.get(t, "y"), out.Cols), nil)
	} else {
		res, err = xent.CrossEntropyGrad(grad, xent.Logits[float64](out), a.whole(t, "y"), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return float64(res.Mean())
}

// pass compares one forward and one backward pass.
func (f fixture) pass(t *testing.T, a arrays) {
	m := f.build(t, a)
	a.fill(t, "param.", m)
	out := m.forward()
	same(t, "out", out.Data, a.get(t, "out"))
	grad := xent.MatrixOf(make([]float64, len(out.Data)), out.Cols)
	same(t, "loss", []float64{f.loss(t, a, grad, out)}, a.get(t, "loss"))
	if dx := m.backward(grad); dx != nil {
		same(t, "grad_x", dx, a.get(t, "grad_x"))
	}
	for _, p := range m.Params() {
		same(t, "grad."+p.Name, p.Grad, a.get(t, "grad."+member(p.Name)))
	}
}

// steps compares the losses of full-batch steps, and where they end.
func (f fixture) steps(t *testing.T, a arrays) {
	m, opt := f.build(t, a), f.opt()
	a.fill(t, "init.", m)
	var losses []float64
	for range a.get(t, "losses") {
		out := m.forward()
		grad := xent.MatrixOf(make([]float64, len(out.Data)), out.Cols)
		losses = append(losses, f.loss(t, a, grad, out))
		m.backward(grad)
		opt.Step(m.Params())
	}
	same(t, "losses", losses, a.get(t, "losses"))
	for _, p := range m.Params() {
		same(t, "final."+p.Name, p.Value, a.get(t, "final."+member(p.Name)))
	}
}
