package rowfile

import (
	"errors"
	"strings"
)

// A container is an opened file, before its parts have roles.
type container struct {
	file   *file
	format format
	header npyHeader // of a .npy
	bundle *bundle
	table  *table
}

// opener opens the files of one Source, each once.
type opener struct {
	opt        *Options
	containers []*container
	keys       []*key
	rows       *Rows
}

func open(src Source, opt Options) (*Rows, error) {
	o := &opener{opt: &opt, rows: &Rows{state: state{limit: -1}}}
	if err := o.open(src); err != nil {
		o.rows.Close()
		return nil, err
	}
	return o.rows, nil
}

func (o *opener) open(src Source) error {
	scores, err := o.container(src.Scores)
	if err != nil {
		return err
	}
	labels := scores
	if src.Labels != "" {
		if labels, err = o.container(src.Labels); err != nil {
			return err
		}
		if err := o.swapped(scores, labels, src); err != nil {
			return err
		}
	}
	weights := o.weightsIn(scores, labels)
	if src.Weights != "" {
		if weights, err = o.container(src.Weights); err != nil {
			return err
		}
	}
	if err := o.findKeys(scores, labels, src); err != nil {
		return err
	}
	s, l, w, err := o.roles(scores, labels, weights)
	if err != nil {
		return err
	}
	if err := o.rows.pair(s, l, w); err != nil {
		return err
	}
	if err := o.rows.setKeys(s, o.keys); err != nil {
		return err
	}
	if everywhere {
		if err := o.sequences(s, l, src); err != nil {
			return err
		}
	}
	if use := o.opt.DType; use != "" && (s.array == nil || s.array.dtype.kind != named[use].kind) {
		o.rows.Notes = append(o.rows.Notes, sprintf("%s: --dtype %s is not used, for the file says what it holds: %s", s.name(), use, o.rows.Scores.DType))
	}
	parts := []*part{s, l, w}
	for _, k := range o.keys {
		parts = append(parts, k.part)
	}
	return o.bytes(parts...)
}

// container opens path, or returns it when it, or the same file under another name, is open.
func (o *opener) container(path string) (*container, error) {
	for _, c := range o.containers {
		if everywhere && c.file.path == path { // a pipe can be read once
			return c, nil
		}
	}
	f, err := openFile(path, o.opt)
	if err != nil {
		return nil, err
	}
	for _, c := range o.containers {
		if c.file.f.Same(f.f) {
			f.f.Close()
			return c, nil
		}
	}
	o.rows.files = append(o.rows.files, f)
	if everywhere {
		o.noteSet(f)
	}
	c := &container{file: f}
	if c.format, err = identify(f); err != nil {
		return nil, err
	}
	switch c.format {
	case formatNpy:
		c.header, err = readNpyHeader(f.section(0, f.size), f.size, f.place)
	case formatNpz, formatMore:
		if everywhere && c.format == formatMore {
			c.bundle, err = o.openMore(f)
		} else {
			c.bundle, err = openNpz(f)
		}
		if err == nil {
			o.rows.Notes = append(o.rows.Notes, c.bundle.notes...)
		}
	case formatText:
		c.table, err = openTable(f, o.opt)
	case formatColumns:
		if everywhere {
			c.table, err = openColumns(f, o.opt)
			c.format = formatText // a table like those of text from here on
		}
	}
	if err != nil {
		return nil, err
	}
	o.misnamed(c)
	o.containers = append(o.containers, c)
	return c, nil
}

// misnamed notes a name that promises another format; what the file holds counts.
func (o *opener) misnamed(c *container) {
	name := strings.ToLower(c.file.path)
	for _, k := range []struct {
		end string
		of  format
	}{{".npy", formatNpy}, {".npz", formatNpz}, {".csv", formatText}, {".tsv", formatText}} {
		if strings.HasSuffix(name, k.end) && c.format != k.of {
			o.rows.Notes = append(o.rows.Notes, plain(c.file.path)+" is no "+k.end+" file: it holds "+c.holds()+" and is read as such")
		}
	}
}

func (c *container) holds() string {
	switch c.format {
	case formatNpy:
		return "a .npy array"
	case formatNpz, formatMore:
		if everywhere {
			return "arrays (" + c.bundle.format + ")"
		}
		return "an .npz archive"
	}
	if everywhere && c.table.columns != nil {
		return "a table of columns (" + c.table.format + ")"
	}
	return "a table of text"
}

