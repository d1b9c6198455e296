package rowfile

import (
	"errors"
	"fmt"
	"io"
)

// blockBytes is about the size of a block's scores.
const blockBytes = 1 << 20

// A feed loads runs of rows from one file.
type feed interface {
	load(max int) (int, error) // the next rows, at most max; io.EOF after the last
	rewind() error
	progress() (done, total int64)
	close() error
}

// values are the numbers of the rows that a feed loaded last.
type values interface {
	head() *Header
	float32s(dst []float32)
	float64s(dst []float64)
}

// labels are the labels of the rows that a feed loaded last.
type labels interface {
	head() *Header
	int64s(dst []int64) error
}

// state is what Rows keeps to itself.
type state struct {
	feeds   []feed // of scores, labels, weights; each file once
	scores  values
	labels  labels // nil when there are none, or they are soft
	targets values // soft labels
	weights values

	first    int64 // rows given so far
	limit    int64 // rows to give; -1 when only the end will tell
	wide     bool
	cut      bool
	warnings []string
}

func open(src Source, opt Options) (*Rows, error) {
	r := &Rows{state: state{limit: -1}}
	f, err := openFile(src.Scores)
	if err != nil {
		return nil, err
	}
	a, err := openNpy(f, &opt, opt.DType, opt.Field)
	if err != nil {
		return nil, err
	}
	r.scores, r.feeds, r.wide, r.cut = a, append(r.feeds, a), a.dtype.wide(), a.truncated
	r.Scores = a.header
	r.limit = a.rows
	r.warnings = append(r.warnings, a.warnings...)
	if src.Labels != "" {
		f, err := openFile(src.Labels)
		if err != nil {
			return nil, err
		}
		l, err := openNpy(f, &opt, "", opt.LabelsKey)
		if err != nil {
			return nil, err
		}
		r.labels, r.Labels = l, &l.header
		r.feeds = append(r.feeds, l)
		if l.rows != a.rows {
			return nil, l.whole(fmt.Sprintf("%d labels", l.rows), fmt.Sprintf("%d, one for each row of %s", a.rows, a.name()), "")
		}
	}
	return r, nil
}

// Next reads the next rows of r into b, at most about 1 MiB of scores, and returns [io.EOF] after
// the last one. The same file gives the same blocks every time.
//
// Memory: b's buffers are made by the first call and reused, as are those of r.
func Next[T float32 | float64](r *Rows, b *Block[T]) error {
	var zero T
	cols := r.Scores.Cols
	n, err := r.load(max(1, blockBytes/(cols*sizeOf(zero))))
	if err != nil {
		return err
	}
	b.First, b.Rows = r.first, n
	b.Scores = resize(b.Scores, n*cols)
	read(r.scores, b.Scores)
	b.Labels, b.Targets, b.Weights = b.Labels[:0], b.Targets[:0], b.Weights[:0]
	if r.labels != nil {
		b.Labels = resize(b.Labels, n)
		if err := r.labels.int64s(b.Labels); err != nil {
			return err
		}
	}
	if r.targets != nil {
		b.Targets = resize(b.Targets, n*cols)
		r.targets.float64s(b.Targets)
	}
	if r.weights != nil {
		b.Weights = resize(b.Weights, n)
		r.weights.float64s(b.Weights)
	}
	r.first += int64(n)
	return nil
}

// load loads up to max rows into every feed, the same number into each.
func (r *Rows) load(max int) (int, error) {
	if r.limit >= 0 {
		max = int(min(int64(max), r.limit-r.first))
		if max == 0 {
			return 0, io.EOF
		}
	}
	n, err := r.feeds[0].load(max)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	for _, f := range r.feeds[1:] {
		if m, err := f.load(n); err != nil || m != n {
			return 0, err
		}
	}
	return n, err
}

func sizeOf[T float32 | float64](T) int {
	var z T
	if _, ok := any(z).(float32); ok {
		return 4
	}
	return 8
}

// read converts the loaded values to the type of dst.
func read[T float32 | float64](v values, dst []T) {
	switch d := any(dst).(type) {
	case []float32:
		v.float32s(d)
	case []float64:
		v.float64s(d)
	}
}

// resize returns a slice of n elements, s itself when it is large enough.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
