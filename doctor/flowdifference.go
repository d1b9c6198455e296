package doctor

import "math"

// A FlowDifference tells two networks' flows of gradients apart. With d[i] the decades by which the RMS gradient of layer i of
// B is above that of A,
//
//	Loss    = d[last]            what B has more at the layer next to the loss
//	Network = d[first] - d[last] what it gains or loses on its way to the first layer, beside what A does
//
// Two losses over one network differ by Loss and hardly by Network: a factor that is the same in every layer is a change
// of the learning rate.
type FlowDifference struct {
	Layers  []float64 // d, by layer of A's Depth
	Loss    float64
	Network float64
	A, B    float64 // decades by which each falls from its last layer to its first
}

// Compare compares b with a; ok is false where their layers have other names.
func (a *Flow) Compare(b *Flow) (d FlowDifference, ok bool) {
	x, y := a.Depth(), b.Depth()
	if len(x) < 2 || len(x) != len(y) {
		return d, false
	}
	for i := range x {
		if x[i].Name != y[i].Name {
			return d, false
		}
		p, q := x[i].Grad(), y[i].Grad()
		d.Layers = append(d.Layers, math.Log10(q.RMS())-math.Log10(p.RMS()))
	}
	d.Loss = d.Layers[len(x)-1]
	d.Network = d.Layers[0] - d.Loss
	d.A, d.B = a.drop(), b.drop()
	return d, true
}

// OneFactor reports whether the gradients of all layers differ by nearly the same factor: by less than a tenth of a decade
// of it for each layer between.
func (d *FlowDifference) OneFactor() bool {
	for i, v := range d.Layers {
		if !(math.Abs(v-d.Loss) <= .05+.05*float64(len(d.Layers)-1-i)) {
			return false
		}
	}
	return true
}
