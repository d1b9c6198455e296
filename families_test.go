package xent_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"xent"
)

// A family is one loss as a function of its predictions; what it compares them with is fixed.
// Whatever holds for every loss is tested on all of them here.
type family[T xent.Float] struct {
	name  string
	cols  int
	value func(x xent.Matrix[T], workers int) (xent.Result, error)
	grad  func(g, x xent.Matrix[T], workers int) (xent.Result, error)
	rows  func(loss []T, x xent.Matrix[T], workers int) (xent.Result, error)

	input func(x T) T // what an input becomes; nil: itself
}

func (f *family[T]) inputs() []T {
	data, _, _ := familyInputs[T](familyRows, f.cols)
	for i, x := range data {
		if f.input != nil {
			data[i] = f.input(x)
		}
	}
	return data
}

const familyRows, familyClasses = 150, 7 // 50 chunks of 3 rows

// familyInputs returns predictions, targets that sum to 1 by row, and labels.
func familyInputs[T xent.Float](rows, cols int) (x, target []T, labels []int32) {
	x, target, labels = make([]T, rows*cols), make([]T, rows*cols), make([]int32, rows)
	for i := range x {
		x[i] = T(4 * math.Sin(float64(i*i)))
		target[i] = T(float64(1+i%cols) / float64(cols*(cols+1)/2))
	}
	for i := range labels {
		labels[i] = int32(i % cols)
	}
	return x, target, labels
}

