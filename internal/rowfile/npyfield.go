package rowfile

// structured finds the field of a structured type: a list of (name, type) or (name, type, shape).
func (h *npyHeader) structured(p place, use, pick string) (layout, error) {
	lay := layout{records: len(h.shape)}
	var names []string
	found := false
	for _, f := range h.descr.items {
		name, size, field, err := h.field(p, f, use)
		if err != nil {
			return lay, err
		}
		if name == pick && pick != "" {
			if field.got != "" {
				return lay, p.at(h.at.descr, "field "+quote(name)+": "+field.got, "numbers", field.hint)
			}
			if found {
				return lay, p.at(h.at.descr, "field "+quote(name)+" stands twice", "", "")
			}
			found = true
			lay.dtype, lay.offset, lay.count = field.dtype, lay.item, field.count
			lay.shape = append(append([]int64{}, h.shape...), field.shape...)
		}
		if name != "" {
			names = append(names, name)
		}
		if lay.item += size; lay.item > 1<<40 {
			return lay, p.at(h.at.descr, "records are longer than 2^40 bytes", "", "")
		}
	}
	if !found {
		got := "a structured type with fields " + listed(names)
		if pick != "" {
			got = "no field " + quote(pick) + " among " + listed(names)
		}
		hint := "--field NAME chooses one; scores in many fields: re-save with numpy.lib.recfunctions.structured_to_unstructured"
		return lay, p.at(h.at.descr, got, "one array of numbers", hint)
	}
	if len(lay.shape) > maxDims {
		return lay, p.at(h.at.descr, sprintf("%d dimensions", len(lay.shape)), sprintf("at most %d", maxDims), "")
	}
	return lay, nil
}

// fieldType is the type of one field; got is why it cannot be read, "" when it can.
type fieldType struct {
	dtype     dtype
	shape     []int64
	count     int64
	got, hint string
}

// field reads one entry of a structured type and returns its size in bytes too.
func (h *npyHeader) field(p place, f literal, use string) (name string, size int64, t fieldType, err error) {
	bad := func(why string) error {
		return p.at(h.at.descr, "descr has a field "+why, "(name, type) or (name, type, shape)", "")
	}
	if f.kind != 't' || len(f.items) < 2 || len(f.items) > 3 {
		return "", 0, t, bad("that is " + f.what())
	}
	switch n := f.items[0]; {
	case n.kind == 's':
		name = n.str
	case n.kind == 't' && len(n.items) == 2 && n.items[1].kind == 's': // (title, name)
		name = n.items[1].str
	default:
		return "", 0, t, bad("named " + n.what())
	}
	t.count = 1
	if len(f.items) == 3 {
		s := f.items[2]
		if s.kind == 'i' {
			s = literal{kind: 't', items: []literal{s}}
		}
		if t.shape, err = (&literals{base: h.at.descr, place: p}).shape(s); err != nil {
			return "", 0, t, err
		}
		n, ok := product(t.shape...)
		if !ok || n > 1<<40 {
			return "", 0, t, bad("of shape " + shapeText(t.shape))
		}
		t.count = n
	}
	var one int64
	switch d := f.items[1]; d.kind {
	case 's':
		if one = opaque(d.str); one < 0 {
			t.dtype, t.got, t.hint = parseDType(d.str, use)
			if one = int64(t.dtype.size); t.got != "" && one == 0 {
				return "", 0, t, bad(quote(name) + " whose " + t.got)
			}
		} else {
			t.got = "data type is " + quote(d.str)
		}
	case 'l':
		for _, g := range d.items {
			_, size, _, err := h.field(p, g, use)
			if err != nil {
				return "", 0, t, err
			}
			if one += size; one > 1<<40 {
				return "", 0, t, bad("longer than 2^40 bytes")
			}
		}
		t.got = "it has fields of its own"
	default:
		return "", 0, t, bad("of type " + d.what())
	}
	if size, ok := product(one, t.count); ok {
		return name, size, t, nil
	}
	return "", 0, t, bad("whose size overflows")
}

// opaque returns the size of types that can stand beside the field that is read, though they cannot
// be read themselves: padding, times, complex numbers; -1 for all others.
func opaque(s string) int64 {
	if len(s) < 3 {
		return -1
	}
	c, n := s[1], int64(0)
	for i := 2; i < len(s) && s[i] != '['; i++ {
		if s[i] < '0' || s[i] > '9' || n > 1<<30 {
			return -1
		}
		n = 10*n + int64(s[i]-'0')
	}
	if c == 'M' || c == 'm' || c == 'c' || c == 'V' && n > 2 || c == 'f' && n > 8 {
		return n
	}
	return -1
}
