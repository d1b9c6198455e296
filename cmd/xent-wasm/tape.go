package main

import (
	"math"
	"strconv"
	"unicode/utf8"

	"xent/lab"
)

// The sizes of the shared arrays: the largest view is a few thousand points.
const (
	tapeSlots = 1 << 16
	textBytes = 1 << 16
)

// status is what an export returns.
type status = int32

const (
	statusView   status = 0
	statusParam  status = 1
	statusDefect status = 2
)

// tape is the shared memory of one call, with a place to read from and to write to next.
type tape struct {
	slots [tapeSlots]float64
	text  [textBytes]byte

	slot, char int
}

var shared tape

// call runs one export: it rewinds the tape, and turns an error or a panic into a status.
func call(export func(t *tape) error) (s status) {
	t := &shared
	defer func() {
		if r := recover(); r != nil {
			s = t.defect(r)
		}
	}()
	t.slot, t.char = 0, 0
	err := export(t)
	if err == nil {
		return statusView
	}
	param, ok := err.(*lab.ParamError) // errors.As would add 14 KB to the download
	if !ok {
		return t.defect(err)
	}
	t.startView()
	t.writeString(param.Param)
	t.writeString(param.Got)
	t.writeString(param.Want)
	t.writeString(param.Error())
	t.endView()
	return statusParam
}

// defect reports what should not happen.
func (t *tape) defect(cause any) status {
	text := "unknown defect"
	switch c := cause.(type) {
	case error:
		text = c.Error()
	case string:
		text = c
	}
	t.startView()
	t.writeString(text[:min(len(text), 1000)])
	t.endView()
	return statusDefect
}

// startView rewinds the tape for a result, endView completes it.
func (t *tape) startView() { t.slot, t.char = 1, 0 }
func (t *tape) endView()   { t.slots[0] = float64(t.char) }

// tapeError is a panic of a reader or writer: the host broke the order of the tape, or it is full.
type tapeError string

func (e tapeError) Error() string { return "xent-wasm: " + string(e) }

//go:noinline
func (t *tape) readFloat() float64 {
	if t.slot >= tapeSlots {
		panic(tapeError("the parameters end beyond the tape"))
	}
	x := t.slots[t.slot]
	t.slot++
	return x
}

//go:noinline
func (t *tape) writeFloat(x float64) {
	if t.slot >= tapeSlots {
		panic(tapeError("the view does not fit the tape of " + strconv.Itoa(tapeSlots) + " slots"))
	}
	t.slots[t.slot] = x
	t.slot++
}

// readInt saturates: a number that is no integer of ±2^53 becomes one that every range check refuses.
//
//go:noinline
func (t *tape) readInt() int {
	x := t.readFloat()
	if x != math.Trunc(x) || math.Abs(x) > 1<<53 {
		return math.MinInt
	}
	return int(x)
}

//go:noinline
func (t *tape) writeInt(n int) { t.writeFloat(float64(n)) }

//go:noinline
func (t *tape) readBool() bool { return t.readFloat() != 0 }

//go:noinline
func (t *tape) writeBool(b bool) {
	if b {
		t.writeFloat(1)
	} else {
		t.writeFloat(0)
	}
}

// readLength reads the length of a slice, at most what can still lie on the tape.
//
//go:noinline
func (t *tape) readLength() int {
	n := t.readInt()
	if n < 0 || n > tapeSlots-t.slot {
		panic(tapeError("a length is outside the tape"))
	}
	return n
}

//go:noinline
func (t *tape) readFloats() []float64 {
	n := t.readLength()
	values := make([]float64, n)
	t.slot += copy(values, t.slots[t.slot:t.slot+n])
	return values
}

//go:noinline
func (t *tape) writeFloats(values []float64) {
	t.writeInt(len(values))
	if len(values) > tapeSlots-t.slot {
		panic(tapeError("the view does not fit the tape of " + strconv.Itoa(tapeSlots) + " slots"))
	}
	t.slot += copy(t.slots[t.slot:], values)
}

func (t *tape) readString() string {
	n := t.readInt()
	t.readFloat() // its length in UTF-16 units
	if n < 0 || n > textBytes-t.char {
		panic(tapeError("a string is outside the text"))
	}
	s := string(t.text[t.char : t.char+n])
	t.char += n
	return s
}

//go:noinline
func (t *tape) writeString(s string) {
	if len(s) > textBytes-t.char {
		panic(tapeError("the strings of the view do not fit " + strconv.Itoa(textBytes) + " bytes"))
	}
	t.char += copy(t.text[t.char:], s)
	t.writeInt(len(s))
	t.writeInt(utf16Length(s))
}

// writeStrings and writeInts do what writeSlice does, once for all explorers.
//
//go:noinline
func (t *tape) writeStrings(values []string) {
	t.writeInt(len(values))
	for _, s := range values {
		t.writeString(s)
	}
}

//go:noinline
func (t *tape) writeInts(values []int) {
	t.writeInt(len(values))
	for _, n := range values {
		t.writeInt(n)
	}
}

// utf16Length is the length of s in a language whose strings are UTF-16.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF && r <= utf8.MaxRune {
			n++
		}
	}
	return n
}

// readSlice reads a slice of what one reads.
func readSlice[T any](t *tape, one func(*tape) T) []T {
	values := make([]T, t.readLength())
	for i := range values {
		values[i] = one(t)
	}
	return values
}

// writeSlice writes a slice of what one writes.
func writeSlice[T any](t *tape, values []T, one func(*tape, T)) {
	t.writeInt(len(values))
	for _, v := range values {
		one(t, v)
	}
}

// readEnum reads the index of one of the constants; any other index gives the zero value,
// which the explorer refuses.
func readEnum[E ~string](t *tape, constants []E) E {
	if i := t.readInt(); i >= 0 && i < len(constants) {
		return constants[i]
	}
	return ""
}

func writeEnum[E ~string](t *tape, constants []E, e E) {
	for i, c := range constants {
		if c == e {
			t.writeInt(i)
			return
		}
	}
	panic(tapeError("a view holds the unknown constant " + string(e)))
}
