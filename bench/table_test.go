package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the expected tables anew")

// sample is a report of made-up times: nothing here is measured.
func sample() *Report {
	at := func(ms float64) Time { return Time{ms / 1e3, 1.1 * ms / 1e3, 5} }
	return &Report{
		Machine: Machine{CPU: "A processor", Cores: 2, Memory: 16 << 30, System: "linux/amd64", Go: "go1.26", Kernel: "avx512", Probe: "512-bit"},
		Found:   []Implementation{{"torch", "PyTorch 9.9"}, {"tuned", "PyTorch 9.9, tuned"}, {"plain", "xent, plain Go"}},
		Missing: []Missing{{"onnxruntime", "No module named 'onnxruntime'"}},
		Limits:  []Limit{{"read", 1, 40, 38.5, "GB/s"}, {"multiply-add", 2, 490, 488, "GFLOPS"}},
		Rows: []Row{
			{
				Work: "cross-entropy", Shape: "1024x32000", Threads: 1, Items: 1024, Bytes: 131072000, Ours: at(4), Limit: at(3.8),
				Peers: map[string]Time{"torch": at(80), "tuned": at(22)}, Skipped: map[string]string{"plain": "would take a minute"},
				Goals: []Goal{{ofLimit, 0, .95}, {"tuned", 5, 6}, {"torch", 0, 30}, {"sklearn", 0, 20}},
			}, {
				Work: "linear and cross-entropy", Shape: "1024x768x50257", Threads: 2, Items: 1024, Flops: 79e9, Ours: at(400), Limit: at(200),
				Peers: map[string]Time{"tuned": at(300)}, Goals: []Goal{{"tuned", 1.2, 1.7}},
			}, {
				Work: "xent eval, cached .npy", Shape: "131072x1000", Threads: 1, Items: 131072, Bytes: 524288128, Ours: at(120), Limit: at(60), Peak: 90e6,
				Goals: []Goal{{ofPeak, 0, 200}, {ofRate, 0, 4}},
			}, {
				Work: "cross-entropy", Shape: "8192x10", Threads: 1, Items: 8192, Bytes: 327680, Ours: at(.03), Limit: at(.01), Peers: map[string]Time{"torch": at(.1)},
				Goals: []Goal{{ofItem, 0, 2.6}},
			},
		},
		Accuracy: []Accuracy{{"8x128256", map[string]WorstError{"xent": {.51, 1.25}, "torch": {21.3, 212}}}},
	}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	Text(&b, sample())
	const golden = "testdata/report.md"
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the tables differ from %s (-update writes it anew):\n%s", golden, &b)
	}
}

// Every line of a table has as many cells as its head, in columns of one width.
func TestTableAligned(t *testing.T) {
	var b bytes.Buffer
	Text(&b, sample())
	tables, head := 0, ""
	for line := range strings.Lines(b.String()) {
		switch {
		case !strings.HasPrefix(line, "|"):
			head = ""
		case head == "":
			head = line
			tables++
		case bars(line) == nil || !slices.Equal(bars(line), bars(head)):
			t.Errorf("cells do not stand under those of the head:\n%s%s", head, line)
		}
	}
	if tables != 4 {
		t.Errorf("found %d tables, want 4", tables)
	}
}

// bars returns where, in characters, a line is divided.
func bars(line string) (at []int) {
	for i, r := range []rune(line) {
		if r == '|' {
			at = append(at, i)
		}
	}
	return at
}

func TestVerdicts(t *testing.T) {
	rows := sample().Rows
	for _, tt := range []struct {
		row  int
		goal Goal
		want string
		why  string
	}{
		{0, Goal{ofLimit, 0, .95}, met, "3.8 of 4 ms is 95 % exactly"},
		{0, Goal{ofLimit, 0, .951}, missed, "no floor, so below the goal is missed"},
		{0, Goal{"tuned", 5, 6}, floored, "22/4 = 5.5 lies between floor and goal"},
		{0, Goal{"tuned", 5.6, 6}, missed, "5.5 is below the floor"},
		{0, Goal{"torch", 0, 15}, met, "80/4 = 20"},
		{0, Goal{"sklearn", 0, 20}, unknown, "a peer that was not measured proves nothing"},
		{1, Goal{"tuned", 1, 1.1}, missed, "the peer is faster: 0.75"},
		{2, Goal{ofRate, 0, 4}, met, "524 MB in 120 ms are 4.4 GB/s"},
		{2, Goal{ofPeak, 0, 200}, met, "memory is better when less"},
		{2, Goal{ofPeak, 0, 80}, missed, "90 MB are more than 80"},
		{3, Goal{ofItem, 0, 2.6}, missed, "30 µs for 8192 rows are 3.7 ns each: less is better"},
		{3, Goal{ofItem, 0, 3.7}, met, "3.66 ns"},
	} {
		if got := tt.goal.Verdict(&rows[tt.row]); got != tt.want {
			t.Errorf("%s: goal %s %q, want %q (%s)", rows[tt.row].Shape, tt.goal, got, tt.want, tt.why)
		}
	}
}

// What is asked for in JSON can be read back, and a peer that computed NaN does not break it.
func TestReportJSON(t *testing.T) {
	r := sample()
	r.Accuracy[0].Results["torch"] = WorstError{Loss: number(math.NaN()), Grad: 3}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(`"loss_ulp":null`)) {
		t.Errorf("a NaN is not null: %s", text)
	}
	var back Report
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back.Rows[0].Ours != r.Rows[0].Ours || back.Rows[0].Goals[1] != r.Rows[0].Goals[1] || back.Machine != r.Machine {
		t.Errorf("read back\n%+v\nwant\n%+v", back, *r)
	}
}

func TestTimeOf(t *testing.T) {
	for _, tt := range []struct {
		seconds      []float64
		best, median float64
	}{
		{[]float64{3, 1, 2}, 1, 2},
		{[]float64{4, 1, 2, 3}, 1, 2.5},
		{[]float64{5}, 5, 5},
	} {
		if got := timeOf(tt.seconds); got != (Time{tt.best, tt.median, len(tt.seconds)}) {
			t.Errorf("timeOf(%v) = %+v, want best %v and median %v", tt.seconds, got, tt.best, tt.median)
		}
	}
	if got := timeOf(nil); got.Best == got.Best {
		t.Errorf("timeOf(nil) = %+v, want NaN: nothing was measured", got)
	}
}

func TestShort(t *testing.T) {
	for _, tt := range []struct {
		x    float64
		want string
	}{{0.0213, "0.0213"}, {3.3, "3.30"}, {39.71, "39.7"}, {235, "235"}, {1622.4, "1622"}, {0, "0.00"}, {9.999, "10.0"}, {0.00004, "0.0000"}, {math.NaN(), "-"}} {
		if got := short(tt.x); got != tt.want {
			t.Errorf("short(%v) = %q, want %q", tt.x, got, tt.want)
		}
	}
}
