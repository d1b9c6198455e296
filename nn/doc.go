// Package nn holds small networks whose backward pass one can read.
//
// A [Layer] is one file: its Forward, and the derivative of its Forward written by hand. A [Net] is
// layers one after the other. Losses are those of package xent, as they are:
//
//	rng := nn.NewRand(1)
//	net := nn.MLP[float64](rng, nn.Tanh, nn.Xavier, 2, 8, 8, 1)
//	out := net.Forward(x)
//	res, err := xent.BinaryCrossEntropyGrad(grad, xent.Logits[float64](out), y, nil)
//	net.Learn(grad)                       // every Param now holds its gradient
//	(&nn.SGD[float64]{Rate: 0.1}).Step(net.Params())
//
// # Map
//
//	layer         forward                       backward                                     PyTorch
//	Dense         y = x·Wᵀ + b                  dW = dyᵀ·x, db = Σ dy, dx = dy·W             nn.Linear
//	Conv2D        y = W·X + b, X: im2col of x   dW = dy·Xᵀ, db = Σ dy, dX = Wᵀ·dy            nn.Conv2d
//	MaxPool2D     y = max of each window        dx = dy at the largest, else 0               nn.MaxPool2d
//	Flatten       y = x                         dx = dy                                      nn.Flatten
//	Embedding     y = W[ids]                    dW[id] = Σ dy                                nn.Embedding
//	LayerNorm     y = w·h + b, h standardised   dx = (g - mean(g) - h·mean(g·h))/σ, g = w·dy nn.LayerNorm
//	Attention     o = softmax(q·kᵀ/√d)·v        dv = pᵀ·do, dp = do·vᵀ, then softmax's       F.scaled_dot_product_attention(is_causal=True)
//	Activate      y = f(x)                      dx = dy·f'(x)                                nn.Sigmoid, nn.Tanh, nn.ReLU, nn.GELU
//	Softmax       y = softmax(x)                dx = y·(dy - Σ dy·y)                         nn.Softmax(dim=1)
//	Residual      y = x + f(x)                  dx = dy + f'(x)·dy                           x + f(x)
//	Net           layers in order               in reverse order                             nn.Sequential
//	Transformer   a language model of these     in reverse order
//
//	initialisation   Xavier, He, Normal(sd), Zeros   of weights; biases begin at 0
//	optimiser        SGD, Adam, AdamW                one step over all parameters; xent.ClipNorm before it
//	Schedule         nil: constant; Cosine           with warm-up
//	Recorder         what each layer's gradient, activations and weights look like
//
// # Conventions
//
// Batches are [rows, features], weights [out, in] as in PyTorch. An image is a row, [channels, height, width]; a sequence
// is so many rows one after the other. A layer keeps what its backward pass
// needs in memory of its own, which it reuses: after the first step of a batch's size nothing is allocated.
// Forward and Backward of one layer therefore belong together, and what they return is valid until the
// next call. Matrices have no gaps (Stride 0 or Cols); another one, or a wrong number of columns,
// is a mistake of the program and panics.
//
// NaN and infinities pass through as arithmetic has them, and [Recorder] counts them.
//
// The same seed gives the same network on every machine. A run gives the same bits again on the same machine, on any
// number of goroutines ([SetWorkers]); kernels of another machine round sums of products differently.
//
// # Saving
//
// A run is its parameters ([Module].Params, by PyTorch's names), the state of its optimiser ([Optimiser].State) and of its
// random stream ([Rand.State]): what is restored goes on with the same bits.
package nn