func families[T xent.Float]() (all []family[T]) {
	type M = xent.Matrix[T]
	const k = familyClasses
	x, probs, labels := familyInputs[T](familyRows, k)
	teacher := slices.Clone(x)
	slices.Reverse(teacher)
	for _, d := range divergences {
		opt := workersOf(d.opt, func(o *xent.DivergenceOptions) *int { return &o.Workers })
		all = append(all, family[T]{fmt.Sprintf("Divergence of a teacher, %s(%g)", d.name, d.a), k,
			func(x M, w int) (xent.Result, error) {
				return xent.Divergence(xent.Logits[T](x), xent.TeacherOf(teacher, k), opt(w))
			},
			func(g, x M, w int) (xent.Result, error) {
				return xent.DivergenceGrad(g, xent.Logits[T](x), xent.TeacherOf(teacher, k), opt(w))
			},
			func(l []T, x M, w int) (xent.Result, error) {
				return xent.DivergenceRows(l, xent.Logits[T](x), xent.TeacherOf(teacher, k), opt(w))
			}, nil,
		}, family[T]{fmt.Sprintf("Divergence of probabilities, %s(%g)", d.name, d.a), k,
			func(x M, w int) (xent.Result, error) {
				return xent.Divergence(xent.Logits[T](x), xent.ProbsOf(probs, k), opt(w))
			},
			func(g, x M, w int) (xent.Result, error) {
				return xent.DivergenceGrad(g, xent.Logits[T](x), xent.ProbsOf(probs, k), opt(w))
			},
			func(l []T, x M, w int) (xent.Result, error) {
				return xent.DivergenceRows(l, xent.Logits[T](x), xent.ProbsOf(probs, k), opt(w))
			}, nil,
		})
	}
	for _, d := range distillations {
		opt := workersOf(d.opt, func(o *xent.DistillOptions) *int { return &o.Workers })
		all = append(all, family[T]{"Distill, " + d.name, k,
			func(x M, w int) (xent.Result, error) {
				return xent.Distill(xent.Logits[T](x), xent.TeacherOf(teacher, k), labels, opt(w))
			},
			func(g, x M, w int) (xent.Result, error) {
				return xent.DistillGrad(g, xent.Logits[T](x), xent.TeacherOf(teacher, k), labels, opt(w))
			},
			func(l []T, x M, w int) (xent.Result, error) {
				return xent.DistillRows(l, xent.Logits[T](x), xent.TeacherOf(teacher, k), labels, opt(w))
			}, nil,
		})
	}
	target := xent.MatrixOf(probs, k)
	squared := workersOf(xent.SquaredOptions{}, func(o *xent.SquaredOptions) *int { return &o.Workers })
	poisson := workersOf(xent.PoissonOptions{Full: true}, func(o *xent.PoissonOptions) *int { return &o.Workers })
	gaussian := workersOf(xent.GaussianOptions{Full: true, MinVar: .1}, func(o *xent.GaussianOptions) *int { return &o.Workers })
	prior := workersOf(xent.GaussianKLOptions{FreeNats: .01}, func(o *xent.GaussianKLOptions) *int { return &o.Workers })
	reversed := workersOf(xent.GaussianKLOptions{Reverse: true}, func(o *xent.GaussianKLOptions) *int { return &o.Workers })
	other := xent.Normals[T]{Mean: target, Var: target}
	normal := func(x M) xent.Normals[T] { return xent.Normals[T]{Mean: x, LogVar: xent.MatrixOf(teacher, k)} }
	pairs := workersOf(xent.InfoNCEOptions{Temperature: .5}, func(o *xent.InfoNCEOptions) *int { return &o.Workers })
	for _, alpha := range []float64{1.25, 1.5, 2} {
		opt := workersOf(xent.EntmaxOptions{Alpha: alpha, IgnoreIndex: new(3)}, func(o *xent.EntmaxOptions) *int { return &o.Workers })
		all = append(all, family[T]{fmt.Sprintf("EntmaxLoss(%g)", alpha), k,
			func(x M, w int) (xent.Result, error) { return xent.EntmaxLoss(xent.Logits[T](x), labels, opt(w)) },
			func(g, x M, w int) (xent.Result, error) {
				return xent.EntmaxLossGrad(g, xent.Logits[T](x), labels, opt(w))
			},
			func(l []T, x M, w int) (xent.Result, error) {
				return xent.EntmaxLossRows(l, xent.Logits[T](x), labels, opt(w))
			}, nil,
		})
	}
	ordered := workersOf(xent.OrdinalOptions{PerThreshold: true, IgnoreIndex: new(2)}, func(o *xent.OrdinalOptions) *int { return &o.Workers })
	all = append(all, family[T]{"Ordinal", k,
		func(x M, w int) (xent.Result, error) { return xent.Ordinal(xent.Logits[T](x), labels, ordered(w)) },
		func(g, x M, w int) (xent.Result, error) {
			return xent.OrdinalGrad(g, xent.Logits[T](x), labels, ordered(w))
		},
		func(l []T, x M, w int) (xent.Result, error) {
			return xent.OrdinalRows(l, xent.Logits[T](x), labels, ordered(w))
		}, nil,
	}, family[T]{"RankedProbability", k,
		func(x M, w int) (xent.Result, error) {
			return xent.RankedProbability(xent.Logits[T](x), labels, ordered(w))
		},
		func(g, x M, w int) (xent.Result, error) {
			return xent.RankedProbabilityGrad(g, xent.Logits[T](x), labels, ordered(w))
		},
		func(l []T, x M, w int) (xent.Result, error) {
			return xent.RankedProbabilityRows(l, xent.Logits[T](x), labels, ordered(w))
		}, nil,
	})
	all = append(all, givenFamilies[T](labels, probs)...)
	return append(all, family[T]{"InfoNCE", familyRows + 3,
		func(x M, w int) (xent.Result, error) { return xent.InfoNCE(xent.Logits[T](x), pairs(w)) },
		func(g, x M, w int) (xent.Result, error) { return xent.InfoNCEGrad(g, xent.Logits[T](x), pairs(w)) },
		func(l []T, x M, w int) (xent.Result, error) { return xent.InfoNCERows(l, xent.Logits[T](x), pairs(w)) }, nil,
	}, family[T]{"SquaredError", k,
		func(x M, w int) (xent.Result, error) { return xent.SquaredError(x, target, squared(w)) },
		func(g, x M, w int) (xent.Result, error) { return xent.SquaredErrorGrad(g, x, target, squared(w)) },
		func(l []T, x M, w int) (xent.Result, error) { return xent.SquaredErrorRows(l, x, target, squared(w)) }, nil,
	}, family[T]{"PoissonNLL", k,
		func(x M, w int) (xent.Result, error) { return xent.PoissonNLL(x, target, poisson(w)) },
		func(g, x M, w int) (xent.Result, error) { return xent.PoissonNLLGrad(g, x, target, poisson(w)) },
		func(l []T, x M, w int) (xent.Result, error) { return xent.PoissonNLLRows(l, x, target, poisson(w)) }, nil,
	}, family[T]{"GaussianNLL", k,
		func(x M, w int) (xent.Result, error) { return xent.GaussianNLL(normal(x), target, gaussian(w)) },
		func(g, x M, w int) (xent.Result, error) {
			return xent.GaussianNLLGrad(xent.Normals[T]{Mean: g}, normal(x), target, gaussian(w))
		},
		func(l []T, x M, w int) (xent.Result, error) {
			return xent.GaussianNLLRows(l, normal(x), target, gaussian(w))
		}, nil,
	}, family[T]{"GaussianKL of another", k,
		func(x M, w int) (xent.Result, error) { return xent.GaussianKL(normal(x), other, reversed(w)) },
		func(g, x M, w int) (xent.Result, error) {
			return xent.GaussianKLGrad(xent.Normals[T]{Mean: g}, normal(x), other, reversed(w))
		},
		func(l []T, x M, w int) (xent.Result, error) {
			return xent.GaussianKLRows(l, normal(x), other, reversed(w))
		}, nil,
	}, family[T]{"GaussianKL", k,
		func(x M, w int) (xent.Result, error) { return xent.GaussianKL(normal(x), xent.Normals[T]{}, prior(w)) },
		func(g, x M, w int) (xent.Result, error) {
			return xent.GaussianKLGrad(xent.Normals[T]{Mean: g}, normal(x), xent.Normals[T]{}, prior(w))
		},
		func(l []T, x M, w int) (xent.Result, error) {
			return xent.GaussianKLRows(l, normal(x), xent.Normals[T]{}, prior(w))
		}, nil,
	})
}

