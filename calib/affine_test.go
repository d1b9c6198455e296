package calib

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// outputs are the log-probabilities and labels of a model of testdata/models.
func outputs(t *testing.T, scores, labels string, classes int) *Labels {
	l := &Labels{Classes: classes}
	data := stored(t, scores)
	var z []float64
	for i := 0; i+4 <= len(data); i += 4 {
		if classes == 2 {
			z = append(z, 0)
		}
		z = append(z, float64(math.Float32frombits(binary.LittleEndian.Uint32(data[i:]))))
	}
	for i := 0; i < len(z); i += classes {
		top, sum := math.Inf(-1), 0.0
		for _, v := range z[i : i+classes] {
			top = max(top, v)
		}
		for _, v := range z[i : i+classes] {
			sum += math.Exp(v - top)
		}
		for _, v := range z[i : i+classes] {
			l.LogP = append(l.LogP, v-top-math.Log(sum))
		}
	}
	y := stored(t, labels)
	wide := len(y) / (len(z) / classes)
	for i := 0; i < len(y); i += wide {
		l.Class = append(l.Class, int(y[i]))
	}
	return l
}

// stored are the bytes of an array of testdata/models, behind its header.
func stored(t *testing.T, name string) []byte {
	content, err := os.ReadFile("../testdata/models/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return content[10+binary.LittleEndian.Uint16(content[8:]):]
}

// The families are fitted as SciPy fits them, and beta calibration as scikit-learn does, but for a ridge of 2/n.
func TestFitAffineAgainstSciPy(t *testing.T) {
	b, err := os.ReadFile("../testdata/porting/recalibrate.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Models map[string]map[string]struct{ Beta, Objective, Loss float64 }
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, scores, labels string
		classes              int
	}{
		{"digits", "digits-mlp-logits.npy", "digits-labels.npy", 10}, {"cancer", "cancer-logits.npy", "cancer-labels.npy", 2},
		{"fashion", "fashion-small-logits.npy", "fashion-labels.npy", 10},
	} {
		l := outputs(t, tt.scores, tt.labels, tt.classes)
		for f, family := range []string{"temperature", "bias", "vector", "matrix"} {
			w, ok := want.Models[tt.name][family]
			if !ok {
				t.Fatalf("no %s of %s", family, tt.name)
			}
			if tt.name == "fashion" && f > int(Bias) {
				continue // takes long, and is the same code
			}
			a, loss := FitAffine(l, Family(f), nil)
			near(t, tt.name+", "+family+": β", a.Beta, w.Beta, 1e-5)
			near(t, tt.name+", "+family+": loss", loss, w.Loss, 1e-7)
		}
	}
}

// Each family holds those before it, so that without a ridge it costs no more; a map that was used to spoil the outputs is found.
func TestFitAffineRecovers(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	z, labels := tempered(r, 20_000, 3, 2, 1)
	l := &Labels{Classes: 3, LogP: make([]float64, len(z)), Class: labels}
	bias := []float64{.5, -.2, -.3}
	for i := 0; i < len(z); i += 3 { // what undoes it is a temperature of 2 and this bias
		for k := range 3 {
			l.LogP[i+k] = 2 * (z[i+k] - bias[k])
		}
	}
	a, loss := FitAffine(l, Bias, nil)
	near(t, "β", a.Beta, .5, .02)
	for k, v := range bias {
		near(t, "b", a.B[k], v, .05)
	}
	_, tempered := FitAffine(l, Temperature, nil)
	if !(loss < tempered-.01) {
		t.Errorf("a bias costs %v, a temperature alone %v", loss, tempered)
	}
	out := make([]float64, 3)
	a.Apply(out, []float64{1, 2, 3})
	near(t, "z'", out[1], 2*a.Beta+a.B[1], 1e-15)
	again, same := FitAffine(l, Bias, a)
	near(t, "from its own end: β", again.Beta, a.Beta, 1e-5)
	near(t, "from its own end: loss", same, loss, 1e-12)
}
