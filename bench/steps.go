package main

import (
	"math/rand/v2"

	"xent"
	"xent/nn"
)

// The networks whose steps are measured, for images of 28 by 28 pixels in 10 classes.
const (
	stepRows = 128
	pixels   = 28 * 28
)

// A stepped is a network with what one step of it takes.
type stepped struct {
	key, name, shape string
	build            func() *nn.Net[float32]
	flops            float64 // of the products: forward, gradients of weights, and of inputs but the first layer's
}

var steppeds = []stepped{
	{"step.mlp", "training step, MLP", "784-256-10", func() *nn.Net[float32] {
		return nn.MLP[float32](nn.NewRand(1), nn.ReLU, nn.Zeros, pixels, 256, 10)
	}, 2 * stepRows * (2*pixels*256 + 3*256*10)},
	{"step.cnn", "training step, CNN", "conv16-conv32-128-10", func() *nn.Net[float32] {
		rng, window := nn.NewRand(1), nn.Window{Size: 3, Pad: 1}
		one := nn.NewConv2D[float32](rng, nn.Zeros, nn.Images{Channels: 1, Height: 28, Width: 28}, 16, window)
		half := nn.NewMaxPool2D[float32](one.Out, 2)
		two := nn.NewConv2D[float32](rng, nn.Zeros, half.Out, 32, window)
		quarter := nn.NewMaxPool2D[float32](two.Out, 2)
		return nn.NewNet[float32](
			one, nn.NewActivate[float32](nn.ReLU), half,
			two, nn.NewActivate[float32](nn.ReLU), quarter, nn.NewFlatten[float32](),
			nn.NewDense[float32](rng, nn.Zeros, quarter.Out.Size(), 128), nn.NewActivate[float32](nn.ReLU),
			nn.NewDense[float32](rng, nn.Zeros, 128, 10))
	}, 2 * stepRows * (2*pixels*9*16 + 3*pixels/4*9*16*32 + 3*(pixels/16*32*128+128*10))},
}

// numbers returns how many a network learns.
func numbers(net *nn.Net[float32]) (n int) {
	for _, p := range net.Params() {
		n += len(p.Value)
	}
	return n
}

// batch writes images, their labels and the weights of a network.
func (b *bench) batch(s stepped) (paths map[string]string, err error) {
	rng := rand.New(rand.NewPCG(5, 1))
	return b.write(map[string]array{
		"images": {func(int) float32 { return float32(rng.NormFloat64()) }, []int{stepRows, pixels}},
		"params": {func(int) float32 { return .05 * float32(rng.NormFloat64()) }, []int{1, numbers(s.build())}},
		"labels": labelsOf(stepRows, 10),
	})
}

// steps measures one step of gradient descent on a batch: forward, loss, backward, update. The rate is 0, so that all
// start each run from the same weights; an update by 0 costs what any does.
func (b *bench) steps(s stepped) error {
	arrays, err := b.batch(s)
	if err != nil {
		return err
	}
	if err := b.load(arrays); err != nil {
		return err
	}
	defer b.remove(arrays)
	for _, threads := range b.opt.threads {
		r := Row{Work: s.name, Shape: s.shape, Threads: threads, Items: stepRows, Flops: s.flops, Goals: []Goal{{Of: torch, Want: 1}}}
		if err := b.compare(s.key, r); err != nil {
			return err
		}
	}
	return nil
}

// stepOf returns the network of a kind of work, if it is one.
func stepOf(work string) (stepped, bool) {
	for _, s := range steppeds {
		if s.key == work {
			return s, true
		}
	}
	return stepped{}, false
}

// step is a step as a user of the library would write it.
func (w *works) step(s stepped, threads int) (job, error) {
	net, at := s.build(), w.data("params")
	for _, p := range net.Params() {
		at = at[copy(p.Value, at):]
	}
	nn.SetWorkers(net, threads)
	images := xent.MatrixOf(w.data("images"), pixels)
	grad := xent.MatrixOf(make([]float32, stepRows*10), 10)
	opt := &nn.SGD[float32]{Rate: 0, Workers: threads}
	options := &xent.Options{Workers: threads}
	return mean(func() (xent.Result, error) {
		res, err := xent.CrossEntropyGrad(grad, xent.Logits[float32](net.Forward(images)), w.labels, options)
		if err == nil {
			net.Learn(grad)
			opt.Step(net.Params())
		}
		return res, err
	}), nil
}
