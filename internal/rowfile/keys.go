//go:build !js

package rowfile

import (
	"errors"
	"math/bits"
	"slices"
	"strconv"
)

// A key is a text that a row has: the document it belongs to, its language. What it is called is a column of a
// table, a member of an archive, or a file.
type key struct {
	name, flag string
	in         *container
	own        bool // in a file of its own
	part       *part
	texts      keyTexts
	header     *Header
	virtual    bool // it follows from the shape of the scores: see sequences.go
}

// Keys of distinct texts that are kept at most, and their bytes; Block.Groups keeps none.
const (
	maxTexts     = 1 << 16
	maxTextBytes = 16 << 20
)

// keyTexts are the keys of the rows that a feed loaded last.
type keyTexts interface {
	text(i int) ([]byte, error) // valid until the next call
}

// findKeys finds the containers of the keys that src names.
func (o *opener) findKeys(scores, labels *container, src Source) error {
	add := func(name, flag string) error {
		k := &key{name: name, flag: flag, virtual: name == BySequence || name == ByPosition}
		switch {
		case k.virtual:
		case scores.has(name):
			k.in = scores
		case labels.has(name):
			k.in = labels
		default:
			c, err := o.container(name)
			if e := (*Error)(nil); errors.As(err, &e) && e.Got == "does not exist" {
				return scores.file.whole("nothing called "+quote(name)+" for "+flag+", and no file of that name", "a column, a member, or a file", o.columns(scores, labels))
			}
			if err != nil {
				return err
			}
			k.in, k.own = c, true
			if c == scores || c == labels {
				return c.file.whole("the file of scores or labels is given for "+flag, "one of its columns, or another file", o.columns(scores, labels))
			}
		}
		o.keys = append(o.keys, k)
		return nil
	}
	if src.Groups != "" && src.Groups != ByRow {
		if err := add(src.Groups, "--group"); err != nil {
			return err
		}
	}
	if src.ID != "" {
		if err := add(src.ID, "--id"); err != nil {
			return err
		}
	}
	for _, name := range src.By {
		if err := add(name, "--by"); err != nil {
			return err
		}
	}
	return nil
}

