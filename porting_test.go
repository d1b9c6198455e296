package xent_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// names declares what the calls of docs/porting.md use, from the data that the peers had.
const names = `package main

import (
	"encoding/gob"
	"encoding/json"
	"os"
	"slices"

	"xent"
	"xent/calib"
	"xent/info"
)

var peers struct{ Data map[string][]float64 }

func floats[T float32 | float64](name string) (x []T) {
	for _, v := range peers.Data[name] {
		x = append(x, T(v))
	}
	return x
}

func ints(name string) (x []int) {
	for _, v := range peers.Data[name] {
		x = append(x, int(v))
	}
	return x
}

func matrix(name string) xent.Matrix[float32] { return xent.MatrixOf(floats[float32](name), k) }
func probs(name string) xent.Probs[float32]   { return xent.ProbsOf(floats[float32](name), k) }
func logs(name string) xent.LogProbs[float32] { return xent.LogProbsOf(floats[float32](name), k) }

const n, k = 5, 3

// shown is what a call returned, and what it stored.
type shown struct {
	Mean, Sum, Perplexity, Accuracy float64
	Out, Dst                        []float32
	Err                             string
}

var all []shown

func show(got ...any) {
	var s shown
	for _, v := range got {
		switch v := v.(type) {
		case error:
			s.Err = v.Error()
		case xent.Result:
			s.Mean, s.Sum, s.Perplexity, s.Accuracy = float64(v.Mean()), float64(v.Sum()), v.Mean().Perplexity(), v.Accuracy()
		case xent.Nats:
			s.Mean = float64(v)
		case float64:
			s.Mean = v
		}
	}
	s.Out, s.Dst = slices.Clone(out), slices.Clone(dst.Data)
	all = append(all, s)
}

var (
	out = make([]float32, n)
	dst = xent.ProbsOf(make([]float32, n*k), k)
)

func main() {
	if err := json.NewDecoder(os.Stdin).Decode(&peers); err != nil {
		panic(err)
	}
	x, z, x5 := xent.Logits[float32](matrix("x")), xent.Logits[float32](matrix("z")), xent.Logits[float32](matrix("x5"))
	t, p, q, lp, lq := probs("t"), probs("p"), probs("q"), logs("lp"), logs("lq")
	b, c, u, v, sim := matrix("b"), matrix("c"), matrix("u"), matrix("var"), xent.LogitsOf(floats[float32]("sim"), n)
	y, pixels, image, w, s := ints("y"), ints("pixels"), floats[float32]("image"), floats[float64]("w"), floats[float64]("s")
	p1, q1 := p.Data[:k], q.Data[:k]
	votes := floats[float32]("p")
	for i := range votes {
		votes[i] *= 0.9
	}
	var top []float32
	var hits []bool
	for i := range n {
		row := p.Data[i*k:][:k]
		top = append(top, slices.Max(row))
		hits = append(hits, row[y[i]] == slices.Max(row))
	}
	use := func(...any) {}
	use(x, z, x5, t, p, q, lp, lq, b, c, u, v, sim, y, pixels, image, w, s, p1, q1, votes, top, hits, info.Nats(0), calib.Bin{})
%s	if err := gob.NewEncoder(os.Stdout).Encode(all); err != nil {
		panic(err)
	}
}
`

// The page for those who come from another library: its calls of ours run, and agree with the figures of theirs where it
// says so. testdata/porting/peers.py writes the figures anew.
func TestPorting(t *testing.T) {
	page, err := os.ReadFile("docs/porting.md")
	if err != nil {
		t.Fatal(err)
	}
	figures, err := os.Open(filepath.Join("testdata", "porting", "peers.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer figures.Close()
	var peers struct {
		Versions map[string]string
		Calls    map[string][]float64
	}
	if err := json.NewDecoder(figures).Decode(&peers); err != nil {
		t.Fatal(err)
	}

	type row struct{ theirs, ours, note string }
	var rows []row
	var calls strings.Builder
	section, cells := "", regexp.MustCompile("^\\| `(.*?)` \\| `(.*?)` \\| (.*) \\|$")
	for line := range strings.Lines(string(page)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok {
			section = name
			if v, ok := peers.Versions[section]; ok && !strings.Contains(string(page), section+" "+v) {
				t.Errorf("%s was run at version %s, which the page does not say", section, v)
			}
		}
		if c := cells.FindStringSubmatch(strings.TrimSpace(line)); c != nil && section != "" {
			rows = append(rows, row{section + ": " + c[1], c[2], c[3]})
			fmt.Fprintf(&calls, "\tshow(%s)\n", c[2])
		}
	}
	program := filepath.Join(t.TempDir(), "main.go")
	source := fmt.Sprintf(names, calls.String())
	if err := os.WriteFile(program, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := figures.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("go", "run", program)
	run.Stdin, run.Stderr = figures, os.Stderr
	printed, err := run.Output()
	if err != nil {
		t.Fatalf("a call of the page does not compile or run: %v", err)
	}
	var shown []struct {
		Mean, Sum, Perplexity, Accuracy float64
		Out, Dst                        []float64
		Err                             string
	}
	if err := gob.NewDecoder(bytes.NewReader(printed)).Decode(&shown); err != nil || len(shown) != len(rows) {
		t.Fatalf("%v: %d calls for %d rows", err, len(shown), len(rows))
	}

	compared := 0
	for i, r := range rows {
		s := shown[i]
		if s.Err != "" {
			t.Errorf("%s: %s", r.ours, s.Err)
		}
		theirs, ok := peers.Calls[r.theirs]
		if !ok {
			if section := strings.SplitN(r.theirs, ":", 2)[0]; peers.Versions[section] != "" && !strings.Contains(r.note, "*Not ") {
				t.Errorf("%s was not run", r.theirs)
			}
			continue
		}
		compared++
		got := []float64{s.Mean}
		switch {
		case strings.Contains(r.ours, "(out, x"):
			got = s.Out
		case strings.Contains(r.ours, "dst"):
			got = s.Dst
		case strings.Contains(r.note, "`Sum`"):
			got[0] = s.Sum
		case strings.Contains(r.note, "Perplexity()"):
			got[0] = s.Perplexity
		case strings.Contains(r.note, "Accuracy()"):
			got[0] = s.Accuracy
		}
		agree := len(got) == len(theirs)
		for j := range got {
			agree = agree && math.Abs(got[j]-theirs[j]) <= 1e-5*max(math.Abs(theirs[j]), 0.1) // of float32
		}
		if says := strings.HasPrefix(r.note, "same"); says != agree {
			t.Errorf("%s\n%v, where %s gives\n%v, and the page says %q", r.ours, got, r.theirs, theirs, r.note)
		}
	}
	if compared != len(peers.Calls) || compared < 60 {
		t.Errorf("%d rows of the page compared with %d figures", compared, len(peers.Calls))
	}
}
