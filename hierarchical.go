package xent

import (
	"math/bits"

	"xent/internal/kern"
	"xent/internal/par"
)

// HierarchicalCrossEntropy returns the loss of labels that are reached by decisions down a tree instead of
// a softmax over all of them. Each node of the tree has a row in Weight and goes left with probability
// σ(x), so a label costs as many logistic regressions as it lies deep, log₂ of the classes or fewer:
//
//	x[i][n] = Σ Hidden[i][k]·Weight[n][k] + Bias[n]
//	loss[i] = Σ softplus(-x[i][n]) where the way to labels[i] goes left, softplus(x[i][n]) where right
//
// The probabilities of all classes sum to 1 without having been computed. Of the options those of a label's
// row and of the mean apply: not Weights, Smoothing, or what bends the loss or the logits; a Budget has
// nothing to bound.
//
// Shapes: Hidden is [rows, dims], Weight [classes-1, dims], Bias [classes-1] or nil, labels [rows].
// Special values: a node at +Inf or -Inf is certain. The wrong way past it costs +Inf, with a finite
// gradient; NaN on the way costs NaN.
// Errors: *ShapeError, *LabelError, *OptionError, *EmptyError.
// Memory: none is allocated when Options.Workers is 1, but for the gradient, one number for each decision.
// Source: Morin and Bengio 2005; Mikolov et al. 2013, with Huffman's tree.
func HierarchicalCrossEntropy[T Float, L Int](in Linear[T], labels []L, tree *Tree, opt *LinearOptions) (Result, error) {
	return hierarchicalLoss("HierarchicalCrossEntropy", Linear[T]{}, nil, in, labels, tree, opt)
}

// HierarchicalCrossEntropyGrad stores the gradient of [HierarchicalCrossEntropy] with respect to the layer
// in grad and returns the same Result. Nodes that no label lies below get 0.
//
// Shapes: the parts of grad are as those of in, in memory of their own; what is zero (nil) is not wanted.
// Errors: as HierarchicalCrossEntropy; grad is then untouched.
func HierarchicalCrossEntropyGrad[T Float, L Int](grad, in Linear[T], labels []L, tree *Tree, opt *LinearOptions) (Result, error) {
	return hierarchicalLoss("HierarchicalCrossEntropyGrad", grad, nil, in, labels, tree, opt)
}

// HierarchicalCrossEntropyRows stores the loss of each row in loss and returns the same Result as
// [HierarchicalCrossEntropy].
//
// Shapes: loss is [rows].
// Errors: as HierarchicalCrossEntropy; loss is then untouched.
func HierarchicalCrossEntropyRows[T Float, L Int](loss []T, in Linear[T], labels []L, tree *Tree, opt *LinearOptions) (Result, error) {
	const fn = "HierarchicalCrossEntropyRows"
	if err := checkRows(fn, len(loss), in.Hidden.Rows); err != nil {
		return Result{}, err
	}
	return hierarchicalLoss(fn, Linear[T]{}, loss, in, labels, tree, opt)
}

func hierarchicalLoss[T Float, L Int](fn string, grad Linear[T], loss []T, in Linear[T], labels []L, tree *Tree, opt *LinearOptions) (Result, error) {
	if opt == nil {
		opt = &LinearOptions{}
	}
	if err := in.checkNodes(fn, tree); err != nil {
		return Result{}, err
	}
	if grad.wanted() {
		if err := checkParts(fn, grad.parts(), in.parts(), in.parts()); err != nil {
			return Result{}, err
		}
	}
	rows := in.Hidden.Rows
	if err := opt.check(fn, rows, tree.Classes()); err != nil {
		return Result{}, err
	}
	if err := opt.plain(fn); err != nil {
		return Result{}, err
	}
	terms := labelTerms{opt.RowWeights, opt.IgnoreIndex, opt.Reduction, opt.Denominator, opt.Empty, opt.Workers}
	total, scale, err := reduceLabels(fn, labels, rows, tree.Classes(), terms)
	if err != nil {
		return Result{}, err
	}
	b := pathBatch[T]{grad: grad, in: in, tree: tree, opt: opt, scale: scale}
	if grad.wanted() {
		b.first = make([]int, rows)
		n := 0
		for i, l := range labels {
			if b.first[i] = -1; at(opt.RowWeights, i) != 0 && (opt.IgnoreIndex == nil || int64(l) != int64(*opt.IgnoreIndex)) {
				b.first[i] = n
				n += tree.Depth(int(l))
			}
		}
		b.slope = make([]T, n)
	}
	total = runLabels(b, grad.Hidden, loss, labels, bits.Len(uint(tree.Classes()))*in.Hidden.Cols, terms, total)
	if grad.Weight.Data != nil || grad.Bias != nil {
		pullNodes(b, labels)
	}
	return total, nil
}

// checkNodes tells whether in is a layer of the nodes of t.
func (in Linear[T]) checkNodes(fn string, t *Tree) error {
	if t == nil || len(t.up) == 0 {
		return &ShapeError{fn, "tree", "empty", "a tree from NewTree"}
	}
	if w := in.Weight; w.Rows != t.Classes()-1 {
		return &ShapeError{fn, "Weight", w.shape(), "[" + itoa(t.Classes()-1) + ", dims] (one row for each node of the tree)"}
	}
	return in.check(fn)
}

// pathBatch is a checked batch.
type pathBatch[T Float] struct {
	grad, in Linear[T]
	tree     *Tree
	opt      *LinearOptions
	scale    float64 // of the gradient
	first    []int   // where the slopes of a row begin, or -1; nil without a gradient
	slope    []T     // of each decision in its logit, from the label up
}

