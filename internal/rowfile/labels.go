package rowfile

import (
	"math"
)

// int64s converts the loaded elements to class labels.
//
// Integers of any width and bools are taken as they are. A float must be integral: 3.0 is label 3.
// An unsigned integer beyond int64, a fraction, NaN or infinity is refused with its row.
func (a *array) int64s(dst []int64) error {
	size := a.dtype.size
	if a.dtype.kind == kindInt && size == 8 {
		for i := range dst {
			dst[i] = int64(le.Uint64(a.buf[8*i:]))
		}
		return nil
	}
	if a.words != nil {
		return a.wordIDs(dst)
	}
	for i := range dst {
		p := a.buf[i*size : (i+1)*size]
		if a.dtype.integral() {
			v, ok := integer(p, a.dtype)
			if !ok {
				u := le.Uint64(p)
				hint := ""
				if -u <= 1<<20 {
					hint = sprintf("this is %d stored without a sign; re-save as a.astype(np.int64)", int64(u))
				}
				return a.label(i, sprintf("%d", u), "at most 9223372036854775807", hint)
			}
			dst[i] = v
			continue
		}
		var f [1]float64
		decode(f[:], p, a.dtype)
		v, ok := integral(f[0])
		if !ok {
			return a.label(i, sprintf("%v", f[0]), "an integer", "labels are class numbers; soft labels need shape [rows, classes]")
		}
		dst[i] = v
	}
	return nil
}

// integral converts f when it is an integer within int64.
func integral(f float64) (int64, bool) {
	if f != math.Trunc(f) || f < -1<<63 || f >= 1<<63 { // NaN fails the first, infinities the others
		return 0, false
	}
	return int64(f), true
}

// label refuses the i-th label loaded.
func (a *array) label(i int, got, want, hint string) error {
	row := a.pos - int64(a.n) + int64(i)
	return a.at(a.data+row*int64(a.dtype.size), sprintf("label of row %d is %s", row, got), want, hint)
}

// wordIDs looks the loaded texts up in the dictionary.
func (a *array) wordIDs(dst []int64) error {
	for i := range dst {
		w, err := a.word(i)
		if err != nil {
			return err
		}
		id, ok := a.words.id(w)
		if !ok {
			return a.label(i, quote(w)+", which was not there before", "", "another program may be writing the file")
		}
		dst[i] = id
	}
	return nil
}
