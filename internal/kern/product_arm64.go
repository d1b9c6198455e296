//go:build !noasm

package kern

import "unsafe"

func productsNEON(t32 *Table[float32], t64 *Table[float64]) {
	n32 := &neonTiles[float32]{width: 12, run: [4]neonTile[float32]{tile8F32NEON, tile4F32NEON, tile2F32NEON, tile1F32NEON}}
	n64 := &neonTiles[float64]{width: 6, run: [4]neonTile[float64]{tile8F64NEON, tile4F64NEON, tile2F64NEON, tile1F64NEON}}
	n32.panelled().fill(t32)
	n64.panelled().fill(t64)
}

// neonTiles are the kernels of products for arm64: three vectors of columns and 8, 4, 2 or 1 rows, and nothing less.
type neonTiles[T Float] struct {
	width int
	run   [4]neonTile[T]
}

type neonTile[T Float] func(c *T, ldc int, a *T, down, across int, b *T, depth int, add bool)

// panelled returns what multiplies with the tiles. Packing is plain Go.
func (t *neonTiles[T]) panelled() *panelled[T] {
	p := &panelled[T]{width: t.width, block: 1, copy: t.copy, turn: t.turn}
	for i, rows := range []int{8, 4, 2, 1} {
		p.tiles = append(p.tiles, panelTile[T]{rows, func(c *T, ldc int, a *T, down, across int, b *T, depth, cols int, add bool) {
			t.multiply(t.run[i], rows, c, ldc, a, down, across, b, depth, cols, add)
		}})
	}
	return p
}

// multiply runs a tile; one with fewer columns beside c.
func (t *neonTiles[T]) multiply(run neonTile[T], rows int, c *T, ldc int, a *T, down, across int, b *T, depth, cols int, add bool) {
	if cols == t.width {
		run(c, ldc, a, down, across, b, depth, add)
		return
	}
	var whole [8 * 12]T
	run(&stay(&whole)[0], t.width, a, down, across, b, depth, false)
	for i := range rows {
		row := elements(c, i*ldc, cols)
		for j := range row {
			v := whole[i*t.width+j]
			if add {
				v = row[j] + v
			}
			row[j] = v
		}
	}
}

// copy fills a panel with rows of b that are contiguous, and 0 beyond them.
func (t *neonTiles[T]) copy(dst, src *T, step, depth, cols int) {
	for k := range depth {
		row := elements(dst, k*t.width, t.width)
		clear(row[copy(row, elements(src, k*step, cols)):])
	}
}

// turn fills a panel with columns of b that are contiguous, and 0 beyond them.
func (t *neonTiles[T]) turn(dst, src *T, step, depth, cols int) {
	panel := elements(dst, 0, depth*t.width)
	clear(panel)
	for j := range cols {
		for k, v := range elements(src, j*step, depth) {
			panel[k*t.width+j] = v
		}
	}
}

// elements returns n elements from number at of p on.
func elements[T Float](p *T, at, n int) []T {
	return unsafe.Slice((*T)(unsafe.Add(unsafe.Pointer(p), at*int(unsafe.Sizeof(*p)))), n)
}
