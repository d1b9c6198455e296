package lab

import (
	"math"
	"strconv"

	"xent/info"
)

// The most rolls of E5, and how many of the first ones are shown one by one.
const (
	MaxRolls   = 10000
	StripRolls = 200
)

// LikelihoodParams is the state of explorer E5: a die, what a model believes of it, and a dataset of its rolls.
// A coin is a die of two faces.
type LikelihoodParams struct {
	Truth []float64 // 2 to 6 faces: the distribution that is rolled
	Model []float64 // as many: the distribution whose likelihood is asked for
	Rolls int       // 1 to 10,000
	Seed  int       // at least 0: which dataset
	Unit  Unit
}

// LikelihoodView is what a dataset says about a model. Information is in the unit asked for.
type LikelihoodView struct {
	Counts []int     // of each face
	Shares []float64 // p̂ = counts/N
	Strip  []int     // the faces of the first rolls

	LogLikelihood float64 // log L = Σ log q(y), at most 0
	CrossEntropy  float64 // H(p̂, q) = -(1/N)·log L
	Entropy       float64 // H(p̂), the least cross-entropy: that of the model q = p̂
	Divergence    float64 // D(p̂‖q) = CrossEntropy - Entropy

	// The product L = Π q(y), multiplied roll by roll as a computer does it, and the first roll after which
	// it is 0 there; 0 if it never is. What is impossible under the model is 0 without being lost.
	Product, Product32 float64
	Lost, Lost32       int
	Impossible         []int // the faces that were rolled although the model excludes them

	Exact    []Point // X rolls, Y log10 of their likelihood, from the sum of logarithms
	Computed []Point // the same from the float64 product, until that is 0
	Bottom   float64 // a round number below every Y
	Text     LikelihoodText
	Formula  LikelihoodFormula
	Code     LikelihoodCode
}

// LikelihoodText holds the figures as they are printed.
type LikelihoodText struct {
	Shares, Costs, Parts              []string // p̂, -log q and -p̂·log q of each face
	Likelihood                        string   // four digits, with whatever power of ten it takes
	Product, Product32                string
	LogLikelihood                     string
	CrossEntropy, Entropy, Divergence string
}

// LikelihoodFormula is the pair of live formulas,
//
//	log L = Count·log Prob + ... = LogLikelihood
//	-(1/Rolls)·LogLikelihood = CrossEntropy
//
// with digits chosen so that a calculator, given the printed inputs, prints the printed results.
type LikelihoodFormula struct {
	Terms                       []LikelihoodTerm // the faces that were rolled, in order
	LogLikelihood, CrossEntropy string
	Rolls                       string
	Log                         string // "ln" or "log2"
}

// LikelihoodTerm is one face in a formula.
type LikelihoodTerm struct {
	Face        int
	Count, Prob string
}

// LikelihoodCode holds the literals of the code tabs. Product is what their loop, face by face, multiplies.
type LikelihoodCode struct {
	Counts, Model                        []string
	Product, LogLikelihood, CrossEntropy string
}

// Likelihood rolls a die and asks how likely the rolls are under a model:
//
//	L = Π q(y)     log L = Σ log q(y)     -(1/N)·log L = H(p̂, q)
//
// The product is taken as it stands, in float64 and in float32, and is 0 once it is below the least number
// of its format; everything else comes from the counts.
//
// Special values: a face that was rolled and has q = 0 makes L = 0 and H(p̂, q) = ∞.
// Errors: [ParamError].
func Likelihood(params LikelihoodParams) (LikelihoodView, error) {
	c := checker{fn: "Likelihood"}
	c.unit(params.Unit)
	faces := len(params.Truth)
	c.length("truth", faces, MinClasses, MaxBars)
	c.length("model", len(params.Model), faces, faces)
	c.distribution("truth", params.Truth)
	c.distribution("model", params.Model)
	c.integer("rolls", params.Rolls, 1, MaxRolls)
	c.integer("seed", params.Seed, 0, math.MaxInt32)
	if !c.ok() {
		return LikelihoodView{}, c.result()
	}

	q, unit := params.Model, params.Unit
	v := LikelihoodView{Counts: make([]int, faces), Shares: make([]float64, faces)}
	v.roll(params)
	for face, count := range v.Counts {
		v.Shares[face] = float64(count) / float64(params.Rolls)
		if count > 0 && q[face] == 0 {
			v.Impossible = append(v.Impossible, face)
		}
	}
	logLikelihood := logLikelihoodOf(v.Counts, q)
	v.LogLikelihood = unit.of(logLikelihood)
	v.CrossEntropy = unit.of(info.CrossEntropy(v.Shares, q))
	v.Entropy = unit.of(info.Entropy(v.Shares))
	v.Divergence = unit.of(info.KL(v.Shares, q))
	v.Formula = likelihoodFormula(v, params)
	likelihood, _ := probText(float64(logLikelihood), 4)
	v.Text = LikelihoodText{
		Shares:        mapTexts(v.Shares, figure),
		Likelihood:    likelihood,
		Product:       Significant(v.Product, 4),
		Product32:     Significant(v.Product32, 4),
		LogLikelihood: v.Formula.LogLikelihood,
		CrossEntropy:  figure(v.CrossEntropy),
		Entropy:       figure(v.Entropy),
		Divergence:    figure(v.Divergence),
	}
	for face, share := range v.Shares {
		cost, part := unit.of(info.Surprisal(q[face])), 0.0
		if share > 0 {
			part = share * cost
		}
		v.Text.Costs = append(v.Text.Costs, figure(cost))
		v.Text.Parts = append(v.Text.Parts, figure(part))
	}
	v.Code = likelihoodCode(v, params)
	return v, nil
}

