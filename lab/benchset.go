//go:build !js || practice

package lab

import (
	"math"
	"strconv"

	"xent"
)

// Fault is what is wrong with the rows on the bench of explorer E8.
type Fault string

// The faults. Own rows are not made but given.
const (
	FaultNone       Fault = "none"
	FaultSoftmax    Fault = "softmax"    // probabilities where logits are wanted
	FaultLogSoftmax Fault = "logsoftmax" // log-probabilities where logits are wanted: harmless
	FaultBase2      Fault = "base2"      // log-probabilities to base 2
	FaultSwapped    Fault = "swapped"    // one-hot labels where scores are wanted
	FaultFromOne    Fault = "fromone"    // labels that count from 1
	FaultIgnored    Fault = "ignored"    // -100 for some of the labels
	FaultShifted    Fault = "shifted"    // labels one off, around the end
	FaultPermuted   Fault = "permuted"   // classes in the opposite order
	FaultMisaligned Fault = "misaligned" // labels three rows late
	FaultShuffled   Fault = "shuffled"   // labels in another order of rows
	FaultBroken     Fault = "broken"     // some rows that are no numbers
	FaultClipped    Fault = "clipped"    // probabilities clipped at 1e-7
	FaultConstant   Fault = "constant"   // one prediction for all rows
	FaultOwn        Fault = "own"        // the reader's rows
)

// benchSet are rows on the bench.
type benchSet struct {
	classes int
	scores  []float64 // [rows, classes]
	labels  []int64
}

func (b *benchSet) rows() int           { return len(b.labels) }
func (b *benchSet) row(i int) []float64 { return b.scores[i*b.classes : (i+1)*b.classes] }
func (b *benchSet) each(f func([]float64)) {
	for i := range b.rows() {
		f(b.row(i))
	}
}

// makeSet makes rows of a calibrated model and breaks them.
//
// Logits are normal, and a class drawn evenly is ahead by skill·(½ + u), u uniform. The label is drawn from the softmax
// of the row, so that the model is calibrated, before the logits are multiplied by scale.
func makeSet(p *DoctorParams) benchSet {
	k := p.Classes
	b := benchSet{k, make([]float64, p.Rows*k), make([]int64, p.Rows)}
	d := dice(p.Seed)
	even := make([]float64, k)
	for i := range even {
		even[i] = 1 / float64(k)
	}
	for i := range b.labels {
		row := b.row(i)
		for j := range row {
			row[j] = d.normal()
		}
		row[d.roll(even)] += p.Skill * (.5 + d.uniform())
		q := append([]float64(nil), row...)
		softmaxOf(q)
		b.labels[i] = int64(d.roll(q))
		for j := range row {
			row[j] = roundTo(row[j]*p.Scale, 1e-3)
		}
	}
	b.damage(p.Fault, &d)
	return b
}

// damage breaks rows or labels.
func (b *benchSet) damage(fault Fault, d *dice) {
	k := int64(b.classes)
	switch fault {
	case FaultSoftmax:
		b.each(softmaxOf)
	case FaultLogSoftmax:
		b.each(logSoftmaxOf)
	case FaultBase2:
		b.each(func(row []float64) {
			logSoftmaxOf(row)
			for j := range row {
				row[j] /= math.Ln2
			}
		})
	case FaultSwapped:
		b.each(func(row []float64) {
			top := xent.RowMoments(row).Arg
			clear(row)
			row[top] = 1
		})
	case FaultClipped:
		b.each(func(row []float64) {
			softmaxOf(row)
			for j := range row {
				row[j] = min(max(row[j], 1e-7), 1-1e-7)
			}
		})
	case FaultConstant:
		b.each(func(row []float64) { copy(row, b.row(0)) })
	case FaultBroken:
		for i := 3; i < b.rows(); i += 17 {
			for j := range b.row(i) {
				b.row(i)[j] = math.NaN()
			}
		}
	case FaultShuffled:
		for i := b.rows() - 1; i > 0; i-- {
			j := int(d.uniform() * float64(i+1))
			b.labels[i], b.labels[j] = b.labels[j], b.labels[i]
		}
	case FaultMisaligned:
		old := append([]int64(nil), b.labels...)
		for i := range b.labels {
			b.labels[i] = old[(i-3+len(old))%len(old)]
		}
	}
	for i, y := range b.labels {
		switch fault {
		case FaultFromOne:
			b.labels[i]++
		case FaultShifted:
			b.labels[i] = (y + 1) % k
		case FaultPermuted:
			b.labels[i] = k - 1 - y
		case FaultIgnored:
			if i%6 == 4 {
				b.labels[i] = -100
			}
		}
	}
}

// normal returns a standard normal number (Box and Muller 1958).
func (d *dice) normal() float64 {
	r := math.Sqrt(-2 * math.Log(1-d.uniform()))
	return r * math.Cos(2*math.Pi*d.uniform())
}

func softmaxOf(row []float64) {
	m := xent.RowMoments(row)
	for j, z := range row {
		row[j] = m.Prob(z)
	}
}

func logSoftmaxOf(row []float64) {
	m := xent.RowMoments(row)
	for j, z := range row {
		row[j] = m.LogProb(z)
	}
}

// ownSet takes the reader's rows.
func ownSet(p *DoctorParams) benchSet {
	b := benchSet{p.Classes, p.Scores, make([]int64, len(p.Labels))}
	for i, y := range p.Labels {
		b.labels[i] = int64(y)
	}
	return b
}

// score prints a score in a row of the bench: three decimals at most, in few characters.
func score(x float64) string {
	if text, ok := special(x); ok {
		if text == "NaN" {
			return "no number"
		}
		return text
	}
	if a := math.Abs(x); a != 0 && (a < .001 || a >= 1e5) {
		return Significant(x, 2)
	}
	return unsignedZero(strconv.FormatFloat(x, 'f', 3, 64))
}
