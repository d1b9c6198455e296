package doctor

import (
	"math"
	"slices"
	"strconv"

	"xent"
	"xent/eval"
	"xent/info"
)

// A Recipe is one way in which a number can have been computed from scores and labels.
type Recipe struct {
	ID        string  `json:"id"` // stable: "double-softmax"
	Says      string  `json:"says"`
	Value     float64 `json:"value"`    // what it gives on these rows
	Residual  float64 `json:"residual"` // value less the reported number
	Parameter float64 `json:"parameter,omitempty"`
	Fitted    bool    `json:"fitted,omitempty"` // the parameter was solved for and is no round number
	Odd       int     `json:"odd"`              // how far from usual: 0 is what most programs print
}

// Recipes computes all recipes in one pass over rows, which must come in the order of the file.
// Memory: some sums, a count for each class, and three rows.
type Recipes struct {
	Rows, Ignored int64

	cfg     eval.Config
	classes int
	kind    eval.Input // of the scores; Auto before the first row

	sum      map[string]float64 // by name, over rows
	batch    []batch
	perClass []float64 // Σ l by class
	labelled []float64 // rows by class

	z, p, scratch []float64
	past          [3]past // the last two rows, the latest first, and room for one
}

type past struct {
	logp  []float64
	class int // -1 for none
}

// A batch averages losses by so many rows.
type batch struct {
	size             int
	now, sum, whole  float64 // Σ l of the rows of this batch; Σ of batch means; Σ l of whole batches
	rows, means, all float64
}

var (
	batchSizes   = [...]int{8, 16, 32, 50, 64, 100, 128, 200, 256, 512, 1000, 1024}
	temperatures = [...]float64{.05, .07, .1, .2, .25, .5, .8, 1.5, 2, 3, 4, 5, 10, 20}
	focuses      = [...]float64{.5, 1, 1.5, 2, 3, 4, 5}
	clipsAt      = [...]float64{1e-3, 1e-5, 1e-6, 1e-7, 0x1p-23, 1e-8, 1e-10, 1e-12, 1e-15, 0x1p-10}

	focalNames       = numbered("focal ", len(focuses))
	clipNames        = numbered("clip ", len(clipsAt))
	temperatureNames = numbered("temperature ", len(temperatures))
)

func numbered(name string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = name + strconv.Itoa(i)
	}
	return names
}

// NewRecipes returns the Recipes of no rows. Errors: *eval.ConfigError when Classes is not positive.
func NewRecipes(cfg eval.Config) (*Recipes, error) {
	if cfg.Classes < 1 {
		return nil, &eval.ConfigError{Field: "Classes", Got: strconv.Itoa(cfg.Classes), Want: "at least 1"}
	}
	k := max(cfg.Classes, 2)
	r := &Recipes{cfg: cfg, classes: k, kind: cfg.Input, sum: map[string]float64{},
		perClass: make([]float64, k), labelled: make([]float64, k),
		z: make([]float64, k), p: make([]float64, k), scratch: make([]float64, k)}
	for _, size := range batchSizes {
		r.batch = append(r.batch, batch{size: size})
	}
	for i := range r.past {
		r.past[i] = past{make([]float64, k), -1}
	}
	return r, nil
}

// AddRecipes adds the rows of b. What the scores are is decided on its first block, unless the Config says it.
// Errors: *eval.ConfigError for rows without one label each; *eval.LabelError for a label that names no class.
func AddRecipes[T xent.Float](r *Recipes, b eval.Block[T]) error {
	if len(b.Labels) != b.Scores.Rows {
		return &eval.ConfigError{Field: "Block.Labels", Got: strconv.Itoa(len(b.Labels)), Want: "one label a row"}
	}
	x := make([]float64, r.cfg.Classes)
	if r.kind == eval.Auto {
		e := eval.NewEvidence(r.cfg.DType, r.cfg.Classes)
		for i := range b.Scores.Rows {
			e.Add(b.First+int64(i), widened(x, b.Scores.Row(i)))
		}
		r.kind = e.LooksLike()
	}
	for i := range b.Scores.Rows {
		label := b.Labels[i]
		if r.cfg.IgnoreIndex != nil && label == *r.cfg.IgnoreIndex || b.Weights != nil && b.Weights[i] == 0 {
			r.Ignored++
			none := r.past[2]
			none.class = -1
			r.pass(none)
			continue
		}
		y := label - r.cfg.LabelBase
		if y < 0 || y >= int64(r.classes) {
			return &eval.LabelError{Row: b.First + int64(i), Label: label, Low: r.cfg.LabelBase, High: r.cfg.LabelBase + int64(r.classes), Count: 1}
		}
		r.add(widened(x, b.Scores.Row(i)), int(y))
	}
	return nil
}

