package report

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"xent/eval"
)

// What encoding/json can write, JSON writes so that it reads back the same.
func TestJSONReadsBack(t *testing.T) {
	for _, tt := range samples {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := JSON(&b, tt.doc()); err != nil {
				t.Fatal(err)
			}
			if tt.name == "digits" || tt.name == "broken" {
				golden(t, tt.name+".json", b.Bytes())
			}
			var got map[string]any
			if err := json.Unmarshal(b.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			d := tt.doc()
			for name, want := range map[string]any{
				"schema": 1.0, "rows": float64(d.Report.Rows), "classes": float64(d.Report.Classes),
				"source": d.Source.Scores.Path, "config": 15.0,
			} {
				have := got[name]
				switch name {
				case "source":
					have = have.(map[string]any)["scores"].(map[string]any)["path"]
				case "config":
					have = have.(map[string]any)["bins"]
				}
				if have != want {
					t.Errorf("%s = %v, want %v", name, have, want)
				}
			}
			loss := got["loss"].(map[string]any)["nats"]
			if x := d.Report.Loss.Nats; math.IsNaN(x) && loss != "NaN" || math.IsInf(x, 1) && loss != "Infinity" || finite(x) && loss != x {
				t.Errorf("loss.nats = %v, want %v", loss, x)
			}
		})
	}
}

// Members come in the order of their declaration and are spelt as encoding/json spells them, so
// that a program may decode into eval.Report itself.
func TestJSONDecodesIntoReport(t *testing.T) {
	want := digits().Report
	var b bytes.Buffer
	if err := JSON(&b, digits()); err != nil {
		t.Fatal(err)
	}
	var got eval.Report
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, &got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	at := -1
	for i := range reflect.TypeFor[eval.Report]().NumField() {
		name, _, _ := strings.Cut(reflect.TypeFor[eval.Report]().Field(i).Tag.Get("json"), ",")
		next := strings.Index(b.String(), "\n  \""+name+"\":")
		if next < 0 && strings.Contains(reflect.TypeFor[eval.Report]().Field(i).Tag.Get("json"), ",omitempty") {
			continue // left out when empty
		}
		if next <= at {
			t.Errorf("%q stands at byte %d, want it after byte %d", name, next, at)
		}
		at = next
	}
}

func TestJSONLists(t *testing.T) {
	d := digits()
	d.Report.Warnings, d.Report.Surprising = nil, nil
	var b bytes.Buffer
	if err := JSON(&b, d); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"warnings", "surprising"} {
		if !strings.Contains(b.String(), `"`+name+`": []`) {
			t.Errorf("a nil %s is not []: a program would have to expect null", name)
		}
	}
}

func TestNum(t *testing.T) {
	for _, tt := range []struct {
		x    float64
		want string
		why  string
	}{
		{0.1, "0.1", "shortest digits that read back"},
		{1.0 / 3, "0.3333333333333333", ""},
		{math.Copysign(0, -1), "0", "-0 tells a reader nothing"},
		{1e300, "1e+300", "no three hundred zeros"},
		{5e-324, "5e-324", "the smallest"},
		{math.NaN(), `"NaN"`, "JSON has no NaN"},
		{math.Inf(1), `"Infinity"`, ""},
		{math.Inf(-1), `"-Infinity"`, ""},
	} {
		got, err := json.Marshal(Num(tt.x))
		if err != nil || string(got) != tt.want {
			t.Errorf("%v: %s, %v, want %s (%s)", tt.x, got, err, tt.want, tt.why)
		}
	}
}

func TestJSONEscapes(t *testing.T) {
	for _, s := range []string{"plain", "quote \" and \\", "\x1b[2J", "\u009b31m", "\u202eevil", "bad \xff utf-8", "new\nline", "深層", "<script>&", "\U000e0041"} {
		var e encoder
		e.string(s)
		for _, r := range e.b.String() {
			if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x202e || r == 0xe0041 {
				t.Errorf("%q: %s holds a character a terminal obeys", s, e.b.String())
			}
		}
		var back string
		if err := json.Unmarshal(e.b.Bytes(), &back); err != nil || back != strings.ToValidUTF8(s, "\ufffd") {
			t.Errorf("%q reads back as %q, %v", s, back, err)
		}
	}
}
