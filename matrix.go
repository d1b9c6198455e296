package xent

import (
	"math"
	"strconv"
	"unsafe"

	"xent/info"
)

// Float is the element type of logits, probabilities and gradients.
type Float interface{ float32 | float64 }

// Int is the element type of labels.
type Int interface {
	int | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32
}

// Nats is an amount of information in natural units; see [info.Nats].
type Nats = info.Nats

// Matrix is a row-major view of Rows rows of Cols elements:
// element (i, j) is Data[i*Stride+j]. A Stride of 0 means Cols.
//
// An Inner above 1 is the layout of images, [n, classes, height, width], as a view without a copy: each of
// Rows/Inner blocks holds Cols planes of Inner = height·width elements, and row i is the position i%Inner of
// block i/Inner, so that element (i, j) is Data[i/Inner*Stride + j*Inner + i%Inner]. The Stride is then from
// block to block, and 0 means Cols*Inner. What takes it: [CrossEntropy], [SoftCrossEntropy], [LogLoss], [SoftLogLoss],
// [Softmax], [LogSoftmax] and [LogSumExp]; the others refuse it. Each goroutine then copies one row at a time.
type Matrix[T Float] struct {
	Data       []T
	Rows, Cols int
	Stride     int
	Inner      int
}

// Logits are unnormalised log-probabilities: softmax has not been applied.
type Logits[T Float] Matrix[T]

// Probs are probabilities: each row sums to one.
type Probs[T Float] Matrix[T]

// LogProbs are log-probabilities: the exponentials of each row sum to one.
type LogProbs[T Float] Matrix[T]

// MatrixOf views data as rows of cols elements, without a copy. With the lengths of inner dimensions it is an
// array [n, cols, inner…]; see [Matrix].
func MatrixOf[T Float](data []T, cols int, inner ...int) Matrix[T] {
	m := Matrix[T]{Data: data, Cols: cols}
	for _, d := range inner {
		m.Inner = max(m.Inner, 1) * d
	}
	if block := m.block(); block > 0 {
		m.Rows = (len(data) + block - 1) / block * max(m.Inner, 1)
	}
	return m
}

// LogitsOf views data as rows of classes logits, without a copy; see [MatrixOf].
//
//	xent.LogitsOf(x, 21, height, width)     // of shape [n, 21, height, width], with a label for each pixel
func LogitsOf[T Float](data []T, classes int, inner ...int) Logits[T] {
	return Logits[T](MatrixOf(data, classes, inner...))
}

// ProbsOf views data as rows of classes probabilities, without a copy; see [MatrixOf].
func ProbsOf[T Float](data []T, classes int, inner ...int) Probs[T] {
	return Probs[T](MatrixOf(data, classes, inner...))
}

// LogProbsOf views data as rows of classes log-probabilities, without a copy; see [MatrixOf].
func LogProbsOf[T Float](data []T, classes int, inner ...int) LogProbs[T] {
	return LogProbs[T](MatrixOf(data, classes, inner...))
}

// Row returns row i, sharing its memory. It panics when Inner is above 1: the row is then not in one piece.
func (m Matrix[T]) Row(i int) []T {
	if m.Inner > 1 {
		panic("xent: Matrix.Row: rows of " + m.shape() + " are not in one piece")
	}
	o := i * m.stride()
	return m.Data[o : o+m.Cols : o+m.Cols]
}

// read returns row i, of which scratch becomes a copy where it is not in one piece.
func (m Matrix[T]) read(scratch []T, i int) []T {
	if m.Inner <= 1 {
		return m.Row(i)
	}
	o := i/m.Inner*m.stride() + i%m.Inner
	for j := range scratch {
		scratch[j] = m.Data[o+j*m.Inner]
	}
	return scratch
}

// into returns memory for a new row i, to be given to write: that row itself, or scratch where it is not in one piece;
// nil if m has no memory.
func (m Matrix[T]) into(scratch []T, i int) []T {
	if scratch != nil || m.Data == nil {
		return scratch
	}
	return m.Row(i)
}

// write stores row, which into returned, in row i.
func (m Matrix[T]) write(row []T, i int) {
	if m.Inner <= 1 {
		return
	}
	o := i/m.Inner*m.stride() + i%m.Inner
	for j, v := range row {
		m.Data[o+j*m.Inner] = v
	}
}

// scratch returns memory for a row of m that is not in one piece, else nil.
func (m Matrix[T]) scratch() []T {
	if m.Inner <= 1 {
		return nil
	}
	return make([]T, m.Cols)
}

func (m Matrix[T]) stride() int {
	if m.Stride == 0 {
		return m.block()
	}
	return m.Stride
}