func widened[T xent.Float](dst []float64, src []T) []float64 {
	for k, v := range src {
		dst[k] = float64(v)
	}
	return dst
}

// Kind returns what the scores were taken for.
func (r *Recipes) Kind() eval.Input { return r.kind }

// logits fills z with logits that say the same as the scores x, and returns the raw score of class y.
func (r *Recipes) logits(x []float64, y int) (raw float64) {
	if len(x) == 1 {
		r.z[0], r.z[1] = 0, x[0]
		if r.kind == eval.Probs {
			r.z[0], r.z[1] = 1-x[0], x[0]
		}
	} else {
		copy(r.z, x)
	}
	raw = r.z[y]
	if r.kind == eval.Probs {
		for k, p := range r.z {
			r.z[k] = 0 - float64(info.Surprisal(max(p, 0)))
		}
	}
	return raw
}

// cost returns what class y costs under the softmax of z.
func cost(z []float64, y int) float64 {
	m := xent.RowMoments(z)
	return 0 - m.LogProb(z[y])
}

// add adds a row of scores and its class.
func (r *Recipes) add(x []float64, y int) {
	raw := r.logits(x, y)
	m := xent.RowMoments(r.z)
	mean := 0.0
	now := r.past[2]
	now.class = y
	for k, z := range r.z {
		r.p[k] = m.Prob(z)
		now.logp[k] = m.LogProb(z)
		mean -= now.logp[k]
	}
	p, l := r.p[y], 0-now.logp[y]
	r.Rows++
	put := func(name string, v float64) { r.sum[name] += v }
	put("ce", l)
	put("uniform", mean/float64(r.classes))
	put("probability", -p)
	put("raw", -raw)
	put("entropy", float64(m.Entropy()))
	if m.Arg == y {
		put("right", 1)
	}
	if !math.IsInf(l, 1) {
		put("finite", l)
		put("finite rows", 1)
	}
	for i := range focuses {
		put(focalNames[i], math.Pow(1-p, focuses[i])*l)
	}
	for i, eps := range clipsAt {
		put(clipNames[i], -math.Log(min(max(p, eps), 1-eps)))
	}
	squares := 0.0
	for k, q := range r.p {
		d := q
		if k == y {
			d = 1 - q
		}
		squares += d * d
	}
	put("squares", squares)
	r.transformed(y)
	r.perClass[y] += l
	r.labelled[y]++
	for i := range r.batch {
		r.batch[i].add(l)
	}
	for by, before := range r.past[:2] {
		if name := lags[by]; before.class >= 0 {
			put(name.on, 0-before.logp[y])
			put(name.back, 0-now.logp[before.class])
			put(name.rows, 1)
		}
	}
	r.pass(now)
}

// lags name the sums of rows with the labels of the next row but by, and of the row before.
var lags = [...]struct{ on, back, rows string }{{"on 1", "back 1", "lag 1 rows"}, {"on 2", "back 2", "lag 2 rows"}}

// pass makes now the latest row, in the memory of the oldest.
func (r *Recipes) pass(now past) { r.past = [3]past{now, r.past[0], r.past[1]} }

// transformed adds the losses of logits that something was done to.
func (r *Recipes) transformed(y int) {
	put := func(name string, v float64) { r.sum[name] += v }
	s := r.scratch
	copy(s, r.p)
	for _, name := range [...]string{"double", "triple"} {
		m := xent.RowMoments(s)
		put(name, 0-m.LogProb(s[y]))
		for k, z := range s {
			s[k] = m.Prob(z)
		}
	}
	for i, t := range temperatures {
		for k, z := range r.z {
			s[k] = z / t
		}
		put(temperatureNames[i], cost(s, y))
	}
	for _, kept := range [...]struct {
		name string
		bits uint
	}{{"float16", 42}, {"bfloat16", 45}} {
		name, bits := kept.name, kept.bits
		for k, z := range r.z {
			b := math.Float64bits(z) + 1<<bits>>1
			s[k] = math.Float64frombits(b &^ (1<<bits - 1))
		}
		put(name, cost(s, y))
	}
	if r.cfg.Classes > 1 {
		binary, again := 0.0, 0.0
		for k, z := range r.z {
			if k == y {
				z = -z
			}
			binary += softplus(z)
			sigmoid := 1 / (1 + math.Exp(-r.z[k]))
			if k == y {
				sigmoid = -sigmoid
			}
			again += softplus(sigmoid)
		}
		put("binary", binary)
		put("sigmoid twice", again)
		put("next class", cost(r.z, (y+1)%r.classes))
		put("class before", cost(r.z, (y+r.classes-1)%r.classes))
		return
	}
	s[0], s[1] = 0, r.p[1]
	put("sigmoid twice", cost(s, y))
}

