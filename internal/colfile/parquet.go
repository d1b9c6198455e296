//go:build !race

package colfile

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"xent/internal/columnar"
)

// parquetFile is a source. Its rows are read page by page, so memory is one page of each column.
type parquetFile struct {
	file     *parquet.File
	table    columnar.Schema
	leaves   []*parquet.Column      // of each column; nil for one that is not read
	elements []format.SchemaElement // of the leaves, as the footer has them
	cursors  []*pages               // of those that are read
	row      int64
}

func openParquet(f *os.File, size int64) (source, error) {
	file, err := parquet.OpenFile(f, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(64<<10))
	if err != nil {
		return nil, err
	}
	if n := file.NumRows(); n < 0 {
		return nil, refuse(fmt.Sprintf("its footer says it has %d rows", n), "0 or more", "the file is damaged")
	}
	p := &parquetFile{file: file, table: columnar.Schema{Format: "parquet", Rows: file.NumRows()}}
	for _, e := range file.Metadata().Schema {
		if e.Type.Valid && !(e.NumChildren.Valid && e.NumChildren.V > 0) {
			p.elements = append(p.elements, e)
		}
	}
	for _, c := range file.Root().Columns() {
		p.add(c, c.Name(), 0)
	}
	if text, ok := file.Lookup("huggingface"); ok {
		nameClasses(&p.table, text)
	}
	return p, nil
}

func (p *parquetFile) schema() *columnar.Schema { return &p.table }

// add lists the column c, or those of a struct.
func (p *parquetFile) add(c *parquet.Column, name string, depth int) {
	leaf, lists := c, c.MaxRepetitionLevel() > 0
	for !leaf.Leaf() && len(leaf.Columns()) == 1 {
		if lists = lists || isList(leaf); !lists {
			break
		}
		leaf = leaf.Columns()[0]
	}
	if !leaf.Leaf() {
		if depth < maxNested && !lists && leaf.MaxRepetitionLevel() == 0 && !isList(leaf) && !isMap(leaf) {
			for _, member := range leaf.Columns() {
				p.add(member, name+"."+member.Name(), depth+1)
			}
			return
		}
		what := "records"
		if isMap(leaf) {
			what = "map"
		} else if lists {
			what = "list of records"
		}
		p.table.Columns = append(p.table.Columns, columnar.Column{Name: name, Type: what})
		p.leaves = append(p.leaves, nil)
		return
	}
	kind, what := kindOf(p.elements[leaf.Index()])
	switch leaf.MaxRepetitionLevel() {
	case 0:
	case 1:
		what = "list of " + what
		switch kind {
		case columnar.Float32:
			kind = columnar.Floats32
		case columnar.Float64, columnar.Int64:
			kind = columnar.Floats64
		default:
			kind = columnar.Other
		}
	default:
		kind, what = columnar.Other, "list of lists"
	}
	p.table.Columns = append(p.table.Columns, columnar.Column{Name: name, Type: what, Kind: kind})
	p.leaves = append(p.leaves, leaf)
}

func isList(c *parquet.Column) bool { return annotated(c, deprecated.List) }
func isMap(c *parquet.Column) bool {
	return annotated(c, deprecated.Map) || annotated(c, deprecated.MapKeyValue)
}

// annotated tells whether c is of the type in the old annotation or the new.
func annotated(c *parquet.Column, want deprecated.ConvertedType) bool {
	if t := c.Type().ConvertedType(); t != nil && *t == want {
		return true
	}
	if t := c.Type().LogicalType(); t != nil {
		switch t.Value.(type) {
		case *format.ListType:
			return want == deprecated.List
		case *format.MapType:
			return want == deprecated.Map
		}
	}
	return false
}

// oldNames are those of old annotations, of what is not read.
var oldNames = map[deprecated.ConvertedType]string{
	deprecated.Decimal: "decimal", deprecated.Date: "date", deprecated.TimeMillis: "time", deprecated.TimeMicros: "time",
	deprecated.TimestampMillis: "timestamp", deprecated.TimestampMicros: "timestamp", deprecated.Bson: "bson", deprecated.Interval: "interval",
}

// kindOf tells how the values of a leaf are carried, and what they are called.
func kindOf(e format.SchemaElement) (columnar.Kind, string) {
	name := ""
	if t := e.LogicalType.Value; t != nil {
		switch t := t.(type) {
		case *format.IntType:
			if name = fmt.Sprintf("int%d", t.BitWidth); !t.IsSigned {
				name = "u" + name
			}
			return columnar.Int64, name
		case *format.StringType, *format.EnumType, *format.JsonType:
			return columnar.Text, "string"
		case *format.Float16Type:
			if e.TypeLength.V == 2 {
				return columnar.Float32, "float16"
			}
		}
		name = strings.ToLower(t.String())
		name, _, _ = strings.Cut(name, "(")
		return columnar.Other, name
	}
	if e.ConvertedType.Valid {
		switch t := e.ConvertedType.V; t {
		case deprecated.UTF8, deprecated.Enum, deprecated.Json:
			return columnar.Text, "string"
		case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64, deprecated.Int8, deprecated.Int16, deprecated.Int32, deprecated.Int64:
		default:
			return columnar.Other, oldNames[t]
		}
	}
	switch e.Type.V {
	case format.Boolean:
		return columnar.Bool, "bool"
	case format.Int32:
		return columnar.Int64, "int32"
	case format.Int64:
		return columnar.Int64, "int64"
	case format.Float:
		return columnar.Float32, "float32"
	case format.Double:
		return columnar.Float64, "float64"
	case format.ByteArray:
		return columnar.Text, "string"
	}
	return columnar.Other, strings.ToLower(e.Type.V.String())
}

func (p *parquetFile) begin(columns []int, sample bool) error {
	p.row = 0
	for _, i := range columns {
		c := p.table.Columns[i]
		cur := &pages{name: c.Name, kind: c.Kind, leaf: p.leaves[i], maxText: maxText}
		if sample {
			cur.maxText, cur.cut = sampleText, true
		}
		if c.Kind != columnar.Other {
			for _, g := range p.file.RowGroups() {
				cur.chunks = append(cur.chunks, g.ColumnChunks()[cur.leaf.Index()])
			}
			cur.unsigned = strings.Contains(c.Type, "uint")
			cur.maxDef, cur.maxRep = byte(cur.leaf.MaxDefinitionLevel()), byte(cur.leaf.MaxRepetitionLevel())
		}
		p.cursors = append(p.cursors, cur)
	}
	return nil
}

func (p *parquetFile) next(b *columnar.Batch, most int) error {
	left := p.table.Rows - p.row
	if left <= 0 {
		return io.EOF
	}
	b.Rows = int(min(int64(most), left))
	b.Columns = slices.Grow(b.Columns[:0], len(p.cursors))[:len(p.cursors)]
	for i, c := range p.cursors {
		v := &b.Columns[i]
		v.Reset(c.kind)
		if c.kind == columnar.Other {
			continue
		}
		if err := c.read(v, b.Rows, p.row); err != nil {
			return err
		}
	}
	p.row += int64(b.Rows)
	return nil
}