// swapped refuses labels given as scores and scores given as labels, and two times the same array.
func (o *opener) swapped(scores, labels *container, src Source) error {
	if scores == labels {
		if scores.format == formatNpy && scores.header.descr.kind != 'l' {
			return labels.file.whole("the same file is given as scores and as labels", "two files", "")
		}
		return nil
	}
	if scores.likeLabels() && labels.likeScores(o.opt) {
		return scores.file.whole("holds labels, and "+plain(src.Labels)+" holds scores", "the scores first", "xent eval "+plain(src.Labels)+" "+plain(src.Scores))
	}
	return nil
}

// likeLabels reports whether c holds what labels are: one integer or word a row.
func (c *container) likeLabels() bool {
	switch c.format {
	case formatNpy:
		d, got, _ := parseDType(c.header.descr.str, "")
		n := len(c.header.shape)
		return c.header.descr.kind == 's' && got == "" && (d.integral() || d.text()) && (n < 2 || c.header.shape[n-1] == 1)
	case formatText:
		cols := c.table.schema.columns
		last := cols[len(cols)-1]
		return len(cols) <= 2 && (last.textual() || last.numbers > 0 && last.numbers == last.integers) && (len(cols) == 1 || cols[0].counts)
	}
	return false
}

// likeScores reports whether c holds what scores are: floats, several a row, or some with fractions.
func (c *container) likeScores(opt *Options) bool {
	switch c.format {
	case formatNpy:
		d, got, _ := parseDType(c.header.descr.str, opt.DType)
		if c.header.descr.kind != 's' || got != "" || !d.floating() {
			return false
		}
		if n := len(c.header.shape); n >= 2 && c.header.shape[n-1] > 1 {
			return true
		}
		return c.fractions(opt)
	case formatText:
		numbers, fractions := 0, false
		for _, col := range c.table.schema.columns {
			if col.numeric() || col.lists > 0 {
				numbers++
			}
			fractions = fractions || col.numbers > col.integers || col.lists > 0
		}
		return fractions && numbers > 0
	}
	return false
}

// fractions reports whether the first values of a .npy vector are not all integers.
func (c *container) fractions(opt *Options) bool {
	a, err := openNpy(c.file, opt, opt.DType, "")
	if err != nil {
		return false
	}
	n, err := a.load(1024)
	if err != nil {
		return false
	}
	f := make([]float64, n)
	a.float64s(f)
	for _, v := range f {
		if _, ok := integral(v); !ok {
			return true
		}
	}
	return false
}

// weightsIn finds the file in which Options.WeightsKey is a name; nil when no weights are asked for.
func (o *opener) weightsIn(scores, labels *container) *container {
	if o.opt.WeightsKey == "" {
		return nil
	}
	if labels != scores && !scores.has(o.opt.WeightsKey) && labels.has(o.opt.WeightsKey) {
		return labels
	}
	return scores
}

// has reports whether key names a part of c.
func (c *container) has(key string) bool {
	switch c.format {
	case formatNpz, formatMore:
		for _, e := range c.bundle.arrays {
			if e.key == strings.TrimSuffix(key, ".npy") {
				return true
			}
		}
	case formatText:
		return c.table.schema.find(key) >= 0
	case formatNpy:
		for _, f := range c.header.descr.items {
			if len(f.items) > 0 && f.items[0].str == key {
				return true
			}
		}
	}
	return false
}

// A part is one role's share of a file: an array, or columns of a table.
type part struct {
	array *array
	table *table
	plan  planned
}

func (p *part) name() string {
	if p.array != nil {
		return p.array.name()
	}
	return plain(p.table.file.path)
}

func (p *part) feed() feed {
	if p.array != nil {
		return p.array
	}
	return p.table
}

// refuse makes an error about the part as a whole.
func (p *part) refuse(got, want, hint string) error {
	if p.array != nil {
		return p.array.whole(got, want, hint)
	}
	return p.table.file.whole(got, want, hint)
}

// roles opens the parts that the containers have for each role. labels is nil when there are none.
func (o *opener) roles(sc, lc, wc *container) (s, l, w *part, err error) {
	tables := map[*container]*part{}
	holders := []*container{sc, lc, wc}
	for _, k := range o.keys {
		holders = append(holders, k.in)
	}
	for _, c := range holders {
		if c == nil || c.table == nil || tables[c] != nil {
			continue
		}
		p := &part{table: c.table}
		if p.plan, err = c.table.plan(wanted{scores: c == sc, labels: c == lc, weights: c == wc, keys: o.keysIn(c)}, o.opt); err != nil {
			return nil, nil, nil, err
		}
		o.rows.Notes = append(o.rows.Notes, p.plan.notes...)
		tables[c] = p
	}
	if s = tables[sc]; s == nil {
		if s, err = o.scoresOf(sc); err != nil {
			return nil, nil, nil, err
		}
	}
	if l = tables[lc]; l == nil {
		if l, err = o.labelsOf(lc, s, lc == sc); err != nil {
			return nil, nil, nil, err
		}
	} else if lc == sc && l.plan.label < 0 {
		l = nil
	}
	if wc != nil {
		if w = tables[wc]; w == nil {
			w, err = o.weightsOf(wc)
		}
	}
	if err == nil {
		err = o.openKeys(tables)
	}
	return s, l, w, err
}