// givenFamilies are the losses of probabilities, and those with weights of rows.
func givenFamilies[T xent.Float](labels []int32, targets []T) (all []family[T]) {
	type M = xent.Matrix[T]
	const k = familyClasses
	target := xent.ProbsOf(targets, k)
	rowWeights := make([]float64, familyRows)
	for i := range rowWeights {
		rowWeights[i] = float64(i%5) / 4 // a fifth of them 0
	}
	share := func(x T) T { return (x + 4) / 8 }
	for _, o := range []xent.LogLossOptions{
		{Sums: xent.SumKept, RowWeights: rowWeights},
		{Sums: xent.SumDivided, Smoothing: .1, Weights: sevenWeights, Focus: 2, Robustness: .5, Poly: 1},
	} {
		opt := workersOf(o, func(o *xent.LogLossOptions) *int { return &o.Workers })
		all = append(all, family[T]{fmt.Sprintf("LogLoss, sums %d", o.Sums), k,
			func(x M, w int) (xent.Result, error) { return xent.LogLoss(xent.Probs[T](x), labels, opt(w)) },
			func(g, x M, w int) (xent.Result, error) {
				return xent.LogLossGrad(g, xent.Probs[T](x), labels, opt(w))
			},
			func(l []T, x M, w int) (xent.Result, error) {
				return xent.LogLossRows(l, xent.Probs[T](x), labels, opt(w))
			}, share,
		}, family[T]{fmt.Sprintf("SoftLogLoss, sums %d", o.Sums), k,
			func(x M, w int) (xent.Result, error) { return xent.SoftLogLoss(xent.LogProbs[T](x), target, opt(w)) },
			func(g, x M, w int) (xent.Result, error) {
				return xent.SoftLogLossGrad(g, xent.LogProbs[T](x), target, opt(w))
			},
			func(l []T, x M, w int) (xent.Result, error) {
				return xent.SoftLogLossRows(l, xent.LogProbs[T](x), target, opt(w))
			}, func(x T) T { return x - 5 },
		})
	}
	binary := workersOf(xent.BinaryOptions{Focus: 2, PosWeight: []float64{3}, Ignore: new(.25)}, func(o *xent.BinaryOptions) *int { return &o.Workers })
	brier := workersOf(xent.BrierOptions{Temperature: 2, RowWeights: rowWeights, IgnoreIndex: new(3)}, func(o *xent.BrierOptions) *int { return &o.Workers })
	weighted := workersOf(xent.Options{RowWeights: rowWeights, TopK: 3, ZPenalty: .1, Weights: sevenWeights}, func(o *xent.Options) *int { return &o.Workers })
	js := workersOf(xent.DivergenceOptions{Kind: xent.JS, RowWeights: rowWeights, Denominator: xent.Weights}, func(o *xent.DivergenceOptions) *int { return &o.Workers })
	squared := workersOf(xent.SquaredOptions{RowWeights: rowWeights, Denominator: xent.Weights}, func(o *xent.SquaredOptions) *int { return &o.Workers })
	return append(all, family[T]{"BinaryLogLoss", k,
		func(x M, w int) (xent.Result, error) {
			return xent.BinaryLogLoss(xent.Probs[T](x), M(target), binary(w))
		},
		func(g, x M, w int) (xent.Result, error) {
			return xent.BinaryLogLossGrad(g, xent.Probs[T](x), M(target), binary(w))
		},
		func(l []T, x M, w int) (xent.Result, error) {
			return xent.BinaryLogLossRows(l, xent.Probs[T](x), M(target), binary(w))
		}, share,
	}, family[T]{"Brier", k,
		func(x M, w int) (xent.Result, error) { return xent.Brier(xent.Logits[T](x), labels, brier(w)) },
		func(g, x M, w int) (xent.Result, error) {
			return xent.BrierGrad(g, xent.Logits[T](x), labels, brier(w))
		},
		func(l []T, x M, w int) (xent.Result, error) {
			return xent.BrierRows(l, xent.Logits[T](x), labels, brier(w))
		}, nil,
	}, family[T]{"CrossEntropy, weighted rows", k,
		func(x M, w int) (xent.Result, error) {
			return xent.CrossEntropy(xent.Logits[T](x), labels, weighted(w))
		},
		func(g, x M, w int) (xent.Result, error) {
			return xent.CrossEntropyGrad(g, xent.Logits[T](x), labels, weighted(w))
		},
		func(l []T, x M, w int) (xent.Result, error) {
			return xent.CrossEntropyRows(l, xent.Logits[T](x), labels, weighted(w))
		}, nil,
	}, family[T]{"Divergence, weighted rows", k,
		func(x M, w int) (xent.Result, error) { return xent.Divergence(xent.Logits[T](x), target, js(w)) },
		func(g, x M, w int) (xent.Result, error) {
			return xent.DivergenceGrad(g, xent.Logits[T](x), target, js(w))
		},
		func(l []T, x M, w int) (xent.Result, error) {
			return xent.DivergenceRows(l, xent.Logits[T](x), target, js(w))
		}, nil,
	}, family[T]{"SquaredError, weighted rows", k,
		func(x M, w int) (xent.Result, error) { return xent.SquaredError(x, M(target), squared(w)) },
		func(g, x M, w int) (xent.Result, error) { return xent.SquaredErrorGrad(g, x, M(target), squared(w)) },
		func(l []T, x M, w int) (xent.Result, error) {
			return xent.SquaredErrorRows(l, x, M(target), squared(w))
		}, nil,
	})
}

