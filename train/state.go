package train

import "xent/nn"

// State shows v all that the run's future depends on beside its Config and its data: the step, the parameters by their names,
// and what the optimiser remembers. Who saves reads, who restores writes; a restored run goes on with the same bits.
func (r *Run) State(v nn.Visitor[float32]) {
	step := uint64(r.step)
	v.Word("step", &step)
	r.step = int(step)
	params := r.Net.Params()
	for _, p := range params {
		v.Array("param."+p.Name, p.Shape, p.Value)
	}
	r.opt.State(params, v)
}
