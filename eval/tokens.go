//go:build !js

package eval

import (
	"cmp"
	"math"
	"slices"

	"xent/internal/exact"
	"xent/internal/stat"
)

// A Token is one token of a text with what a server told of the distribution that it came from: seldom more than the log-probabilities
// of the likeliest few.
type Token struct {
	Group    uint64 // what it belongs to: tokens of one answer are not independent
	Sequence int64
	Position int
	Text     string
	Bytes    int
	LogProb  float64
	Censored bool      // LogProb is not told; it is at most the least of Top
	Top      []float64 // log-probabilities of different tokens, this one's among them if it is told
	Listed   bool      // others than this one were asked for
	Best     string    // the likeliest of them
	BestProb float64
}

// Tokens adds tokens up. The zero value with Vocabulary set is ready; it is not safe for concurrent use.
type Tokens struct {
	Vocabulary int64 // tokens there are; 0 when unknown
	Surprising int   // tokens to list

	total     totals
	groups    *groups
	first     int64 // that nothing predicts
	censored  int64
	bytes     int64
	listed    int64
	right     int64
	mass      exact.Sum
	low, high exact.Sum // of the entropy
	list      []SurprisingToken
}

// A TokenReport is what a log of token probabilities tells. Loss is exact where no token is censored, and else a lower bound, to
// which each of these adds the least that it can have cost.
type TokenReport struct {
	Schema       int               `json:"schema"` // version of this structure: 1
	Partial      bool              `json:"partial,omitempty"`
	Tokens       int64             `json:"tokens"`    // scored
	First        int64             `json:"first"`     // of texts, which nothing predicts
	Censored     int64             `json:"censored"`  // whose log-probability was not told
	Sequences    int64             `json:"sequences"` // texts that tokens belong to
	Loss         TokenLoss         `json:"loss"`
	Perplexity   float64           `json:"perplexity"`
	PerplexityCI [2]float64        `json:"perplexity_ci95"`
	Bytes        int64             `json:"bytes"` // of the scored tokens
	BitsPerByte  Estimate          `json:"bits_per_byte"`
	Listed       int64             `json:"listed"`  // tokens with alternatives
	Top          float64           `json:"top"`     // share of these that are the likeliest
	Mass         float64           `json:"mass"`    // mean probability of those that were told
	Entropy      [2]float64        `json:"entropy"` // bounds of the mean, nats
	Surprising   []SurprisingToken `json:"surprising"`
	Warnings     []Warning         `json:"warnings"`
}

// TokenLoss is the mean loss of a token.
type TokenLoss struct {
	Nats   float64    `json:"nats"`
	Bits   float64    `json:"bits"`
	SE     float64    `json:"se"` // by sequences
	CI95   [2]float64 `json:"ci95"`
	RowSE  float64    `json:"row_se"` // if tokens were independent
	Design float64    `json:"design_effect"`
}

// A SurprisingToken is one that cost much.
type SurprisingToken struct {
	Sequence int64   `json:"sequence"`
	Position int     `json:"position"`
	Text     string  `json:"text"`
	Loss     float64 `json:"loss"`
	Censored bool    `json:"censored,omitempty"`
	Best     string  `json:"best"`   // the likeliest
	P        float64 `json:"best_p"` // its probability; NaN when not told
}

// Skip counts a token that nothing predicts.
func (s *Tokens) Skip() { s.first++ }

// Add adds a token. With p₁ ≥ … ≥ p_k the probabilities told and r = 1 - Σp the rest, its entropy is
//
//	Σ -p ln p + rest     rest ≥ m·(-p_k ln p_k) - s ln s, s = r - m·p_k, m = ⌊r/p_k⌋     rest ≤ r·ln((V-k)/r)
//
// at least, because no token of the rest is likelier than the least of those told, and what is spread on fewer has less entropy; at
// most, because V-k tokens share it. Without V there is no upper bound. A token that is not among the likeliest counts for the sum, and
// not for p_k.
func (s *Tokens) Add(t *Token) {
	if s.groups == nil {
		s.groups = newGroups()
	}
	loss := 0 - t.LogProb
	if t.Censored {
		loss = 0
		if len(t.Top) > 0 {
			loss = 0 - slices.Min(t.Top)
		}
		s.censored++
	}
	right := !t.Censored && t.LogProb >= t.BestProb
	s.total.add(1, loss, 0, 0, right)
	s.groups.cluster(t.Group).add(1, loss, 0, right)
	s.bytes += int64(t.Bytes)
	if t.Listed {
		s.listed++
		s.right += int64(bit(right))
		s.entropy(t)
	}
	s.offer(t, loss)
}

