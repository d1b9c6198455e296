package lab

import (
	"math"

	"xent"
	"xent/info"
)

// The die of E10, and the means that can be asked of it.
const (
	DieFaces = 6
	MinMean  = 1.001
	MaxMean  = 5.999
)

// MaxEntropyParams is the state of explorer E10: the mean of a die, and a rival with the same mean.
type MaxEntropyParams struct {
	Mean float64 // between MinMean and MaxMean
	Bend float64 // -1 … 1: how far the rival goes, as a share of how far it can
	Face int     // 1 to 4, counted from 0: the face that the rival takes from, to give to its neighbours
	Unit Unit
}

// MaxEntropyView is the die with the greatest entropy among those with the mean. Information is in the unit asked for.
type MaxEntropyView struct {
	Probs       []float64 // p = softmax(λ·x) for the faces x = 1 … 6
	Multiplier  float64   // λ
	Temperature float64   // T = 1/λ; negative below the middle, ±∞ in it
	Ratio       float64   // e^λ: how much more probable each face is than the one before
	Entropy     float64   // H(p)
	Greatest    float64   // log 6, the entropy of a fair die

	Rival        []float64 // a distribution with the same mean
	RivalEntropy float64   // never above Entropy
	Lost         float64   // Entropy - RivalEntropy = D(rival‖p)

	Bends  []Point // X is the bend, Y the entropy of the rival there
	Marker Marker  // the rival as it is

	Text    MaxEntropyText
	Formula MaxEntropyFormula
	Code    MaxEntropyCode
}

// MaxEntropyText holds the figures as they are printed.
type MaxEntropyText struct {
	Probs, Rival, Costs                         []string // Costs are -log p
	Multiplier, Temperature, Ratio              string
	Entropy, Greatest, RivalEntropy, Lost, Mean string
}

// MaxEntropyFormula holds the numbers of the live formulas, with digits such that a calculator, given the printed
// inputs, prints the printed results:
//
//	Last = Ratio^6 / (Ratio^1 + ... + Ratio^6)
//	Mean = 1·Probs[0] + ... + 6·Probs[5]
//	Entropy = log Sum - Mean·log Ratio
type MaxEntropyFormula struct {
	Ratio, Sum, Last, Entropy string
	Probs                     []string
	Mean                      string
	Log                       string // "ln" or "log2"
}

// MaxEntropyCode holds the literals of the code tabs.
type MaxEntropyCode struct {
	Mean                string
	Probs               []string // six decimals
	Multiplier, Entropy string   // six decimals
}

// MaxEntropy loads a die so that it has a mean, and says nothing else of it:
//
//	p[x] = e^(λ·x) / Σ e^(λ·x')     H(p) ≥ H(r) for every r with the same mean
//
// The rival r takes 2b from one face of p and gives b to each of its neighbours, which changes neither sum nor mean;
// a bend of ±1 is as far as no probability becomes negative.
//
// Special values: at the mean 3.5 the multiplier is 0 and the temperature +∞.
// Errors: [ParamError].
func MaxEntropy(params MaxEntropyParams) (MaxEntropyView, error) {
	c := checker{fn: "MaxEntropy"}
	c.unit(params.Unit)
	c.inRange("mean", params.Mean, MinMean, MaxMean)
	c.inRange("bend", params.Bend, -1, 1)
	c.integer("face", params.Face, 1, DieFaces-2)
	if !c.ok() {
		return MaxEntropyView{}, c.result()
	}

	unit := params.Unit
	faces, p := make([]float64, DieFaces), make([]float64, DieFaces)
	for i := range faces {
		faces[i] = float64(i + 1)
	}
	multiplier, entropy, err := info.MaxEntropy(p, faces, params.Mean)
	if err != nil {
		return MaxEntropyView{}, err
	}
	v := MaxEntropyView{
		Probs:       p,
		Multiplier:  multiplier,
		Temperature: 1 / multiplier,
		Ratio:       math.Exp(multiplier),
		Entropy:     unit.of(entropy),
		Greatest:    unit.of(info.Surprisal(1. / DieFaces)),
	}
	v.bend(params)
	v.Text = MaxEntropyText{
		Probs: mapTexts(p, figure), Rival: mapTexts(v.Rival, figure),
		Costs:      mapTexts(p, func(x float64) string { return figure(unit.of(info.Surprisal(x))) }),
		Multiplier: figure(multiplier), Temperature: figure(v.Temperature), Ratio: figure(v.Ratio),
		Entropy: figure(v.Entropy), Greatest: figure(v.Greatest), RivalEntropy: figure(v.RivalEntropy),
		Lost: figure(v.Lost), Mean: Shortest(params.Mean),
	}
	v.Formula = maxEntropyFormula(v, params)
	v.Code = MaxEntropyCode{
		Mean: Shortest(params.Mean), Probs: fixedAll(p, 6),
		Multiplier: Fixed(multiplier, 6), Entropy: Fixed(v.Entropy, 6),
	}
	return v, nil
}

