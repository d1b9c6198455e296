package report

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"xent/eval"
)

func TestGate(t *testing.T) {
	d := &Document{Report: &eval.Report{
		Rows: 5, Loss: eval.Loss{Nats: .25, CI95: [2]float64{.2, .3}, SE: math.NaN()}, PerClass: make([]eval.Class, 2),
	}}
	d.Report.PerClass[1].Rows = 3
	for _, tt := range []struct {
		gate  string
		fails bool
	}{
		{"loss.nats>0.25", false},
		{"loss.nats>=0.25", true},
		{"loss.nats<0.25", false},
		{" loss.nats <= .25 ", true},
		{"rows<10", true},
		{"loss.ci95[1]>.25", true},
		{"loss.ci95[0]>.25", false},
		{"loss.ci95[2]>9", true}, // no such element
		{"loss.ci95[99999999999999999999]>9", true},
		{"per_class>1", true},
		{"per_class[1].rows>=3", true},
		{"per_class[0].rows>=3", false},
		{"warnings>0", false},
		{"loss.se>1", true}, // NaN
		{"loss.se<1", true},
		{"soft_targets.kl>1", true}, // hard labels
		{"loss.nats>-inf", true},
	} {
		g, err := ParseGate(tt.gate)
		if err != nil {
			t.Errorf("%s: %v", tt.gate, err)
			continue
		}
		if x, fails := g.Fails(d.Report); fails != tt.fails {
			t.Errorf("%s: %v, fails %v", tt.gate, x, fails)
		}
	}
	for _, bad := range []string{"", ">", "loss.nats", "loss>1", "loss.nats>", "loss.nats>NaN", "loss.nats>1>2", "loss..nats>1", "nats>1", "loss.nats[0]>1", "per_class[x].rows>1", "per_class[-1].rows>1", ".>1", "[]>1"} {
		if g, err := ParseGate(bad); err == nil {
			t.Errorf("%q was read as %v", bad, g)
		}
	}
}

// Every number that JSON shows can be asked for.
func TestGateFigures(t *testing.T) {
	d := &Document{Report: &eval.Report{PerClass: make([]eval.Class, 1), Surprising: make([]eval.Surprise, 1)}}
	paths := figures(reflect.TypeFor[eval.Report]())
	if len(paths) < 50 {
		t.Fatalf("only %d figures", len(paths))
	}
	for _, path := range paths {
		g, err := ParseGate(strings.ReplaceAll(path, "[]", "[0]") + ">1e300")
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		g.Fails(d.Report)
	}
}
