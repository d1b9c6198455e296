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
// outputs are 3.9e-4 in float16, 3.2e-3 in bfloat16, 1.4e-5 in float32; text is allowed three digits.
func tolerance(dtype string, classes int) float64 {
	switch dtype {
	case "float16":
		return 0x1p-10
	case "bfloat16", "decimal":
		return 0x1p-7
	case "float8_e4m3", "float8_e4m3fn", "float8_e5m2":
		return 0x1p-3
	}
	if classes > 32<<10 {
		return 1e-4
	}
	return 1e-5
}

// evidence is what all rows together say about the kind of the scores. It merges exactly.
type evidence struct {
	rows     int64
	simplex  int64   // probabilities
	oneHot   int64   // of those: a single 1, the rest 0
	logs     int64   // log-probabilities
	binary   int64   // logarithms to base 2 that sum to 1, among the first baseRows rows
	decimal  int64   // to base 10
	tried    int64   // rows tried as such
	sumOff   float64 // largest |sum - 1| of the rows that are probabilities
	logOff   float64 // largest |logsumexp| of the rows that are log-probabilities
	notProbs rowList // rows that cannot be probabilities: off by more than 10 τ
	notLogs  rowList // rows that cannot be log-probabilities
	low      float64 // smallest and largest score of one-column files
	high     float64
}

// add adds one row without NaN or infinities other than -Inf.
// lse is its logsumexp, or NaN where that has not been computed.
func (e *evidence) add(id int64, x []float64, s scan, tau, lse float64, column bool) {
	e.rows++
	if column {
		e.addColumn(id, s, tau)
		return
	}
	off := math.Abs(s.sum - 1)
	inside := func(by float64) bool { return s.min >= -by && s.max <= 1+by && off <= by }
	if inside(tau) {
		e.simplex++
		e.sumOff = max(e.sumOff, off)
		if s.max == 1 && s.sum == 1 && s.min == 0 && hot(x) {
			e.oneHot++
		}
	}
	if !inside(10 * tau) {
		e.notProbs.add(id)
	}
	if s.max > 10*tau {
		e.notLogs.add(id)
		return
	}
	if lse != lse {
		lse = xent.RowMoments(x).LogSumExp()
	}
	switch off := math.Abs(lse); {
	case s.max <= tau && off <= tau:
		e.logs++
		e.logOff = max(e.logOff, off)
	case !(off <= 10*tau):
		e.notLogs.add(id)
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

// addColumn adds a row of one score: a probability of class 1 lies in [0, 1], and nothing else is known of it.
func (e *evidence) addColumn(id int64, s scan, tau float64) {
	if e.rows == 1 {
		e.low, e.high = s.min, s.max
	}
	e.low, e.high = min(e.low, s.min), max(e.high, s.max)
	if s.min >= -tau && s.max <= 1+tau {
		e.simplex++
		if s.min == 0 || s.min == 1 {
			e.oneHot++
		}
	}
	if !(s.min >= -10*tau && s.max <= 1+10*tau) {
		e.notProbs.add(id)
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

func (e *evidence) merge(f *evidence) {
	switch {
	case e.rows == 0:
		e.low, e.high = f.low, f.high
	case f.rows > 0:
		e.low, e.high = min(e.low, f.low), max(e.high, f.high)
	}
	e.rows += f.rows
	e.simplex += f.simplex
	e.oneHot += f.oneHot
	e.logs += f.logs
	e.binary += f.binary
	e.decimal += f.decimal
	e.tried += f.tried
	e.sumOff = max(e.sumOff, f.sumOff)
	e.logOff = max(e.logOff, f.logOff)
	e.notProbs.merge(&f.notProbs)
	e.notLogs.merge(&f.notLogs)
}

// mostly reports whether n of the rows are 99.9 % of them.
func (e *evidence) mostly(n int64) bool { return e.rows > 0 && n*1000 >= e.rows*999 }

// labels reports whether the scores are one-hot labels: every row holds a single 1 among zeros, or the
// only column holds zeros and ones, of both. One row alone may do so by chance.
func (e *evidence) labels(column bool) bool {
	return e.rows >= 2 && e.oneHot == e.rows && !(column && e.low == e.high)
}

// kind returns what the scores are on the evidence, at least least rows of it.
func (e *evidence) kind(least int64) Input {
	switch {
	case e.rows < least:
		return Logits
	case e.mostly(e.simplex):
		return Probs
	case e.mostly(e.logs):
		return LogProbs
	}
	return Logits
}

// reason says in words why kind decided as it did.
func (e *evidence) reason(kind Input, column bool) string {
	switch {
	case kind == Probs && column:
		return count(e.simplex, e.rows) + " lie in [0, 1]: the probability of class 1"
	case kind == Probs:
		return count(e.simplex, e.rows) + " lie in [0, 1] and sum to 1 within " + num(e.sumOff)
	case kind == LogProbs:
		return "the exponentials of " + count(e.logs, e.rows) + " sum to 1 within " + num(e.logOff) + "; log-softmax changes nothing in them"
	case e.rows < enoughRows && e.kind(1) != Logits:
		return "fewer than " + strconv.Itoa(enoughRows) + " rows: too few to tell"
	case e.rows == 0:
		return "there are no rows to tell"
	case column:
		return count(e.rows-e.simplex, e.rows) + " lie outside [0, 1]"
	case e.simplex == 0 && e.logs == 0:
		return "no row sums to 1, and neither do the exponentials of any"
	}
	return "only " + count(e.simplex, e.rows) + " sum to 1, and the exponentials of " + strconv.FormatInt(e.logs, 10)
}

// count renders "897 of 899 rows", or "all 899 rows".
func count(n, of int64) string {
	if n == of {
		return "all " + itoa(of) + " rows"
	}
	return itoa(n) + " of " + itoa(of) + " rows"
}

// num renders x in three digits, for a message.
func num(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }
