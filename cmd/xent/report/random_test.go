package report

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"xent/eval"
)

// Whatever a report holds, the text stays within 40 lines of 80 columns and shows nothing that a
// terminal obeys, and the JSON parses.
func TestAnyReport(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &Document{Report: new(eval.Report)}
		fill(t, reflect.ValueOf(d.Report).Elem(), "report")
		fill(t, reflect.ValueOf(&d.Source).Elem(), "source")
		d.Report.Surprising = d.Report.Surprising[:min(len(d.Report.Surprising), 10)]

		var text bytes.Buffer
		if err := Text(&text, d, TextOptions{}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
		if len(lines) > 40 {
			t.Errorf("%d lines, want at most 40", len(lines))
		}
		for _, line := range lines {
			if width(line) > 80 {
				t.Errorf("%d columns, want at most 80: %s", width(line), line)
			}
			if i := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
				t.Errorf("%q at column %d of %q", line[i:min(i+4, len(line))], i, line)
			}
		}

		var b bytes.Buffer
		if err := JSON(&b, d); err != nil {
			t.Fatal(err)
		}
		if !json.Valid(b.Bytes()) {
			t.Errorf("not JSON: %s", &b)
		}
	})
}

var anyFloat = rapid.OneOf(
	rapid.SampledFrom([]float64{0, 1, -1, math.NaN(), math.Inf(1), math.Inf(-1), 5e-324, 1e300, -1e300, 0.05, 0.9999999, 123456.789}),
	rapid.Float64(), rapid.Float64Range(0, 1), rapid.Float64Range(-100, 1e6))

var anyString = rapid.OneOf(
	rapid.SampledFrom([]string{"", "calibration.ece", "loss", "per_class", "health", "cat", "\x1b[2J\x1b]0;x\a", "\xff\xfe", "a\nb", "深層学習と交差エントロピー", strings.Repeat("long words ", 30), strings.Repeat("x", 300)}),
	rapid.String())

func fill(t *rapid.T, v reflect.Value, label string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), label+"."+v.Type().Field(i).Name)
		}
	case reflect.Slice:
		n := rapid.IntRange(0, 25).Draw(t, label)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(t, v.Index(i), label)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), label)
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, label) {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), label)
		}
	case reflect.Float64:
		v.SetFloat(anyFloat.Draw(t, label))
	case reflect.String:
		v.SetString(anyString.Draw(t, label))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, label))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.OneOf(rapid.Int64Range(0, 20), rapid.Int64()).Draw(t, label))
	default:
		t.Fatalf("%s: no %s", label, v.Type())
	}
}
