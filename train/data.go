package train

import (
	"math"
	"strconv"

	"xent"
	"xent/internal/datasets"
	"xent/nn"
)

// Data are rows of inputs with their labels, to train on and to judge by.
type Data struct {
	Name        string
	Inputs      int
	Height      int // of images; 0 where rows are none
	Width       int
	Step        float64 // between the values of pixels, which are 0 to 1; 0 where they are no pixels
	Classes     int
	Train, Test Rows
	Names       []string // of the classes; nil where they are numbers
}

// Rows are inputs and labels, row by row.
type Rows struct {
	X []float32 // [len(Y), Inputs]
	Y []int32
}

// matrix is rows i to j of inputs.
func (r Rows) matrix(i, j, cols int) xent.Matrix[float32] {
	return xent.MatrixOf(r.X[i*cols:j*cols], cols)
}

// gather copies rows of inputs into memory for so many.
func (r Rows) gather(to []float32, rows []int32, cols int) xent.Matrix[float32] {
	for i, row := range rows {
		copy(to[i*cols:(i+1)*cols], r.X[int(row)*cols:(int(row)+1)*cols])
	}
	return xent.MatrixOf(to[:len(rows)*cols], cols)
}

// labels copies those of rows.
func (r Rows) labels(to []int32, rows []int32) []int32 {
	for i, row := range rows {
		to[i] = r.Y[row]
	}
	return to[:len(rows)]
}

// A DataError is data that cannot be trained on.
type DataError struct{ Got, Want string }

func (e *DataError) Error() string { return e.Got + ", want " + e.Want }

// check refuses data that cannot be trained on.
func (d *Data) check() error {
	for _, r := range []struct {
		name string
		Rows
	}{{"training", d.Train}, {"test", d.Test}} {
		if len(r.Y) == 0 {
			return &DataError{"no rows of " + r.name, "one at least"}
		}
		if len(r.X) != len(r.Y)*d.Inputs {
			return &DataError{strconv.Itoa(len(r.X)) + " inputs of " + strconv.Itoa(len(r.Y)) + " rows of " + r.name, strconv.Itoa(d.Inputs) + " a row"}
		}
		for i, y := range r.Y {
			if y < 0 || int(y) >= d.Classes {
				return &DataError{"label " + strconv.Itoa(int(y)) + " in row " + strconv.Itoa(i) + " of " + r.name, "0 to " + strconv.Itoa(d.Classes-1)}
			}
		}
		for i, v := range r.X {
			if v-v != 0 {
				return &DataError{"an input that is not finite in row " + strconv.Itoa(i/d.Inputs) + " of " + r.name, "numbers"}
			}
		}
	}
	if d.Classes < 2 {
		return &DataError{strconv.Itoa(d.Classes) + " class", "two at least"}
	}
	return nil
}

// checkImages refuses data that are no images of pixels from 0 to 1.
func (d *Data) checkImages() error {
	if d.Step == 0 || d.Height == 0 || d.Height*d.Width != d.Inputs {
		return &DataError{d.Name + " holds no images", "pixels: digits, fashion, mnist or a folder of IDX files"}
	}
	return d.check()
}

// digitsForTest is how many of the digits are for the test: about half. The other 896 make whole batches of 32, 64 or 128.
const digitsForTest = 901

// Digits returns the 1797 optical digits that are embedded in the program, of 8 × 8 pixels from 0 to 1: 896 of
// them, shuffled, for training and the other 901 for the test; the same for every seed.
func Digits() *Data {
	const inputs = datasets.DigitSide * datasets.DigitSide
	d := &Data{Name: "digits", Inputs: inputs, Height: datasets.DigitSide, Width: datasets.DigitSide, Step: 1. / datasets.DigitMax, Classes: 10}
	var pixels [inputs]uint8
	for n, i := range permutation(nn.NewRand(0), datasets.DigitImages) {
		r := &d.Train
		if n < digitsForTest {
			r = &d.Test
		}
		label := datasets.Digit(&pixels, int(i))
		for _, p := range pixels {
			r.X = append(r.X, float32(p)/datasets.DigitMax)
		}
		r.Y = append(r.Y, int32(label))
	}
	return d
}

// Split takes every n-th of shuffled rows for the test; the same rows for every seed.
func Split(name string, inputs, classes int, all Rows, n int) *Data {
	d := &Data{Name: name, Inputs: inputs, Classes: classes}
	for k, i := range permutation(nn.NewRand(0), len(all.Y)) {
		r := &d.Train
		if k%n == 0 {
			r = &d.Test
		}
		r.X = append(r.X, all.X[int(i)*inputs:(int(i)+1)*inputs]...)
		r.Y = append(r.Y, all.Y[i])
	}
	return d
}

// permutation returns 0 to n-1 in random order, by exchanges from the end (Fisher and Yates, Durstenfeld 1964).
func permutation(rng *nn.Rand, n int) []int32 {
	order := make([]int32, n)
	shuffle(rng, order)
	return order
}

func shuffle(rng *nn.Rand, order []int32) {
	for i := range order {
		order[i] = int32(i)
	}
	for i := len(order) - 1; i > 0; i-- {
		j := int(rng.Float64() * float64(i+1))
		order[i], order[j] = order[j], order[i]
	}
}

// Standardise gives each input the mean 0 and the standard deviation 1 over the training rows; one that never changes becomes 0.
func (d *Data) Standardise() {
	n := float64(len(d.Train.Y))
	for c := range d.Inputs {
		var sum, squares float64
		for i := c; i < len(d.Train.X); i += d.Inputs {
			sum += float64(d.Train.X[i])
		}
		mean := sum / n
		for i := c; i < len(d.Train.X); i += d.Inputs {
			v := float64(d.Train.X[i]) - mean
			squares += v * v
		}
		scale := 0.
		if squares > 0 {
			scale = 1 / math.Sqrt(squares/n)
		}
		for _, x := range [][]float32{d.Train.X, d.Test.X} {
			for i := c; i < len(x); i += d.Inputs {
				x[i] = float32((float64(x[i]) - mean) * scale)
			}
		}
	}
}