// softplus returns ln(1 + e^x).
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func (b *batch) add(l float64) {
	b.now += l
	b.rows++
	if b.rows == float64(b.size) {
		b.whole += b.now
		b.all += b.rows
		b.close()
	}
}

func (b *batch) close() {
	if b.rows > 0 {
		b.sum += b.now / b.rows
		b.means++
		b.now, b.rows = 0, 0
	}
}

// List returns every recipe with what it gives on these rows. Those without a parameter to solve for do not depend on
// the reported number.
func (r *Recipes) List(reported float64) []Recipe {
	n, k := float64(r.Rows), float64(r.classes)
	var all []Recipe
	put := func(odd int, id, says string, value float64) {
		if !math.IsNaN(value) {
			all = append(all, Recipe{ID: id, Says: says, Value: value, Residual: value - reported, Odd: odd})
		}
	}
	with := func(odd int, id, says string, value, parameter float64) {
		put(odd, id, says, value)
		if i := len(all) - 1; i >= 0 && all[i].ID == id {
			all[i].Parameter = parameter
		}
	}
	mean := func(name string) float64 { return r.sum[name] / n }
	ce := mean("ce")
	put(0, "cross-entropy", "the mean cross-entropy, in nats", ce)
	put(1, "bits", "the mean cross-entropy, in bits", ce/math.Ln2)
	put(3, "decimal", "the mean cross-entropy, in decimal digits (logarithms to base 10)", ce/math.Ln10)
	put(1, "perplexity", "the perplexity, exp of the mean cross-entropy", math.Exp(ce))
	put(1, "sum", "the sum of the losses of all rows", ce*n)
	if r.cfg.Classes > 1 {
		put(2, "mean-of-elements", "the sum of the losses, divided by rows times classes", ce/k)
	}
	if r.Ignored > 0 {
		put(1, "ignored-in-denominator", "the sum of the losses, divided by all rows, ignored ones included", ce*n/(n+float64(r.Ignored)))
	}
	if rows := r.sum["finite rows"]; rows < n {
		put(1, "finite-rows", "the mean over the rows that cost less than infinity", r.sum["finite"]/rows)
	}
	r.listBatches(put)
	for i, gamma := range focuses {
		with(1, "focal", "focal loss with γ = "+digits(gamma), mean(focalNames[i]), gamma)
	}
	r.listSmoothing(&all, reported)
	put(1, "double-softmax", "softmax applied twice: the loss was given probabilities", mean("double"))
	put(3, "triple-softmax", "softmax applied three times", mean("triple"))
	put(2, "sigmoid-twice", "a sigmoid applied twice: the binary loss was given probabilities", mean("sigmoid twice"))
	for i, t := range temperatures {
		with(2, "temperature", "the cross-entropy at temperature "+digits(t), mean(temperatureNames[i]), t)
	}
	if r.cfg.Classes > 1 {
		put(2, "binary-mean", "binary cross-entropy of every class by itself, averaged over rows and classes", mean("binary")/k)
		put(2, "binary-sum", "binary cross-entropy of every class by itself, summed over classes", mean("binary"))
		put(2, "class-plus-one", "labels that are one more", mean("next class"))
		put(2, "class-minus-one", "labels that are one less", mean("class before"))
	}
	put(2, "brier", "the Brier score: squared errors of the probabilities, summed over classes", mean("squares"))
	put(2, "squared-error", "squared errors of the probabilities, averaged over classes", mean("squares")/k)
	for by, name := range lags {
		rows, far := r.sum[name.rows], strconv.Itoa(by+1)
		put(2+by, "labels-"+far+"-on", "labels of the row "+far+" further on", r.sum[name.on]/rows)
		put(2+by, "labels-"+far+"-back", "labels of the row "+far+" before", r.sum[name.back]/rows)
	}
	put(2, "nll-of-probabilities", "minus the mean probability of the label: nll_loss was given probabilities", mean("probability"))
	put(2, "nll-of-scores", "minus the mean score of the label: nll_loss was given scores that no softmax had seen", mean("raw"))
	r.listBalanced(put)
	put(2, "float16", "the cross-entropy of logits that were rounded to float16", mean("float16"))
	put(2, "bfloat16", "the cross-entropy of logits that were rounded to bfloat16", mean("bfloat16"))
	for i, eps := range clipsAt {
		with(1, "clipped", "probabilities clipped at "+digits(eps), mean(clipNames[i]), eps)
	}
	put(2, "entropy", "the mean entropy of the predictions, not their loss", mean("entropy"))
	put(2, "accuracy", "the accuracy, not the loss", mean("right"))
	put(2, "error-rate", "the share of wrong answers, not the loss", 1-mean("right"))
	put(3, "uniform", "ln K, of a model without opinion", math.Log(k))
	return all
}

