package eval_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"xent/eval"
)

// The entropy of a distribution lies within the bounds that its likeliest few classes leave, and the loss is what the tokens cost.
func TestTokensBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const vocabulary = 50
	checked := 0
	for _, spread := range []float64{0, .5, 2, 6} {
		for k := 1; k < 12; k++ {
			s := eval.Tokens{Vocabulary: vocabulary, Surprising: 3}
			entropy, loss := 0.0, 0.0
			for i := range 40 {
				p := make([]float64, vocabulary)
				total := 0.0
				for j := range p {
					p[j] = math.Exp(spread * r.NormFloat64())
					total += p[j]
				}
				for j := range p {
					p[j] /= total
					entropy -= p[j] * math.Log(p[j])
				}
				token := r.IntN(vocabulary)
				own := math.Log(p[token])
				loss -= own
				order := make([]int, vocabulary)
				for j := range order {
					order[j] = j
				}
				slices.SortFunc(order, func(a, b int) int { return int(math.Copysign(1, p[b]-p[a])) })
				var top []float64
				told := false
				for _, j := range order[:k] {
					top = append(top, math.Log(p[j]))
					told = told || j == token
				}
				if !told {
					top = append(top, own)
				}
				s.Add(&eval.Token{Group: uint64(i), LogProb: own, Top: top, Listed: true, BestProb: slices.Max(top)})
			}
			rep, err := s.Report()
			if err != nil {
				t.Fatal(err)
			}
			h := entropy / 40
			if !(rep.Entropy[0] <= h+1e-12) || !(h <= rep.Entropy[1]+1e-12) {
				t.Errorf("spread %v, %d told: entropy %v is not within %v", spread, k, h, rep.Entropy)
			}
			if !(math.Abs(rep.Loss.Nats-loss/40) <= 1e-12*loss) || len(rep.Surprising) != 3 || rep.Surprising[0].Loss < rep.Surprising[2].Loss {
				t.Errorf("loss %v, want %v; %+v", rep.Loss.Nats, loss/40, rep.Surprising)
			}
			checked++
		}
	}
	if checked == 0 {
		t.Fatal("nothing checked")
	}
}

// A token that was not told costs at least as much as the last that was; the loss is then a lower bound, and says so.
func TestTokensCensored(t *testing.T) {
	s := eval.Tokens{Surprising: 5}
	if _, err := s.Report(); err == nil {
		t.Error("a report on no tokens")
	}
	s.Skip()
	s.Add(&eval.Token{Group: 1, Text: "a", Bytes: 1, LogProb: -1, Top: []float64{-1, -2}, Listed: true, BestProb: -1})
	s.Add(&eval.Token{Group: 2, Text: "bc", Bytes: 2, LogProb: -9999, Censored: true, Top: []float64{-.5, -3}, Listed: true, BestProb: -.5})
	r, err := s.Report()
	if err != nil {
		t.Fatal(err)
	}
	if r.Loss.Nats != 2 || r.Censored != 1 || r.First != 1 || r.Tokens != 2 || r.Sequences != 2 || r.Top != .5 || !r.Surprising[0].Censored {
		t.Errorf("%+v", r)
	}
	if want := 4 / (3 * math.Ln2); !(math.Abs(r.BitsPerByte.Value-want) <= 1e-12) || r.BitsPerByte.SE <= 0 {
		t.Errorf("%v bits a byte, want %v", r.BitsPerByte, want)
	}
	if r.Entropy[1] == r.Entropy[1] {
		t.Error("an upper bound without a vocabulary")
	}
	if len(r.Warnings) == 0 || r.Warnings[0].ID != "censored" {
		t.Errorf("warnings %+v", r.Warnings)
	}
}
