package evalfile_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xent/cmd/xent/report"
	"xent/eval"
	"xent/internal/evalfile"
	"xent/internal/rowfile"
)

const models = "../../testdata/models/"

// document is what the command would print of a pass.
func document(p *evalfile.Pass, r *eval.Report) []byte {
	file := func(h *rowfile.Header) *report.File {
		if h == nil {
			return nil
		}
		return &report.File{Path: h.Path, Member: h.Member, Format: h.Format, DType: h.DType, Shape: h.Shape, Rows: h.Rows, Cols: h.Cols, Bytes: h.Bytes}
	}
	notes := p.Rows.Notes
	if p.Again {
		notes = append(notes, evalfile.ReadTwice)
	}
	var b bytes.Buffer
	if err := report.JSON(&b, &report.Document{Report: r, Config: p.Config, Source: report.Source{
		Scores: *file(&p.Rows.Scores), Labels: file(p.Rows.Labels), Weights: file(p.Rows.Weights),
		Notes: notes, Warnings: p.Rows.Warnings(),
	}}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// JSON without reflection writes what the command writes with it, whatever a report holds.
func TestJSONIsTheCommands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r eval.Report
		p := &evalfile.Pass{Rows: new(rowfile.Rows), Again: rapid.Bool().Draw(t, "again")}
		fill(t, reflect.ValueOf(&r).Elem(), "report")
		fill(t, reflect.ValueOf(&p.Config).Elem(), "config")
		fill(t, reflect.ValueOf(&p.Rows.Scores).Elem(), "scores")
		fill(t, reflect.ValueOf(&p.Rows.Labels).Elem(), "labels")
		fill(t, reflect.ValueOf(&p.Rows.Notes).Elem(), "notes")
		got, want := evalfile.JSON(p, &r), document(p, &r)
		if !bytes.Equal(got, want) {
			at := 0
			for at < min(len(got), len(want)) && got[at] == want[at] {
				at++
			}
			from := max(0, at-80)
			t.Errorf("at byte %d:\n%s\nwant\n%s", at, got[from:min(len(got), at+80)], want[from:min(len(want), at+80)])
		}
	})
}

var anyFloat = rapid.OneOf(
	rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), 5e-324, 1e-6, 9.9e-7, 1e21, 1e20, 1.0 / 3}),
	rapid.Float64())

