package eval

import (
	"math"
	"strconv"

	"xent"
)

// What scores are is decided once for a whole file, on evidence that every row adds to, and never
// row by row: a batch of logits that happen to lie in [0, 1] must not change the meaning of its file.
//
// A row passes for probabilities when all its entries lie in [-τ, 1+τ] and sum to 1 within τ, and
// for log-probabilities when none exceeds τ and logsumexp is 0 within τ. The file passes when 99.9 %
// of its rows do and there are at least [enoughRows] of them. τ is the rounding of real softmax
// outputs in each element type, see [tolerance]; logits of one row pass by chance with a probability
// below .05 in the worst type (bfloat16, two classes), so 32 rows do with less than 1e-43.

const (
	enoughRows = 32   // fewer rows prove nothing: they are taken for logits
	wideRow    = 4096 // classes from which a first block may hold fewer rows than that
	baseRows   = 4096 // rows from the start of the file that are tried as logarithms to other bases
	fewRows    = 10   // row numbers that errors and the report list
)

// tolerance returns τ for scores stored as dtype. The largest deviations from 1 measured on softmax
// outputs are 3.9e-4 in float16, 3.2e-3 in bfloat16, 1.4e-5 in float32; text is allowed three digits. Codes of llama.cpp are off by
// 1.2e-4 each at most, and by less in sum.
func tolerance(dtype string, classes int) float64 {
	switch dtype {
	case "float16":
		return 0x1p-10
	case "bfloat16", "decimal":
		return 0x1p-7
	case "float8_e4m3", "float8_e4m3fn", "float8_e5m2":
		return 0x1p-3
	}
	if codes16(dtype) {
		return 0x1p-10
	}
	if classes > 32<<10 {
		return 1e-4
	}
	return 1e-5
}

// Evidence is what rows of scores together say about their kind. It merges exactly, in any order.
// Make one with [NewEvidence].
type Evidence struct {
	Rows      int64   // seen
	Simplex   int64   // that pass for probabilities
	OneHot    int64   // of those: a single 1, the rest 0
	Logs      int64   // that pass for log-probabilities
	SumOff    float64 // largest |sum - 1| of the rows that pass for probabilities
	LogOff    float64 // largest |logsumexp| of the rows that pass for log-probabilities
	NotProbs  RowList // rows that cannot be probabilities: off by more than 10 τ
	NotLogs   RowList // rows that cannot be log-probabilities
	Tolerance float64 // τ
	Column    bool    // one score a row: the probability of class 1, or its logit

	binary  int64   // logarithms to base 2 that sum to 1, among the first baseRows rows
	decimal int64   // to base 10
	tried   int64   // rows tried as such
	low     float64 // smallest and largest score of one-column files
	high    float64
}

// NewEvidence returns the Evidence of no rows, for scores stored as dtype in so many columns.
func NewEvidence(dtype string, columns int) Evidence {
	return Evidence{Tolerance: tolerance(dtype, columns), Column: columns == 1}
}

// Add adds row number id, which holds no NaN.
func (e *Evidence) Add(id int64, scores []float64) { e.add(id, scores, look(scores), math.NaN()) }

// add adds row x with its scan. lse is its logsumexp, or NaN where that has not been computed.
func (e *Evidence) add(id int64, x []float64, s scan, lse float64) {
	tau := e.Tolerance
	e.Rows++
	if e.Column {
		e.addColumn(id, s)
		return
	}
	off := math.Abs(s.sum - 1)
	inside := func(by float64) bool { return s.min >= -by && s.max <= 1+by && off <= by }
	if inside(tau) {
		e.Simplex++
		e.SumOff = max(e.SumOff, off)
		if s.max == 1 && s.sum == 1 && s.min == 0 && hot(x) {
			e.OneHot++
		}
	}
	if !inside(10 * tau) {
		e.NotProbs.Add(id)
	}
	if s.max > 10*tau {
		e.NotLogs.Add(id)
		return
	}
	if lse != lse {
		lse = xent.RowMoments(x).LogSumExp()
	}
	switch off := math.Abs(lse); {
	case s.max <= tau && off <= tau:
		e.Logs++
		e.LogOff = max(e.LogOff, off)
	case !(off <= 10*tau):
		e.NotLogs.Add(id)
	}
	if id < baseRows {
		e.tried++
		if scaledSum(x, math.Ln2) <= 10*tau {
			e.binary++
		}
		if scaledSum(x, math.Ln10) <= 10*tau {
			e.decimal++
		}
	}
}

// looksAt tells whether add looks at the scores themselves, not at their scan alone: they may be probabilities, or
// logarithms of them.
func (e *Evidence) looksAt(s *scan) bool { return s.max <= max(1, 10*e.Tolerance) }

