package rowfile

import (
	"errors"
	"io"
	"slices"
)

// blockBytes is about the size of a block's scores.
const blockBytes = 1 << 20

// A feed loads runs of rows from one file.
type feed interface {
	load(most int) (int, error) // the next rows, at most most; io.EOF after the last
	rewind() error
	progress() (done, total int64)
}

// values are the numbers of the rows that a feed loaded last.
type values interface {
	float32s(dst []float32)
	float64s(dst []float64)
}

// labels are the labels of the rows that a feed loaded last.
type labels interface {
	int64s(dst []int64) error
}

// state is what Rows keeps to itself. One feed may serve several roles: a table does.
type state struct {
	files   []*file
	tables  []*table
	feeds   []feed // that of the scores first
	scores  values
	labels  labels // nil when there are none, or they are soft
	targets values // soft labels
	weights interface{ float64s(dst []float64) }
	groups  keyTexts // nil without groups
	ids     keyTexts // nil without names of rows
	by      []keyTexts
	mask    interface{ float64s(dst []float64) }
	masked  []float64
	shift   int64             // rows of a sequence, when each is labelled as the next; 0 when not
	known   map[string]string // texts of by, each once

	first    int64 // rows given so far
	limit    int64 // rows to give; -1 when only the end will tell
	shard    shard // of the rows, to be given alone
	wide     bool
	cut      bool // rows are missing
	warned   bool // of unsigned labels
	ended    bool // the end was seen once
	warnings []string
}

// Next reads the next rows of r into b, at most about 1 MiB of scores, and returns [io.EOF] after
// the last one. The same file gives the same blocks every time.
//
// Memory: b's buffers are made by the first call and reused, as are those of r.
func Next[T float32 | float64](r *Rows, b *Block[T]) error {
	cols := r.Scores.Cols
	most, err := r.within(max(1, blockBytes/(cols*sizeOf[T]())))
	if err != nil {
		return err
	}
	direct := native[T](r.scores)
	if direct != nil {
		most = int(min(int64(most), direct.rows-direct.pos))
		b.Scores = resize(b.Scores, most*cols)
		direct.lent = bytesOf(b.Scores)
	}
	n, err := r.load(most)
	if err != nil {
		return err
	}
	b.First, b.Rows = r.first, n
	b.Scores = resize(b.Scores, n*cols)
	if direct == nil {
		read(r.scores, b.Scores)
	}
	if r.labels == nil {
		b.Labels = nil
	} else {
		b.Labels = resize(b.Labels, n)
		if err := r.labels.int64s(b.Labels); err != nil {
			return err
		}
		r.suspect(b.Labels)
	}
	if r.targets == nil {
		b.Targets = nil
	} else {
		b.Targets = resize(b.Targets, n*cols)
		r.targets.float64s(b.Targets)
	}
	if r.weights == nil {
		b.Weights = nil
	} else {
		b.Weights = resize(b.Weights, n)
		r.weights.float64s(b.Weights)
	}
	if err := r.leaveOut(&b.Weights, n); err != nil {
		return err
	}
	if err := readKeys(r, &b.Groups, &b.IDs, &b.By, n); err != nil {
		return err
	}
	r.first += int64(n)
	return nil
}

// load loads up to most rows into every feed, the same number into each.
func (r *Rows) load(most int) (int, error) {
	if r.limit >= 0 {
		most = int(min(int64(most), r.limit-r.first))
		if most == 0 {
			if err := r.alone(r.first); err != nil {
				return 0, err
			}
			return 0, r.end()
		}
	}
	n, err := r.feeds[0].load(most)
	if errors.Is(err, io.EOF) {
		if err := r.alone(r.first); err != nil {
			return 0, err
		}
		return 0, r.end()
	}
	if err != nil {
		return 0, err
	}
	for _, f := range r.feeds[1:] {
		m, err := f.load(n)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if m == n {
			continue
		}
		if !r.partial() {
			return 0, r.uneven(f, r.total(n), r.first+int64(m))
		}
		if n, r.limit = m, r.first+int64(m); n == 0 {
			return 0, r.end()
		}
	}
	return n, nil
}

// total is the number of rows of scores, of which n were loaded last.
func (r *Rows) total(n int) int64 {
	if a, ok := r.feeds[0].(*array); ok {
		return a.rows
	}
	return r.first + int64(n) + rest(r.feeds[0])
}

// alone checks that no feed has rows behind the last row of scores.
func (r *Rows) alone(rows int64) error {
	for _, f := range r.feeds[1:] {
		m, err := f.load(1)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if m > 0 && !r.partial() {
			return r.uneven(f, rows, rows+1+rest(f))
		}
	}
	return nil
}

// uneven refuses f for its number of rows.
func (r *Rows) uneven(f feed, scores, rows int64) error {
	p, what := part{}, "labels"
	switch f := f.(type) {
	case *array:
		p.array = f
	case *table:
		p.table = f
	}
	if w, ok := r.weights.(feed); ok && w == f {
		what = "weights"
	}
	if r.Groups != nil && keyOf(r.groups) == f || r.ID != nil && keyOf(r.ids) == f || slices.ContainsFunc(r.by, func(k keyTexts) bool { return keyOf(k) == f }) {
		what = "keys"
	}
	return p.refuse(sprintf("%d %s", rows, what), sprintf("%d, one for each row of %s", scores, plain(r.Scores.Path)), countHint(scores, rows, what))
}

// partial reports whether a file turned out to be cut short.
func (r *Rows) partial() bool {
	for _, t := range r.tables {
		r.cut = r.cut || t.cut
	}
	return r.cut
}

// rest counts the rows that f still has, as far as they can be read.
func rest(f feed) (n int64) {
	for {
		m, err := f.load(4096)
		if err != nil {
			return n
		}
		n += int64(m)
	}
}

// end looks back at the files after the last row and returns io.EOF.
func (r *Rows) end() error {
	if r.first == 0 { // arrays without rows were refused before
		return r.tables[0].file.whole("no rows", "at least one row", "")
	}
	if r.ended {
		return io.EOF
	}
	r.ended = true
	cut := r.partial()
	for _, h := range append([]*Header{&r.Scores, r.Labels, r.Weights, r.Groups}, r.By...) {
		if h != nil && (h.Rows < 0 || cut) {
			h.Rows = r.first
		}
	}
	for _, t := range r.tables {
		r.warnings = append(r.warnings, t.warnings...)
	}
	if everywhere {
		for _, f := range r.feeds {
			if a, ok := f.(*array); ok && a.late != nil {
				r.warnings = append(r.warnings, a.late()...)
			}
		}
	}
	for _, f := range r.files {
		if s := f.grown(); s != "" {
			r.warnings = append(r.warnings, s)
		}
	}
	return io.EOF
}

// sizeOf returns the bytes of one T.
func sizeOf[T float32 | float64]() int {
	if _, ok := any(T(0)).(float32); ok {
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
