package eval_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"xent/eval"
)

// methodOf finds a way of recalibration.
func methodOf(t *testing.T, r *eval.Report, id string) eval.Method {
	t.Helper()
	for _, m := range r.Recalibration.Methods {
		if m.ID == id {
			return m
		}
	}
	t.Fatalf("no %s among %+v", id, r.Recalibration.Methods)
	return eval.Method{}
}

func chosenOf(r *eval.Report) (ids []string) {
	for _, m := range r.Recalibration.Methods {
		if m.Chosen {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// Outputs that were spoilt in one way are best mended in that way, and the simplest that does is chosen.
func TestMethodsFindWhatIsWrong(t *testing.T) {
	cfg := eval.Config{Input: eval.Logits, Recalibrate: true, Methods: true}
	for _, tt := range []struct {
		name  string
		spoil func(r *rand.Rand, d *table[float64])
		want  string
		loss  bool // the method mends it all
	}{
		{"nothing", func(*rand.Rand, *table[float64]) {}, "none", true},
		{"a temperature of 3", func(_ *rand.Rand, d *table[float64]) {
			for i := range d.scores {
				d.scores[i] *= 3
			}
		}, "temperature", true},
		{"a shift of class 1", func(_ *rand.Rand, d *table[float64]) {
			for i := 1; i < len(d.scores); i += 4 {
				d.scores[i] += 2
			}
		}, "bias", true},
		{"a tenth of random labels", func(r *rand.Rand, d *table[float64]) {
			for i := range d.labels {
				if r.IntN(10) == 0 {
					d.labels[i] = int64(r.IntN(4))
				}
			}
		}, "noise", false},
	} {
		r := rand.New(rand.NewPCG(8, 1))
		d := random(r, 1500, 4, 4, 1)
		clean := must(t, eval.Config{Input: eval.Logits}, d).Loss.Nats
		tt.spoil(r, d)
		rep := must(t, cfg, d)
		if ids := chosenOf(rep); len(ids) != 1 || ids[0] != tt.want {
			t.Errorf("%s: chosen %v, want %s: %+v", tt.name, ids, tt.want, rep.Recalibration.Methods)
		}
		m := methodOf(t, rep, tt.want)
		near(t, tt.name+": gain", m.Gain, methodOf(t, rep, "none").Loss-m.Loss, 1e-12)
		if tt.loss && !(math.Abs(m.Loss-clean) < .01) {
			t.Errorf("%s: mended loss %v, want %v", tt.name, m.Loss, clean)
		}
		near(t, tt.name+": the rows as they are", methodOf(t, rep, "none").Loss, rep.Loss.Nats, 1e-12)
		near(t, tt.name+": temperature", 1/methodOf(t, rep, "temperature").Fitted.Scale[0], rep.Recalibration.Temperature, 1e-4)
		near(t, tt.name+": its loss", methodOf(t, rep, "temperature").Loss, rep.Recalibration.Refinement, 1e-6)
		near(t, tt.name+": its p", methodOf(t, rep, "temperature").P, rep.Recalibration.P, 1e-4)
	}
}

// The same rows in parts give the same bytes; soft labels, few rows and many classes leave methods out.
func TestMethodsAtTheEnds(t *testing.T) {
	cfg := eval.Config{Input: eval.Logits, Recalibrate: true, Methods: true}
	r := rand.New(rand.NewPCG(8, 2))
	d := random(r, 300, 3, 2, 1)
	clustered(r, d, 20)
	whole := must(t, cfg, d)
	parts, err := scatter(t, r, cfg, d)
	if err != nil || encode(t, whole) != encode(t, parts) || len(whole.Recalibration.Methods) != 6 {
		t.Errorf("in parts: %v, %+v, want %+v", err, parts.Recalibration, whole.Recalibration)
	}
	if p := methodOf(t, whole, "bias").P; p == p {
		t.Errorf("with groups p = %v", p)
	}
	if few := must(t, cfg, random(r, 99, 3, 2, 1)); few.Recalibration.Methods != nil {
		t.Errorf("99 rows: %+v", few.Recalibration.Methods)
	}
	if many := must(t, cfg, random(r, 150, 51, 2, 1)); len(many.Recalibration.Methods) != 5 {
		t.Errorf("51 classes: %+v", many.Recalibration.Methods)
	}
	d = random(r, 150, 3, 2, 1)
	d.scores[3*7+int(d.labels[7])] = math.Inf(-1) // a row of infinite loss must not make the others unknown
	for _, m := range must(t, cfg, d).Recalibration.Methods {
		if !(m.Loss < 100) || m.ID != "none" && m.ID != "noise" && !(m.Loss > 0) {
			t.Errorf("with an infinite row: %+v", m)
		}
	}
}