// columns tells what there is to choose from.
func (o *opener) columns(scores, labels *container) string {
	var names []string
	for _, c := range []*container{scores, labels} {
		switch {
		case c.table != nil && c.table.schema.names != nil:
			names = append(names, c.table.schema.names...)
		case c.bundle != nil:
			for _, e := range c.bundle.arrays {
				names = append(names, e.key)
			}
		}
		if scores == labels {
			break
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "there are " + listed(names)
}

// keysIn are the keys in the container c.
func (o *opener) keysIn(c *container) (keys []*key) {
	for _, k := range o.keys {
		if k.in == c {
			keys = append(keys, k)
		}
	}
	return keys
}

// planKeys gives keys their columns: those of their names, and in a table of their own its only one.
func (t *table) planKeys(p *planned, want wanted) error {
	for _, k := range want.keys {
		i := 0
		var err error
		switch {
		case !k.own:
			i, err = t.column(k.name, k.flag)
		case len(t.roles) > 1:
			err = t.file.whole("columns "+t.listColumns(all(len(t.roles)))+" may all hold the keys of "+k.flag, "one column", "cut it out, or put it beside the labels and name it with "+k.flag)
		}
		if err != nil {
			return err
		}
		if i == p.label || i == p.weight {
			return t.file.whole(k.flag+" names a column that holds labels or weights: "+t.listColumns([]int{i}), "another one", "")
		}
		if !slices.Contains(p.keys, i) {
			p.keys = append(p.keys, i)
		}
	}
	return nil
}

// openKeys opens the parts that hold the keys, once the tables have their roles.
func (o *opener) openKeys(tables map[*container]*part) error {
	for _, k := range o.keys {
		if k.virtual {
			continue
		}
		if p := tables[k.in]; p != nil {
			i := 0
			if !k.own {
				i = p.table.schema.find(k.name)
			}
			t := p.table
			k.part, k.texts = p, &tableKeys{t, slices.Index(p.plan.keys, i)}
			k.header = &Header{Path: t.file.path, Member: t.title([]int{i}), Format: t.format, DType: "string", Rows: -1, Cols: 1, Bytes: t.file.size}
			continue
		}
		a, err := o.keyArray(k)
		if err != nil {
			return err
		}
		k.part, k.texts, k.header = &part{array: a}, &arrayKeys{array: a}, &a.header
	}
	return nil
}

func (o *opener) keyArray(k *key) (*array, error) {
	name := k.name
	if k.own {
		name = ""
	}
	if k.in.bundle == nil {
		return openNpy(k.in.file, o.opt, "", name)
	}
	e, err := k.in.bundle.choose("keys", name, k.flag, nil, func(entry) bool { return len(k.in.bundle.arrays) == 1 })
	if errors.Is(err, errNone) {
		err = k.in.file.whole("several members may hold the keys of "+k.flag+": "+summaries(k.in.bundle.arrays), "one array", "")
	}
	if err != nil {
		return nil, err
	}
	p, err := o.member(k.in, e, "keys of "+k.flag, "", "")
	if err != nil {
		return nil, err
	}
	return p.array, nil
}

// setKeys settles how keys go with the scores s.
func (r *Rows) setKeys(s *part, keys []*key) error {
	for _, k := range keys {
		if k.virtual {
			if err := r.setSequenceKey(s, k); err != nil {
				return err
			}
			continue
		}
		r.use(k.part)
		n := int64(-1)
		if a := k.part.array; a != nil {
			if a.cols > 1 {
				if n, _ := product(a.header.Shape...); s.array == nil || n != s.array.rows {
					return a.whole(sprintf("keys of shape %s for %s", shapeText(a.header.Shape), k.flag), "one key a row", "")
				}
				a.rows, a.cols = a.rows*int64(a.cols), 1
				a.header.Rows, a.header.Cols = a.rows, 1
			}
			n = a.rows
		}
		if k.own || k.part.array != nil {
			if err := r.agree(s, k.part, n, "keys"); err != nil {
				return err
			}
		}
		if k.flag == "--group" {
			r.groups, r.Groups = k.texts, k.header
			continue
		}
		if k.flag == "--id" {
			r.ids, r.ID = k.texts, k.header
			continue
		}
		r.by, r.By = append(r.by, k.texts), append(r.By, k.header)
	}
	return nil
}

// readKeys fills the keys of n rows.
func readKeys(r *Rows, groups, ids *[]uint64, by *[][]string, n int) error {
	if err := readHashes(r.groups, groups, n); err != nil {
		return err
	}
	if err := readHashes(r.ids, ids, n); err != nil {
		return err
	}
	*by = resize(*by, len(r.by))
	for k, texts := range r.by {
		(*by)[k] = resize((*by)[k], n)
		for i := range (*by)[k] {
			text, err := texts.text(i)
			if err != nil {
				return err
			}
			known, ok := r.known[string(text)]
			if !ok {
				if known, err = r.learn(text, k); err != nil {
					return err
				}
			}
			(*by)[k][i] = known
		}
	}
	return nil
}

// readHashes fills in the numbers of the next n texts; nil without any.
func readHashes(texts keyTexts, to *[]uint64, n int) error {
	if texts == nil {
		*to = nil
		return nil
	}
	*to = resize(*to, n)
	for i := range *to {
		text, err := texts.text(i)
		if err != nil {
			return err
		}
		(*to)[i] = hash(text)
	}
	return nil
}

// learn keeps a text of the k-th of Source.By.
func (r *Rows) learn(text []byte, k int) (string, error) {
	if r.known == nil {
		r.known = map[string]string{}
	}
	if len(r.known) == maxTexts || len(text) > maxTextBytes/maxTexts {
		h := r.By[k]
		return "", &Error{Path: h.Path, Member: h.Member, Offset: -1, Got: sprintf("more than %d distinct keys, or one as long as %s", maxTexts, quote(text[:min(len(text), 40)])),
			Want: "a few kinds of rows", Hint: "--group takes any number of keys"}
	}
	s := string(text)
	r.known[s] = s
	return s, nil
}

// hash is a number for a text: another one for another text, but for one pair in 2^64.
func hash(text []byte) uint64 {
	h := uint64(len(text)) ^ 0x9e3779b97f4a7c15
	for len(text) > 0 {
		var word uint64
		n := min(len(text), 8)
		for i := range n {
			word |= uint64(text[i]) << (8 * i)
		}
		text = text[n:]
		high, low := bits.Mul64(h^word^0xd6e8feb86659fd93, 0xa0761d6478bd642f)
		h = high ^ low ^ bits.RotateLeft64(h, 23)
	}
	high, low := bits.Mul64(h^0xe7037ed1a0b428db, 0x8ebc6af09c88c6e3)
	return high ^ low
}

// tableKeys are those in a column of a table.
type tableKeys struct {
	table *table
	slot  int // in table.keys
}

func (k *tableKeys) text(i int) ([]byte, error) { return k.table.keys[k.slot].at(i), nil }

// arrayKeys are those of an array: words as they are, numbers as their shortest digits.
type arrayKeys struct {
	array *array
	buf   []byte
}

func (k *arrayKeys) text(i int) ([]byte, error) {
	a := k.array
	if a.dtype.text() {
		return a.word(i)
	}
	p := a.buf[i*a.dtype.size : (i+1)*a.dtype.size]
	if a.dtype.integral() {
		if v, ok := integer(p, a.dtype); ok {
			k.buf = strconv.AppendInt(k.buf[:0], v, 10)
		} else {
			k.buf = strconv.AppendUint(k.buf[:0], le.Uint64(p), 10)
		}
		return k.buf, nil
	}
	var f [1]float64
	decode(f[:], p, a.dtype)
	k.buf = strconv.AppendFloat(k.buf[:0], f[0], 'g', -1, 64)
	return k.buf, nil
}

// keyOf is the feed behind keys; nil without any.
func keyOf(k keyTexts) feed {
	switch k := k.(type) {
	case *tableKeys:
		return k.table
	case *arrayKeys:
		return k.array
	}
	return nil
}
