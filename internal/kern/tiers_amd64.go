//go:build !noasm

package kern

import "golang.org/x/sys/cpu"

// The tiers, slowest first. Each starts from the kernels of the one before.
var tiers = []tier{
	{
		name: "avx2",
		has:  cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasBMI2,
		fill: []func(*Table[float32], *Table[float64]){rowsAVX2, tallyAVX2, productsAVX2, binaryAVX2, halvesAVX2},
	},
	{
		name: "avx512",
		has: cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasBMI2 &&
			cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL,
		fill: []func(*Table[float32], *Table[float64]){rowsAVX512, tallyAVX512, productsAVX512, binaryAVX512, halvesAVX512},
	},
}
