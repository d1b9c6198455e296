//go:build !noasm

package kern

// The one tier, which every processor for arm64 has.
var tiers = []tier{{
	name: "neon",
	has:  true,
	fill: []func(*Table[float32], *Table[float64]){rowsNEON, productsNEON, halvesNEON},
}}
