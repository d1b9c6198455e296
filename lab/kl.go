package lab

import (
	"math"

	"xent/info"
)

// MaxBars is the largest number of classes of E4.
const MaxBars = 6

// Divergence says in which sense the distance from a distribution q to the truth p is measured.
type Divergence string

// The divergences: D(p‖q), which a cross-entropy loss minimises; D(q‖p), which variational methods do;
// and the bounded, symmetric one of Jensen and Shannon.
const (
	Forward       Divergence = "forward"
	Reverse       Divergence = "reverse"
	JensenShannon Divergence = "js"
)

// of evaluates the divergence of the model q from the truth p.
func (d Divergence) of(p, q []float64) info.Nats {
	switch d {
	case Reverse:
		return info.KL(q, p)
	case JensenShannon:
		return info.JS(p, q)
	}
	return info.KL(p, q)
}

// KLParams is the state of explorer E4: the truth p and the model q.
type KLParams struct {
	P, Q []float64 // 2 to 6 classes, each a distribution
	Unit Unit
}

// KLView takes the cross-entropy of q under p apart. Information is in the unit asked for.
type KLView struct {
	Rows         []KLRow
	Entropy      float64 // H(p) = -Σ p·log p
	KL           float64 // D(p‖q) = Σ p·log(p/q)
	CrossEntropy float64 // H(p, q) = -Σ p·log q = Entropy + KL
	ReverseKL    float64 // D(q‖p)
	ModelEntropy float64 // H(q)
	JS           float64 // ½D(p‖m) + ½D(q‖m), m = (p+q)/2
	JSMax        float64 // its bound, log 2

	// The classes that make a divergence infinite: those that one side holds and the other excludes.
	Missed   []int // p > 0 and q = 0: D(p‖q) = ∞
	Invented []int // q > 0 and p = 0: D(q‖p) = ∞

	Areas   []Area
	AreaTop float64 // the height of the area picture, a round number: every finite height of a class with p > 0 fits
	Code    KLCode
	Text    KLText
}

// KLRow is one class of the table. Its KL may be negative, where q exceeds p; the total may not.
type KLRow struct {
	Entropy      float64 // -p·log p
	KL           float64 // p·log(p/q)
	CrossEntropy float64 // -p·log q
	Text         KLRowText
}

// KLRowText is a row as it is printed, with four decimals.
type KLRowText struct{ P, Q, Entropy, KL, CrossEntropy string }

// Area is the rectangle of one class in the area picture: as wide as p, as high as what the class
// costs. Its part below Truth is the class's entropy, all of it up to Model its cross-entropy, and
// what lies between is its KL, which is negative where Model is the lower one.
type Area struct {
	Left, Right  float64 // on an axis from 0 to 1
	Truth, Model float64 // -log p and -log q; Model may be +Inf
}

// KLText holds the totals as they are printed: four decimals. In the sum, decimals are added to all three
// until the printed entropy and KL add up to the printed cross-entropy.
type KLText struct {
	Entropy, KL, CrossEntropy, ReverseKL, ModelEntropy, JS, JSMax string
	Sum                                                           KLSum
	RowsAddUp                                                     bool // the printed rows of each column add up to its printed total
	Log                                                           string
}

// KLSum is the line H(p) + D(p‖q) = H(p, q) with printed figures that add up.
type KLSum struct{ Entropy, KL, CrossEntropy string }

// KLCode holds the literals of the code tabs: the distributions as their shortest decimal text, and the
// figures in the unit asked for with six decimals.
type KLCode struct {
	P, Q                                     []string
	Entropy, KL, CrossEntropy, ReverseKL, JS string
}

