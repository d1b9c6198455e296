package eval_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"xent/eval"
)

// The sets of the fashion outputs are those that NumPy makes.
func TestConformalAgainstNumPy(t *testing.T) {
	b, err := os.ReadFile("../testdata/porting/conformal.json")
	if err != nil {
		t.Fatal(err)
	}
	type sets struct {
		Threshold, Coverage, Size, SE float64
		Empty, Single                 int64
	}
	var want struct {
		Calibrated int64
		Sets       []struct {
			Alpha    float64
			LAC, APS sets
		}
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	if len(want.Sets) != 4 {
		t.Fatalf("%d shares", len(want.Sets))
	}
	d := &table[float32]{classes: 10, scores: float32s(t, "fashion-mlp-logits"), labels: int64s(t, "fashion-labels")}
	for _, w := range want.Sets {
		c := must(t, eval.Config{Conformal: w.Alpha}, d).Conformal
		if c.Calibrated != want.Calibrated || c.Judged != 10_000-want.Calibrated {
			t.Errorf("%d and %d rows", c.Calibrated, c.Judged)
		}
		for _, s := range []struct {
			name string
			got  eval.Sets
			want sets
		}{{"LAC", c.LAC, w.LAC}, {"APS", c.APS, w.APS}} {
			what := fmt.Sprintf("%s, α = %v: ", s.name, w.Alpha)
			near(t, what+"threshold", s.got.Threshold, s.want.Threshold, 1e-12)
			near(t, what+"coverage", s.got.Coverage, s.want.Coverage, 1e-14)
			near(t, what+"size", s.got.Size.Value, s.want.Size, 1e-12)
			near(t, what+"its error", s.got.Size.SE, s.want.SE, 1e-12)
			if s.got.Empty != s.want.Empty || s.got.Single != s.want.Single {
				t.Errorf("%s%d empty and %d single sets, want %d and %d", what, s.got.Empty, s.got.Single, s.want.Empty, s.want.Single)
			}
		}
	}
}

// Few rows make sets of all classes, and say so; soft labels make none; merging changes nothing.
func TestConformalAtTheEnds(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	d := random(r, 12, 4, 2, 1)
	few := must(t, eval.Config{Input: eval.Logits, Conformal: .05}, d)
	if c := few.Conformal; !math.IsInf(c.LAC.Threshold, 1) || !math.IsInf(c.APS.Threshold, 1) || c.LAC.Coverage != 1 || c.APS.Size.Value != 4 || !warned(few, "too-few-for-sets") {
		t.Errorf("%+v, %v", few.Conformal, few.Warnings)
	}
	oneHot(d)
	d.targets[0], d.targets[1], d.targets[2], d.targets[3] = .5, .5, 0, 0
	if soft := must(t, eval.Config{Input: eval.Logits, Conformal: .05}, d); soft.Conformal != nil || !warned(soft, "no-conformal-sets") {
		t.Errorf("soft labels: %+v, %v", soft.Conformal, soft.Warnings)
	}
	d = random(r, 500, 4, 2, 1)
	whole := must(t, eval.Config{Input: eval.Logits, Conformal: .2}, d)
	parts, err := scatter(t, r, eval.Config{Input: eval.Logits, Conformal: .2}, d)
	if err != nil || encode(t, whole) != encode(t, parts) {
		t.Errorf("in parts: %v, %+v, want %+v", err, parts.Conformal, whole.Conformal)
	}
	var config *eval.ConfigError
	for _, alpha := range []float64{-.1, 1, math.NaN()} {
		if _, err := eval.New(eval.Config{Classes: 2, Conformal: alpha}); !errors.As(err, &config) {
			t.Errorf("α = %v: %v", alpha, err)
		}
	}
}

// conformal is how often sets hold the label, whatever the model, and how often the interval of that does hold it.
func (s scenario) conformal(t testing.TB, sets int, alpha float64) (lac, aps, lacSize, apsSize float64) {
	r := rand.New(rand.NewPCG(uint64(s.rows), math.Float64bits(s.temp)+uint64(s.classes)))
	n := float64(sets)
	for range sets {
		c := must(t, eval.Config{Input: eval.Logits, Conformal: alpha}, random(r, s.rows, s.classes, s.scale, s.temp)).Conformal
		lac, aps = lac+c.LAC.Coverage/n, aps+c.APS.Coverage/n
		lacSize, apsSize = lacSize+c.LAC.Size.Value/n, apsSize+c.APS.Size.Value/n
	}
	return lac, aps, lacSize, apsSize
}

func TestSimulateConformal(t *testing.T) {
	if *simulate > 0 {
		var b strings.Builder
		fmt.Fprintf(&b, "%d data sets a row; coverage in %%, size in classes\n\n", *simulate)
		fmt.Fprintln(&b, "                             wanted |     LAC            APS")
		fmt.Fprintln(&b, "  rows classes scale  temp  at least | coverage size  coverage size")
		for _, s := range []scenario{{100, 10, 3, 1}, {1000, 10, 3, 1}, {1000, 10, 3, 3}, {1000, 2, 2, 1}, {1000, 100, 3, 1}, {10000, 10, 6, 1}} {
			for _, alpha := range []float64{.1, .05} {
				lac, aps, lacSize, apsSize := s.conformal(t, *simulate, alpha)
				fmt.Fprintf(&b, "%s %9.1f | %7.2f %5.2f  %7.2f %5.2f\n", s, 100*(1-alpha), 100*lac, lacSize, 100*aps, apsSize)
			}
		}
		tabulate(t, "conformal", b.String())
		return
	}
	if lac, aps, _, _ := (scenario{200, 5, 2, 2}).conformal(t, 150, .1); !(lac >= .89 && lac <= .93 && aps >= .89 && aps <= .93) {
		t.Errorf("coverage %v and %v, want about .9", lac, aps) // 1-α to 1-α+1/(n+1), and three standard errors
	}
}
