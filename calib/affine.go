package calib

import "math"

// A Family is a set of maps of log-probabilities, each of which holds the ones before it.
type Family int

// The families of [FitAffine].
const (
	Temperature Family = iota // β·z
	Bias                      // β·z + b: a shift of every class
	Vector                    // (β+δ)∘z + b: a factor for every class
	Matrix                    // (β·1+O)·z + b: Dirichlet calibration, for two classes beta calibration
)

// An Affine map turns the log-probabilities z of a row into the logits z' of another prediction.
//
//	z'[k] = β·z[k] + Σ_j O[k][j]·z[j] + b[k]
//
// O is diagonal for a [Vector], and absent below.
type Affine struct {
	Family Family
	Beta   float64
	O      []float64 // the diagonal of a Vector, or [classes, classes] of a Matrix
	B      []float64 // [classes]; nil for a Temperature
}

// Apply stores the logits of z in out.
func (a *Affine) Apply(out, z []float64) {
	for k, v := range z {
		out[k] = a.Beta * v
	}
	switch a.Family {
	case Vector:
		for k, v := range z {
			out[k] += a.O[k] * v
		}
	case Matrix:
		for k := range z {
			out[k] += inner(a.O[k*len(z):(k+1)*len(z)], z)
		}
	}
	for k, v := range a.B {
		out[k] += v
	}
}

// parameters cuts x into the parts of a map.
func (f Family) parameters(x []float64, classes int) Affine {
	a := Affine{Family: f, Beta: x[0]}
	rest := x[1:]
	switch f {
	case Vector:
		a.O, rest = rest[:classes], rest[classes:]
	case Matrix:
		a.O, rest = rest[:classes*classes], rest[classes*classes:]
	}
	if f != Temperature {
		a.B = rest
	}
	return a
}

// Freedom is how many numbers of a map the labels can tell: shifting all b changes nothing.
func (f Family) Freedom(classes int) int {
	switch f {
	case Bias:
		return classes
	case Vector:
		return 2*classes - 1
	case Matrix:
		return classes*classes - 1
	}
	return 1
}

func (f Family) size(classes int) int {
	return map[Family]int{Temperature: 1, Bias: 1 + classes, Vector: 1 + 2*classes, Matrix: 1 + classes + classes*classes}[f]
}

// ridge is λ, which holds O and b near 0 where they would be fitted to chance: none for a [Bias], K/n for a [Vector], K(K-1)/n
// for a [Matrix].
func (f Family) ridge(classes int, n float64) float64 {
	k := float64(classes)
	switch f {
	case Vector:
		return k / n
	case Matrix:
		return k * (k - 1) / n
	}
	return 0
}

// FitAffine returns the map of a family at which the labels cost least, and their mean loss, in nats:
//
//	minimise  Σ w·(logsumexp z' - z'[label])/W + λ/2·(Σ O² + Σ b²)
//
// from a start, which may be nil: the problem is convex, so it changes how long the search takes and not where it ends. Log-
// probabilities below -1000 count as that. Of biases that say the same, b sums to 0. A class without rows goes to -Inf in b without a ridge; the search stops on the way.
//
// Source: Guo, Pleiss, Sun and Weinberger 2017 (temperature, vector); Alexandari, Kundaje and Shrikumar 2020 (bias);
// Kull et al. 2019 (matrix of log-probabilities: Dirichlet); Kull, Silva Filho and Flach 2017 (beta).
func FitAffine(l *Labels, f Family, start *Affine) (*Affine, float64) {
	k, size := l.Classes, f.size(l.Classes)
	x, diagonal := make([]float64, size), make([]float64, size)
	x[0] = 1
	if start != nil {
		x[0] = start.Beta
		to := f.parameters(x, k)
		copy(to.O, start.O)
		copy(to.B, start.B)
	}
	w, n := l.totals()
	lambda := f.ridge(k, n)
	from := f.parameters(x, k)
	c := l.curvature(&from, lambda)
	c.diagonal(diagonal)
	c.factor()
	z := make([]float64, k)
	minimise(x, diagonal, c.solve, func(x, g []float64) float64 {
		clear(g)
		a, slope := f.parameters(x, k), f.parameters(g, k)
		loss := 0.0
		for i, y := range l.Class {
			row, weight := l.row(i), l.weight(i)/w
			a.Apply(z, row)
			loss += weight * softmaxLoss(z, y)
			z[y]--
			for j, r := range z { // weight·(p - t), the slope by z'
				z[j] = weight * r
			}
			g[0] += inner(z, row)
			switch f {
			case Vector:
				for j, r := range z {
					slope.O[j] += r * row[j]
				}
			case Matrix:
				for j, r := range z {
					along(slope.O[j*k:(j+1)*k], r, row)
				}
			}
			for j := range slope.B {
				slope.B[j] += z[j]
			}
		}
		for i := 1; i < size && lambda > 0; i++ {
			loss += lambda / 2 * x[i] * x[i]
			g[i] += lambda * x[i]
		}
		return loss
	})
	a := f.parameters(x, k)
	mean := 0.0
	for _, b := range a.B {
		mean += b / float64(k)
	}
	for j := range a.B {
		a.B[j] -= mean
	}
	return &a, l.affineLoss(&a)
}

// softmaxLoss turns logits z into probabilities, in place, and returns what label y costs.
func softmaxLoss(z []float64, y int) float64 {
	top := math.Inf(-1)
	for _, v := range z {
		top = max(top, v)
	}
	at, sum := z[y]-top, 0.0
	for k, v := range z {
		z[k] = math.Exp(v - top)
		sum += z[k]
	}
	for k := range z {
		z[k] /= sum
	}
	return math.Log(sum) - at
}

func (l *Labels) affineLoss(a *Affine) float64 {
	z := make([]float64, l.Classes)
	sum, w := 0.0, 0.0
	for i, y := range l.Class {
		a.Apply(z, l.row(i))
		sum += l.weight(i) * softmaxLoss(z, y)
		w += l.weight(i)
	}
	return sum / w
}