// addColumn adds a row of one score: a probability of class 1 lies in [0, 1], and nothing else is known of it.
func (e *Evidence) addColumn(id int64, s scan) {
	tau := e.Tolerance
	if e.Rows == 1 {
		e.low, e.high = s.min, s.max
	}
	e.low, e.high = min(e.low, s.min), max(e.high, s.max)
	if s.min >= -tau && s.max <= 1+tau {
		e.Simplex++
		if s.min == 0 || s.min == 1 {
			e.OneHot++
		}
	}
	if !(s.min >= -10*tau && s.max <= 1+10*tau) {
		e.NotProbs.Add(id)
	}
}

// hot reports whether every entry is 0 or 1.
func hot(x []float64) bool {
	for _, v := range x {
		if v != 0 && v != 1 {
			return false
		}
	}
	return true
}

// scaledSum returns |Σ e^(s·x) - 1|.
func scaledSum(x []float64, s float64) float64 {
	sum := -1.0
	for _, v := range x {
		sum += math.Exp(s * v)
	}
	return math.Abs(sum)
}

// Merge adds the rows of f.
func (e *Evidence) Merge(f *Evidence) {
	switch {
	case e.Rows == 0:
		e.low, e.high = f.low, f.high
	case f.Rows > 0:
		e.low, e.high = min(e.low, f.low), max(e.high, f.high)
	}
	e.Rows += f.Rows
	e.Simplex += f.Simplex
	e.OneHot += f.OneHot
	e.Logs += f.Logs
	e.binary += f.binary
	e.decimal += f.decimal
	e.tried += f.tried
	e.SumOff = max(e.SumOff, f.SumOff)
	e.LogOff = max(e.LogOff, f.LogOff)
	e.NotProbs.Merge(&f.NotProbs)
	e.NotLogs.Merge(&f.NotLogs)
}

// mostly reports whether n of the rows are 99.9 % of them.
func (e *Evidence) mostly(n int64) bool { return e.Rows > 0 && n*1000 >= e.Rows*999 }

// Labels reports whether the scores are one-hot labels: every row holds a single 1 among zeros, or the
// only column holds zeros and ones, of both. One row alone may do so by chance.
func (e *Evidence) Labels() bool {
	return e.Rows >= 2 && e.OneHot == e.Rows && !(e.Column && e.low == e.high)
}

// Kind returns what the scores are, on the evidence of at least 32 rows: fewer are taken for logits.
func (e *Evidence) Kind() Input { return e.kind(enoughRows) }

// LooksLike returns what the scores seem to be, however few the rows.
func (e *Evidence) LooksLike() Input { return e.kind(1) }

// kind returns what the scores are on the evidence, at least least rows of it.
func (e *Evidence) kind(least int64) Input {
	switch {
	case e.Rows < least:
		return Logits
	case e.mostly(e.Simplex):
		return Probs
	case e.mostly(e.Logs):
		return LogProbs
	}
	return Logits
}

// Reason says in words why Kind decided for kind.
func (e *Evidence) Reason(kind Input) string {
	switch {
	case kind == Probs && e.Column:
		return count(e.Simplex, e.Rows) + " lie in [0, 1]: the probability of class 1"
	case kind == Probs:
		return count(e.Simplex, e.Rows) + " lie in [0, 1] and sum to 1 within " + num(e.SumOff)
	case kind == LogProbs:
		return "the exponentials of " + count(e.Logs, e.Rows) + " sum to 1 within " + num(e.LogOff) + "; log-softmax changes nothing in them"
	case e.Rows < enoughRows && e.kind(1) != Logits:
		return "fewer than " + strconv.Itoa(enoughRows) + " rows: too few to tell"
	case e.Rows == 0:
		return "there are no rows to tell"
	case e.Column:
		return count(e.Rows-e.Simplex, e.Rows) + agree(e.Rows-e.Simplex, " lies", " lie") + " outside [0, 1]"
	case e.Simplex == 0 && e.Logs == 0:
		return "no row sums to 1, and neither do the exponentials of any"
	}
	return "only " + count(e.Simplex, e.Rows) + agree(e.Simplex, " sums", " sum") + " to 1, and the exponentials of " + strconv.FormatInt(e.Logs, 10)
}

// count renders "897 of 899 rows", or "all 899 rows".
func count(n, of int64) string {
	if n == of {
		return "all " + itoa(of) + " rows"
	}
	return itoa(n) + " of " + itoa(of) + " rows"
}

// agree returns the form of a word that goes with n things.
func agree(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// num renders x in three digits, for a message.
func num(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }
