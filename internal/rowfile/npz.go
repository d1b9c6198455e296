package rowfile

import (
	"errors"
	"io"
	"strings"
)

// Names that say what an array is, the surest first.
var (
	scoreNames  = []string{"logits", "logit", "scores", "score", "y_pred", "y_score", "y_prob", "logprobs", "log_probs", "probs", "prob", "probabilities", "predictions", "preds", "outputs", "output"}
	labelNames  = []string{"labels", "label", "targets", "target", "y", "y_true", "true", "truth", "ground_truth", "gt", "class", "classes", "category"}
	weightNames = []string{"weights", "weight", "sample_weight", "sample_weights", "w"}
)

// A bundle is a file of several arrays, each with a name, whose headers have been read.
type bundle struct {
	*archive
	format string // "npz", "safetensors"...
	arrays []entry
	meta   map[string]string // of .safetensors
	notes  []string
}

// An entry is one of its arrays: a .npy file in an archive, or one that the bundle declares itself.
type entry struct {
	*member
	key    string
	header npyHeader
	own    *declared // nil for a .npy file
}

// declared is an array of elements whose type its bundle says, in words of its own.
type declared struct {
	dtype dtype
	bytes int64
	got   string // why it can be no scores; "" if it can
	open  func(e entry, opt *Options) (*array, error)
}

// typed is the type of the elements, which use may settle; ok is false when they are no numbers and no text.
func (e entry) typed(use string) (d dtype, ok bool) {
	if everywhere && e.own != nil {
		return e.own.dtype, e.own.got == ""
	}
	d, got, _ := parseDType(e.header.descr.str, use)
	return d, got == "" && e.header.descr.kind == 's'
}

// openNpz reads the directory of f and the header of every array in it.
func openNpz(f *file) (*bundle, error) {
	dir, err := openZip(f)
	if err != nil {
		return nil, err
	}
	if everywhere {
		if t, err := openTorch(f, dir); t != nil || err != nil {
			return t, err
		}
	}
	z := &bundle{archive: dir, format: "npz"}
	var other []string
	for i := range dir.members {
		m := &dir.members[i]
		if strings.HasSuffix(m.name, "/data.pkl") || m.name == "[Content_Types].xml" {
			return nil, z.foreign(m)
		}
		s, err := dir.open(m)
		if err != nil {
			return nil, err
		}
		head := make([]byte, min(m.size, 6))
		if _, err := io.ReadFull(s, head); err != nil {
			return nil, s.read(0, err)
		}
		switch {
		case strings.HasPrefix(string(head), "PK\x03\x04"):
			return nil, s.whole("an archive within the archive "+plain(f.path), "arrays", "unpack it: unzip "+plain(f.path)+" "+quote(m.name))
		case string(head) == npyMagic:
		case strings.HasSuffix(m.name, ".npy"):
			return nil, s.at(0, "begins with "+quote(head), `"\x93NUMPY"`, "re-save the archive")
		default:
			if !strings.HasSuffix(m.name, "/") {
				other = append(other, m.name)
			}
			continue
		}
		if err := s.rewind(); err != nil {
			return nil, s.read(0, err)
		}
		h, err := readNpyHeader(s, m.size, s.place)
		if err != nil {
			return nil, err
		}
		z.arrays = append(z.arrays, entry{member: m, key: strings.TrimSuffix(m.name, ".npy"), header: h})
	}
	if len(z.arrays) == 0 {
		return nil, f.whole("an archive without a .npy array; members: "+listed(other), "one made by np.savez", "")
	}
	if len(other) > 0 {
		z.notes = append(z.notes, sprintf("%s: members that are no arrays were left out: %s", plain(f.path), listed(other)))
	}
	return z, nil
}

// foreign refuses archives of other programs.
func (z *bundle) foreign(m *member) error {
	if strings.HasSuffix(m.name, ".xml") {
		return z.file.whole("an Excel workbook", readable, "save the sheet as CSV")
	}
	return z.file.whole("a PyTorch file, whose member "+quote(m.name)+" is a pickle", readable, torchHint)
}

const torchHint = `convert it: np.save("logits.npy", torch.load(path, weights_only=True).float().numpy())`

// openEntry opens one array for reading. The header is checked against the member's size.
func (z *bundle) openEntry(e entry, opt *Options, use, field string) (*array, error) {
	if everywhere && e.own != nil {
		return e.own.open(e, opt)
	}
	s, err := z.archive.open(e.member)
	if err != nil {
		return nil, err
	}
	p := place{z.file.path, e.key}
	s.place = p
	s.skip = e.header.data
	if err := s.rewind(); err != nil {
		return nil, err
	}
	a, lay, err := newArray(p, e.header, e.size, opt, use, field)
	if err != nil {
		return nil, err
	}
	a.header.Format, a.header.Bytes = "npz", z.file.size
	a.finish = s.finish
	var at io.ReaderAt
	if s.inflate == nil {
		at = z.file.section(e.data+e.header.data, e.size-e.header.data)
	}
	if err := a.arrange(e.header, lay, s, at, opt); err != nil {
		return nil, err
	}
	if _, ok := a.src.(*panels); ok && at != nil {
		a.finish = nil // read by position: the checksum of the order in the file is not at hand
	}
	return a, nil
}

// summary describes an entry in a list: "logits" [899, 10] float32.
func (e entry) summary() string {
	d, ok := e.typed("")
	name := d.String()
	switch {
	case ok:
	case e.header.descr.kind == 'l':
		name = "structured"
	case everywhere && e.own != nil:
		name = e.own.got
	default:
		name = quote(e.header.descr.str)
	}
	return quote(e.key) + " " + shapeText(e.header.shape) + " " + name
}

func summaries(es []entry) string {
	const most = 12
	var b strings.Builder
	for i, e := range es {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == most {
			b.WriteString(sprintf("and %d more", len(es)-most))
			break
		}
		b.WriteString(e.summary())
	}
	return b.String()
}

var errNone = errors.New("no array of that role")

// choose finds the entry for a role: by the key given, else by name, else by shape (fits). It returns
// errNone when nothing is left after that, and refuses when two would do.
func (z *bundle) choose(role, key, flag string, names []string, fits func(entry) bool) (entry, error) {
	if key != "" {
		for _, e := range z.arrays {
			if e.key == strings.TrimSuffix(key, ".npy") || e.key == key {
				return e, nil
			}
		}
		return entry{}, z.file.whole("no member "+quote(key)+"; there are "+summaries(z.arrays), "", "")
	}
	for _, exact := range []bool{true, false} {
		for _, name := range names {
			var found []entry
			for _, e := range z.arrays {
				if named := strings.EqualFold(e.key, name); named || !exact && hasWord(e.key, name) {
					found = append(found, e)
				}
			}
			if len(found) == 1 {
				return found[0], nil
			}
			if len(found) > 1 {
				return entry{}, z.file.whole("more than one member may hold the "+role+": "+summaries(found), "", flag+" NAME chooses one")
			}
		}
	}
	var found []entry
	for _, e := range z.arrays {
		if fits(e) {
			found = append(found, e)
		}
	}
	switch len(found) {
	case 0:
		return entry{}, errNone
	case 1:
		return found[0], nil
	}
	return entry{}, z.file.whole("more than one member may hold the "+role+": "+summaries(found), "", flag+" NAME chooses one")
}

// hasWord reports whether one of the words of key, between / _ - and ., is name.
func hasWord(key, name string) bool {
	if len(name) < 3 {
		return false // "y" and "w" mean too little
	}
	words := strings.FieldsFunc(strings.ToLower(key), func(r rune) bool { return strings.ContainsRune("/_-. ", r) })
	for _, w := range words {
		if w == name {
			return true
		}
	}
	return false
}