// runningPoints is about how many points a running product is drawn with.
const runningPoints = 80

// roll makes the dataset and follows its product.
func (v *LikelihoodView) roll(params LikelihoodParams) {
	d := dice(params.Seed)
	logs := make([]float64, len(params.Model))
	for face, q := range params.Model {
		logs[face] = log10(q)
	}
	stride := (params.Rolls + runningPoints - 1) / runningPoints
	product, product32, sum, bottom := 1.0, float32(1), 0.0, 0.0
	v.Exact, v.Computed = []Point{{}}, []Point{{}}
	for n := 1; n <= params.Rolls; n++ {
		face := d.roll(params.Truth)
		v.Counts[face]++
		if n <= StripRolls {
			v.Strip = append(v.Strip, face)
		}
		was, was32 := product, product32
		product *= params.Model[face]
		product32 *= float32(params.Model[face])
		sum += logs[face]
		if product == 0 && was != 0 && !math.IsInf(sum, -1) {
			v.Lost = n
		}
		if product32 == 0 && was32 != 0 && !math.IsInf(sum, -1) {
			v.Lost32 = n
		}
		if n%stride == 0 || n == params.Rolls || n == v.Lost {
			if !math.IsInf(sum, -1) {
				v.Exact, bottom = append(v.Exact, Point{X: float64(n), Y: sum}), sum
			}
			if product > 0 {
				y := log10(product)
				v.Computed, bottom = append(v.Computed, Point{X: float64(n), Y: y}), min(bottom, y)
			}
		}
	}
	v.Product, v.Product32 = product, float64(product32)
	v.Bottom = -roundTop(max(-bottom, 1))
}

// log10 is right also for the least numbers, where math.Log and math.Log10 of Go 1.26 are not on amd64.
func log10(x float64) float64 { return math.Log2(x) * (math.Ln2 / math.Ln10) }

// logLikelihoodOf returns Σ n·log q.
func logLikelihoodOf(counts []int, q []float64) info.Nats {
	sum := info.Nats(0)
	for face, n := range counts {
		if n > 0 {
			sum -= info.Nats(n) * info.Surprisal(q[face])
		}
	}
	return sum
}

// likelihoodFormula adds decimals to the printed log-likelihood until its printed mean is the printed cross-entropy.
func likelihoodFormula(v LikelihoodView, params LikelihoodParams) LikelihoodFormula {
	f := LikelihoodFormula{
		CrossEntropy: figure(v.CrossEntropy),
		Rolls:        strconv.Itoa(params.Rolls),
		Log:          params.Unit.logName(),
	}
	for face, count := range v.Counts {
		if count > 0 {
			f.Terms = append(f.Terms, LikelihoodTerm{face, strconv.Itoa(count), Shortest(params.Model[face])})
		}
	}
	for decimals := 4; decimals <= 12; decimals++ {
		f.LogLikelihood = Fixed(v.LogLikelihood, decimals)
		printed := ticks(v.LogLikelihood, decimals) / math.Pow10(decimals)
		mean := 0 - printed/float64(params.Rolls)
		if figure(mean*(1-1e-12)) == f.CrossEntropy && figure(mean*(1+1e-12)) == f.CrossEntropy { // not next to a tie
			break
		}
	}
	return f
}

// likelihoodCode multiplies face by face, as the samples do.
func likelihoodCode(v LikelihoodView, params LikelihoodParams) LikelihoodCode {
	product := 1.0
	counts := make([]string, len(v.Counts))
	for face, n := range v.Counts {
		counts[face] = strconv.Itoa(n)
		for range n {
			product *= params.Model[face]
		}
	}
	return LikelihoodCode{
		Counts: counts, Model: mapTexts(params.Model, Shortest),
		Product:       strconv.FormatFloat(product, 'g', 4, 64),
		LogLikelihood: Fixed(v.LogLikelihood, 6), CrossEntropy: Fixed(v.CrossEntropy, 6),
	}
}
