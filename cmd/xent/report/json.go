package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// JSON writes d as one JSON object with two spaces of indent and a line break at its end.
//
// The members of [eval.Report] come first, in the order of their declaration, then "source" and
// "config"; the same document gives the same bytes. Numbers that JSON lacks become the strings
// "NaN", "Infinity" and "-Infinity"; a nil slice becomes []; characters that a terminal might
// obey (controls, direction marks) are written as \u escapes. Nothing is written before the whole
// object is made.
func JSON(w io.Writer, d *Document) error {
	return object(w, func(e *encoder, first *bool) {
		e.fields(reflect.ValueOf(d.Report).Elem(), 1, first)
		e.member("source", reflect.ValueOf(d.Source), 1, first)
		e.member("config", reflect.ValueOf(d.Config), 1, first)
	})
}

// object writes one JSON object, whose members are those that fill adds.
func object(w io.Writer, fill func(e *encoder, first *bool)) error {
	var e encoder
	e.b.WriteByte('{')
	first := true
	fill(&e, &first)
	e.b.WriteString("\n}\n")
	if e.err != nil {
		return e.err
	}
	_, err := w.Write(e.b.Bytes())
	return err
}

// fieldsOf writes the members of a struct as one JSON object, in the manner of [JSON].
func fieldsOf(w io.Writer, v any) error {
	return object(w, func(e *encoder, first *bool) { e.fields(reflect.ValueOf(v).Elem(), 1, first) })
}

// Object writes the struct that v points to as JSON, in the manner of [JSON].
func Object(w io.Writer, v any) error {
	var e encoder
	e.value(reflect.ValueOf(v), 0)
	e.b.WriteByte('\n')
	if e.err != nil {
		return e.err
	}
	_, err := w.Write(e.b.Bytes())
	return err
}

// Num is a float64 that JSON can always hold: the values it lacks are strings.
type Num float64

// MarshalJSON writes n as a number, or as "NaN", "Infinity" or "-Infinity".
func (n Num) MarshalJSON() ([]byte, error) { return appendNum(nil, float64(n), 64), nil }

func appendNum(dst []byte, x float64, bits int) []byte {
	switch {
	case math.IsNaN(x):
		return append(dst, `"NaN"`...)
	case math.IsInf(x, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(x, -1):
		return append(dst, `"-Infinity"`...)
	case x == 0:
		return append(dst, '0') // -0 tells a reader nothing
	}
	format := byte('f')
	if a := math.Abs(x); a < 1e-6 || a >= 1e21 {
		format = 'e'
	}
	return strconv.AppendFloat(dst, x, format, -1, bits)
}

// encoder walks values by reflection: encoding/json refuses NaN, and a second set of types
// beside eval's would have to be kept in step by hand.
type encoder struct {
	b   bytes.Buffer
	err error
}

func (e *encoder) line(depth int) {
	e.b.WriteByte('\n')
	for range depth {
		e.b.WriteString("  ")
	}
}

func (e *encoder) member(name string, v reflect.Value, depth int, first *bool) {
	if !*first {
		e.b.WriteByte(',')
	}
	*first = false
	e.line(depth)
	e.string(name)
	e.b.WriteString(": ")
	e.value(v, depth)
}

func (e *encoder) fields(v reflect.Value, depth int, first *bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Pointer && !v.Field(i).IsNil() {
			e.fields(v.Field(i).Elem(), depth, first)
			continue
		}
		if f.Anonymous && f.Type.Kind() == reflect.Struct && f.Tag.Get("json") == "" { // its members are those of the whole, as in encoding/json
			e.fields(v.Field(i), depth, first)
			continue
		}
		name := memberName(f)
		if name == "" || strings.HasSuffix(f.Tag.Get("json"), ",omitempty") && empty(v.Field(i)) {
			continue
		}
		e.member(name, v.Field(i), depth, first)
	}
}

// memberName is what JSON calls a field, "" for one that it leaves out.
func memberName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case !f.IsExported() || name == "-":
		return ""
	case name == "":
		return f.Name
	}
	return name
}

// empty is encoding/json's omitempty.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.String, reflect.Array:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

func (e *encoder) value(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Float32:
		e.b.Write(appendNum(e.b.AvailableBuffer(), v.Float(), 32))
	case reflect.Float64:
		e.b.Write(appendNum(e.b.AvailableBuffer(), v.Float(), 64))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.b.Write(strconv.AppendInt(e.b.AvailableBuffer(), v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		e.b.Write(strconv.AppendUint(e.b.AvailableBuffer(), v.Uint(), 10))
	case reflect.Bool:
		e.b.Write(strconv.AppendBool(e.b.AvailableBuffer(), v.Bool()))
	case reflect.String:
		e.string(v.String())
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			e.b.WriteString("null")
			return
		}
		e.value(v.Elem(), depth)
	case reflect.Slice, reflect.Array:
		e.list(v, depth)
	case reflect.Struct:
		e.object(v, depth)
	case reflect.Map:
		e.texts(v, depth)
	default:
		e.err = fmt.Errorf("report: no JSON form for %s", v.Type())
	}
}

func (e *encoder) object(v reflect.Value, depth int) {
	e.b.WriteByte('{')
	first := true
	e.fields(v, depth+1, &first)
	if !first {
		e.line(depth)
	}
	e.b.WriteByte('}')
}

// texts writes a map of strings, in the order of its keys.
func (e *encoder) texts(v reflect.Value, depth int) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	e.b.WriteByte('{')
	first := true
	for _, k := range keys {
		e.member(k.String(), v.MapIndex(k), depth+1, &first)
	}
	if !first {
		e.line(depth)
	}
	e.b.WriteByte('}')
}

// list writes numbers on one line, anything else one element a line.
func (e *encoder) list(v reflect.Value, depth int) {
	flat := true
	switch v.Type().Elem().Kind() {
	case reflect.Struct, reflect.Slice, reflect.Array, reflect.String, reflect.Pointer:
		flat = false
	}
	e.b.WriteByte('[')
	for i := range v.Len() {
		switch {
		case !flat && i > 0:
			e.b.WriteByte(',')
			e.line(depth + 1)
		case !flat:
			e.line(depth + 1)
		case i > 0:
			e.b.WriteString(", ")
		}
		e.value(v.Index(i), depth+1)
	}
	if !flat && v.Len() > 0 {
		e.line(depth)
	}
	e.b.WriteByte(']')
}

func (e *encoder) string(s string) {
	quoted, err := json.Marshal(s) // replaces invalid UTF-8, escapes quotes and C0 controls
	if err != nil {
		e.err = err
		return
	}
	for len(quoted) > 0 {
		r, n := utf8.DecodeRune(quoted)
		switch {
		case unicode.IsPrint(r):
			e.b.Write(quoted[:n])
		case r <= 0xffff:
			fmt.Fprintf(&e.b, `\u%04x`, r)
		default: // JSON spells the upper planes as two surrogates
			fmt.Fprintf(&e.b, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		}
		quoted = quoted[n:]
	}
}
