package kern

// The matrix products of a dense layer, of matrices without gaps between their rows. Sums run in
// the element type, each output in one fixed order, so that splitting the rows changes no bit.

// mulT stores a·bᵀ in c, where a is [rows, inner], b [cols, inner] and c [rows, cols].
// Four columns at a time: their sums do not wait for one another.
func mulT[T Float](c, a, b []T, rows, cols, inner int) {
	for i := range rows {
		x, y := a[i*inner:(i+1)*inner], c[i*cols:(i+1)*cols]
		j := 0
		for ; j+4 <= cols; j += 4 {
			b0, b1 := b[j*inner:(j+1)*inner], b[(j+1)*inner:(j+2)*inner]
			b2, b3 := b[(j+2)*inner:(j+3)*inner], b[(j+3)*inner:(j+4)*inner]
			var s0, s1, s2, s3 T
			for k, v := range x {
				s0 += T(v * b0[k])
				s1 += T(v * b1[k])
				s2 += T(v * b2[k])
				s3 += T(v * b3[k])
			}
			y[j], y[j+1], y[j+2], y[j+3] = s0, s1, s2, s3
		}
		for ; j < cols; j++ {
			var s T
			for k, w := range b[j*inner : (j+1)*inner] {
				s += T(x[k] * w)
			}
			y[j] = s
		}
	}
}

// mul stores a·b in c, where a is [rows, inner], b [inner, cols] and c [rows, cols].
func mul[T Float](c, a, b []T, rows, cols, inner int) {
	for i := range rows {
		y := c[i*cols : (i+1)*cols]
		clear(y)
		for k, v := range a[i*inner : (i+1)*inner] {
			addScaled(y, b[k*cols:(k+1)*cols], v)
		}
	}
}

// tMul stores aᵀ·b in c, where a is [inner, rows], b [inner, cols] and c [rows, cols].
func tMul[T Float](c, a, b []T, rows, cols, inner int) {
	clear(c[:rows*cols])
	for k := range inner {
		x := b[k*cols : (k+1)*cols]
		for i, v := range a[k*rows : (k+1)*rows] {
			addScaled(c[i*cols:(i+1)*cols], x, v)
		}
	}
}

// addScaled adds v·x to y. The conversion keeps the product from being fused with the sum, so that
// all machines compute the same bits.
func addScaled[T Float](y, x []T, v T) {
	for j, w := range x[:len(y)] {
		y[j] += T(v * w)
	}
}
