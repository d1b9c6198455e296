package main

import (
	"slices"
	"strconv"
	"strings"

	"xent/internal/rowfile"
)

// named is an array of a file by the name of its parameter.
type named struct {
	name string
	at   int // in the list of the file
}

// flowRoles is what the arrays of a file are.
type flowRoles struct {
	grads, params, updates  []named
	logits, labels, dlogits int      // places in the list, -1 for none
	left                    []string // what is none of these
	sorted                  bool     // the file's order was alphabetical, and has been made the natural one
}

// The beginnings of names that tell what an array is.
var (
	gradWords   = []string{"grad", "grads", "gradient", "gradients"}
	paramWords  = []string{"param", "params", "parameter", "parameters", "value", "values"}
	updateWords = []string{"update", "updates", "delta", "deltas"}
)

// Names of what the loss was computed from, and of its gradient by the logits.
var (
	logitsNames  = []string{"logits", "logit", "out", "outputs", "z"}
	labelsNames  = []string{"labels", "label", "targets", "target", "y"}
	dlogitsNames = []string{"dlogits", "dlogit", "grad_logits", "logits_grad", "logits.grad", "grad_out", "dz", "dl_dz", "dl/dz", "dl/dlogits", "grad.logits"}
)

// place returns where an array of one of these names stands, -1 for nowhere.
func place(a *rowfile.Arrays, names []string) int {
	return slices.IndexFunc(a.List, func(n rowfile.NamedArray) bool { return slices.Contains(names, strings.ToLower(n.Name)) })
}

// rolesOf sorts the arrays of a file by what they are. Where some names begin with a word for gradients, only these are
// gradients; else all arrays of numbers that are no integers and have a dimension.
func rolesOf(a *rowfile.Arrays) (r flowRoles) {
	r.logits, r.labels, r.dlogits = place(a, logitsNames), place(a, labelsNames), place(a, dlogitsNames)
	if r.dlogits < 0 || r.logits < 0 || r.labels < 0 {
		r.logits, r.labels, r.dlogits = -1, -1, -1
	}
	head := func(i int) bool { return i == r.logits || i == r.labels || i == r.dlogits }
	for i, n := range a.List {
		if rest, ok := behind(n.Name, gradWords); ok && !head(i) {
			r.grads = append(r.grads, named{rest, i})
		}
	}
	said := len(r.grads) > 0
	for i, n := range a.List {
		if head(i) {
			continue
		}
		if _, ok := behind(n.Name, gradWords); ok {
			continue
		}
		if rest, ok := behind(n.Name, paramWords); ok && said {
			r.params = append(r.params, named{rest, i})
		} else if rest, ok := behind(n.Name, updateWords); ok && said {
			r.updates = append(r.updates, named{rest, i})
		} else if said || !strings.Contains(n.DType, "float") || len(n.Shape) == 0 {
			r.left = append(r.left, n.Name)
		} else {
			r.grads = append(r.grads, named{n.Name, i})
		}
	}
	inOrder := func(less func(a, b string) int) func(a, b named) int {
		return func(a, b named) int { return less(a.name, b.name) }
	}
	if slices.IsSortedFunc(r.grads, inOrder(strings.Compare)) && !slices.IsSortedFunc(r.grads, inOrder(natural)) {
		slices.SortStableFunc(r.grads, inOrder(natural))
		r.sorted = true
	}
	return r
}

// behind is what follows one of the words and a dot or slash.
func behind(name string, words []string) (rest string, ok bool) {
	i := strings.IndexAny(name, "./")
	if i < 0 || !slices.Contains(words, strings.ToLower(name[:i])) {
		return "", false
	}
	return name[i+1:], name[i+1:] != ""
}

// notes says what was decided.
func (r *flowRoles) notes(a *rowfile.Arrays) (notes []string) {
	if len(r.left) > 0 {
		notes = append(notes, "left out, being no gradients of parameters: "+strings.Join(r.left[:min(len(r.left), 6)], ", "))
	}
	if r.sorted {
		notes = append(notes, "the file's arrays stand in alphabetical order: layers were put in that of their numbers")
	}
	return notes
}

// natural compares names with the numbers in them as numbers: layer 2 comes before layer 10.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x > 0 && y > 0 {
			m, errM := strconv.ParseUint(a[:x], 10, 64)
			n, errN := strconv.ParseUint(b[:y], 10, 64)
			if errM == nil && errN == nil && m != n {
				if m < n {
					return -1
				}
				return 1
			}
			if c := strings.Compare(a[:x], b[:y]); c != 0 {
				return c
			}
			a, b = a[x:], b[y:]
			continue
		}
		if a[0] != b[0] {
			return strings.Compare(a, b)
		}
		a, b = a[1:], b[1:]
	}
	return strings.Compare(a, b)
}

// digits is how many digits s begins with.
func digits(s string) (n int) {
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