// KL takes the cross-entropy of a model q under the truth p apart, class by class:
//
//	-p·log q = -p·log p + p·log(p/q)
//	 H(p, q) =   H(p)   +   D(p‖q)
//
// Totals are computed from full precision, not from the printed rows.
// Special values: a class with p = 0 contributes nothing; one with p > 0 and q = 0 makes D(p‖q) and H(p, q) infinite
// and stands in Missed.
// Errors: [ParamError] for a wrong number of classes or what is no distribution.
func KL(params KLParams) (KLView, error) {
	c := checker{fn: "KL"}
	c.unit(params.Unit)
	c.pair(params.P, params.Q, MinClasses, MaxBars)
	if !c.ok() {
		return KLView{}, c.result()
	}

	p, q, unit := params.P, params.Q, params.Unit
	v := KLView{
		Rows:         make([]KLRow, len(p)),
		Entropy:      unit.of(info.Entropy(p)),
		KL:           unit.of(info.KL(p, q)),
		CrossEntropy: unit.of(info.CrossEntropy(p, q)),
		ReverseKL:    unit.of(info.KL(q, p)),
		ModelEntropy: unit.of(info.Entropy(q)),
		JS:           unit.of(info.JS(p, q)),
		JSMax:        unit.of(math.Ln2),
		Areas:        make([]Area, len(p)),
	}
	left, top := 0.0, 1.0
	for i := range p {
		v.Rows[i] = klRow(p[i], q[i], unit)
		v.Areas[i] = Area{
			Left:  left,
			Right: left + p[i],
			Truth: unit.of(info.Surprisal(p[i])),
			Model: unit.of(info.Surprisal(q[i])),
		}
		if p[i] > 0 {
			top = max(top, v.Areas[i].Truth)
			if q[i] > 0 {
				top = max(top, v.Areas[i].Model)
			}
		}
		left += p[i]
		if p[i] > 0 && q[i] == 0 {
			v.Missed = append(v.Missed, i)
		}
		if q[i] > 0 && p[i] == 0 {
			v.Invented = append(v.Invented, i)
		}
	}
	if len(v.Missed) > 0 {
		top *= 1.3 // room to see what has no end
	}
	v.AreaTop = roundTop(top)
	v.Text = klText(v, unit)
	v.Code = KLCode{
		P: mapTexts(p, Shortest), Q: mapTexts(q, Shortest),
		Entropy: Fixed(v.Entropy, 6), KL: Fixed(v.KL, 6), CrossEntropy: Fixed(v.CrossEntropy, 6),
		ReverseKL: Fixed(v.ReverseKL, 6), JS: Fixed(v.JS, 6),
	}
	return v, nil
}

func klRow(p, q float64, unit Unit) KLRow {
	entropy, kl, cross := info.Terms(p, q)
	row := KLRow{Entropy: unit.of(entropy), KL: unit.of(kl), CrossEntropy: unit.of(cross)}
	row.Text = KLRowText{
		P: Fixed(p, 4), Q: Fixed(q, 4),
		Entropy: Fixed(row.Entropy, 4), KL: Fixed(row.KL, 4), CrossEntropy: Fixed(row.CrossEntropy, 4),
	}
	return row
}

func klText(v KLView, unit Unit) KLText {
	return KLText{
		Entropy:      Fixed(v.Entropy, 4),
		KL:           Fixed(v.KL, 4),
		CrossEntropy: Fixed(v.CrossEntropy, 4),
		ReverseKL:    Fixed(v.ReverseKL, 4),
		ModelEntropy: Fixed(v.ModelEntropy, 4),
		JS:           Fixed(v.JS, 4),
		JSMax:        Fixed(v.JSMax, 4),
		Sum:          klSum(v),
		RowsAddUp:    rowsAddUp(v),
		Log:          unit.logName(),
	}
}

// klSum prints the three totals with the least number of decimals, from four, with which they add up.
func klSum(v KLView) KLSum {
	sum := KLSum{Fixed(v.Entropy, 4), Fixed(v.KL, 4), Fixed(v.CrossEntropy, 4)}
	if math.IsInf(v.KL, 0) {
		return sum
	}
	for decimals := 4; decimals <= 12; decimals++ {
		if ticks(v.Entropy, decimals)+ticks(v.KL, decimals) == ticks(v.CrossEntropy, decimals) {
			return KLSum{Fixed(v.Entropy, decimals), Fixed(v.KL, decimals), Fixed(v.CrossEntropy, decimals)}
		}
	}
	return sum
}

// rowsAddUp reports whether the rows of the table, as printed, add up to the totals as printed.
func rowsAddUp(v KLView) bool {
	var entropy, kl, cross float64
	for _, r := range v.Rows {
		entropy += ticks(r.Entropy, 4)
		kl += ticks(r.KL, 4)
		cross += ticks(r.CrossEntropy, 4)
	}
	return entropy == ticks(v.Entropy, 4) && kl == ticks(v.KL, 4) && cross == ticks(v.CrossEntropy, 4)
}

// ticks is x as it is printed with so many decimals, in units of the last one.
func ticks(x float64, decimals int) float64 {
	if math.IsInf(x, 0) {
		return x
	}
	return digitsOf(Fixed(x, decimals))
}

// pair wants two distributions over the same classes.
func (c *checker) pair(p, q []float64, lo, hi int) {
	c.length("p", len(p), lo, hi)
	c.length("q", len(q), len(p), len(p))
	c.distribution("p", p)
	c.distribution("q", q)
}
