package calib

import "math"

// A curvature holds the second derivatives of the loss of [FitAffine] at one map, divided by which a slope is a step. With
// p = softmax z', v = (z, 1), or (z[k], 1) of a Vector, or 1 of a Bias, they are
//
//	of β:                   Σ w·Var(z)/W under p
//	of β and class k:       Σ w·p[k]·(z[k] - Σ p·z)·v/W
//	of classes j and k:     Σ w·p[j]·([j = k] - p[k])·v·vᵀ/W + [j = k]·λ·1
//
// up to mostWhole parameters; of more, those of single classes and of β alone. Log-probabilities go together from class to
// class, so that the diagonal is a poor guess: with it the search takes some ten times as many steps.
type curvature struct {
	family  Family
	classes int
	size    int       // parameters of a class
	blocks  []int     // sizes of the square blocks, on the diagonal of the whole
	at      []float64 // the blocks; after factor, the lower halves are their Cholesky factors
	v       []float64 // scratch: parameters in the order of the blocks: β, then class by class
}

const (
	mostWhole      = 256
	mostGuess      = 2048 // rows that it is taken from, about: it guides the search, and does not say where that ends
	leastCurvature = 1e-6 // of what no row tells anything about
)

func (l *Labels) curvature(a *Affine, lambda float64) *curvature {
	k := l.Classes
	m := map[Family]int{Temperature: 0, Bias: 1, Vector: 2, Matrix: k + 1}[a.Family]
	c := &curvature{family: a.Family, classes: k, size: m, v: make([]float64, 1+k*m)}
	c.blocks = append(c.blocks, 1)
	if whole := 1 + k*m; whole <= mostWhole {
		c.blocks[0] = whole
	} else {
		for range k {
			c.blocks = append(c.blocks, m)
		}
	}
	all := 0
	for _, n := range c.blocks {
		all += n * n
	}
	c.at = make([]float64, all)
	p := make([]float64, k)
	step, w := max(len(l.Class)/mostGuess, 1), 0.0
	for i := 0; i < len(l.Class); i += step {
		a.Apply(p, l.row(i))
		softmaxLoss(p, l.Class[i])
		c.add(l.row(i), p, l.weight(i))
		w += l.weight(i)
	}
	c.hold(w, lambda)
	return c
}

// add adds a row of weight w, which is p by the map.
func (c *curvature) add(z, p []float64, w float64) {
	mean, square := 0.0, 0.0
	for j, q := range p {
		if q > 0 {
			mean += q * z[j]
			square += q * z[j] * z[j]
		}
	}
	c.at[0] += w * max(square-mean*mean, 0)
	m, n := c.size, c.blocks[0]
	if m == 0 {
		return
	}
	v := c.v[:m]
	for j, q := range p {
		if !(q > 0) {
			continue
		}
		if n == 1 {
			c.features(v, z, j)
			block := c.at[1+j*m*m:]
			for a, x := range v {
				along(block[a*m:a*m+a+1], w*q*(1-q)*x, v[:a+1])
			}
			continue
		}
		c.features(v, z, j)
		for a := range m { // the rows of class j, left of the diagonal
			row := c.at[(1+j*m+a)*n:]
			x := w * q * v[a]
			row[0] += x * (z[j] - mean)
			for i := range j {
				if c.family == Vector {
					v[0] = z[i]
				}
				along(row[1+i*m:1+i*m+m], -x*p[i], v)
			}
			if c.family == Vector {
				v[0] = z[j]
			}
			along(row[1+j*m:1+j*m+a+1], x*(1-q), v[:a+1])
		}
	}
}

// features are what the parameters of class j are multiplied by.
func (c *curvature) features(v, z []float64, j int) {
	switch c.family {
	case Vector:
		v[0] = z[j]
	case Matrix:
		copy(v, z)
	}
	v[len(v)-1] = 1
}

// hold divides by the weight w of all rows, adds the ridge to all but β, and keeps the diagonal from 0.
func (c *curvature) hold(w, lambda float64) {
	at := 0
	for i := range c.at {
		c.at[i] /= w
	}
	for i, n := range c.blocks {
		for a := range n {
			d := &c.at[at+a*n+a]
			if i > 0 || a > 0 {
				*d += lambda
			}
			*d = max(*d, leastCurvature)
		}
		at += n * n
	}
}

// diagonal stores the curvature along each parameter of x.
func (c *curvature) diagonal(x []float64) {
	at, i := 0, 0
	for _, n := range c.blocks {
		for a := range n {
			c.v[i] = c.at[at+a*n+a]
			i++
		}
		at += n * n
	}
	c.scatter(x)
}

// factor replaces the blocks by their Cholesky factors. Directions in which nothing changes - all biases at once - are kept
// from 0.
func (c *curvature) factor() {
	at := 0
	for _, n := range c.blocks {
		b := c.at[at : at+n*n]
		for a := range n {
			row := b[a*n : a*n+a+1]
			own := row[a]
			for i := range a {
				row[i] = (row[i] - inner(row[:i], b[i*n:i*n+i])) / b[i*n+i]
			}
			row[a] = math.Sqrt(max(own-inner(row[:a], row[:a]), 1e-6*own))
		}
		at += n * n
	}
}

// solve divides d by the curvature, in place.
func (c *curvature) solve(d []float64) {
	c.gather(d)
	at, v := 0, c.v
	for _, n := range c.blocks {
		b := c.at[at : at+n*n]
		for a := range n {
			v[a] = (v[a] - inner(v[:a], b[a*n:a*n+a])) / b[a*n+a]
		}
		for a := n - 1; a >= 0; a-- {
			v[a] /= b[a*n+a]
			along(v[:a], -v[a], b[a*n:a*n+a])
		}
		at, v = at+n*n, v[n:]
	}
	c.scatter(d)
}

// gather puts the parameters x into the order of the blocks, in c.v.
func (c *curvature) gather(x []float64) {
	c.reorder(func(v, o []float64, b *float64) {
		v[copy(v, o)] = *b
	}, x)
	c.v[0] = x[0]
}

// scatter puts c.v into the order of parameters.
func (c *curvature) scatter(x []float64) {
	c.reorder(func(v, o []float64, b *float64) {
		*b = v[copy(o, v)]
	}, x)
	x[0] = c.v[0]
}

// reorder calls each with the block, the factors and the bias of every class.
func (c *curvature) reorder(each func(v, o []float64, b *float64), x []float64) {
	if c.size == 0 {
		return
	}
	o, f := x[1:], c.size-1
	for j := range c.classes {
		each(c.v[1+j*c.size:1+(j+1)*c.size], o[j*f:(j+1)*f], &o[c.classes*f+j])
	}
}
