package nn_test

import (
	"fmt"

	"xent"
	"xent/nn"
)

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
		net.Learn(grad)
		opt.Step(net.Params())
	}
	// Output:
	// step   0: 0.775 nats
	// step 100: 0.031 nats
	// step 200: 0.012 nats
	// step 300: 0.007 nats
}

// Shapes follow from one another: each layer of images says what it makes of them.
func ExampleConv2D() {
	rng := nn.NewRand(1)
	conv := nn.NewConv2D[float32](rng, nn.He, nn.Images{Channels: 1, Height: 28, Width: 28}, 16, nn.Window{Size: 3, Pad: 1})
	pool := nn.NewMaxPool2D[float32](conv.Out, 2)
	net := nn.NewNet[float32](
		conv, nn.NewActivate[float32](nn.ReLU), pool, nn.NewFlatten[float32](),
		nn.NewDense[float32](rng, nn.He, pool.Out.Size(), 10))
	nn.SetWorkers(net, 0) // all processors

	out := net.Forward(xent.MatrixOf(make([]float32, 3*28*28), 28*28))
	fmt.Println(conv.Out, pool.Out, out.Rows, out.Cols)
	for _, p := range net.Params() {
		fmt.Println(p.Name, p.Shape)
	}
	// Output:
	// {16 28 28} {16 14 14} 3 10
	// 0.weight [16 1 3 3]
	// 0.bias [16]
	// 4.weight [10 3136]
	// 4.bias [10]
}

// A language model learns a sentence by heart, with all that a training run wants: a schedule, clipped
// gradients, and how many of them were.
func ExampleTransformer() {
	text := []int{7, 4, 11, 11, 14, 22, 14, 17, 11, 3} // "helloworld"
	ids, next := text[:9], text[1:]

	m := nn.NewTransformer[float32](nn.NewRand(1), nn.Normal(.1), nn.TransformerShape{Vocab: 26, Length: 9, Width: 16, Heads: 2, Blocks: 1})
	opt := &nn.AdamW[float32]{Rate: .01, Decay: .01, MatricesOnly: true, Schedule: nn.Cosine(10, 100, .1)}
	grad := xent.MatrixOf(make([]float32, 9*26), 26)
	grads, clipping := nn.Grads(m.Params()), xent.Clipping{}
	var first, last xent.Nats
	for step := range 100 {
		res, err := xent.CrossEntropyGrad(grad, xent.Logits[float32](m.Forward(ids, 9)), next, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		m.Backward(grad)
		c, err := xent.ClipNorm(grads, 1)
		if err != nil {
			fmt.Println(err)
			return
		}
		clipping.Merge(c)
		opt.Step(m.Params())
		if last = res.Mean(); step == 0 {
			first = last
		}
	}
	fmt.Printf("%.1f nats a letter, then %.2f; some steps clipped: %t\n", float64(first), float64(last), clipping.Share() > 0)
	// Output:
	// 3.3 nats a letter, then 0.01; some steps clipped: true
}

// The gradient vanishes through layers of sigmoids: more than half a decade at each.
func ExampleRecorder() {
	net := nn.MLP[float64](nn.NewRand(3), nn.Sigmoid, nn.Xavier, 4, 16, 16, 16, 16, 3)
	recorder := nn.NewRecorder(net)
	x := xent.MatrixOf([]float64{1, -1, .5, 2, 0, 1, -2, .3}, 4)
	grad := xent.MatrixOf(make([]float64, 6), 3)
	if _, err := xent.CrossEntropyGrad(grad, xent.Logits[float64](net.Forward(x)), []int{0, 2}, nil); err != nil {
		fmt.Println(err)
		return
	}
	net.Learn(grad)
	recorder.Backward()
	for _, r := range recorder.Records() {
		fmt.Printf("layer %s: RMS gradient %.0e, saturated %.2f\n", r.Name, r.RMS, r.Saturated)
	}
	fmt.Printf("%.2f decades a layer\n", nn.Slope(recorder.Records()))
	// Output:
	// layer 0: RMS gradient 5e-04, saturated 0.00
	// layer 2: RMS gradient 1e-03, saturated 0.00
	// layer 4: RMS gradient 6e-03, saturated 0.00
	// layer 6: RMS gradient 3e-02, saturated 0.00
	// layer 8: RMS gradient 2e-01, saturated NaN
	// 0.68 decades a layer
}
