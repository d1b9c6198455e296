//go:build !noasm

package kern

import (
	"os"

	"golang.org/x/sys/cpu"
)

// assembly tells whether there is a table beyond the portable one.
const assembly = true

// A tier is a set of instructions that a whole table of kernels may use.
type tier struct {
	name string
	has  bool // this machine runs it
	// fill replaces the portable kernels for which the tier has better ones.
	fill []func(t32 *Table[float32], t64 *Table[float64])
}

// The tiers, slowest first. Each starts from the kernels of the one before.
var tiers = []tier{
	{
		name: "avx2",
		has:  cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasBMI2,
		fill: []func(*Table[float32], *Table[float64]){rowsAVX2, tallyAVX2, productsAVX2, binaryAVX2},
	},
	{
		name: "avx512",
		has: cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasBMI2 &&
			cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL,
		fill: []func(*Table[float32], *Table[float64]){rowsAVX512, tallyAVX512, productsAVX512, binaryAVX512},
	},
}

// The fastest tier that the machine runs is in use, or what the environment variable XENT_SIMD allows:
// off, avx2 or avx512, each no more than that. Other values are as if it were not set.
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
