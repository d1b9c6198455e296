package main

import (
	"math"
	"strings"
	"testing"

	"xent/lab"
)

// host writes parameters on the shared tape as the host does.
func host(values ...float64) { copy(shared.slots[:], values) }

// result reads the strings of an error from the tape.
func result(n int) []string {
	shared.slot, shared.char = 1, 0
	var texts []string
	for range n {
		texts = append(texts, shared.readString())
	}
	return texts
}

func TestCall(t *testing.T) {
	host(2, .5, .25, 1) // two probabilities, bits
	if s := exportSurprisal(); s != statusView {
		t.Fatalf("status %d: %v", s, result(1))
	}
	shared.slot, shared.char = 1, 0
	if got := shared.readFloats(); len(got) != 2 || got[0] != 1 || got[1] != 2 {
		t.Errorf("surprisals %v, want 1 and 2 bits", got)
	}
	texts := readSlice(&shared, (*tape).readString)
	if got := strings.Join(texts, " "); got != "1.0000 2.0000" {
		t.Errorf("texts %q", got)
	}
	if got, want := shared.slots[0], float64(len("1.00002.0000")); got != want {
		t.Errorf("slot 0 = %v, want %v bytes of text", got, want)
	}
}

func TestCallRefuses(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		name   string
		params []float64
		status status
		text   string
		why    string
	}{
		{"parameter", []float64{1, 2, 1}, statusParam, "probs[0]", "the explorer says which"},
		{"unknown constant", []float64{1, .5, 7}, statusParam, "unit", "an index beyond the constants is no unit"},
		{"constant NaN", []float64{1, .5, nan}, statusParam, "unit", ""},
		{"length beyond the tape", []float64{1e9, .5, 1}, statusDefect, "xent-wasm: a length is outside the tape", "no allocation of what a host claims"},
		{"negative length", []float64{-1, .5, 1}, statusDefect, "xent-wasm: a length is outside the tape", ""},
		{"length NaN", []float64{nan, .5, 1}, statusDefect, "xent-wasm: a length is outside the tape", ""},
		{"length to the end", []float64{tapeSlots - 1, .5, 1}, statusDefect, "xent-wasm: the parameters end beyond the tape", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			host(tt.params...)
			if s := exportSurprisal(); s != tt.status {
				t.Fatalf("status %d, want %d: %s", s, tt.status, tt.why)
			}
			if got := result(1)[0]; got != tt.text {
				t.Errorf("%q, want %q", got, tt.text)
			}
		})
	}
	host(1, .5, 1)
	if s := exportSurprisal(); s != statusView {
		t.Errorf("status %d of a right call after wrong ones", s)
	}
}

// A view that does not fit is a status, not a write beyond the arrays.
func TestTapeFull(t *testing.T) {
	for name, fill := range map[string]func(*tape){
		"slots":  func(t *tape) { t.writeFloats(make([]float64, tapeSlots)) },
		"points": func(t *tape) { writeSlice(t, make([]lab.Point, tapeSlots), writePoint) },
		"text":   func(t *tape) { t.writeString(strings.Repeat("x", textBytes+1)) },
	} {
		s := call(func(t *tape) error {
			t.startView()
			fill(t)
			return nil
		})
		if s != statusDefect || !strings.Contains(result(1)[0], "fit") {
			t.Errorf("%s: status %d, %v", name, s, result(1))
		}
	}
}

func TestStrings(t *testing.T) {
	shared.startView()
	texts := []string{"", "-∞", "D(p‖q)", "𝔼"} // one, two, three and four bytes a character
	for _, s := range texts {
		shared.writeString(s)
	}
	if got, want := shared.slots[1+2*3+1], 2.0; got != want {
		t.Errorf("%q counts %v UTF-16 units, want %v", texts[3], got, want)
	}
	for i, got := range result(len(texts)) {
		if got != texts[i] {
			t.Errorf("%q came back as %q", texts[i], got)
		}
	}
}
