package kern

import (
	"math"
	"math/rand/v2"
	"testing"

	"xent/internal/ref"
)

// ulps returns how far got is from want, in units of the last place of want.
func ulps(got float64, want ref.Num) float64 {
	w := want.Float64()
	unit := math.Nextafter(math.Abs(w), math.Inf(1)) - math.Abs(w)
	return math.Abs(ref.Of(got).Sub(want).Div(ref.Of(unit)).Float64())
}

func TestExp(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	worst := 0.0
	for i := range 2000 {
		x := -rng.Float64() * []float64{0.01, 1, 40, 745}[i%4]
		r := x * (rng.Float64() - 0.5) * 0x1p-53
		u := ulps(Exp(x, r), ref.Of(x).Add(ref.Of(r)).Exp())
		if !(u <= 0.52 || x < -708 && u <= 1) { // a denormal is rounded twice
			t.Errorf("Exp(%g, %g) is %.3f ulp off", x, r, u)
		}
		worst = max(worst, u)
	}
	t.Logf("worst %.4f ulp", worst)
	for _, tt := range []struct{ t, want float64 }{
		{0, 1}, {-745.13, 5e-324}, {-746, 0}, {math.Inf(-1), 0}, {math.NaN(), math.NaN()}, {1, math.E}, {700, math.Exp(700)},
	} {
		if got := Exp(tt.t, 0); got != tt.want && got == got {
			t.Errorf("Exp(%g) = %g, want %g", tt.t, got, tt.want)
		}
	}
}

func TestExpTable(t *testing.T) {
	for i, e := range expTable {
		want := ref.Of(2).Pow(ref.Of(float64(i) / tableSize))
		if d := ref.Of(e.hi).Add(ref.Of(e.lo)).Sub(want).Float64(); !(math.Abs(d) < 0x1p-100) {
			t.Errorf("2^(%d/128) misses by %g", i, d)
		}
	}
}

func TestWide(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 200 {
		x := -rng.Float64() * []float64{0.01, 1, 40, 700}[i%4]
		f, n := expDD(x, 0)
		got := ref.Of(f.hi).Add(ref.Of(f.lo)).Mul(ref.Of(2).Pow(ref.Of(float64(n))))
		want := ref.Of(x).Exp()
		if d := got.Sub(want).Div(want).Float64(); !(math.Abs(d) < 0x1p-67) {
			t.Errorf("expDD(%g) misses by %g", x, d)
		}
		m := rng.Float64()/2 + 0.5
		ln := logDD(dd{m, m * 0x1p-55}, -i)
		want = ref.Of(m).Add(ref.Of(m * 0x1p-55)).Log().Sub(ref.Of(2).Log().Mul(ref.Of(float64(i))))
		if d := ref.Of(ln.hi).Add(ref.Of(ln.lo)).Sub(want).Float64(); !(math.Abs(d) < 0x1p-63) {
			t.Errorf("logDD(%g·2^-%d) misses by %g", m, i, d)
		}
		q, g := math.Exp(-rng.Float64()*40), []float64{0.5, 1, 1.7, 5}[i%4]
		if u := ulps(pow(dd{q, 0}, g), ref.Of(q).Pow(ref.Of(g))); !(u <= 0.6) {
			t.Errorf("pow(%g, %g) is %.3f ulp off", q, g, u)
		}
		// powers near 1 keep the digits of what they miss of it
		tiny := []float64{1e-12, 1e-3, 1, 100}[i/4%4]
		third := dd{tiny, 0}.div(dd{3, 0})
		w := powWide(dd{q, 0}, third)
		want = ref.Of(1).Sub(ref.Of(q).Pow(ref.Of(tiny).Div(ref.Of(3))))
		if d := ref.Of(1).Sub(ref.Of(w.hi)).Sub(ref.Of(w.lo)).Sub(want).Div(want).Float64(); !(math.Abs(d) < 0x1p-57*max(1, tiny)) {
			t.Errorf("1 - powWide(%g, %g/3) misses by %g", q, tiny, d)
		}
		v := math.Ldexp(rng.Float64()-.5, -i%40)
		w = expm1Wide(dd{v, v * 0x1p-54})
		want = ref.Of(v).Add(ref.Of(v * 0x1p-54)).Exp().Sub(ref.Of(1))
		if d := ref.Of(w.hi).Add(ref.Of(w.lo)).Sub(want).Div(want).Float64(); !(math.Abs(d) < 0x1p-60) {
			t.Errorf("expm1Wide(%g) misses by %g", v, d)
		}
	}
}

func TestLog(t *testing.T) {
	for _, x := range []float64{5e-324, 1e-310, 0x1p-1022, 1e-300, 0.3, 1, 1e300} {
		if u := ulps(Log(x), ref.Of(x).Log()); x != 1 && !(u <= 1) {
			t.Errorf("Log(%g) is %.3f ulp off", x, u)
		}
	}
	if !math.IsInf(Log(0), -1) || Log(1) != 0 || !math.IsNaN(Log(-1)) || !math.IsNaN(Log(math.NaN())) {
		t.Error("special values of Log")
	}
}

// ExpOf is e^x up to the largest number that it can be.
func TestExpOf(t *testing.T) {
	for _, x := range []float64{-746, -745.1, -708.4, -1, 0, 1, 700, 709, 709.43, 709.45, 709.7, 709.782712893384} {
		if u := ulps(ExpOf(x), ref.Of(x).Exp()); !(u <= 0.52 || x < -708 && u <= 1) {
			t.Errorf("ExpOf(%g) is %.3f ulp off", x, u)
		}
	}
	for _, x := range []float64{709.7827128933841, 710, 745, 1e4, 1e300, math.Inf(1)} {
		if !math.IsInf(ExpOf(x), 1) {
			t.Errorf("ExpOf(%g) = %g", x, ExpOf(x))
		}
	}
	if ExpOf(math.Inf(-1)) != 0 || ExpOf(-1e4) != 0 || !math.IsNaN(ExpOf(math.NaN())) {
		t.Error("special values of ExpOf")
	}
}

func BenchmarkExp(b *testing.B) {
	x, s := make([]float64, 1024), 0.0
	for i := range x {
		x[i] = -float64(i%400) / 20
	}
	for _, f := range []struct {
		name string
		exp  func(t, r float64) float64
	}{{"kern", Exp}, {"math", func(t, r float64) float64 { return math.Exp(t) }}} {
		b.Run("impl="+f.name, func(b *testing.B) {
			for b.Loop() {
				for _, v := range x {
					s += f.exp(v, 0)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/exp")
		})
	}
}
