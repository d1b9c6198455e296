package kern

import (
	"math"
	"math/rand/v2"
	"testing"
)

// 16 rows together against the portable code of one: sure rows, flat ones, excluded classes, far and wild numbers, in strides and
// at temperatures, weighted and with a penalty on LogSumExp. What a kernel leaves to the code of single rows is counted.
func TestSixteen(t *testing.T) {
	old := F32
	defer func() { F32 = old }()
	for _, table := range All32 {
		if table.Across == nil {
			continue
		}
		F32 = table
		rng := rand.New(rand.NewPCG(7, 7))
		looked, left := 0, 0
		for round := range 600 {
			n := 2 + rng.IntN(MostAcross-1)
			if round%2 == 0 {
				n = 2 + rng.IntN(20)
			}
			stride, gradStride := n+rng.IntN(3), n+rng.IntN(3)
			x, grad := make([]float32, 15*stride+n), make([]float32, 15*gradStride+n)
			spread := []float64{0.01, 3, 30}[rng.IntN(3)]
			for i := range x {
				x[i] = float32(spread * rng.NormFloat64())
			}
			link := Link{Temp: []float64{1, 1, 0.5, 7}[rng.IntN(4)]}
			wild := round%5 == 0
			if wild {
				for range 4 {
					x[rng.IntN(len(x))] = []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 3e38, -3e38, 1e-40}[rng.IntN(6)]
				}
			}
			var s Sixteen
			var labels [16]int
			var own, penalty [16]float64
			for r := range 16 {
				labels[r] = rng.IntN(n)
				if rng.IntN(2) == 0 {
					x[r*stride+labels[r]] += float32(30 * rng.Float64()) // sure and right
				}
				own[r], penalty[r] = rng.NormFloat64(), 0
				if round%3 == 0 {
					penalty[r] = 1e-3 * rng.Float64()
				}
				s.Ask(r, labels[r], own[r], penalty[r])
			}
			ok, stored := Together(&s, grad, gradStride, x, n, stride, link)
			if !ok {
				t.Fatalf("%s: %d classes not looked at", table.Name, n)
			}
			costs, first, out := s.Costs()
			for r := range 16 {
				row := x[r*stride : r*stride+n]
				max, arg, hi, lo := others(row, link.Temp)
				want := Row{Link: link, Max: max, Arg: arg, s: dd{hi, lo}, top: dd{max, 0}}
				want.settle()
				looked++
				if out>>r&1 != 0 {
					left++
					if !wild && spread < 30 {
						t.Errorf("%s: row of %d classes left out: %v", table.Name, n, row)
					}
					continue
				}
				if !want.Valid() {
					t.Fatalf("%s: cost %g of a row without a softmax: %v", table.Name, costs[r], row)
				}
				cost := want.Cost(float64(row[labels[r]]))
				if !near32(costs[r], cost, 0x1p-26) {
					t.Errorf("%s, %d classes: cost %g, want %g: %v", table.Name, n, costs[r], cost, row)
				}
				if (first>>r&1 != 0) != (arg == labels[r]) {
					t.Errorf("%s, %d classes: label %d, largest %d: %v", table.Name, n, labels[r], arg, row)
				}
				if !stored {
					continue
				}
				lse := want.LogSumExp()
				for j, v := range row {
					p, q := want.Prob(j, float64(v))
					g := p * (own[r] + 2*penalty[r]*lse)
					if j == labels[r] {
						g = 2*penalty[r]*lse*p - own[r]*q
					}
					// at the label two terms may cancel, each right to what float64 has of p
					slack := 0x1p-26*(math.Abs(own[r]*q)+math.Abs(penalty[r]*lse*p)) + 0x1p-148
					if got := float64(grad[r*gradStride+j]); !(math.Abs(got-g) <= 0x1p-23*math.Abs(g)+slack) && !(j != labels[r] && math.Abs(got-g) <= 0x1p-23*math.Abs(g)+0x1p-148) {
						t.Errorf("%s, %d classes at %g: gradient %d of label %d is %g, want %g: %v", table.Name, n, link.Temp, j, labels[r], got, g, row)
					}
				}
			}
			if t.Failed() {
				return
			}
		}
		if looked == 0 || left > looked/5 {
			t.Errorf("%s: %d of %d rows left to the code of single rows", table.Name, left, looked)
		}
	}
}

func near32(got, want, tolerance float64) bool {
	return got == want || math.Abs(got-want) <= tolerance*math.Abs(want)
}
