// Package kern holds the loops over the elements of one row, and the products of small matrices.
//
// Each loop here is the specification of a kernel: plain Go, arithmetic in float64 whatever the
// element type, but in the element type for products. A [Table] gathers the kernels of one
// implementation; [F32] and [F64] are the tables in use, chosen once at start, and replaced only by
// tests. A faster twin of a kernel is another function in another table: no caller changes.
//
// On amd64 and arm64 the tables of faster machines hold assembly, which _gen writes (go generate). The environment
// variable XENT_SIMD keeps to less of it (off, avx2, avx512, neon), and the build tag noasm leaves all of it out.
//
// Kernels allocate nothing, start no goroutine and never panic on lengths that [Table] allows.
package kern

//go:generate go -C _gen run . -dir ..

// Float is the element type of a row.
type Float interface{ float32 | float64 }

// Table is one implementation of the kernels for rows of T.
//
// Every kernel reads x and, where it has one, writes dst of the same length; dst may be x itself
// but must not overlap it in any other way. Rows hold at least one element.
type Table[T Float] struct {
	Name string

	// Others returns the maximum of x, its first index, and
	//
	//	others = Σ exp((x[j]-max)/temp)   over j ≠ arg
	//
	// as an unevaluated sum hi + lo, so that softmax(x/temp)[arg] = 1/(1+others) and nothing is
	// lost when others is tiny. A NaN anywhere gives max = NaN; elements at -Inf add nothing.
	// hi is NaN when no softmax exists: a NaN, every element at -Inf, or several at +Inf.
	// One element at +Inf gives hi = 0, the limit.
	Others func(x []T, temp float64) (max float64, arg int, hi, lo float64)

	// Exps stores c·exp((x[j]-max)/temp) in dst, where max is finite, from Others;
	// elements at -Inf give 0 exactly.
	Exps func(dst, x []T, max, temp, c float64)

	// Moments returns the sums of one row that entropy and its relatives need.
	Moments func(x []T) Sums

	// Measure returns the moments of one row but Q2, which is 0, the same bits on all implementations. max is the largest
	// element, which Extent tells, or NaN to have it found. Where e is not nil, it stores
	// e^(x[j]-Max)/scale in e[j] for j ≠ Arg. scale is NaN where the row has no softmax.
	Measure func(x []T, max float64, e []float64) (s Sums, scale float64)

	// Extent returns the smallest and the largest element, and the sum of all, the same bits on all
	// implementations. With a NaN in x the sum is NaN and the others are any elements.
	Extent func(x []T) (low, high, sum float64)

	// Tally adds classes to sums, the same bits on all implementations: e holds p·c for the probability p of
	// each, at most 1, and scale = 1/c.
	Tally func(s Shares, e []float64, scale float64)

	// Float16 and BFloat16 are those of the package. They are nil where a table has no kernel for that.
	Float16, BFloat16 func(dst []T, src []byte)

	// Across looks at 16 rows of n classes at once, of which row i begins at x[i*stride], and tells whether it did. Given
	// grad, it stores their gradients in rows gradStride apart, unless [Sixteen] then says that it has not. It is nil where
	// a table has no kernel for that.
	Across func(s *Sixteen, grad []T, gradStride int, x []T, n, stride int, temp float64) bool

	// Binary returns Σ t·softplus(-x) + (1-t)·softplus(x), where 0·Inf = 0,
	// and how many of its terms are infinite or NaN.
	Binary func(x, t []T) (sum Sum, nonFinite int)

	// BinaryGrad is Binary that also stores c·((1-t)·σ(x) - t·σ(-x)) in dst.
	BinaryGrad func(dst, x, t []T, c float64) (sum Sum, nonFinite int)

	// Product stores a·b in c, or with add adds it to what c holds. Rows of c are contiguous, and c overlaps
	// neither factor. The sum of an element runs over the inner terms in an order that their number fixes:
	// the same whatever other rows and columns are computed beside it. A term that is NaN makes its sum NaN,
	// also against a 0. scratch holds at least Scratch elements, and nothing afterwards.
	Product func(c, a, b Matrix[T], add bool, scratch []T)

	// Scratch returns the elements that a product of cols columns and inner terms wants, whatever its rows.
	Scratch func(cols, inner int) int
}

// blockBytes is how much a call of a kernel reads: a microsecond's worth, and a third of the nearest cache.
const blockBytes = 1 << 14

// Sums are power sums over one row without its first maximum, in units of z = x - max:
//
//	S0 = Σ e^z   S1 = Σ z·e^z   S2 = Σ z²·e^z   Q2 = Σ e^2z   over j ≠ Arg
//
// They are NaN when the row has no softmax; see [Table.Others].
type Sums struct {
	Max            float64
	Arg            int
	S0, S1, S2, Q2 float64
}

// All32 and All64 are the implementations that this machine can run, in step, the portable one first.
var (
	All32 = []*Table[float32]{&Go32}
	All64 = []*Table[float64]{&Go64}
)

// F32 and F64 are the tables in use.
var (
	F32 = &Go32
	F64 = &Go64
)

// Go32 and Go64 are the portable kernels, and the specification of all others.
var (
	Go32 = Table[float32]{
		Name: "go", Others: others[float32], Exps: exps[float32], Moments: moments[float32],
		Measure: measure[float32], Extent: extent[float32], Tally: tally,
		Binary: binary[float32], BinaryGrad: binaryGrad[float32],
		Product: product[float32], Scratch: noScratch,
	}
	Go64 = Table[float64]{
		Name: "go", Others: others[float64], Exps: exps[float64], Moments: moments[float64],
		Measure: measure[float64], Extent: extent[float64], Tally: tally,
		Binary: binary[float64], BinaryGrad: binaryGrad[float64],
		Product: product[float64], Scratch: noScratch,
	}
)

// Of returns the table in use for rows of T.
func Of[T Float]() *Table[T] {
	if t, ok := any(F32).(*Table[T]); ok {
		return t
	}
	return any(F64).(*Table[T])
}