// workersOf returns options by number of workers, made beforehand so that none is allocated later.
func workersOf[O any](opt O, workers func(*O) *int) func(w int) *O {
	made := map[int]*O{}
	for _, w := range []int{0, 1, 2, 3, 16} {
		o := opt
		*workers(&o) = w
		made[w] = &o
	}
	return func(w int) *O { return made[w] }
}

func TestFamilies(t *testing.T) {
	t.Run("float32", testFamilies[float32])
	t.Run("float64", testFamilies[float64])
}

func testFamilies[T xent.Float](t *testing.T) {
	for _, f := range families[T]() {
		t.Run(f.name, func(t *testing.T) {
			data := f.inputs()
			x := xent.MatrixOf(data, f.cols)
			grad, loss := xent.MatrixOf(make([]T, len(data)), f.cols), make([]T, familyRows)
			want, err := f.value(x, 1)
			if err != nil {
				t.Fatal(err)
			}
			if n := testing.AllocsPerRun(2, func() {
				_, e1 := f.value(x, 1)
				_, e2 := f.grad(grad, x, 1)
				_, e3 := f.rows(loss, x, 1)
				if e1 != nil || e2 != nil || e3 != nil {
					t.Fatal(e1, e2, e3)
				}
			}); n != 0 {
				t.Errorf("%g allocations with one worker", n)
			}
			sum := 0.0
			for _, l := range loss {
				sum += float64(l)
			}
			near(t, sum, float64(want.Sum()), 1e-4)

			// the same bits for any number of workers, in place or not, with or without a stride
			for _, workers := range []int{0, 2, 3, 16} {
				g, l := xent.MatrixOf(slices.Clone(data), f.cols), make([]T, familyRows)
				r1, e1 := f.value(x, workers)
				r3, e3 := f.rows(l, x, workers)
				r2, e2 := f.grad(g, g, workers)
				if e1 != nil || e2 != nil || e3 != nil {
					t.Fatal(e1, e2, e3)
				}
				if r1 != want || r2 != want || r3 != want || !slices.Equal(g.Data, grad.Data) || !slices.Equal(l, loss) {
					t.Errorf("%d workers: another result", workers)
				}
			}
			wide := strided[T](widen(data), f.cols, f.cols+2)
			g := strided[T](make([]float64, len(data)), f.cols, f.cols+3)
			if r, err := f.grad(g, wide, 1); err != nil || r != want {
				t.Errorf("with a stride: %v, %v", r.Sum(), err)
			}
			for i := range familyRows {
				if !slices.Equal(g.Row(i), grad.Row(i)) {
					t.Fatalf("with a stride: another gradient in row %d", i)
				}
			}
			checkGuards(t, g)
			checkGuards(t, wide)

			// nothing is written when the shapes do not fit
			short := xent.MatrixOf(make([]T, len(data)-f.cols), f.cols)
			if _, err := f.grad(short, x, 1); err == nil {
				t.Error("a gradient of fewer rows")
			}
			if _, err := f.rows(loss[1:], x, 1); err == nil {
				t.Error("fewer losses than rows")
			}
			if slices.ContainsFunc(short.Data, func(v T) bool { return v != 0 }) {
				t.Error("a gradient was written before the error")
			}
		})
	}
}
