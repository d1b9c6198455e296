package xent_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"xent/internal/kern"
)

// The bounds that every supported case must meet, in units of the last place of the truth
// (rounded to float32 for float32 cases). Where a case cancels by itself - label smoothing and
// soft targets in a gradient, sums of distributions that miss one by rounding, a log-sum-exp near
// 0 - an error below 4 eps times the scale of what cancels is accepted too, and counted apart.
const (
	valueBound = 4
	gradBound  = 16
	floorEps   = 4
)

// TestConformance runs every case of every *.json file in the folder XENT_CASES, by default the
// project's own copy. It fails on an unknown op, on a missed bound, and when no case ran.
func TestConformance(t *testing.T) {
	dir := os.Getenv("XENT_CASES")
	if dir == "" {
		dir = filepath.Join("testdata", "conformance")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no case files in %s (%v)", dir, err)
	}
	eachKernel(t, func(t *testing.T) { runFiles(t, files) })
}

func runFiles(t *testing.T, files []string) {
	var table strings.Builder
	fmt.Fprintf(&table, row, "file", "cases", "run", "passed", "floor", "value", "grad", "peer value", "peer grad", "not supported")
	fmt.Fprintf(&table, row, "---", "---", "---", "---", "---", "---", "---", "---", "---", "---")
	ran := 0
	for _, name := range files {
		s := runFile(t, name)
		ran += s.run
		fmt.Fprintf(&table, row, s.name, s.cases, s.run, s.passed, s.floored, s.value, s.grad, s.peerValue, s.peerGrad, s.missing())
	}
	if ran == 0 {
		t.Error("no case was run")
	}
	t.Logf("worst errors in ulp (bounds: value %d, gradient %d; (+n): n more that are NaN or infinite where the truth is not, or the reverse)\n%s",
		valueBound, gradBound, &table)
	if os.Getenv("XENT_CASES") == "" && runtime.GOARCH == "amd64" && kern.F64.Name == kern.Go64.Name {
		documented(t, table.String())
	}
}

var update = flag.Bool("update", false, "write the table into docs/numerics.md")

// documented fails unless docs/numerics.md shows the table as it is; with -update it writes it there.
func documented(t *testing.T, table string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("docs", "numerics.md"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(page), table) {
		return
	}
	if !*update {
		t.Error("docs/numerics.md shows another table than the one printed here: run this test with -update")
		return
	}
	before, after, _ := strings.Cut(string(page), table[:strings.Index(table, "\n")])
	for strings.HasPrefix(after, "\n|") { // the old rows
		_, after, _ = strings.Cut(after[1:], "\n")
		after = "\n" + after
	}
	if err := os.WriteFile(filepath.Join("docs", "numerics.md"), []byte(before+table+after[1:]), 0o644); err != nil {
		t.Fatal(err)
	}
}

// summary is the line of one file.
type summary struct {
	name                string
	cases, run, passed  int
	floored             int // figures accepted by the floor alone
	value, grad         worst
	peerValue, peerGrad worst
	unsupported         map[string]int
}

// row is the format of a line of the table, in Markdown.
const row = "| %-26v | %5v | %5v | %6v | %5v | %5v | %4v | %14v | %14v | %v |\n"

// missing lists what the file asks for that xent does not have.
func (s *summary) missing() string {
	var not []string
	for op, n := range s.unsupported {
		not = append(not, fmt.Sprintf("%s %d", op, n))
	}
	slices.Sort(not)
	return strings.Join(not, ", ")
}

// worst is the largest finite error seen, and how many were not finite.
type worst struct {
	seen  bool
	ulp   float64
	wrong int
}

func (w *worst) add(ulp float64) {
	w.seen = true
	if math.IsInf(ulp, 1) {
		w.wrong++
	} else {
		w.ulp = max(w.ulp, ulp)
	}
}

func (w worst) String() string {
	switch {
	case !w.seen:
		return "-"
	case w.wrong > 0:
		return fmt.Sprintf("%.3g (+%d)", w.ulp, w.wrong)
	}
	return fmt.Sprintf("%.3g", w.ulp)
}

// A caseFile and its cases, as documented in testdata/conformance/README.md.
type caseFile struct {
	Schema int
	Name   string
	Cases  []*vector
}

type vector struct {
	ID         string
	Op         string
	DType      string
	Tags       []string
	Inputs     map[string]json.RawMessage
	Options    map[string]json.RawMessage
	GradOutput []num `json:"grad_output"`
	Truth      map[string]json.RawMessage
	Peer       map[string]json.RawMessage
	Expected   []num
	Tolerance  float64
}

// num is a float64 that JSON may hold as "nan", "inf" or "-inf".
type num float64

func (n *num) UnmarshalJSON(b []byte) error {
	switch s := strings.Trim(string(b), `"`); s {
	case "nan":
		*n = num(math.NaN())
	case "inf":
		*n = num(math.Inf(1))
	case "-inf":
		*n = num(math.Inf(-1))
	default:
		return json.Unmarshal(b, (*float64)(n))
	}
	return nil
}

// tensor is an array in row-major order.
type tensor struct {
	Kind  string
	Shape []int
	Data  []num
}

func (a tensor) floats() []float64 {
	x := make([]float64, len(a.Data))
	for i, v := range a.Data {
		x[i] = float64(v)
	}
	return x
}

func runFile(t *testing.T, path string) *summary {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var f caseFile
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if f.Schema != 1 {
		t.Fatalf("%s: schema %d, want 1", path, f.Schema)
	}
	s := &summary{name: filepath.Base(path), cases: len(f.Cases), unsupported: map[string]int{}}
	for _, v := range f.Cases {
		runCase(t, s, v)
	}
	return s
}

