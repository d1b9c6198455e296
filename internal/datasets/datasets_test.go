package datasets

import "testing"

// The sums are those of scikit-learn's load_digits: data.sum() and target.sum(); so are the first image's middle rows.
func TestDigits(t *testing.T) {
	var p [64]uint8
	pixels, labels, rows := 0, 0, 0
	for i := range DigitImages {
		label := Digit(&p, i)
		if label < 0 || label > 9 {
			t.Fatalf("label %d of image %d", label, i)
		}
		labels += label
		for _, v := range p {
			if v > DigitMax {
				t.Fatalf("pixel %d of image %d", v, i)
			}
			pixels += int(v)
		}
		rows++
	}
	if pixels != 561718 || labels != 8070 || rows != 1797 {
		t.Errorf("%d images, sums %d and %d; want 561718 and 8070", rows, pixels, labels)
	}
	if label := Digit(&p, 0); label != 0 || [8]uint8(p[:8]) != [8]uint8{0, 0, 5, 13, 9, 1, 0, 0} || [8]uint8(p[56:]) != [8]uint8{0, 0, 6, 13, 10, 0, 0, 0} {
		t.Errorf("image 0 is %v, a %d", p, label)
	}
	if label := Digit(&p, 1796); label != 8 {
		t.Errorf("the last image is a %d", label)
	}
}
