// Package datasets holds small real data, embedded in the program, with its provenance.
package datasets

import _ "embed"

// The optical digits: 1797 images of 8 × 8 pixels of 17 greys, in the order and selection that scikit-learn ships.
//
// Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998,
// https://doi.org/10.24432/C50P49, licensed CC BY 4.0. The images are the counts of dark pixels in blocks of 4 × 4 of bitmaps
// of 32 × 32; they are kept here as they are, packed to 5 bits a pixel.
const (
	DigitImages = 1797
	DigitSide   = 8
	DigitMax    = 16 // the darkest
)

//go:embed digits.bin
var digits string

const digitBytes = DigitSide*DigitSide*5/8 + 1 // pixels, the first in the lowest bits, and the label

// Digit stores the pixels of image i, 0 to [DigitMax], row by row from the top left, and returns its label, 0 to 9.
func Digit(pixels *[DigitSide * DigitSide]uint8, i int) (label int) {
	b := digits[i*digitBytes : (i+1)*digitBytes]
	for p := range pixels {
		at := 5 * p
		v := uint(b[at/8]) | uint(b[at/8+1])<<8
		pixels[p] = uint8(v >> (at % 8) & 31)
	}
	return int(b[digitBytes-1])
}