// block returns how many elements lie together: those of a row, or of Inner rows.
func (m Matrix[T]) block() int { return m.Cols * max(m.Inner, 1) }

// blocks returns m as a matrix of which each row is a block.
func (m Matrix[T]) blocks() Matrix[T] {
	return Matrix[T]{Data: m.Data, Rows: m.Rows / max(m.Inner, 1), Cols: m.block(), Stride: m.Stride}
}

// check tells whether m is a matrix with rows in one piece: they lie within Data and do not overlap.
// Nothing overflows, however large the numbers.
func (m Matrix[T]) check(fn, arg string) error {
	if m.Inner > 1 {
		return &ShapeError{fn, arg, m.shape() + " with inner dimensions", "rows in one piece"}
	}
	return m.checkBlocks(fn, arg)
}

// checkBlocks is check for a matrix that may have inner dimensions.
func (m Matrix[T]) checkBlocks(fn, arg string) error {
	switch {
	case m.Rows < 0 || m.Cols < 0 || m.Inner < 0:
		return &ShapeError{fn, arg, m.shape(), "no negative size"}
	case m.Rows == 0:
		return nil
	case m.Cols == 0:
		return &ShapeError{fn, arg, m.shape(), "at least one column"}
	case m.Inner > 1 && (m.Rows%m.Inner != 0 || m.Inner > math.MaxInt/m.Cols):
		return &ShapeError{fn, arg, m.shape() + " with " + strconv.Itoa(m.Inner) + " positions in a block", "a whole number of blocks"}
	case m.Stride != 0 && m.Stride < m.block():
		return &ShapeError{fn, arg, m.shape() + " with stride " + strconv.Itoa(m.Stride), "a stride of 0, or at least " + strconv.Itoa(m.block())}
	}
	b := m.blocks()
	if len(m.Data) < b.Cols || b.Rows-1 > (len(m.Data)-b.Cols)/b.stride() {
		s := m.shape()
		if b.stride() != b.Cols {
			s += " with stride " + strconv.Itoa(b.stride())
		}
		return &ShapeError{fn, arg, count(len(m.Data), "value"), "enough for " + s}
	}
	return nil
}

// checkLike tells whether m is a matrix of the shape [rows, cols] of the argument like, with rows in one piece.
func (m Matrix[T]) checkLike(fn, arg string, rows, cols int, like string) error {
	if err := m.sameShape(fn, arg, rows, cols, like); err != nil {
		return err
	}
	return m.check(fn, arg)
}

func (m Matrix[T]) sameShape(fn, arg string, rows, cols int, like string) error {
	if m.Rows != rows || m.Cols != cols {
		return &ShapeError{fn, arg, m.shape(), Matrix[T]{Rows: rows, Cols: cols}.shape() + " (as " + like + ")"}
	}
	return nil
}

func (m Matrix[T]) shape() string {
	return "[" + strconv.Itoa(m.Rows) + ", " + strconv.Itoa(m.Cols) + "]"
}

// checkOverlap refuses a destination that shares memory with a source other than by being the
// same view: rows would be read after they were written.
func checkOverlap[T Float](fn string, dst, src Matrix[T], srcName string) error {
	if dst.Rows == 0 {
		return nil
	}
	d, s := uintptr(unsafe.Pointer(&dst.Data[0])), uintptr(unsafe.Pointer(&src.Data[0]))
	size := unsafe.Sizeof(dst.Data[0])
	end := func(base uintptr, m Matrix[T]) uintptr {
		m = m.blocks()
		return base + uintptr((m.Rows-1)*m.stride()+m.Cols)*size
	}
	alike := dst.stride() == src.stride() && max(dst.Inner, 1) == max(src.Inner, 1)
	if d == s && (alike || dst.Rows == 1) || end(d, dst) <= s || end(s, src) <= d {
		return nil
	}
	if alike { // columns side by side in one larger matrix
		apart := int(max(d, s)-min(d, s)) / int(size) % dst.stride()
		if apart >= dst.block() && apart <= dst.stride()-dst.block() {
			return nil
		}
	}
	return &ShapeError{fn, "the destination", "partly the memory of " + srcName, "the same view as " + srcName + ", or memory of its own"}
}

// checkAlone refuses a destination that shares memory with a source in any way.
func checkAlone[T Float](fn, dstName string, dst Matrix[T], srcName string, src Matrix[T]) error {
	if dst.Rows == 0 || src.Rows == 0 {
		return nil
	}
	if &dst.Data[0] == &src.Data[0] || checkOverlap(fn, dst, src, srcName) != nil {
		return &ShapeError{fn, dstName, "in the memory of " + srcName, "memory of its own"}
	}
	return nil
}
