package xent

import "xent/internal/kern"

// factor returns m as [kern.Table.Product] takes it.
func factor[T Float](m Matrix[T]) kern.Matrix[T] {
	return kern.MatrixOf(m.Data, m.Rows, m.Cols, m.stride())
}

// dense returns data as a matrix without gaps between its rows.
func dense[T Float](data []T, rows, cols int) kern.Matrix[T] {
	return kern.MatrixOf(data, rows, cols, cols)
}

// multiply stores a·b in c. It makes what the kernel wants to work in.
func multiply[T Float](c, a, b kern.Matrix[T]) {
	k := kern.Of[T]()
	k.Product(c, a, b, false, make([]T, k.Scratch(c.Cols, a.Cols)))
}
