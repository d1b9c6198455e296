package rowfile

import (
	"math"
	"slices"
)

// pair settles how scores s, labels l and weights w go together, and checks all that can be checked
// before the rows are read. l and w may be nil.
func (r *Rows) pair(s, l, w *part) error {
	if err := r.setScores(s); err != nil {
		return err
	}
	if l != nil {
		if err := r.setLabels(s, l); err != nil {
			return err
		}
	} else if a := s.array; a != nil && len(a.header.Shape) > 2 {
		r.flattened(a)
	}
	if w != nil {
		return r.setWeights(s, w)
	}
	return nil
}

func (r *Rows) flattened(a *array) {
	r.Notes = append(r.Notes, sprintf("%s: shape %s is read as %d rows of %d", a.name(), shapeText(a.header.Shape), a.rows, a.cols))
}

// use adds the part's feed, once, and what it has to tell.
func (r *Rows) use(p *part) {
	if slices.Contains(r.feeds, p.feed()) {
		return
	}
	r.feeds = append(r.feeds, p.feed())
	if a := p.array; a != nil {
		r.cut = r.cut || a.truncated
		r.Notes = append(r.Notes, a.notes...)
		r.warnings = append(r.warnings, a.warnings...)
	} else {
		r.tables = append(r.tables, p.table)
	}
}

func (r *Rows) setScores(s *part) error {
	r.use(s)
	if a := s.array; a != nil {
		if a.dtype.text() {
			return a.at(a.data, "scores are text", "numbers", "are these labels? scores come first, labels second")
		}
		if a.dtype.integral() {
			r.warnings = append(r.warnings, sprintf("%s: scores are %s, integers; are these labels?", a.name(), a.dtype))
		}
		r.scores, r.wide, r.limit = a, a.dtype.wide(), a.rows
		r.Scores = a.header
		return nil
	}
	t := s.table
	if t.list && t.cols == 0 {
		if err := t.measure(); err != nil {
			return err
		}
	}
	h := &Header{Path: t.file.path, Member: t.title(s.plan.scores), Format: t.format, DType: "decimal", Rows: -1, Cols: t.cols, Bytes: t.file.size}
	r.scores, r.wide = tableScores{t}, true
	r.Scores, r.Classes = *h, s.plan.classes
	if everywhere {
		r.columnTyped(t)
	}
	return nil
}

// measure finds the length of the rows in brackets from the first.
func (t *table) measure() error {
	if _, err := t.load(1); err != nil {
		return err
	}
	return t.rewind()
}

func (r *Rows) setLabels(s, l *part) error {
	if l.table != nil {
		if err := r.tableLabels(s, l); err != nil {
			return err
		}
	} else if err := r.arrayLabels(s, l.array); err != nil {
		return err
	}
	r.use(l)
	n := int64(-1)
	if l.array != nil {
		n = l.array.rows
	} else if l.table != s.table {
		n = l.table.total
	}
	return r.agree(s, l, n, "labels")
}

// tableLabels takes labels from a column, or soft labels from as many columns as there are scores.
func (r *Rows) tableLabels(s, l *part) error {
	t := l.table
	h := &Header{Path: t.file.path, Format: t.format, DType: "decimal", Rows: -1, Cols: 1, Bytes: t.file.size}
	r.Labels = h
	if !t.labels {
		if t.list && t.cols == 0 {
			if err := t.measure(); err != nil {
				return err
			}
		}
		if t.cols != r.Scores.Cols {
			return l.refuse(sprintf("%d columns and none named as labels are: %s", len(t.roles), t.listColumns(all(len(t.roles)))), sprintf("one column of labels, or %d of soft labels", r.Scores.Cols), "--labels-key NAME chooses one")
		}
		h.Member, h.Cols = t.title(l.plan.scores), t.cols
		r.targets = tableScores{t}
		if everywhere && t.columns != nil {
			r.targets = columnScores{t}
		}
		return nil
	}
	h.Member = t.title([]int{l.plan.label})
	if everywhere && r.softLabels(t) {
		return nil
	}
	if everywhere {
		r.columnClasses(t, l.plan.label)
	}
	r.labels = tableLabels{t}
	col := t.schema.columns[l.plan.label]
	if !col.textual() || col.texts == col.bools {
		return nil
	}
	h.DType = "string"
	d := newDictionary(max(2, r.Scores.Cols))
	if err := t.learn(d, l.plan.label); err != nil {
		return err
	}
	h.Rows = t.total
	t.words = d
	r.named(d, l.name())
	return nil
}

