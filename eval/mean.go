//go:build !js

package eval

import (
	"math"

	"xent/internal/exact"
)

// A mean sums a quantity of rows, exactly: with its squares it knows its standard error.
type mean struct {
	count  rowCount
	sum    exact.Sum // Σ w·x
	sum2   exact.Sum // Σ w²·x
	square exact.Sum // Σ w²·x²
}

func (m *mean) add(w, x float64) {
	m.count.add(w)
	m.sum.AddProduct(w, x)
	m.sum2.AddProduct(w*w, x)
	m.square.AddProduct(w*x, w*x)
}

func (m *mean) merge(n *mean) {
	m.count.merge(&n.count)
	m.sum.Merge(&n.sum)
	m.sum2.Merge(&n.sum2)
	m.square.Merge(&n.square)
}

// estimate returns Σ w·x/W with its standard error, as [Loss] has them.
func (m *mean) estimate() Estimate {
	w := m.count.weight.Sum()
	return Estimate{
		exact.Ratio(&m.sum, w),
		math.Sqrt(small(m.count.rows) * meanVariance(w, &m.sum, m.count.squares.Sum(), &m.sum2, &m.square)),
	}
}
