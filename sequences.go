package xent

import (
	"math"

	"xent/internal/kern"
)

// Sequences adds up the Results of sequences - sentences, documents, answers - and gives the means that are in use for
// them, which differ where the sequences have unequal lengths. The zero value is empty, ready to add to.
//
//	TokenMean   Σ loss / Σ tokens              a long sequence weighs more
//	SeqMean     mean of the sequences' means   a token of a long sequence weighs less
//	SeqSumNorm  Σ loss / (L · sequences)       all tokens weigh the same, whatever the lengths
//
// For the gradients, give a loss [SequenceWeights] for SeqMean, or the Denominator Fixed(L·sequences) for SeqSumNorm.
type Sequences struct {
	// Total is the Result of all sequences together, Count how many there are, and Empty those of
	// them in which nothing counts.
	Total        Result
	Count, Empty int

	means kern.Sum
}

// Add adds the Result of one sequence: of CrossEntropy over its rows, or several of them merged.
func (s *Sequences) Add(r Result) {
	s.Total.Merge(r)
	s.Count++
	if r.Weight == 0 {
		s.Empty++
		return
	}
	s.means.Add(float64(r.Mean()))
}

// Merge adds what t has seen.
func (s *Sequences) Merge(t Sequences) {
	s.Total.Merge(t.Total)
	s.Count += t.Count
	s.Empty += t.Empty
	s.means.Merge(t.means)
}

// TokenMean returns the mean over all tokens; NaN where there are none.
func (s *Sequences) TokenMean() Nats { return s.Total.Mean() }

// SeqMean returns the mean over the sequences of their means; empty ones have none. NaN where all are empty.
func (s *Sequences) SeqMean() Nats {
	n := s.Count - s.Empty
	if n == 0 {
		return Nats(math.NaN())
	}
	return Nats(s.means.Value() / float64(n))
}

// SeqSumNorm returns the mean over all sequences of their sums divided by norm (L), a length that is the same for all
// of them, such as the longest allowed. NaN without sequences.
// Source: Liu et al. 2025, Dr. GRPO.
func (s *Sequences) SeqSumNorm(norm float64) Nats {
	return s.Total.Sum() / Nats(norm*float64(s.Count))
}

// SequenceWeights stores in weights the [Options.RowWeights] with which the mean of a batch is the mean of sequence
// means: 1/n for each row of a sequence in which n rows count, 0 for rows with the label ignore. The rows of the
// sequences follow one another; lengths says how many each has, ignored ones included.
//
//	xent.SequenceWeights(weights, lengths, labels, new(-100))
//	xent.CrossEntropyGrad(grad, logits, labels, &xent.Options{RowWeights: weights, IgnoreIndex: new(-100)})
//
// Shapes: weights and labels are [rows], and lengths sum to rows.
// Errors: *ShapeError; weights are then untouched.
// Memory: none is allocated.
func SequenceWeights[L Int](weights []float64, lengths []int, labels []L, ignore *int) error {
	const fn = "SequenceWeights"
	if len(weights) != len(labels) {
		return &ShapeError{fn, "weights", "[" + itoa(len(weights)) + "]", "[" + itoa(len(labels)) + "] (as labels)"}
	}
	rows := len(labels)
	for i, n := range lengths {
		if n < 0 || n > rows {
			return &ShapeError{fn, "lengths[" + itoa(i) + "]", itoa(n), "lengths ≥ 0 that sum to " + itoa(len(labels)) + " (as labels)"}
		}
		rows -= n
	}
	if rows != 0 {
		return &ShapeError{fn, "lengths", "a sum of " + itoa(len(labels)-rows), itoa(len(labels)) + " (as labels)"}
	}
	for _, n := range lengths {
		weighSequence(weights[:n], labels[:n], ignore)
		weights, labels = weights[n:], labels[n:]
	}
	return nil
}

func weighSequence[L Int](weights []float64, labels []L, ignore *int) {
	counts := 0
	for i, y := range labels {
		weights[i] = 0
		if ignore == nil || int64(y) != int64(*ignore) {
			weights[i] = 1
			counts++
		}
	}
	for i, w := range weights {
		weights[i] = w / float64(max(counts, 1))
	}
}
