package nn_test

import (
	"fmt"
	"testing"

	"xent"
	"xent/nn"
)

// networks for images of 28 by 28 pixels in 10 classes.
func perceptron() *nn.Net[float32] {
	return nn.MLP[float32](nn.NewRand(1), nn.ReLU, nn.He, 784, 256, 10)
}

func convolutional() *nn.Net[float32] {
	rng := nn.NewRand(1)
	one := nn.NewConv2D[float32](rng, nn.He, nn.Images{Channels: 1, Height: 28, Width: 28}, 16, nn.Window{Size: 3, Pad: 1})
	half := nn.NewMaxPool2D[float32](one.Out, 2)
	two := nn.NewConv2D[float32](rng, nn.He, half.Out, 32, nn.Window{Size: 3, Pad: 1})
	quarter := nn.NewMaxPool2D[float32](two.Out, 2)
	return nn.NewNet[float32](
		one, nn.NewActivate[float32](nn.ReLU), half,
		two, nn.NewActivate[float32](nn.ReLU), quarter, nn.NewFlatten[float32](),
		nn.NewDense[float32](rng, nn.He, quarter.Out.Size(), 128), nn.NewActivate[float32](nn.ReLU),
		nn.NewDense[float32](rng, nn.He, 128, 10))
}

// One step of gradient descent on a batch of 128 images: forward, loss, backward, update.
func BenchmarkStep(b *testing.B) {
	for _, tt := range []struct {
		name string
		net  func() *nn.Net[float32]
	}{{"mlp", perceptron}, {"cnn", convolutional}} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("net=%s/workers=%d", tt.name, workers), func(b *testing.B) {
				const rows = 128
				net := tt.net()
				nn.SetWorkers(net, workers)
				x, labels := xent.MatrixOf(normals[float32](3, rows*784), 784), make([]int, rows)
				for i := range labels {
					labels[i] = i % 10
				}
				grad := xent.MatrixOf(make([]float32, rows*10), 10)
				opt, options := &nn.SGD[float32]{Rate: .01}, &xent.Options{Workers: 1}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := xent.CrossEntropyGrad(grad, xent.Logits[float32](net.Forward(x)), labels, options); err != nil {
						b.Fatal(err)
					}
					net.Learn(grad)
					opt.Step(net.Params())
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "ms/step")
			})
		}
	}
}
