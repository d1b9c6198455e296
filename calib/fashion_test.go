package calib_test

import (
	"encoding/binary"
	"encoding/json"
	"flag"
	"math"
	"os"
	"strings"
	"testing"

	"xent"
	"xent/calib"
	"xent/info"
)

var update = flag.Bool("update", false, "write web/src/data/fashion-temperature.json anew")

const fashionFile = "../web/src/data/fashion-temperature.json"

// The classes of Fashion-MNIST, and the parts of its 10,000 test rows: a temperature is fitted on the first half and
// judged on the second.
const (
	fashionClasses = 10
	fashionFit     = 5000
	fashionBins    = 10
)

// array reads an .npy file of one of the two types that the models' outputs have.
func array(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile("../testdata/models/" + name)
	if err != nil {
		t.Fatal(err)
	}
	header := int(binary.LittleEndian.Uint16(content[8:]))
	if text := string(content[10 : 10+header]); strings.Contains(text, "True") {
		t.Fatalf("%s is in Fortran order: %s", name, text)
	}
	return content[10+header:]
}

func fashion(t *testing.T) (logits []float32, labels []uint8) {
	t.Helper()
	raw := array(t, "fashion-mlp-logits.npy")
	logits = make([]float32, len(raw)/4)
	for i := range logits {
		logits[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	labels = array(t, "fashion-labels.npy")
	if len(logits) != fashionClasses*len(labels) || len(labels) != 10000 {
		t.Fatalf("%d logits and %d labels", len(logits), len(labels))
	}
	return logits, labels
}

// fashionTable is what the lab shows of a real model at a temperature, made at build time: the figures are those of
// this package, and travel as data. Probabilities have four decimals.
type fashionTable struct {
	Fitted       float64       `json:"fitted"` // on the first half
	Rows         int           `json:"rows"`   // of the second half, of which all else is
	Accuracy     float64       `json:"accuracy"`
	Temperatures []float64     `json:"temperatures"`
	Loss         losses        `json:"loss"` // mean cross-entropy
	Confidence   []float64     `json:"confidence"`
	ECE          []float64     `json:"ece"`
	Null         []float64     `json:"null"` // the ECE to expect of a calibrated model
	Bins         [][][]float64 `json:"bins"` // of each temperature: rows, confidence, accuracy, and its 95 % interval
	Knowledge    knowledge     `json:"knowledge"`
}

// losses are amounts of information in both units.
type losses struct {
	Nats []float64 `json:"nats"`
	Bits []float64 `json:"bits"`
}

func (l *losses) add(n info.Nats) {
	l.Nats, l.Bits = append(l.Nats, decimals(float64(n), 4)), append(l.Bits, decimals(n.Bits(), 4))
}

// knowledge is the mean prediction for each true class, in percent, at some temperatures.
type knowledge struct {
	Temperatures []float64     `json:"temperatures"`
	Rows         [][][]float64 `json:"rows"`
}

func decimals(x float64, n int) float64 {
	scale := math.Pow10(n)
	return math.Round(x*scale) / scale
}

func fashionFigures(t *testing.T) fashionTable {
	logits, labels := fashion(t)
	temperature, err := calib.FitTemperature(xent.LogitsOf(logits[:fashionFit*fashionClasses], fashionClasses), labels[:fashionFit])
	if err != nil {
		t.Fatal(err)
	}
	logits, labels = logits[fashionFit*fashionClasses:], labels[fashionFit:]
	table := fashionTable{Fitted: decimals(temperature, 4), Rows: len(labels)}
	for step := 5; step <= 25; step++ { // 0.5 to 2.5
		at := float64(step) / 10
		table.Temperatures = append(table.Temperatures, at)
		table.add(t, logits, labels, at)
	}
	for _, at := range []float64{1, 2, 5} {
		table.Knowledge.Temperatures = append(table.Knowledge.Temperatures, at)
		table.Knowledge.Rows = append(table.Knowledge.Rows, meanPredictions(logits, labels, at))
	}
	return table
}

// add evaluates one temperature.
func (f *fashionTable) add(t *testing.T, logits []float32, labels []uint8, temperature float64) {
	t.Helper()
	var cells calib.Cells
	right, confidence := 0, 0.0
	for i, label := range labels {
		m := scaledMoments(logits, i, temperature)
		correct := m.Arg == int(label)
		if correct {
			right++
		}
		confidence += m.Confidence()
		cells.Add(1, m.Confidence(), m.Others, correct)
	}
	loss, err := xent.CrossEntropy(xent.LogitsOf(logits, fashionClasses), labels, &xent.Options{Temperature: temperature})
	if err != nil {
		t.Fatal(err)
	}
	n := float64(len(labels))
	bins := cells.EqualMass(fashionBins)
	rows := [][]float64{}
	for i, b := range bins {
		low, high := calib.Wilson(b.Accuracy, b.Effective())
		bins[i].Confidence, bins[i].Accuracy = decimals(b.Confidence, 5), decimals(b.Accuracy, 5)
		rows = append(rows, []float64{b.Weight, bins[i].Confidence, bins[i].Accuracy, decimals(low, 3), decimals(high, 3)})
	}
	f.Accuracy = decimals(float64(right)/n, 4)
	f.Loss.add(loss.Mean())
	f.Confidence = append(f.Confidence, decimals(confidence/n, 4))
	f.ECE = append(f.ECE, decimals(calib.ECE(bins), 4)) // of the bins as they are printed
	f.Null = append(f.Null, decimals(calib.NullECE(bins, 1).Mean, 4))
	f.Bins = append(f.Bins, rows)
}

func scaledMoments(logits []float32, row int, temperature float64) xent.Moments {
	scaled := make([]float64, fashionClasses)
	for j := range scaled {
		scaled[j] = float64(logits[row*fashionClasses+j]) / temperature
	}
	return xent.RowMoments(scaled)
}

func meanPredictions(logits []float32, labels []uint8, temperature float64) [][]float64 {
	sums, counts := make([][]float64, fashionClasses), make([]float64, fashionClasses)
	for c := range sums {
		sums[c] = make([]float64, fashionClasses)
	}
	for i, label := range labels {
		m := scaledMoments(logits, i, temperature)
		for j := range sums[label] {
			sums[label][j] += m.Prob(float64(logits[i*fashionClasses+j]) / temperature)
		}
		counts[label]++
	}
	for c := range sums {
		for j := range sums[c] {
			sums[c][j] = decimals(100*sums[c][j]/counts[c], 1)
		}
	}
	return sums
}

// TestFashionTemperatures holds the lab's table to this package; with -update it is written anew.
func TestFashionTemperatures(t *testing.T) {
	table := fashionFigures(t)
	made, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	made = append(made, '\n')
	if *update {
		if err := os.WriteFile(fashionFile, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if read, err := os.ReadFile(fashionFile); err != nil || string(read) != string(made) {
		t.Errorf("%s is not what this test makes (%v): go test ./calib -run Fashion -update", fashionFile, err)
	}
	best := 0
	for i, loss := range table.Loss.Nats {
		if loss < table.Loss.Nats[best] {
			best = i
		}
	}
	if at := table.Temperatures[best]; !(math.Abs(at-table.Fitted) <= .1) {
		t.Errorf("the loss of the second half is least at %v, of the first at %v", at, table.Fitted)
	}
	for i := range table.Temperatures {
		if i > 0 && !(table.Confidence[i] < table.Confidence[i-1]) {
			t.Errorf("the confidence does not fall at %v", table.Temperatures[i])
		}
	}
	for k, rows := range table.Knowledge.Rows {
		for c, row := range rows {
			sum := 0.0
			for _, p := range row {
				sum += p
			}
			if !(math.Abs(sum-100) <= .5) {
				t.Errorf("class %d at temperature %v sums to %v %%", c, table.Knowledge.Temperatures[k], sum)
			}
		}
	}
}
