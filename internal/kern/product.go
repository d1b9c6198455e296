package kern

// Matrix is a view of a matrix: element (i, j) is Data[i·Down + j·Across]. One of the two steps is 1.
type Matrix[T Float] struct {
	Data         []T
	Rows, Cols   int
	Down, Across int
}

// MatrixOf returns the matrix whose rows begin every stride elements of data.
func MatrixOf[T Float](data []T, rows, cols, stride int) Matrix[T] {
	return Matrix[T]{data, rows, cols, stride, 1}
}

// T returns the transposed matrix, in the same memory.
func (m Matrix[T]) T() Matrix[T] { return Matrix[T]{m.Data, m.Cols, m.Rows, m.Across, m.Down} }

// Part returns rows i to i+rows-1 and columns j to j+cols-1 of m; at least one of each.
func (m Matrix[T]) Part(i, j, rows, cols int) Matrix[T] {
	m.Data, m.Rows, m.Cols = m.Data[i*m.Down+j*m.Across:], rows, cols
	return m
}

// empty tells whether a product of inner terms has no elements or no terms, and then stores it in c.
func (c Matrix[T]) empty(inner int, add bool) bool {
	if c.Rows == 0 || c.Cols == 0 || inner > 0 {
		return c.Rows == 0 || c.Cols == 0
	}
	for i := range c.Rows {
		if !add {
			clear(c.Data[i*c.Down:][:c.Cols])
		}
	}
	return true
}

// product is [Table.Product] in plain Go: sums run over the inner terms in order, each product rounded, so
// that all machines compute the same bits.
func product[T Float](c, a, b Matrix[T], add bool, _ []T) {
	if c.empty(a.Cols, add) {
		return
	}
	for i := range c.Rows {
		y := c.Data[i*c.Down:][:c.Cols]
		if !add {
			clear(y)
		}
		if b.Across == 1 {
			for k := range a.Cols {
				addScaled(y, b.Data[k*b.Down:][:c.Cols], a.Data[i*a.Down+k*a.Across])
			}
		} else {
			addDots(y, a.Part(i, 0, 1, a.Cols), b)
		}
	}
}

// noScratch is [Table.Scratch] of product.
func noScratch(cols, inner int) int { return 0 }

// addScaled adds v·x to y. The conversion keeps the product from being fused with the sum.
func addScaled[T Float](y, x []T, v T) {
	for j, w := range x[:len(y)] {
		y[j] += T(v * w)
	}
}

// addDots adds to y what the row a and the columns of b, which are contiguous, give. Four columns at a time:
// their sums do not wait for one another.
func addDots[T Float](y []T, a, b Matrix[T]) {
	column := func(j int) []T { return b.Data[j*b.Across:][:b.Rows] }
	j := 0
	for ; j+4 <= len(y); j += 4 {
		b0, b1, b2, b3 := column(j), column(j+1), column(j+2), column(j+3)
		var s0, s1, s2, s3 T
		for k := range b0 {
			v := a.Data[k*a.Across]
			s0 += T(v * b0[k])
			s1 += T(v * b1[k])
			s2 += T(v * b2[k])
			s3 += T(v * b3[k])
		}
		y[j] += s0
		y[j+1] += s1
		y[j+2] += s2
		y[j+3] += s3
	}
	for ; j < len(y); j++ {
		var s T
		for k, w := range column(j) {
			s += T(a.Data[k*a.Across] * w)
		}
		y[j] += s
	}
}

// A panelled multiplies matrices with vectors. It cuts c into strips of columns; the strip of b that belongs
// to one is packed, as a panel, in the order in which it is met. Then tiles of c, as many rows as stay in
// registers, go down the strip.
type panelled[T Float] struct {
	width int // columns of a panel
	block int // rows of b that a copying kernel may fill up a panel by

	// copy and turn fill a panel with depth rows and up to width columns of b, the one where rows of b are
	// contiguous, the other where columns are; step leads from one of these to the next.
	copy, turn func(dst, src *T, step, depth, cols int)

	// tiles store sums over depth terms in rows rows and up to width columns of c, or add them to it. They
	// come with fewer and fewer rows, down to 1.
	tiles []panelTile[T]
}

type panelTile[T Float] struct {
	rows int
	run  func(c *T, ldc int, a *T, down, across int, b *T, depth, cols int, add bool)
}

const (
	panelDepth = 256 // rows of a panel: it stays in the first cache
	panelBlock = 8   // panels that are packed together
)

// fill makes p the products of a table.
func (p *panelled[T]) fill(t *Table[T]) { t.Product, t.Scratch = p.product, p.scratch }

// scratch is [Table.Scratch].
func (p *panelled[T]) scratch(cols, inner int) int {
	return min((cols-1)/p.width+1, panelBlock) * p.panel(min(inner, panelDepth))
}

// panel returns the elements of a panel of depth rows.
func (p *panelled[T]) panel(depth int) int { return ((depth-1)/p.block + 1) * p.block * p.width }

// product is [Table.Product].
func (p *panelled[T]) product(c, a, b Matrix[T], add bool, scratch []T) {
	if c.empty(a.Cols, add) {
		return
	}
	for j := 0; j < c.Cols; j += panelBlock * p.width {
		for k := 0; k < a.Cols; k += panelDepth {
			cols, depth := min(panelBlock*p.width, c.Cols-j), min(panelDepth, a.Cols-k)
			p.pack(scratch, b.Part(k, j, depth, cols))
			p.multiply(c.Part(0, j, c.Rows, cols), a.Part(0, k, a.Rows, depth), scratch, add || k > 0)
		}
	}
}

// pack fills panels with the columns of b.
func (p *panelled[T]) pack(panels []T, b Matrix[T]) {
	size := p.panel(b.Rows)
	for j := 0; j < b.Cols; j += p.width {
		src, cols, dst := &b.Data[j*b.Across], min(p.width, b.Cols-j), &panels[j/p.width*size:][:size][0]
		if b.Across == 1 {
			p.copy(dst, src, b.Down, b.Rows, cols)
		} else {
			p.turn(dst, src, b.Across, b.Rows, cols)
		}
	}
}

// multiply stores in c, or adds to it, the product of a and the matrix in panels.
func (p *panelled[T]) multiply(c, a Matrix[T], panels []T, add bool) {
	size := p.panel(a.Cols)
	for j := 0; j < c.Cols; j += p.width {
		panel, cols, i := &panels[j/p.width*size], min(p.width, c.Cols-j), 0
		for _, t := range p.tiles {
			for ; i+t.rows <= c.Rows; i += t.rows {
				t.run(&c.Data[i*c.Down+j], c.Down, &a.Data[i*a.Down], a.Down, a.Across, panel, a.Cols, cols, add)
			}
		}
	}
}
