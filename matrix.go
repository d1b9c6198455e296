package xent

import "xent/info"

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
