package calib_test

import (
	"fmt"

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
