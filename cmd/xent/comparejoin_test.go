package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// EVAL row 67: rows in another order are joined by name, and the figures are those of the same order; rows without another are
// counted, and more than a hundredth of them refused.
func TestCompareJoins(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const rows = 400
	line := func(i int, shift float64) string {
		return fmt.Sprintf("%.3f,%.3f,%.3f,%d,row-%d\n", float64(i%7)+shift, float64(i%5), float64(i%3), i%3, i)
	}
	write := func(name string, order []int, shift float64) string {
		text := "s0,s1,s2,label,id\n"
		for _, i := range order {
			text += line(i, shift)
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var straight []int
	for i := range rows {
		straight = append(straight, i)
	}
	a := write("a.csv", straight, 0)
	inStep := write("b.csv", straight, .5)
	shuffled := write("b.csv", r.Perm(rows), .5)
	fewer := write("b.csv", r.Perm(rows-3), .5) // a's last three are missing
	few := write("b.csv", r.Perm(rows/2), .5)
	labels := filepath.Join(t.TempDir(), "y.csv")
	if err := os.WriteFile(labels, []byte("label\n"+strings.Repeat("0\n1\n2\n", rows/3)+"0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	bare := func(path string) string { // without its labels
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for line := range strings.Lines(string(b)) {
			f := strings.Split(line, ",")
			text += strings.Join(append(f[:3], f[4]), ",")
		}
		path = filepath.Join(t.TempDir(), "bare.csv")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	compare := func(status int, args ...string) (out struct {
		Rows, Ignored int64
		Unpaired      *struct{ A, B int64 }
		Loss          struct{ Nats, SE float64 } `json:"dloss"`
	}, message string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if got := run(append(append([]string{"compare"}, args...), "--json"), strings.NewReader(""), &stdout, &stderr); got != status {
			t.Fatalf("%v: status %d, want %d: %s", args, got, status, &stderr)
		}
		if status == 0 {
			if err := json.Unmarshal(stdout.Bytes(), &out); err != nil {
				t.Fatal(err)
			}
		}
		return out, stderr.String()
	}
	want, _ := compare(0, a, inStep)
	if want.Loss.Nats == 0 || want.Unpaired != nil {
		t.Fatalf("in step: %+v", want)
	}
	for name, args := range map[string][]string{"own labels": {a, shuffled, "--id", "id"}, "labels of A": {bare(a), bare(shuffled), labels, "--id", "id"}, "two names": {a, shuffled, "--id", "id", "--id", "id"}} {
		got, _ := compare(0, args...)
		if got.Loss != want.Loss || got.Rows != rows || got.Unpaired == nil || *got.Unpaired != struct{ A, B int64 }{} {
			t.Errorf("%s: %+v, want the figures of the same order, %+v", name, got, want)
		}
	}
	if got, _ := compare(0, a, fewer, "--id", "id"); got.Rows != rows-3 || got.Ignored != 0 || got.Unpaired.A != 3 || got.Unpaired.B != 0 {
		t.Errorf("three rows are missing in B: %+v", got)
	}
	if got, _ := compare(0, fewer, a, "--id", "id"); got.Rows != rows-3 || got.Unpaired.A != 0 || got.Unpaired.B != 3 {
		t.Errorf("three rows are missing in A: %+v", got)
	}
	if _, message := compare(2, a, few, "--id", "id"); !strings.Contains(message, "200 of 400 rows of") || !strings.Contains(message, "by their names") {
		t.Errorf("half is missing: %q", message)
	}
	if _, message := compare(2, a, shuffled, "--id", "id", "--max-mem", "1kB"); !strings.Contains(message, "memory") {
		t.Errorf("no memory: %q", message)
	}
}