// listBatches adds what means of batches give, where the last batch is smaller than the others.
func (r *Recipes) listBatches(put func(int, string, string, float64)) {
	for _, b := range r.batch { // copies: closing them changes nothing
		size := strconv.Itoa(b.size)
		if int64(b.size) >= r.Rows {
			continue
		}
		if r.Rows%int64(b.size) != 0 {
			put(2, "drop-last-"+size, "the mean without the last, smaller batch, in batches of "+size, b.whole/b.all)
		}
		b.close()
		put(2, "sum-of-batch-"+size, "the mean over batches of "+size+" of the summed loss of each", r.sum["ce"]/b.means)
		if r.Rows%int64(b.size) != 0 {
			put(1, "batch-means-"+size, "the mean of the means of batches of "+size+", of which the last is smaller", b.sum/b.means)
		}
	}
}

// listBalanced adds means that give every class the same weight.
func (r *Recipes) listBalanced(put func(int, string, string, float64)) {
	sum, occur, weighted := 0.0, 0.0, 0.0
	for k, n := range r.labelled {
		if n > 0 {
			sum += r.perClass[k] / n
			occur++
			weighted += r.perClass[k] / n
		}
	}
	put(1, "balanced", "every class with the same weight: the mean of the classes' mean losses", sum/occur)
	put(3, "balanced-sum", "the sum of the classes' mean losses", weighted)
}

// listSmoothing solves for the label smoothing ε that gives the reported number,
//
//	L(ε) = (1-ε)·L + ε·U     U: the mean loss of uniform labels
//
// and adds it; round values are given whether they fit or not.
func (r *Recipes) listSmoothing(all *[]Recipe, reported float64) {
	l, u := r.sum["ce"]/float64(r.Rows), r.sum["uniform"]/float64(r.Rows)
	usual := [...]float64{.01, .02, .05, .1, .15, .2, .3, .5}
	for _, eps := range usual {
		v := (1-eps)*l + eps*u
		*all = append(*all, Recipe{ID: "label-smoothing", Says: "labels smoothed by " + digits(eps), Value: v, Residual: v - reported, Parameter: eps, Odd: 1})
	}
	eps := (reported - l) / (u - l)
	if eps > 1e-4 && eps < .95 {
		*all = append(*all, Recipe{ID: "label-smoothing", Says: "labels smoothed by " + digits(eps) + ", which is no round number", Value: reported, Parameter: eps, Fitted: true, Odd: 4})
	}
}

// Explain returns the recipes whose value is within tolerance of the reported number: those that need no fitting first, then the usual
// before the odd, then by residual. Of recipes of one id and of equal values the nearest is kept.
func (r *Recipes) Explain(reported, tolerance float64) (fit, others []Recipe) {
	all := r.List(reported)
	slices.SortStableFunc(all, func(a, b Recipe) int {
		switch x, y := math.Abs(a.Residual), math.Abs(b.Residual); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	ce := r.sum["ce"] / float64(r.Rows)
	for _, a := range all {
		if a.ID != "cross-entropy" && math.Abs(a.Value-ce) <= 1e-12*ce {
			continue // the same thing: nothing was clipped
		}
		if math.Abs(a.Residual) <= tolerance {
			fit = append(fit, a)
		} else if !a.Fitted {
			others = append(others, a)
		}
	}
	slices.SortStableFunc(fit, func(a, b Recipe) int { return a.Odd - b.Odd })
	// What was fitted fits anything: it tells something only where nothing else does.
	if len(fit) > 1 {
		fit = slices.DeleteFunc(fit, func(a Recipe) bool { return a.Fitted })
	}
	return fit, others
}