func (s *Tokens) entropy(t *Token) {
	p := make([]float64, len(t.Top))
	told, h, last := 0.0, 0.0, 1.0
	for i, l := range t.Top {
		p[i] = math.Exp(l)
		told += p[i]
		h -= p[i] * l
	}
	slices.Sort(p)
	if len(p) > 0 {
		last = p[0]
	}
	if !t.Censored && t.LogProb < t.BestProb && len(p) > 1 && math.Exp(t.LogProb) == last {
		last = p[1] // the token itself may stand below others that were not told
	}
	s.mass.Add(min(told, 1))
	rest := max(0, 1-told)
	low := h
	if rest > 0 {
		if last <= 0 {
			last = rest
		}
		m := math.Floor(rest / last)
		low -= m * last * math.Log(last)
		if left := rest - m*last; left > 0 {
			low -= left * math.Log(left)
		}
	}
	s.low.Add(low)
	high := h
	if left := s.Vocabulary - int64(len(p)); rest > 0 && left > 0 {
		high += rest * math.Log(float64(left)/rest)
	}
	s.high.Add(max(low, high))
}

// offer keeps the token if it is among the costliest; equal ones come in order.
func (s *Tokens) offer(t *Token, loss float64) {
	if s.Surprising == 0 || len(s.list) == s.Surprising && !(loss > s.list[len(s.list)-1].Loss) {
		return
	}
	e := SurprisingToken{t.Sequence, t.Position, t.Text, loss, t.Censored, t.Best, math.Exp(t.BestProb)}
	if !t.Listed {
		e.Best, e.P = "", math.NaN()
	}
	i, _ := slices.BinarySearchFunc(s.list, e, func(a, b SurprisingToken) int {
		if a.Loss == b.Loss {
			return -1
		}
		return cmp.Compare(b.Loss, a.Loss)
	})
	s.list = slices.Insert(s.list, i, e)
	s.list = s.list[:min(len(s.list), s.Surprising)]
}

// Report tells what was added. Errors: [*NoRowsError] without a token.
func (s *Tokens) Report() (*TokenReport, error) {
	n := s.total.rows()
	if n == 0 {
		return nil, &NoRowsError{Rows: s.first}
	}
	t := &s.total
	e := s.groups.errors(t)
	r := &TokenReport{Schema: 1, Tokens: n, First: s.first, Censored: s.censored, Sequences: int64(len(s.groups.of)), Bytes: s.bytes, Listed: s.listed, Surprising: s.list}
	l := &r.Loss
	l.Nats = exact.Ratio(&t.loss, t.weight())
	l.Bits = l.Nats / math.Ln2
	l.SE = e.loss
	l.RowSE = math.Sqrt(small(n) * meanVariance(t.finite.weight.Sum(), &t.loss, t.finite.squares.Sum(), &t.loss2, &t.lossSq))
	l.Design = l.SE * l.SE / (l.RowSE * l.RowSE)
	half := stat.StudentQuantile(.05, e.freedom) * l.SE
	l.CI95 = [2]float64{l.Nats - half, l.Nats + half}
	r.Perplexity = math.Exp(l.Nats)
	r.PerplexityCI = [2]float64{math.Exp(l.CI95[0]), math.Exp(l.CI95[1])}
	per := float64(n) / (math.Ln2 * float64(s.bytes))
	r.BitsPerByte = Estimate{l.Nats * per, l.SE * per}
	nan := math.NaN()
	r.Top, r.Mass, r.Entropy = nan, nan, [2]float64{nan, nan}
	if s.bytes == 0 {
		r.BitsPerByte = Estimate{nan, nan}
	}
	if s.listed > 0 {
		of := float64(s.listed)
		r.Top, r.Mass = float64(s.right)/of, s.mass.Float64()/of
		r.Entropy[0] = s.low.Float64() / of
		if s.Vocabulary > 0 {
			r.Entropy[1] = s.high.Float64() / of
		}
	}
	s.warn(r)
	return r, nil
}

func (s *Tokens) warn(r *TokenReport) {
	say := func(when bool, id, field, message string) {
		if when {
			r.Warnings = append(r.Warnings, Warning{ID: id, Field: field, Message: message})
		}
	}
	r.Warnings = []Warning{}
	say(r.Censored > 0, "censored", "loss.nats", plural(r.Censored, "token was", "tokens were")+" not among those told: each costs at least what is counted, and the loss is a lower bound")
	say(r.Sequences == 1, "one-group", "loss.se", "all tokens are of one text, which has no standard error: at least 2 are needed")
	say(r.Sequences > 1 && r.Sequences < fewGroups, "few-groups", "loss.ci95", plural(r.Sequences, "text is", "texts are")+" few: the interval takes their mean losses for alike and normal")
	say(r.Listed == 0, "no-alternatives", "entropy", "no alternatives were told: nothing can be said of entropy or of the likeliest token")
	say(r.Listed > 0 && s.Vocabulary == 0, "no-vocabulary", "entropy", "what was not told can hold any entropy: --vocab bounds it from above")
}
