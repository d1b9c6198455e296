// Package nn holds small networks whose backward pass one can read.
//
// A [Layer] is one file: its Forward, and the derivative of its Forward written by hand. A [Net] is
// layers one after the other. Losses are those of package xent, as they are:
//
//	rng := nn.NewRand(1)
//	net := nn.MLP[float64](rng, nn.Tanh, nn.Xavier, 2, 8, 8, 1)
//	out := net.Forward(x)
//	res, err := xent.BinaryCrossEntropyGrad(grad, xent.Logits[float64](out), y, nil)
//	net.Backward(grad)                    // every Param now holds its gradient
//	(&nn.SGD[float64]{Rate: 0.1}).Step(net.Params())
//
// # Map
//
//	layer       forward               backward                              PyTorch
//	Dense       y = x·Wᵀ + b          dW = dyᵀ·x, db = Σ dy, dx = dy·W      nn.Linear
//	Activate    y = f(x)              dx = dy·f'(x)                         nn.Sigmoid, nn.Tanh, nn.ReLU, nn.GELU
//	Softmax     y = softmax(x)        dx = y·(dy - Σ dy·y)                  nn.Softmax(dim=1)
//
//	initialisation   Xavier, He, Normal(sd), Zeros   of weights; biases begin at 0
//	optimiser        SGD with momentum, AdamW        one step over all parameters
//	Recorder         what each layer's gradient, activations and weights look like
//
// # Conventions
//
// Batches are [rows, features], weights [out, in] as in PyTorch. A layer keeps what its backward pass
// needs in memory of its own, which it reuses: after the first step of a batch's size nothing is allocated.
// Forward and Backward of one layer therefore belong together, and what they return is valid until the
// next call. Matrices have no gaps (Stride 0 or Cols); another one, or a wrong number of columns,
// is a mistake of the program and panics.
//
// NaN and infinities pass through as arithmetic has them, and [Recorder] counts them.
//
// The same seed gives the same network on every machine.
package nn
