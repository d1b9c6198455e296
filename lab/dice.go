package lab

// MaxSeed is the largest seed of what is drawn.
const MaxSeed = 9999

// dice is a die that falls the same way for the same seed: Steele, Lea and Flood's SplitMix64 (2014), whose
// 53 high bits are a number in [0, 1).
type dice uint64

func (d *dice) uniform() float64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) / (1 << 53)
}

// roll returns a face, each with the probability that p gives it.
func (d *dice) roll(p []float64) int {
	u, last := d.uniform(), 0
	for face, share := range p {
		if share > 0 {
			last = face
			if u < share {
				return face
			}
			u -= share
		}
	}
	return last // what rounding left over
}
