package doctor

import (
	"math"
	"strconv"
	"strings"
)

// Unit is what a [Figure] counts.
type Unit string

// The units. Figures in nats can be printed in bits.
const (
	Plain Unit = ""
	Nats  Unit = "nats"
	Bits  Unit = "bits"
	Share Unit = "share" // in [0, 1]
	Rows  Unit = "rows"
)

// Figure is a number that a finding rests on.
type Figure struct {
	Name  string // stable: "max_row_sum_deviation"; a limit is named as its statistic, with "_limit"
	Value float64
	Unit  Unit
}

// Figures are the evidence of a finding.
type Figures []Figure

// figures is where evidence begins: figures.add(...).add(...).
var figures Figures

func (f Figures) add(name string, value float64, unit Unit) Figures {
	return append(f, Figure{name, value, unit})
}

// Text prints the figure with its unit, four digits at most; in is the unit of what is counted in nats.
func (f Figure) Text(in Unit) string {
	switch f.Unit {
	case Nats:
		if in == Bits {
			return digits(f.Value/math.Ln2) + " bits"
		}
		return digits(f.Value) + " nats"
	case Share:
		return digits(100*f.Value) + " %"
	case Rows:
		if f.Value == 1 {
			return "1 row"
		}
		return strconv.FormatFloat(f.Value, 'f', 0, 64) + " rows"
	}
	return digits(f.Value)
}

// Message returns what the finding says, and Otherwise what else could explain it, the figures printed in nats or bits.
func (f *Finding) Message(in Unit) string   { return f.fill(f.Says, in) }
func (f *Finding) Otherwise(in Unit) string { return f.fill(f.Else, in) }

// fill puts figures in the place of their names, and for {name|lies|lie} the word that agrees with the figure.
func (f *Finding) fill(rest string, in Unit) string {
	text, from := "", 0 // from is where the text, or a name, began
	for i := range len(rest) {
		switch rest[i] {
		case '{':
			text += rest[from:i]
			from = i + 1
		case '}':
			text += f.word(rest[from:i], in)
			from = i + 1
		}
	}
	return text + rest[from:]
}

// word returns what a place of the text, without its braces, stands for.
func (f *Finding) word(place string, in Unit) string {
	name, forms, agrees := strings.Cut(place, "|")
	if !agrees {
		return f.figure(name).Text(in)
	}
	one, many, _ := strings.Cut(forms, "|")
	if f.figure(name).Value == 1 {
		return one
	}
	return many
}

// figure returns the evidence of that name; a name that is none is a mistake in the detector.
func (f *Finding) figure(name string) Figure {
	for _, e := range f.Evidence {
		if e.Name == name {
			return e
		}
	}
	panic("doctor: " + f.ID + " has no figure " + name)
}

// digits prints x with four significant digits, without zeros that say nothing: "0.0315", "12", "3e-7".
func digits(x float64) string {
	switch {
	case math.IsInf(x, 1):
		return "∞"
	case math.IsInf(x, -1):
		return "-∞"
	case x == math.Trunc(x) && math.Abs(x) < 1e6:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case math.Abs(x) >= 1000 && math.Abs(x) < 1e6:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	text := strconv.FormatFloat(x, 'g', 4, 64)
	if n := len(text) - 2; n > 1 && text[n] == '0' && (text[n-1] == '-' || text[n-1] == '+') {
		return text[:n] + text[n+1:] // e-07 is e-7
	}
	return text
}