var anyString = rapid.OneOf(
	rapid.SampledFrom([]string{"", "cat", "\x1b[2J", "\xff\xfe", "\ufffd", "a\nb\t\b\f\r\v", `"\`, "<script>&", "深層", "\u202e", "\u2028", "\U000e0041", "😀", "\x7f"}),
	rapid.String())

func fill(t *rapid.T, v reflect.Value, label string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), label+"."+v.Type().Field(i).Name)
		}
	case reflect.Slice:
		n := rapid.IntRange(0, 4).Draw(t, label)
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
		v.SetInt(rapid.OneOf(rapid.Int64Range(0, 3), rapid.Int64()).Draw(t, label))
	default:
		t.Fatalf("%s: no %s", label, v.Type())
	}
}

// A pass over files gives the report that the command's golden file holds.
func TestPass(t *testing.T) {
	want, err := os.ReadFile(models + "digits-mlp.report.json")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(models)
	rows, err := rowfile.Open(rowfile.Source{Scores: "digits-mlp.npz"}, rowfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	p, err := evalfile.Begin(rows, evalfile.Config(rows, eval.Config{Bins: 15, Surprising: 10}))
	if err != nil {
		t.Fatal(err)
	}
	sameButForRounding(t, string(evalfile.JSON(p, finish(t, p))), string(want))
}

var figure = regexp.MustCompile(`-?\d+\.\d+(e[-+]\d+)?`)

// sameButForRounding fails unless got is want but for the last digits of its figures, which depend on the kernels
// that the machine runs.
func sameButForRounding(t *testing.T, got, want string) {
	t.Helper()
	figures := figure.FindAllString(want, -1)
	if len(figures) < 100 {
		t.Fatalf("a report of %d figures", len(figures))
	}
	for i, f := range figure.FindAllString(got, -1) {
		if i == len(figures) {
			break // the words differ, too
		}
		a, _ := strconv.ParseFloat(f, 64)
		b, _ := strconv.ParseFloat(figures[i], 64)
		if !(math.Abs(a-b) <= 1e-12*math.Max(1, math.Abs(b))) {
			t.Errorf("figure %d is %s, want %s", i, f, figures[i])
		}
	}
	if figure.ReplaceAllString(got, "#") != figure.ReplaceAllString(want, "#") {
		t.Error("the report of digits-mlp.npz is not that of digits-mlp.report.json, or that is out of date")
	}
}

func finish(t *testing.T, p *evalfile.Pass) *eval.Report {
	t.Helper()
	for range 1000 {
		r, err := p.Step()
		if err != nil {
			t.Fatal(err)
		}
		if r != nil {
			return r
		}
	}
	t.Fatal("no report after 1000 steps")
	return nil
}

// memory is a file that is not one of the operating system.
type memory struct{ *strings.Reader }

func (m memory) Close() error               { return nil }
func (m memory) Size() (int64, error)       { return m.Reader.Size(), nil }
func (m memory) Same(o rowfile.Stored) bool { return o == rowfile.Stored(m) }
func named(files map[string]string) rowfile.Options {
	return rowfile.Options{Open: func(path string) (rowfile.Stored, error) {
		text, ok := files[path]
		if !ok {
			return nil, errors.New("does not exist")
		}
		return memory{strings.NewReader(text)}, nil
	}}
}

// Rows that begin as probabilities and go on as logits are read twice; stopped in between, the report is partial.
func TestPassReadsAgain(t *testing.T) {
	var b strings.Builder
	b.WriteString("a,b,label\n")
	for range 100_000 {
		b.WriteString("0.25,0.75,1\n")
	}
	for range 60_000 {
		b.WriteString("2.5,-1,0\n")
	}
	open := func() *evalfile.Pass {
		rows, err := rowfile.Open(rowfile.Source{Scores: "x.csv"}, named(map[string]string{"x.csv": b.String()}))
		if err != nil {
			t.Fatal(err)
		}
		p, err := evalfile.Begin(rows, evalfile.Config(rows, eval.Config{}))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := open()
	r := finish(t, p)
	if !p.Again || !p.Done || r.Partial || r.Rows != 160_000 || r.Input.Kind != eval.Logits {
		t.Errorf("again %v, done %v, partial %v, %d rows of %s; want two readings of 160000 logits", p.Again, p.Done, r.Partial, r.Rows, r.Input.Kind)
	}
	if text := string(evalfile.JSON(p, r)); !strings.Contains(text, evalfile.ReadTwice) {
		t.Error("the report does not say that the file was read twice")
	}

	p = open()
	if r, err := p.Step(); r != nil || err != nil {
		t.Fatalf("the first step: %v, %v", r, err)
	}
	r, err := p.Stop()
	if err != nil || !r.Partial || r.Rows == 0 || r.Rows >= 160_000 || r.Input.Kind != eval.Probs {
		t.Errorf("stopped: %v, %+v, want a partial report on probabilities", err, r)
	}
}

func TestBlame(t *testing.T) {
	rows := &rowfile.Rows{
		Scores: rowfile.Header{Path: "a.npz", Member: "logits", Format: "npz"}, Labels: &rowfile.Header{Path: "b.csv", Member: "y", Format: "csv"},
	}
	for _, tt := range []struct {
		err        error
		name, hint string
	}{
		{&eval.RowError{Code: "nan-rows", Hint: "look"}, "a.npz:logits", "look"},
		{&eval.RowError{Code: "targets", Hint: "norm"}, "b.csv", "norm"},
		{&eval.LabelError{Hint: "base"}, "b.csv", "base"},
		{&eval.NoRowsError{}, "a.npz:logits", ""},
		{&rowfile.Error{Path: "c", Hint: "own"}, "", "own"},
		{errors.New("else"), "", ""},
	} {
		array, hint := evalfile.Blame(rows, tt.err)
		name := ""
		if array != nil {
			name = evalfile.Name(array)
		}
		if name != tt.name || hint != tt.hint {
			t.Errorf("%T: blames %q, %q, want %q, %q", tt.err, name, hint, tt.name, tt.hint)
		}
	}
}

func TestEveryModelIsTheCommands(t *testing.T) {
	paths, _ := filepath.Glob(models + "*-logits.npy")
	if len(paths) < 3 {
		t.Fatalf("only %d models", len(paths))
	}
	for _, path := range paths {
		data, _, _ := strings.Cut(filepath.Base(path), "-") // digits-mlp-logits.npy goes with digits-labels.npy
		labels := models + data + "-labels.npy"
		rows, err := rowfile.Open(rowfile.Source{Scores: path, Labels: labels}, rowfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := evalfile.Begin(rows, evalfile.Config(rows, eval.Config{Bins: 15, Surprising: 10}))
		if err != nil {
			t.Fatal(err)
		}
		r := finish(t, p)
		if got := evalfile.JSON(p, r); !bytes.Equal(got, document(p, r)) {
			t.Errorf("%s: not what the command writes", path)
		}
		rows.Close()
	}
}
