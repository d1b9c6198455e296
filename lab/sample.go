package lab

// MaxDraws bounds the draws of one call of [Sample].
const MaxDraws = 1000

// SampleParams asks for draws from a softmax.
type SampleParams struct {
	Logits      []float64
	Temperature float64
	TopK        int     // only the so many most probable classes, at least 1
	TopP        float64 // of these only the least number of most probable ones whose shares reach it, 0 to 1
	Seed        int     // 0 to MaxSeed
	Draws       int     // at most MaxDraws
}

// SampleView is what was drawn, and from what.
type SampleView struct {
	Order  []int     // the classes by falling probability, ties by their place
	Edges  []float64 // where each class of Order begins when their probabilities are laid end to end, and 1
	Kept   int       // how many of Order can be drawn
	Mass   float64   // their probability
	Probs  []float64 // by class: the probability to be drawn, p/Mass or 0
	Throws []float64 // each draw as a point of the line of Edges, below Mass
	Drawn  []int     // the class of each draw
	Counts []int     // by class
	Text   SampleText
}

// SampleText holds the figures of a [SampleView] as they are printed.
type SampleText struct {
	Probs []string
	Mass  string
}

// Sample draws classes from p = softmax(z/T), cut to the TopK most probable and then to the least number of
// these whose shares of what is left reach TopP; at least one class stays. This is the order of most inference
// libraries: temperature, top-k, top-p.
//
// Draw n is the class whose segment holds u[n]·Mass when the kept probabilities are laid end to end, with
// u[n] from the generator SplitMix64 at the seed. The same seed gives the same u at every temperature, so
// only what the temperature changes changes.
//
// Errors: [ParamError].
// Source: Holtzman et al. 2020 (top-p), Fan et al. 2018 (top-k), Steele, Lea and Flood 2014 (SplitMix64).
func Sample(params SampleParams) (SampleView, error) {
	c := checker{fn: "Sample"}
	c.tempered(params.Logits, params.Temperature)
	c.integer("topK", params.TopK, 1, MaxClasses)
	c.inRange("topP", params.TopP, 0, 1)
	c.integer("seed", params.Seed, 0, MaxSeed)
	c.integer("draws", params.Draws, 0, MaxDraws)
	if !c.ok() {
		return SampleView{}, c.result()
	}

	row := tempered(params.Logits, params.Temperature)
	classes := len(row.probs)
	v := SampleView{
		Order:  byFallingLogit(params.Logits),
		Edges:  make([]float64, classes+1),
		Probs:  make([]float64, classes),
		Throws: make([]float64, params.Draws),
		Drawn:  make([]int, params.Draws),
		Counts: make([]int, classes),
	}
	for n, class := range v.Order {
		v.Edges[n+1] = min(v.Edges[n]+row.probs[class], 1)
	}
	v.Edges[classes] = 1
	v.Kept = kept(v.Edges, params.TopK, params.TopP)
	v.Mass = v.Edges[v.Kept]
	for _, class := range v.Order[:v.Kept] {
		v.Probs[class] = row.probs[class] / v.Mass
	}
	die := dice(params.Seed)
	for n := range v.Throws {
		throw, at := die.uniform()*v.Mass, 0
		for at < v.Kept-1 && throw >= v.Edges[at+1] {
			at++
		}
		v.Throws[n], v.Drawn[n] = throw, v.Order[at]
		v.Counts[v.Order[at]]++
	}
	v.Text.Probs = mapTexts(v.Probs, figure)
	if v.Kept == classes {
		v.Text.Probs = row.texts() // also those that a float64 cannot hold
	}
	v.Text.Mass = figure(v.Mass)
	return v, nil
}

// byFallingLogit returns the classes from the largest logit to the least, ties in their order.
func byFallingLogit(logits []float64) []int {
	order := make([]int, len(logits))
	for i := range order {
		at := i
		for at > 0 && logits[order[at-1]] < logits[i] {
			order[at] = order[at-1]
			at--
		}
		order[at] = i
	}
	return order
}

// kept returns how many of the classes laid end to end at edges stay: at most topK, of these the least number
// whose share reaches topP, and at least one. A topP of 1 cuts nothing, however little the rest has.
func kept(edges []float64, topK int, topP float64) int {
	most, n := min(topK, len(edges)-1), 1
	const dust = 1e-12 // of the sums: 0.5 + 0.4 reaches 0.9
	for n < most && (topP == 1 || edges[n] < topP*edges[most]-dust) {
		n++
	}
	return n
}
