package colfile

import (
	"fmt"

	"xent/internal/columnar"
)

// Types of Arrow, by their numbers in Schema.fbs.
const (
	arrowNull          = 1
	arrowInt           = 2
	arrowFloat         = 3
	arrowBinary        = 4
	arrowUTF8          = 5
	arrowBool          = 6
	arrowInterval      = 11
	arrowList          = 12
	arrowStruct        = 13
	arrowUnion         = 14
	arrowFixedList     = 16
	arrowMap           = 17
	arrowLargeBinary   = 19
	arrowLargeUTF8     = 20
	arrowLargeList     = 21
	arrowRunEnd        = 22
	arrowBinaryView    = 23
	arrowUTF8View      = 24
	arrowListView      = 25
	arrowLargeListView = 26
	maxArrowDepth      = 16
	maxArrowFields     = 1 << 20
)

var arrowNames = map[int]string{
	arrowNull: "null", arrowBinary: "binary", arrowUTF8: "string", arrowBool: "bool", 7: "decimal", 8: "date", 9: "time", 10: "timestamp",
	arrowInterval: "interval", arrowList: "list", arrowStruct: "struct", arrowUnion: "union", 15: "fixed binary", arrowFixedList: "list",
	arrowMap: "map", 18: "duration", arrowLargeBinary: "binary", arrowLargeUTF8: "string", arrowLargeList: "list",
	arrowRunEnd: "run-end encoded", arrowBinaryView: "binary view", arrowUTF8View: "string view", arrowListView: "list view", arrowLargeListView: "list view",
}

// An arrowField is a field of the schema, with its place in the batch at hand.
type arrowField struct {
	name     string
	kind     int // of the values; of a dictionary's numbers where it has one
	bits     int // of integers and floats
	signed   bool
	length   int64 // of the lists of a fixed size
	dict     int64 // the number of its dictionary
	words    bool  // it has one, of texts
	coded    bool  // it has one
	wordKind int   // of its words
	children []*arrowField

	rows, nulls int64
	buffers     []extent
}

// An arrowColumn is a column of the table: a field, and the structs around it.
type arrowColumn struct {
	field *arrowField
	outer []*arrowField
}

// readSchema reads the schema.
func (a *arrowFile) readSchema(s flat) error {
	if s.number(0, 2, 0) != 0 {
		return refuse("numbers with the highest byte first", "the lowest first", "write it on the machine that reads it")
	}
	count := 0
	a.fields = []*arrowField{}
	for _, t := range s.tables(1) {
		f, err := readField(t, 0, &count)
		if err != nil {
			return err
		}
		a.fields = append(a.fields, f)
		a.add(f, f.name, nil)
	}
	for _, pair := range s.tables(2) {
		if pair.text(0) == "huggingface" {
			nameClasses(&a.table, pair.text(1))
		}
	}
	return nil
}

func readField(t flat, depth int, count *int) (*arrowField, error) {
	if *count++; depth > maxArrowDepth || *count > maxArrowFields {
		return nil, refuse(fmt.Sprintf("fields nested more than %d deep, or more than %d of them", maxArrowDepth, maxArrowFields), "a table", "")
	}
	f := &arrowField{name: t.text(0), kind: int(t.number(2, 1, 0))}
	of, _ := t.table(3)
	f.describe(of)
	if d, ok := t.table(4); ok {
		f.dict, f.coded, f.words, f.wordKind = d.int64(0), true, f.text(), f.kind
		index, ok := d.table(1)
		if f.kind, f.bits, f.signed = arrowInt, 32, true; ok {
			f.describe(index)
		}
		return f, nil // what is below it is in the dictionary
	}
	for _, c := range t.tables(5) {
		child, err := readField(c, depth+1, count)
		if err != nil {
			return nil, err
		}
		f.children = append(f.children, child)
	}
	return f, nil
}

// describe reads the parameters of a type.
func (f *arrowField) describe(t flat) {
	if t.buf == nil {
		return
	}
	switch f.kind {
	case arrowInt:
		f.bits, f.signed = t.int32(0), t.number(1, 1, 0) != 0
	case arrowFloat:
		f.bits = 16 << t.number(0, 2, 0)
	case arrowFixedList:
		f.length = int64(t.int32(0))
	}
}

// text reports whether the values are text.
func (f *arrowField) text() bool {
	return f.kind == arrowUTF8 || f.kind == arrowLargeUTF8 || f.kind == arrowUTF8View
}

// list reports whether they are lists that are read.
func (f *arrowField) list() bool {
	return (f.kind == arrowList || f.kind == arrowLargeList || f.kind == arrowFixedList) && len(f.children) == 1
}

// called names the type, and tells how its values are carried.
func (f *arrowField) called() (columnar.Kind, string) {
	switch {
	case f.words:
		return columnar.Text, "string"
	case f.coded:
		return columnar.Other, "dictionary of other values than strings"
	case f.text():
		return columnar.Text, "string"
	case f.kind == arrowBool:
		return columnar.Bool, "bool"
	case f.kind == arrowInt && (f.bits == 8 || f.bits == 16 || f.bits == 32 || f.bits == 64):
		if f.signed {
			return columnar.Int64, fmt.Sprintf("int%d", f.bits)
		}
		return columnar.Int64, fmt.Sprintf("uint%d", f.bits)
	case f.kind == arrowFloat && f.bits == 64:
		return columnar.Float64, "float64"
	case f.kind == arrowFloat && (f.bits == 16 || f.bits == 32):
		return columnar.Float32, fmt.Sprintf("float%d", f.bits)
	case f.list():
		kind, what := f.children[0].called()
		switch what = "list of " + what; kind {
		case columnar.Float32:
			return columnar.Floats32, what
		case columnar.Float64, columnar.Int64:
			return columnar.Floats64, what
		}
		return columnar.Other, what
	}
	if name, ok := arrowNames[f.kind]; ok {
		return columnar.Other, name
	}
	return columnar.Other, fmt.Sprintf("type number %d", f.kind)
}

// add lists the column f, or those of a struct.
func (a *arrowFile) add(f *arrowField, name string, outer []*arrowField) {
	if f.kind == arrowStruct && len(outer) < maxNested && len(f.children) > 0 {
		for _, c := range f.children {
			a.add(c, name+"."+c.name, append(outer[:len(outer):len(outer)], f))
		}
		return
	}
	kind, what := f.called()
	a.table.Columns = append(a.table.Columns, columnar.Column{Name: name, Type: what, Kind: kind})
	a.columns = append(a.columns, arrowColumn{f, outer})
}
