package kern

import "math"

// A softmax takes exponentials of differences. Rounding a difference near -700 moves its
// exponential by 350 units in the last place, so the differences arrive here with their rounding
// errors, and Exp is within 0.52 units of e^(t+r). (math.Exp is within 1.7 of e^t on amd64.)

const (
	tableBits = 7
	tableSize = 1 << tableBits // the table holds 2^(i/128)

	// step = ln 2/128 in three parts. The first two have 34 bits each, so that their products with
	// an integer of 18 bits are exact.
	step1 = 0x1.62e42fef8p-8
	step2 = 0x1.1cf79abc8p-43
	step3 = 0x1.e3b39803f2f6bp-79
)

// expTable holds 2^(i/128) as hi + lo, right to 100 bits.
var expTable = makeExpTable()

func makeExpTable() (tab [tableSize]dd) {
	var root [tableBits + 1]dd // root[b] = 2^(2^-b), each the square root of the one before
	root[0] = dd{2, 0}
	for b := 1; b <= tableBits; b++ {
		x := root[b-1]
		y := math.Sqrt(x.hi)
		root[b] = quickSum(y, (math.FMA(-y, y, x.hi)+x.lo)/(2*y))
	}
	for i := range tab {
		tab[i] = dd{1, 0}
		for b := 1; b <= tableBits; b++ {
			if i>>(tableBits-b)&1 == 1 {
				tab[i] = tab[i].mul(root[b])
			}
		}
	}
	return tab
}

// Exp returns e^(t+r) for t ≤ 709 and |r| ≤ ulp(t), within 0.52 ulp; 0 below -745.2.
// NaN gives NaN.
func Exp(t, r float64) float64 {
	if !(t >= underflow) {
		if t != t {
			return t
		}
		return 0
	}
	k := math.Floor(t * (1 / (step1 + step2)))
	y := (t - k*step1) - k*step2 + (r - k*step3)
	n := int(k)
	e := &expTable[n&(tableSize-1)]
	// e^y - 1 for 0 ≤ y < 0.0055; the first term left out is below 2^-61
	p := y + y*y*(0.5+y*(1./6+y*(1./24+y*(1./120+y*(1./720)))))
	return scale(e.hi+(e.lo+e.hi*p), n>>tableBits)
}

// ExpOf returns e^x for any x, within 0.52 ulp: +Inf from 709.79 on, where math.Exp on amd64 already is
// from 709.44 on.
func ExpOf(x float64) float64 {
	if !(x > 709) {
		return Exp(x, 0)
	}
	if x > 710 {
		return math.Inf(1)
	}
	f, n := expDD(x, 0)
	return scale(f.value(), n-1) * 2
}

// expDD is Exp as hi + lo to about 68 bits, for t ≥ underflow. The result is f·2^exp with f in [1, 2],
// so that it cannot underflow.
func expDD(t, r float64) (f dd, exp int) {
	k := math.Floor(t * (1 / (step1 + step2)))
	a, err := twoSum(t, -k*step1)
	hi, lo := twoSum(a, -k*step2)
	lo += err + (r - k*step3)
	n := int(k)
	// e^(hi+lo) - 1 = hi + rest
	rest := lo + (hi*hi*(0.5+hi*(1./6+hi*(1./24+hi*(1./120+hi*(1./720+hi*(1./5040)))))) + hi*lo)
	e := expTable[n&(tableSize-1)]
	p, q := twoProduct(e.hi, hi)
	f = quickSum(e.hi, p)
	f = quickSum(f.hi, f.lo+(q+e.lo+e.hi*rest+e.lo*hi))
	return f, n >> tableBits
}

// scale returns x·2^n for x in [1, 2] and n ≥ -1076, rounding a denormal result once.
func scale(x float64, n int) float64 {
	if n >= -1022 {
		return x * math.Float64frombits(uint64(n+1023)<<52)
	}
	return x * math.Float64frombits(uint64(n+1023+100)<<52) * 0x1p-100
}

// scaleDown returns x·2^n for |x| < 1 and n ≤ 0.
func scaleDown(x float64, n int) float64 {
	if n < -1000 {
		return x * 0x1p-1000 * math.Float64frombits(uint64(n+1000+1023)<<52)
	}
	return x * math.Float64frombits(uint64(n+1023)<<52)
}

// Log returns ln x; unlike math.Log on amd64 it is right for denormal x too.
func Log(x float64) float64 {
	if x < 0x1p-1022 {
		return math.Log(x*0x1p54) - 54*math.Ln2
	}
	return math.Log(x)
}

// logDD returns ln x for x = (hi + lo)·2^exp, hi in [½, 2], to an absolute error near 2^-66.
func logDD(x dd, exp int) dd {
	y := math.Log(x.hi)
	// ln x = y + ln(x·e^-y), the second logarithm tiny
	e, n := expDD(-y, 0)
	p, q := twoProduct(x.hi, scale(e.hi, n))
	d := (p - 1) + (q + x.hi*scale(1, n)*e.lo + x.lo*e.hi*scale(1, n))
	ln := quickSum(y, d-d*d/2)
	k := float64(exp) * tableSize
	s, err := twoSum(k*step1, ln.hi) // exp·ln 2, exactly but for its last part
	return quickSum(s, err+(k*step2+(k*step3+ln.lo)))
}

// pow returns x^g for x = hi + lo in [0, 1] and g > 0, within an ulp.
func pow(x dd, g float64) float64 {
	if !(x.hi > 0) {
		return x.hi // 0, or NaN
	}
	ln := logWide(x)
	p, q := twoProduct(ln.hi, g)
	return Exp(p, q+ln.lo*g)
}

// powWide is pow to about 64 bits, near 1 to as many of what it misses of 1.
func powWide(x, g dd) dd {
	if !(x.hi > 0) {
		return dd{x.hi, 0}
	}
	y := logWide(x).mul(g)
	if math.Abs(y.hi) < 0x1p-6 {
		return dd{1, 0}.add(expm1Wide(y))
	}
	return expWide(y.hi, y.lo)
}

// expm1Wide returns e^x - 1 to about 60 bits of itself, however small.
func expm1Wide(x dd) dd {
	if math.Abs(x.hi) >= 0x1p-6 {
		return expWide(x.hi, x.lo).add(dd{-1, 0})
	}
	// x + x²/2 with all its digits, and the rest, of which the first term left out is below 2^-68·x
	t := x.hi
	rest := t * t * t * (1./6 + t*(1./24+t*(1./120+t*(1./720+t*(1./5040+t*(1./40320))))))
	return x.add(x.mul(x).mul(dd{0.5, 0})).add(dd{rest, 0})
}
