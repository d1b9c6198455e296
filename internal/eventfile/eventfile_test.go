package eventfile_test

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"xent/internal/curvefile"
	"xent/internal/eventfile"
)

// write makes a file of scalars and a histogram.
func write(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w, err := eventfile.NewWriter(&b, 1.5e9)
	if err != nil {
		t.Fatal(err)
	}
	for step := range 3 {
		if step == 2 {
			w = eventfile.Append(&b) // a run that was taken up again
		}
		x := float64(step)
		if err := w.Scalars(1.5e9+x, int64(step), []eventfile.Scalar{{Tag: "loss", Value: 2 - x/2}, {Tag: "grad_norm", Value: x / 4}}); err != nil {
			t.Fatal(err)
		}
		if err := w.Histogram(1.5e9+x, int64(step), "gradient/0", []float64{-1, 0, .5, 2, 1e-30, math.NaN(), math.Inf(1)}); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "events.out.tfevents.xent")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is written is read again, by our own reader, which checks the sums of every record.
func TestReadBack(t *testing.T) {
	f, err := curvefile.Read(write(t))
	if err != nil {
		t.Fatal(err)
	}
	if f.Format != "tfevents" || f.Points != 3 || len(f.Notes) != 0 || len(f.Columns) != 3 {
		t.Fatalf("%+v", f)
	}
	for i, want := range [][]float64{{0, 1, 2}, {2, 1.5, 1}, {0, .25, .5}} {
		for k, v := range f.Columns[i].Value {
			if v != want[k] {
				t.Errorf("%s[%d] = %v, want %v", f.Columns[i].Name, k, v, want[k])
			}
		}
	}
}

// TensorBoard's own reader, where it is installed, reads the same.
func TestTensorBoard(t *testing.T) {
	const program = `
import sys
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
for e in EventFileLoader(sys.argv[1]).Load():
    for v in e.summary.value:
        if v.HasField("tensor") and v.tensor.float_val: print(e.step, v.tag, v.tensor.float_val[0])
        elif v.HasField("simple_value"): print(e.step, v.tag, v.simple_value)
        else: print(e.step, v.tag, "histogram")
`
	python := "python3"
	if p := os.Getenv("PYTHON"); p != "" {
		python = p
	}
	if err := exec.Command(python, "-c", "import tensorboard").Run(); err != nil {
		t.Skip("no TensorBoard")
	}
	out, err := exec.Command(python, "-c", program, write(t)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, line := range []string{"0 loss 2.0", "2 grad_norm 0.5", "1 gradient/0 histogram"} {
		if !strings.Contains(string(out), line+"\n") {
			t.Errorf("TensorBoard reads\n%swithout %q", out, line)
		}
	}
}