func runCase(t *testing.T, s *summary, v *vector) {
	run, ok := operations[v.Op]
	switch {
	case ok:
	case slices.Contains(unsupported, v.Op):
		s.unsupported[v.Op]++
		return
	default:
		t.Errorf("%s: unknown op %q", v.ID, v.Op)
		return
	}
	j := &judge{vector: v, summary: s, eps: 0x1p-52}
	if v.DType == "float32" {
		j.eps = 0x1p-23
	}
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s: panic: %v", v.ID, r)
		}
	}()
	s.run++
	run(j)
	switch {
	case len(j.failures) > 0:
		t.Errorf("%s: %s", v.ID, strings.Join(j.failures, "; "))
	case j.compared == 0:
		t.Errorf("%s: nothing was compared", v.ID)
	default:
		s.passed++
	}
}

// judge compares the answers to one case with its truth.
type judge struct {
	*vector
	summary  *summary
	eps      float64
	compared int
	failures []string
}

func (j *judge) failf(format string, args ...any) {
	j.failures = append(j.failures, fmt.Sprintf(format, args...))
}

// read decodes raw into dst, or fails the case.
func (j *judge) read(raw json.RawMessage, dst any) {
	if err := json.Unmarshal(raw, dst); err != nil {
		panic(err)
	}
}

func (j *judge) tensor(name string) (a tensor) {
	raw, ok := j.Inputs[name]
	if !ok {
		panic("no input " + name)
	}
	j.read(raw, &a)
	return a
}

// number returns an option, or otherwise when it is absent or null.
func (j *judge) number(name string, otherwise float64) float64 {
	raw, ok := j.Options[name]
	if !ok || string(raw) == "null" {
		return otherwise
	}
	var n num
	j.read(raw, &n)
	return float64(n)
}

func (j *judge) text(name string) (s string) {
	j.read(j.Options[name], &s)
	return s
}

func (j *judge) tagged(tag string) bool { return slices.Contains(j.Tags, tag) }

// truthOf returns truth.key, or truth.value.key, or truth.grad.key, and the peer's answer to the same
// where it has one.
func (j *judge) truthOf(key string) (truth, peer []float64) {
	find := func(m map[string]json.RawMessage) []float64 {
		raw, ok := m[key]
		for _, group := range []string{"value", "grad"} {
			var members map[string]json.RawMessage
			if !ok && m[group] != nil && json.Unmarshal(m[group], &members) == nil {
				raw, ok = members[key]
			}
		}
		var a tensor
		if !ok || json.Unmarshal(raw, &a) != nil {
			return nil
		}
		return a.floats()
	}
	return find(j.Truth), find(j.Peer)
}

// has tells whether the truth holds key.
func (j *judge) has(key string) bool { truth, _ := j.truthOf(key); return truth != nil }

// values judges got against the truth of key within the bound of values; scale, unless 0, is the
// size of the terms that cancel in it.
func (j *judge) values(key string, got []float64, scale float64) {
	j.compare(key, got, scale, valueBound, &j.summary.value, &j.summary.peerValue)
}

// gradients is values for gradients.
func (j *judge) gradients(key string, got []float64, scale float64) {
	j.compare(key, got, scale, gradBound, &j.summary.grad, &j.summary.peerGrad)
}

func (j *judge) compare(key string, got []float64, scale, bound float64, ours, peers *worst) {
	truth, peer := j.truthOf(key)
	if truth == nil {
		j.failf("no truth for %s", key)
		return
	}
	if len(got) != len(truth) {
		j.failf("%s has %d elements, want %d", key, len(got), len(truth))
		return
	}
	j.compared++ // also where there is no element: the shape was right
	for i, want := range truth {
		u := j.ulps(got[i], want)
		if len(peer) == len(truth) {
			peers.add(j.ulps(peer[i], want))
		}
		switch {
		case u <= bound:
			ours.add(u)
		case math.Abs(got[i]-want) <= floorEps*j.eps*scale:
			j.summary.floored++
		default:
			ours.add(u)
			j.failf("%s[%d] = %.17g, want %.17g: %.3g ulp", key, i, got[i], want, u)
		}
	}
}

// published judges got by a printed figure, within its tolerance, relative or absolute.
func (j *judge) published(got ...float64) {
	if len(got) != len(j.Expected) {
		j.failf("%d figures, want %d", len(got), len(j.Expected))
		return
	}
	for i, n := range j.Expected {
		want := float64(n)
		j.compared++
		switch d := math.Abs(got[i] - want); {
		case got[i] == want || math.IsNaN(got[i]) && math.IsNaN(want):
		case d <= j.Tolerance || d <= j.Tolerance*math.Abs(want):
		default:
			j.failf("figure %d is %.9g, want %.9g", i, got[i], want)
		}
	}
}

// ulps is |got - want| in units of the last place of want, in the precision of the case.
// Whatever is NaN or infinite on one side only is infinitely wrong.
func (j *judge) ulps(got, want float64) float64 {
	if j.DType == "float32" {
		g, w := float32(got), float32(want)
		got, want = float64(g), float64(w)
		if got == want {
			return 0
		}
		unit := float64(math.Nextafter32(float32(math.Abs(want)), float32(math.Inf(1)))) - math.Abs(want)
		return ulpCount(got, want, unit)
	}
	return ulpCount(got, want, math.Nextafter(math.Abs(want), math.Inf(1))-math.Abs(want))
}

func ulpCount(got, want, unit float64) float64 {
	switch d := math.Abs(got - want); {
	case got == want || math.IsNaN(got) && math.IsNaN(want):
		return 0
	case math.IsNaN(d) || math.IsInf(d, 1):
		return math.Inf(1)
	default:
		return d / unit
	}
}
