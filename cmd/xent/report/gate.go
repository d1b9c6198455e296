package report

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"xent/eval"
)

// Gate is a condition under which a report is not good enough: a figure of its JSON, by its path, beyond a bound.
type Gate struct {
	text   string
	path   string
	beyond func(x, bound float64) bool
	bound  float64
}

// comparisons are the signs that a gate knows, the longer ones first.
var comparisons = []struct {
	sign   string
	beyond func(x, bound float64) bool
}{
	{">=", func(x, bound float64) bool { return x >= bound }},
	{"<=", func(x, bound float64) bool { return x <= bound }},
	{">", func(x, bound float64) bool { return x > bound }},
	{"<", func(x, bound float64) bool { return x < bound }},
}

// UnknownFigureError is a path that no report has.
type UnknownFigureError struct {
	Path    string
	Figures []string // the paths that there are
}

func (e *UnknownFigureError) Error() string { return fmt.Sprintf("a report has no figure %q", e.Path) }

// ParseGate reads a condition such as "loss.nats>0.4", "accuracy.value<0.9" or "warnings>0": a path of the JSON report
// (docs/report-schema.md), one of > >= < <=, and a number. A list stands for its length, or with an index for an
// element: "loss.ci95[1]>0.5", "per_class[3].recall<0.8".
func ParseGate(text string) (Gate, error) { return parseGate(text, reflect.TypeFor[eval.Report]()) }

// ParseComparisonGate reads a condition on a comparison. With @95% behind its number it asks whether the figure is
// beyond the bound for sure: "dloss>0.01@95%" holds where all of the interval dloss.ci95 is above 0.01.
func ParseComparisonGate(text string) (Gate, error) {
	of := reflect.TypeFor[eval.Comparison]()
	sure, found := strings.CutSuffix(strings.TrimSpace(text), "@95%")
	if !found {
		return parseGate(text, of)
	}
	at := strings.IndexAny(sure, "<>")
	if at < 0 {
		return Gate{}, errors.New("it compares nothing")
	}
	end := "[0]"
	if sure[at] == '<' {
		end = "[1]"
	}
	path := strings.TrimSuffix(strings.TrimSpace(sure[:at]), ".nats")
	g, err := parseGate(path+".ci95"+end+sure[at:], of)
	g.text = text
	return g, err
}

func parseGate(text string, of reflect.Type) (Gate, error) {
	for _, c := range comparisons {
		path, number, found := strings.Cut(text, c.sign)
		if !found {
			continue
		}
		bound, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || math.IsNaN(bound) {
			return Gate{}, fmt.Errorf("%q is no number to compare with", strings.TrimSpace(number))
		}
		g := Gate{text, strings.TrimSpace(path), c.beyond, bound}
		if paths := figures(of); !slices.Contains(paths, element.ReplaceAllString(g.path, "[]")) {
			return Gate{}, &UnknownFigureError{g.path, paths}
		}
		return g, nil
	}
	return Gate{}, errors.New("it compares nothing")
}

// String returns the condition as it was given.
func (g Gate) String() string { return g.text }

// Fails looks the figure up in a report, of the type that the gate was parsed for, and tells whether the condition
// holds. A figure that is NaN, or that this report does not have, fails every gate: nobody knows that it is good enough.
func (g Gate) Fails(report any) (figure float64, fails bool) {
	x := numberIn(find(reflect.ValueOf(report), g.path))
	return x, math.IsNaN(x) || g.beyond(x, g.bound)
}

// figures are the paths of all numbers and lists of a type of reports; "[]" stands for any element.
func figures(of reflect.Type) []string {
	var paths []string
	var walk func(t reflect.Type, path string)
	walk = func(t reflect.Type, path string) {
		switch t.Kind() {
		case reflect.Pointer:
			walk(t.Elem(), path)
		case reflect.Slice, reflect.Array:
			paths = append(paths, path)
			walk(t.Elem(), path+"[]")
		case reflect.Struct:
			if path != "" {
				path += "."
			}
			for i := range t.NumField() {
				if name := memberName(t.Field(i)); name != "" {
					walk(t.Field(i).Type, path+name)
				}
			}
		default:
			if t.Kind() >= reflect.Int && t.Kind() <= reflect.Float64 {
				paths = append(paths, path)
			}
		}
	}
	walk(of, "")
	return paths
}

// element is an index in a path.
var element = regexp.MustCompile(`\[([0-9]+)\]`)

// find returns the value at a path, and none where the report has no such part or element.
func find(v reflect.Value, path string) (none reflect.Value) {
	for _, step := range strings.Split(path, ".") {
		name, _, _ := strings.Cut(step, "[")
		if v = pointed(v); !v.IsValid() {
			return none
		}
		v = v.FieldByIndex(fieldOf(v.Type(), name))
		for _, m := range element.FindAllStringSubmatch(step, -1) {
			i, err := strconv.Atoi(m[1])
			if v = pointed(v); err != nil || i >= v.Len() {
				return none
			}
			v = v.Index(i)
		}
	}
	return pointed(v)
}

// pointed follows a pointer; a nil one leads to no value.
func pointed(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Pointer {
		return v.Elem()
	}
	return v
}

// fieldOf returns the index of the field that JSON calls so.
func fieldOf(t reflect.Type, name string) []int {
	for i := range t.NumField() {
		if memberName(t.Field(i)) == name {
			return []int{i}
		}
	}
	panic("report: " + t.String() + " has no member " + name) // paths are looked up when they are parsed
}

// numberIn is a number, or the length of a list; NaN of no value.
func numberIn(v reflect.Value) float64 {
	switch {
	case !v.IsValid():
		return math.NaN()
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array:
		return float64(v.Len())
	case v.CanInt():
		return float64(v.Int())
	case v.CanUint():
		return float64(v.Uint())
	}
	return v.Float()
}