// bend makes the rival, and the entropies of all that lie on its way.
func (v *MaxEntropyView) bend(params MaxEntropyParams) {
	p, f := v.Probs, params.Face
	up, down := p[f]/2, min(p[f-1], p[f+1]) // how far the face can give, and take
	at := func(bend float64) []float64 {
		b := bend * up
		if bend < 0 {
			b = bend * down
		}
		r := append([]float64(nil), p...)
		r[f-1], r[f], r[f+1] = max(p[f-1]+b, 0), max(p[f]-2*b, 0), max(p[f+1]+b, 0)
		return r
	}
	entropy := func(r []float64) float64 { return params.Unit.of(info.Entropy(r)) }
	const samples = 41
	for i := range samples {
		bend := 2*float64(i)/(samples-1) - 1
		v.Bends = append(v.Bends, Point{X: bend, Y: entropy(at(bend))})
	}
	v.Rival = at(params.Bend)
	v.RivalEntropy = entropy(v.Rival)
	v.Lost = params.Unit.of(info.KL(v.Rival, p))
	v.Marker = Marker{X: params.Bend, Y: v.RivalEntropy, Text: figure(v.RivalEntropy) + " " + string(params.Unit)}
}

// MaxEntropyCurvesParams says in which unit the entropies are.
type MaxEntropyCurvesParams struct {
	Unit Unit
}

// MaxEntropyCurvesView follows multiplier and entropy over all means, whatever the state of explorer E10.
type MaxEntropyCurvesView struct {
	Means []Point // X is a mean, Y its multiplier
	Rungs []Point // X is a mean, Y the greatest entropy with it
}

// MaxEntropyCurves computes the curves that the die of [MaxEntropy] lies on, as the multiplier goes from -4 to 4.
//
// Errors: [ParamError].
func MaxEntropyCurves(params MaxEntropyCurvesParams) (MaxEntropyCurvesView, error) {
	c := checker{fn: "MaxEntropyCurves"}
	c.unit(params.Unit)
	if !c.ok() {
		return MaxEntropyCurvesView{}, c.result()
	}
	const samples = 61
	var v MaxEntropyCurvesView
	z := make([]float64, DieFaces)
	for i := range samples {
		s := 2*float64(i)/(samples-1) - 1
		multiplier := 4 * s * (0.3 + 0.7*s*s) // closer where the mean changes fast
		for j := range z {
			z[j] = multiplier * float64(j+1)
		}
		row := xent.RowMoments(z)
		mean := 0.0
		for j, logit := range z {
			mean += float64(j+1) * row.Prob(logit)
		}
		v.Means = append(v.Means, Point{X: mean, Y: multiplier})
		v.Rungs = append(v.Rungs, Point{X: mean, Y: params.Unit.of(row.Entropy())})
	}
	return v, nil
}

// maxEntropyFormula adds digits to the printed inputs until they give the printed results.
func maxEntropyFormula(v MaxEntropyView, params MaxEntropyParams) MaxEntropyFormula {
	unit := params.Unit
	f := MaxEntropyFormula{
		Last: figure(v.Probs[DieFaces-1]), Entropy: figure(v.Entropy), Mean: Shortest(params.Mean), Log: unit.logName(),
	}
	for digits := 4; digits <= maxDigits; digits++ {
		f.Ratio = Significant(v.Ratio, digits)
		ratio := readNumber(f.Ratio)
		sum, power := 0.0, 1.0
		for range DieFaces {
			power *= ratio
			sum += power
		}
		f.Sum = Significant(sum, digits)
		entropy := math.Log(readNumber(f.Sum)) - params.Mean*math.Log(ratio)
		if printsAs(power/sum, f.Last) && printsAs(unit.of(info.Nats(entropy)), f.Entropy) {
			break
		}
	}
	for digits := 4; digits <= maxDigits; digits++ {
		mean := 0.0
		f.Probs = f.Probs[:0]
		for i, p := range v.Probs {
			f.Probs = append(f.Probs, Fixed(p, digits))
			mean += float64(i+1) * ticks(p, digits) / math.Pow10(digits)
		}
		if math.Abs(mean-params.Mean) < 0.4*lastDigit(f.Mean) {
			break
		}
	}
	return f
}