// named seals the names of the labels and tells the mapping.
func (r *Rows) named(d *dictionary, where string) {
	d.seal(r.Classes)
	if d.names == nil {
		r.Notes = append(r.Notes, where+": labels are numbers written as text")
		return
	}
	byColumns := len(r.Classes) > 0 && &d.names[0] == &r.Classes[0]
	r.Classes = d.names
	how := "in order of their bytes"
	if byColumns {
		how = "in the order of the score columns"
	}
	what := "labels are words"
	if len(d.ids) == 1 {
		what = "label is a word"
	}
	r.Notes = append(r.Notes, sprintf("%s: %d %s, numbered from 0 %s: %s", where, len(d.ids), what, how, listed(d.names)))
	if n := len(d.names); n < r.Scores.Cols {
		r.warnings = append(r.warnings, sprintf("%s: %d distinct labels for %d columns of scores: if a class never occurs, the numbering is wrong from there on; give labels as numbers", where, n, r.Scores.Cols))
	}
}

// arrayLabels decides by the shapes whether a holds one label a row or soft labels.
//
//	scores [..., K]  labels [...], [..., 1]   one label a row
//	scores [..., K]  labels [..., K]          soft labels (K > 1)
//	scores [N]       labels [N], [N, 1]       binary
func (r *Rows) arrayLabels(s *part, a *array) error {
	r.Labels = &a.header
	shape := a.header.Shape
	if s.array != nil {
		if err := r.classAxis(s.array, a); err != nil {
			return err
		}
	}
	k := r.Scores.Cols
	n, _ := product(shape...)
	soft := k > 1 && a.cols == k && !a.dtype.text()
	if s.array != nil && n == s.array.rows && a.rows != n { // [N, T] labels of [N·T, T] scores
		soft = false
	}
	switch {
	case soft:
		r.targets = a
		return nil
	case s.array != nil && n != s.array.rows && len(shape) > 1 && a.cols > 1 && a.rows == s.array.rows:
		return a.whole(sprintf("labels of shape %s", shapeText(shape)), sprintf("[%d], or [%d, %d] for soft labels", a.rows, a.rows, k), "")
	case s.array == nil && a.cols > 1:
		return a.whole(sprintf("labels of shape %s", shapeText(shape)), sprintf("one label a row, or %d for soft labels", k), "")
	}
	if a.cols > 1 {
		a.rows, a.cols = a.rows*int64(a.cols), 1
		a.header.Rows, a.header.Cols = a.rows, 1
	}
	if s.array != nil && (len(s.array.header.Shape) > 2 || len(shape) > 2) && n == s.array.rows {
		r.flattened(s.array)
	}
	r.labels = a
	if a.dtype.text() {
		d := newDictionary(max(2, k))
		if err := a.learn(d); err != nil {
			return err
		}
		a.words = d
		r.named(d, a.name())
	}
	return nil
}

// classAxis refuses scores whose classes lie along axis 1, as PyTorch has them for images, and shapes
// that could mean either.
func (r *Rows) classAxis(s, l *array) error {
	a, b := s.header.Shape, l.header.Shape
	if len(a) < 3 || len(b) != len(a)-1 {
		return nil
	}
	first := b[0] == a[0] && slices.Equal(b[1:], a[2:]) // labels are scores without axis 1
	last := slices.Equal(b, a[:len(a)-1])
	const move = "move the classes last: np.moveaxis(scores, 1, -1)"
	switch {
	case first && last:
		return s.whole(sprintf("scores %s with labels %s: classes may be axis 1 or the last", shapeText(a), shapeText(b)), "shapes that tell", "reshape to [rows, classes] and [rows]")
	case first:
		return s.whole(sprintf("scores %s with labels %s: classes are axis 1", shapeText(a), shapeText(b)), "classes last", move)
	}
	return nil
}

