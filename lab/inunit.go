//go:build !js || bench

package lab

import "xent/info"

// InUnitParams are amounts of information in nats, as reports hold them.
type InUnitParams struct {
	Nats []float64
	Unit Unit
}

// InUnitView holds them in the unit.
type InUnitView struct{ Values []float64 }

// InUnit converts amounts of information.
//
// Special values: what is no finite number stays as it is. Errors: [ParamError] for an unknown unit.
func InUnit(params InUnitParams) (InUnitView, error) {
	c := checker{fn: "InUnit"}
	c.unit(params.Unit)
	if !c.ok() {
		return InUnitView{}, c.result()
	}
	v := InUnitView{Values: make([]float64, len(params.Nats))}
	for i, x := range params.Nats {
		v.Values[i] = params.Unit.of(info.Nats(x))
	}
	return v, nil
}
