//go:build !noasm

package kern

func productsAVX2(t32 *Table[float32], t64 *Table[float64]) {
	(&panelled[float32]{
		width: 16, block: 8, copy: copyPanelF32AVX2, turn: turnPanelF32AVX2,
		tiles: []panelTile[float32]{{6, tile6F32AVX2}, {4, tile4F32AVX2}, {2, tile2F32AVX2}, {1, tile1F32AVX2}},
	}).fill(t32)
	(&panelled[float64]{
		width: 8, block: 4, copy: copyPanelF64AVX2, turn: turnPanelF64AVX2,
		tiles: []panelTile[float64]{{6, tile6F64AVX2}, {4, tile4F64AVX2}, {2, tile2F64AVX2}, {1, tile1F64AVX2}},
	}).fill(t64)
}

func productsAVX512(t32 *Table[float32], t64 *Table[float64]) {
	(&panelled[float32]{
		width: 32, block: 16, copy: copyPanelF32AVX512, turn: turnPanelF32AVX512,
		tiles: []panelTile[float32]{{12, tile12F32AVX512}, {8, tile8F32AVX512}, {4, tile4F32AVX512}, {2, tile2F32AVX512}, {1, tile1F32AVX512}},
	}).fill(t32)
	(&panelled[float64]{
		width: 16, block: 8, copy: copyPanelF64AVX512, turn: turnPanelF64AVX512,
		tiles: []panelTile[float64]{{12, tile12F64AVX512}, {8, tile8F64AVX512}, {4, tile4F64AVX512}, {2, tile2F64AVX512}, {1, tile1F64AVX512}},
	}).fill(t64)
}