// logit returns x of a node.
func (b *pathBatch[T]) logit(i, node int) float64 {
	var x T
	h := b.in.Hidden.Row(i)
	for k, w := range b.in.Weight.Row(node) {
		x += T(h[k] * w)
	}
	if b.in.Bias != nil {
		x += b.in.Bias[node]
	}
	return float64(x)
}

func (b pathBatch[T]) row(i, y int, w float64) float64 {
	var sum kern.Sum
	var dst []T
	if b.grad.Hidden.Data != nil {
		dst = b.grad.Hidden.Row(i)
		clear(dst)
	}
	n := 0
	for at := y; at != b.tree.root(); at = b.tree.above(at) {
		e := b.tree.up[at]
		node := int(e.node)
		cost, slope := decide(b.logit(i, node), e.right)
		sum.Add(cost)
		if b.first == nil {
			continue
		}
		g := T(w * b.scale * slope)
		b.slope[b.first[i]+n] = g
		n++
		if dst != nil {
			addScaled(dst, b.in.Weight.Row(node), g)
		}
	}
	return sum.Value()
}

// decide returns the cost of going left, or right, at a node with logit x, and its derivative.
func decide(x float64, right bool) (cost, slope float64) {
	if right {
		return kern.Softplus(x)
	}
	cost, slope = kern.Softplus(-x)
	return cost, -slope
}

// addScaled adds g·x to dst.
func addScaled[T Float](dst, x []T, g T) {
	for k, v := range x {
		dst[k] += T(g * v)
	}
}

// pullColumns is how many columns of Weight a worker takes at a time.
const pullColumns = 64

// pullNodes stores the gradients of Weight and Bias. Workers share the columns, and each goes through the
// rows in order.
func pullNodes[T Float, L Int](b pathBatch[T], labels []L) {
	w, bias := b.grad.Weight, b.grad.Bias
	clear(bias)
	dims := b.in.Hidden.Cols
	par.For(par.Workers(b.opt.Workers, len(b.slope)*dims), (dims-1)/pullColumns+1, func(c int) {
		lo, hi := c*pullColumns, min((c+1)*pullColumns, dims)
		for node := range w.Rows {
			clear(w.Row(node)[lo:hi])
		}
		for i, l := range labels {
			n := b.first[i]
			for at := int(l); n >= 0 && at != b.tree.root(); at = b.tree.above(at) {
				node := int(b.tree.up[at].node)
				if w.Data != nil {
					addScaled(w.Row(node)[lo:hi], b.in.Hidden.Row(i)[lo:hi], b.slope[n])
				}
				if bias != nil && c == 0 {
					bias[node] += b.slope[n]
				}
				n++
			}
		}
	})
}

// HierarchicalLogSoftmax stores the log-probabilities of all classes in dst, row by row. Of the options,
// Workers applies.
//
// Shapes: dst is [rows, classes].
// Errors: *ShapeError, *OptionError; dst is then untouched.
// Memory: a number for each node, for each chunk of rows.
func HierarchicalLogSoftmax[T Float](dst LogProbs[T], in Linear[T], tree *Tree, opt *LinearOptions) error {
	const fn = "HierarchicalLogSoftmax"
	if opt == nil {
		opt = &LinearOptions{}
	}
	if err := in.checkNodes(fn, tree); err != nil {
		return err
	}
	d := Matrix[T](dst)
	if err := checkLogs(fn, d, in.Hidden.Rows, tree.Classes(), in.parts(), opt); err != nil {
		return err
	}
	runBatch(nodeRows[T]{d, in, tree}, d.Rows, par.Workers(opt.Workers, d.Rows*d.Cols), Result{})
	return nil
}

// nodeRows stores log-probabilities.
type nodeRows[T Float] struct {
	dst  Matrix[T]
	in   Linear[T]
	tree *Tree
}

func (j nodeRows[T]) run(lo, hi int) Result {
	classes, nodes := j.tree.Classes(), j.tree.Classes()-1
	x, cost := make([]T, nodes), make([]float64, nodes) // the cost of coming to a node
	k, dims := kern.Of[T](), j.in.Hidden.Cols
	scratch := make([]T, k.Scratch(nodes, dims))
	step := func(at int) float64 {
		e := j.tree.up[at]
		c, _ := decide(float64(x[e.node]), e.right)
		return cost[e.node] + c
	}
	for i := lo; i < hi; i++ {
		k.Product(dense(x, 1, nodes), dense(j.in.Hidden.Row(i), 1, dims), factor(j.in.Weight).T(), false, scratch)
		if j.in.Bias != nil {
			addTo(x, j.in.Bias, false)
		}
		for node := 1; node < nodes; node++ { // those above come first
			cost[node] = step(classes + node)
		}
		for c := range classes {
			j.dst.Row(i)[c] = T(0 - step(c))
		}
	}
	return Result{}
}

// checkLogs checks a destination of log-probabilities, and that opt is no more than a number of workers.
func checkLogs[T Float](fn string, dst Matrix[T], rows, classes int, in []part[T], opt *LinearOptions) error {
	if err := dst.checkLike(fn, "dst", rows, classes, "rows of Hidden and classes"); err != nil {
		return err
	}
	for _, p := range in {
		if p.m.Data == nil {
			continue
		}
		if err := checkAlone(fn, "dst", dst, p.name, p.m); err != nil {
			return err
		}
	}
	if _, _, err := rowLink(fn, dst, &opt.Options); err != nil {
		return err
	}
	return opt.plain(fn)
}
