package eval

import "math"

// health counts what numbers the scored rows hold.
type health struct {
	nan, pos, neg int64
	largest       float64
}

func (h *health) add(s *scan) {
	h.largest = max(h.largest, s.largest)
	if s.odd {
		h.nan += int64(s.nan)
		h.pos += int64(s.pos)
		h.neg += int64(s.neg)
	}
}

func (h *health) merge(g *health) {
	h.nan += g.nan
	h.pos += g.pos
	h.neg += g.neg
	h.largest = max(h.largest, g.largest)
}

// moved bounds by how much storing logits up to this size as dtype can have moved a loss: 2u·max|z|, or half a step of codes; NaN
// when unknown.
func moved(dtype string, largest float64) float64 {
	if codes16(dtype) {
		return 8. / 65535
	}
	return 2 * roundoff(dtype) * largest
}

// roundoff returns the largest relative error u of a number stored as dtype; NaN when unknown.
func roundoff(dtype string) float64 {
	switch dtype {
	case "float64", "":
		return 0x1p-53
	case "float32":
		return 0x1p-24
	case "float16":
		return 0x1p-11
	case "bfloat16":
		return 0x1p-8
	case "float8_e4m3", "float8_e4m3fn":
		return 0x1p-4
	case "float8_e5m2":
		return 0x1p-3
	}
	if integer(dtype) {
		return 0
	}
	return math.NaN()
}

func integer(dtype string) bool {
	switch dtype {
	case "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64":
		return true
	}
	return false
}

// constant finds out whether every row says the same: the ranges over all rows of a few numbers that
// tell one row from another are then single points.
type constant struct {
	rows              int64
	arg               [2]int
	max, sum, entropy [2]float64 // of the scores; of the distribution
}

func (c *constant) add(r *row) {
	c.widen(&constant{
		rows: 1, arg: [2]int{r.arg, r.arg}, max: [2]float64{r.scan.max, r.scan.max},
		sum: [2]float64{r.scan.sum, r.scan.sum}, entropy: [2]float64{r.entropy, r.entropy},
	})
}

func (c *constant) widen(d *constant) {
	if d.rows == 0 {
		return
	}
	if c.rows == 0 {
		*c = *d
		return
	}
	c.rows += d.rows
	c.arg = [2]int{min(c.arg[0], d.arg[0]), max(c.arg[1], d.arg[1])}
	for _, p := range [...]struct{ c, d *[2]float64 }{{&c.max, &d.max}, {&c.sum, &d.sum}, {&c.entropy, &d.entropy}} {
		p.c[0], p.c[1] = min(p.c[0], p.d[0]), max(p.c[1], p.d[1])
	}
}

// is reports whether there are several rows, all alike.
func (c *constant) is() bool {
	return c.rows > 1 && c.arg[0] == c.arg[1] && c.max[0] == c.max[1] && c.sum[0] == c.sum[1] && c.entropy[0] == c.entropy[1]
}
