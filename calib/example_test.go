package calib_test

import (
	"fmt"
	"math"

	"xent/calib"
)

// Hundred predictions that say .9 and are right in 80 cases: could a calibrated model do that?
func ExampleNullECE() {
	var c calib.Cells
	for i := range 100 {
		c.Add(1, 0.9, 0.1/0.9, i < 80)
	}
	bins := c.EqualMass(15)
	null := calib.NullECE(bins, 1)
	fmt.Printf("ECE %.3f, %.3f if calibrated, p %.4f\n", calib.ECE(bins), null.Mean, null.P)
	// Output: ECE 0.100, 0.024 if calibrated, p 0.0024
}

// Four predictions in three bins of equal width, and how far confidence and outcome are apart in three norms.
func ExampleCalibrationError() {
	bins := calib.EqualWidth([]float64{.55, .55, .6, .9}, []bool{false, false, true, true}, nil, 3)
	for _, b := range bins {
		fmt.Printf("%g predictions, %.3f said, %.3f true\n", b.Weight, b.Confidence, b.Accuracy)
	}
	fmt.Printf("ECE %.4f, root mean square %.4f, largest %.4f\n", calib.ECE(bins), calib.CalibrationError(bins, 2), calib.CalibrationError(bins, math.Inf(1)))
	// Output:
	// 3 predictions, 0.567 said, 0.333 true
	// 1 predictions, 0.900 said, 1.000 true
	// ECE 0.2000, root mean square 0.2082, largest 0.2333
}
