package xent

import (
	"cmp"
	"math"
	"slices"
)

// Tree is a binary tree with a class at each leaf, for a [HierarchicalCrossEntropy]. Its nodes, one fewer
// than classes, are numbered from the root, 0, downwards.
type Tree struct {
	up []edge // above each class, then above each node; the root has none
}

// edge leads from a class or a node to the node above it.
type edge struct {
	node  int32
	right bool
}

// NewTree returns the tree in which a class lies the deeper the rarer it is, Huffman's code for weights
// such as counts of words: with the classes as frequent as the weights say, no binary tree takes fewer
// decisions on average. Even weights give a balanced tree. Weights are finite and not negative.
//
// Errors: *OptionError.
// Source: Huffman 1952.
func NewTree(weights []float64) (*Tree, error) {
	const fn = "NewTree"
	n := len(weights)
	if n < 2 || n > math.MaxInt32/2 {
		return nil, &OptionError{fn, "weights", count(n, "class") + " of them", "at least 2, below 2^30"}
	}
	most := 0.0
	for c, w := range weights {
		if !(w >= 0 && w <= math.MaxFloat64) {
			return nil, &OptionError{fn, "weights[" + itoa(c) + "]", float(w), "a finite weight ≥ 0"}
		}
		most = max(most, w)
	}
	if most == 0 {
		most = 1
	}
	// Leaves, lightest first, and nodes, which come to be lightest first, are two queues. The lighter two of
	// their heads join in a new node; among equals leaves go first, which keeps the tree shallow.
	leaves := make([]int, n)
	for c := range leaves {
		leaves[c] = c
	}
	slices.SortStableFunc(leaves, func(a, b int) int { return cmp.Compare(weights[a], weights[b]) })
	t := &Tree{up: make([]edge, 2*n-1)}
	weight := make([]float64, n-1) // of each node, over the largest of a class
	node, head := n-1, n-2         // the node made last, the head of the queue of nodes: they count down
	take := func() (at int, w float64) {
		if len(leaves) > 0 {
			c := leaves[0]
			if w = weights[c] / most; head < node || w <= weight[head] {
				leaves = leaves[1:]
				return c, w
			}
		}
		head--
		return n + head + 1, weight[head+1]
	}
	for node > 0 {
		right, v := take()
		left, w := take()
		node--
		t.up[right], t.up[left] = edge{int32(node), true}, edge{int32(node), false}
		weight[node] = v + w
	}
	return t, nil
}

// Classes returns how many classes the tree has.
func (t *Tree) Classes() int { return (len(t.up) + 1) / 2 }

// Depth returns how many decisions lead to a class.
func (t *Tree) Depth(class int) (n int) {
	for at := class; at != t.root(); at = t.above(at) {
		n++
	}
	return n
}

// root returns where the root would lie in t.up.
func (t *Tree) root() int { return t.Classes() }

// above returns where the node above a class or node lies in t.up.
func (t *Tree) above(at int) int { return t.Classes() + int(t.up[at].node) }