func (r *Rows) setWeights(s, w *part) error {
	r.use(w)
	if a := w.array; a != nil {
		if a.dtype.text() {
			return a.at(a.data, "weights are text", "numbers", "")
		}
		if a.cols > 1 {
			if n, _ := product(a.header.Shape...); s.array == nil || n != s.array.rows {
				return a.whole("weights of shape "+shapeText(a.header.Shape), "one weight a row", "")
			}
			a.rows, a.cols = a.rows*int64(a.cols), 1
			a.header.Rows, a.header.Cols = a.rows, 1
		}
		r.weights, r.Weights = a, &a.header
		return r.agree(s, w, a.rows, "weights")
	}
	t := w.table
	if t.schema.columns[w.plan.weight].lists > 0 {
		return w.refuse("weights in brackets", "one weight a row", "")
	}
	h := &Header{Path: t.file.path, Member: t.title([]int{w.plan.weight}), Format: t.format, DType: "decimal", Rows: -1, Cols: 1, Bytes: t.file.size}
	r.weights, r.Weights = tableWeights{t}, h
	return nil
}

// agree compares the number of rows of scores with that of another part, where both are known; tables
// tell theirs only at the end. When one was cut short, the rows that both have are used.
func (r *Rows) agree(s, p *part, n int64, what string) error {
	if s.table != nil && p.truncated() { // the end of p will come first, and is no error
		r.limit = n
	}
	if s.table != nil || n < 0 || n == s.array.rows {
		return nil
	}
	scores := s.array.rows
	if s.truncated() && scores < n || p.truncated() && n < scores {
		r.limit = min(r.limit, n)
		return nil
	}
	return p.refuse(sprintf("%d %s", n, what), sprintf("%d, one for each row of %s", scores, s.name()), countHint(scores, n, what))
}

// truncated reports whether rows of p are missing at its end.
func (p *part) truncated() bool {
	if p.array != nil {
		return p.array.truncated
	}
	return p.table.cut
}

// countHint guesses how two numbers of rows came to differ.
func countHint(scores, others int64, what string) string {
	switch {
	case others-scores == 1 || scores-others == 1:
		return "shifted by one? a language model's scores at position t belong to the token at t+1"
	case scores > 0 && others%scores == 0:
		return sprintf("there are %d %s for each row of scores: reshape the scores to [%d, classes], or keep their shape [%d, %d, classes]", others/scores, what, others, scores, others/scores)
	case others > 0 && scores%others == 0:
		return sprintf("there are %d rows of scores for each of the %s: were the scores reshaped?", scores/others, what)
	}
	return "were the last rows left out of one of them?"
}

// wrapped returns the label that -100 becomes in an unsigned type, 0 for other types.
func wrapped(dtype string) int64 {
	switch dtype {
	case "uint8":
		return math.MaxUint8 - 99
	case "uint16":
		return math.MaxUint16 - 99
	case "uint32":
		return math.MaxUint32 - 99
	}
	return 0
}

// suspect warns, once, of a label that looks like -100 stored without a sign.
func (r *Rows) suspect(labels []int64) {
	w := wrapped(r.Labels.DType)
	if w == 0 || r.warned || int64(r.Scores.Cols) > w {
		return
	}
	if i := slices.Index(labels, w); i >= 0 {
		r.warned = true
		r.warnings = append(r.warnings, sprintf("%s: label %d (row %d) looks like %s(-100), a label to ignore; --ignore-index %d ignores it", plain(r.Labels.Path), w, r.first+int64(i), r.Labels.DType, w))
	}
}
