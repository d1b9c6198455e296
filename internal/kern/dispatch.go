//go:build (amd64 || arm64) && !noasm

package kern

import "os"

// assembly tells whether there is a table beyond the portable one.
const assembly = true

// A tier is a set of instructions that a whole table of kernels may use.
type tier struct {
	name string
	has  bool // this machine runs it
	// fill replaces the portable kernels for which the tier has better ones.
	fill []func(t32 *Table[float32], t64 *Table[float64])
}

// The fastest tier that the machine runs is in use, or what the environment variable XENT_SIMD allows:
// off or the name of a tier, and no more than that. Other values are as if it were not set.
func init() {
	most := len(tiers)
	switch limit := os.Getenv("XENT_SIMD"); limit {
	case "off":
		most = 0
	default:
		for i, t := range tiers {
			if t.name == limit {
				most = i + 1
			}
		}
	}
	t32, t64 := Go32, Go64
	for i, t := range tiers {
		if !t.has {
			break
		}
		t32.Name, t64.Name = t.name, t.name
		for _, fill := range t.fill {
			fill(&t32, &t64)
		}
		own32, own64 := t32, t64
		All32, All64 = append(All32, &own32), append(All64, &own64)
		if i < most {
			F32, F64 = &own32, &own64
		}
	}
}
