package xent

import (
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
type Matrix[T Float] struct {
	Data       []T
	Rows, Cols int
	Stride     int
}

// Logits are unnormalised log-probabilities: softmax has not been applied.
type Logits[T Float] Matrix[T]

// Probs are probabilities: each row sums to one.
type Probs[T Float] Matrix[T]

// LogProbs are log-probabilities: the exponentials of each row sum to one.
type LogProbs[T Float] Matrix[T]

// MatrixOf views data as rows of cols elements, without a copy.
func MatrixOf[T Float](data []T, cols int) Matrix[T] {
	if cols <= 0 {
		return Matrix[T]{Data: data, Cols: cols}
	}
	return Matrix[T]{Data: data, Rows: (len(data) + cols - 1) / cols, Cols: cols}
}

// LogitsOf views data as rows of classes logits, without a copy.
func LogitsOf[T Float](data []T, classes int) Logits[T] { return Logits[T](MatrixOf(data, classes)) }

// ProbsOf views data as rows of classes probabilities, without a copy.
func ProbsOf[T Float](data []T, classes int) Probs[T] { return Probs[T](MatrixOf(data, classes)) }

// LogProbsOf views data as rows of classes log-probabilities, without a copy.
func LogProbsOf[T Float](data []T, classes int) LogProbs[T] {
	return LogProbs[T](MatrixOf(data, classes))
}

// Row returns row i, sharing its memory.
func (m Matrix[T]) Row(i int) []T {
	o := i * m.stride()
	return m.Data[o : o+m.Cols : o+m.Cols]
}

func (m Matrix[T]) stride() int {
	if m.Stride == 0 {
		return m.Cols
	}
	return m.Stride
}

// check tells whether m is a matrix: its rows lie within Data and do not overlap.
// Nothing overflows, however large the numbers.
func (m Matrix[T]) check(fn, arg string) error {
	switch {
	case m.Rows < 0 || m.Cols < 0:
		return &ShapeError{fn, arg, m.shape(), "no negative size"}
	case m.Rows == 0:
		return nil
	case m.Cols == 0:
		return &ShapeError{fn, arg, m.shape(), "at least one column"}
	case m.Stride != 0 && m.Stride < m.Cols:
		return &ShapeError{fn, arg, m.shape() + " with stride " + strconv.Itoa(m.Stride), "a stride of 0, or at least " + strconv.Itoa(m.Cols)}
	case len(m.Data) < m.Cols || m.Rows-1 > (len(m.Data)-m.Cols)/m.stride():
		s := m.shape()
		if m.stride() != m.Cols {
			s += " with stride " + strconv.Itoa(m.stride())
		}
		return &ShapeError{fn, arg, count(len(m.Data), "value"), "enough for " + s}
	}
	return nil
}

// checkLike tells whether m is a matrix of the shape [rows, cols] of the argument like.
func (m Matrix[T]) checkLike(fn, arg string, rows, cols int, like string) error {
	if m.Rows != rows || m.Cols != cols {
		return &ShapeError{fn, arg, m.shape(), Matrix[T]{Rows: rows, Cols: cols}.shape() + " (as " + like + ")"}
	}
	return m.check(fn, arg)
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
		return base + uintptr((m.Rows-1)*m.stride()+m.Cols)*size
	}
	same := d == s && (dst.stride() == src.stride() || dst.Rows == 1)
	if same || end(d, dst) <= s || end(s, src) <= d {
		return nil
	}
	if dst.stride() == src.stride() { // columns side by side in one larger matrix
		apart := int(max(d, s)-min(d, s)) / int(size) % dst.stride()
		if apart >= dst.Cols && apart <= dst.stride()-dst.Cols {
			return nil
		}
	}
	return &ShapeError{fn, "the destination", "partly the memory of " + srcName, "the same view as " + srcName + ", or memory of its own"}
}