func (o *opener) scoresOf(c *container) (*part, error) {
	field := o.opt.Field
	if c.bundle == nil {
		if field == "" {
			field = o.opt.ScoresKey
		}
		a, err := openNpy(c.file, o.opt, o.opt.DType, field)
		return &part{array: a}, err
	}
	fits := func(dims int) func(entry) bool {
		return func(e entry) bool {
			d, ok := e.typed(o.opt.DType)
			return ok && d.floating() && len(e.header.shape) >= dims
		}
	}
	e, err := c.bundle.choose("scores", o.opt.ScoresKey, "--scores-key", scoreNames, fits(2))
	if errors.Is(err, errNone) {
		e, err = c.bundle.choose("scores", "", "--scores-key", nil, fits(1))
	}
	if errors.Is(err, errNone) {
		err = c.file.whole("no member looks like scores among "+summaries(c.bundle.arrays), "an array of floats", "--scores-key NAME chooses one")
	}
	if err != nil {
		return nil, err
	}
	return o.member(c, e, "scores", o.opt.DType, field)
}

func (o *opener) labelsOf(c *container, s *part, own bool) (*part, error) {
	if c.bundle == nil {
		field := o.opt.LabelsKey
		if own && (field == "" || c.header.descr.kind != 'l') {
			return nil, nil
		}
		if field == "" {
			field = o.opt.Field
		}
		a, err := openNpy(c.file, o.opt, "", field)
		return &part{array: a}, err
	}
	e, err := c.bundle.choose("labels", o.opt.LabelsKey, "--labels-key", labelNames, func(e entry) bool {
		d, ok := e.typed("")
		n, _ := product(e.header.shape...)
		if !ok || d.floating() && (own || len(c.bundle.arrays) > 1) {
			return false
		}
		return !own || s.array != nil && n == s.array.rows
	})
	if errors.Is(err, errNone) {
		if own {
			o.rows.Notes = append(o.rows.Notes, plain(c.file.path)+": no member looks like labels among "+summaries(c.bundle.arrays)+"; --labels-key NAME chooses one")
			return nil, nil
		}
		err = c.file.whole("no member looks like labels among "+summaries(c.bundle.arrays), "an array of integers", "--labels-key NAME chooses one")
	}
	if err != nil {
		return nil, err
	}
	if own && s.array != nil && e.key == s.array.member {
		return nil, c.file.whole("member "+quote(e.key)+" is given as scores and as labels", "two members", "--scores-key and --labels-key choose them")
	}
	return o.member(c, e, "labels", "", "")
}

func (o *opener) weightsOf(c *container) (*part, error) {
	if c.bundle == nil {
		a, err := openNpy(c.file, o.opt, "", o.opt.WeightsKey)
		return &part{array: a}, err
	}
	e, err := c.bundle.choose("weights", o.opt.WeightsKey, "--weights-key", weightNames, func(e entry) bool { return len(c.bundle.arrays) == 1 })
	if errors.Is(err, errNone) {
		err = c.file.whole("no member looks like weights among "+summaries(c.bundle.arrays), "", "--weights-key NAME chooses one")
	}
	if err != nil {
		return nil, err
	}
	return o.member(c, e, "weights", "", "")
}

// member opens an array of an archive and notes the choice.
func (o *opener) member(c *container, e entry, role, use, field string) (*part, error) {
	a, err := c.bundle.openEntry(e, o.opt, use, field)
	if err != nil {
		return nil, err
	}
	o.rows.Notes = append(o.rows.Notes, sprintf("%s: member %s %s %s", role, quote(e.key), shapeText(a.header.Shape), a.dtype))
	return &part{array: a}, nil
}

// bytes compares what will be read with Options.MaxBytes.
func (o *opener) bytes(parts ...*part) error {
	total := int64(0)
	seen := map[feed]bool{}
	for _, p := range parts {
		if p == nil || seen[p.feed()] {
			continue
		}
		seen[p.feed()] = true
		n := int64(0)
		if p.array != nil {
			n = p.array.size
		} else {
			n = p.table.file.size
		}
		if total += n; o.opt.MaxBytes > 0 && (total > o.opt.MaxBytes || total < 0) {
			return p.refuse(sprintf("%d bytes to read", total), sprintf("at most %d", o.opt.MaxBytes), "--max-bytes raises the bound")
		}
	}
	return nil
}
