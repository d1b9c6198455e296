// Package pickle reads what a Python pickle says and does nothing of it.
//
// A pickle is a program that builds objects by calling functions that it names. Here nothing is called and nothing
// imported: a name must be on the caller's list, and a call becomes a [Call], which says what would have been called with
// what. Text opcodes of protocol 0, extensions and objects of classes without a list are refused.
// Source of the opcodes: CPython, Lib/pickletools.py.
package pickle

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// What a pickle may take, whoever wrote it.
const (
	MaxOps   = 1_000_000 // opcodes
	MaxBytes = 64 << 20  // of the values that are built
	MaxDepth = 256       // of values in each other
)

// A Value is nil, bool, int64, float64, string, Bytes, Tuple, *List, *Dict, Global, *Call or Persistent. Lists and dicts may
// hold themselves, and one value may stand in many places: whoever walks over them counts his steps.
type Value any

type (
	// Bytes are those of a bytes object.
	Bytes []byte
	// Tuple is a tuple.
	Tuple []Value
	// List is a list or a set.
	List struct{ Items []Value }
	// Dict is a dict, its keys and values in the order in which they were set; a key may stand twice.
	Dict struct{ Keys, Values []Value }
	// Global is a name of something in a module. It is only a name.
	Global struct{ Module, Name string }
	// Call is what calling Func with Args would have made, with what would have been set in it afterwards.
	Call struct {
		Func  Global
		Args  Tuple
		State Value // of BUILD; nil without one
		List
		Dict
	}
	// Persistent stands for something outside the pickle.
	Persistent struct{ ID Value }
)

func (g Global) String() string { return g.Module + "." + g.Name }

// An Error refuses a pickle.
type Error struct {
	Offset    int64 // in bytes
	Got, Want string
	Global    Global // the name that is not allowed; empty for other errors
}

func (e *Error) Error() string {
	s := "byte " + strconv.FormatInt(e.Offset, 10) + ": " + e.Got
	if e.Want != "" {
		s += ", want " + e.Want
	}
	return s
}

// A machine executes the opcodes that build plain values.
type machine struct {
	text    []byte
	i, at   int // the next byte, and where the opcode began
	stack   []Value
	marks   []int // lengths of the stack
	memo    map[uint32]Value
	bytes   int
	allowed func(Global) bool
	depths  map[any]int // of lists and dicts
}

// Read returns the value that text builds. allowed says which names may stand in it.
//
// Errors: *Error. Time is linear in the bytes; memory is bounded by MaxOps and MaxBytes.
func Read(text []byte, allowed func(Global) bool) (Value, error) {
	m := &machine{text: text, memo: map[uint32]Value{}, allowed: allowed}
	for ops := 0; ; ops++ {
		m.at = m.i
		if m.i == len(text) {
			return nil, m.fail("the pickle ends", "a STOP before its end")
		}
		if ops == MaxOps {
			return nil, m.fail("more than "+strconv.Itoa(MaxOps)+" opcodes", "fewer")
		}
		op := text[m.i]
		m.i++
		if op == '.' {
			return m.stop()
		}
		if err := m.step(op); err != nil {
			return nil, err
		}
	}
}

func (m *machine) fail(got, want string) error {
	return &Error{Offset: int64(m.at), Got: got, Want: want}
}

func (m *machine) stop() (Value, error) {
	switch {
	case len(m.stack) != 1 || len(m.marks) > 0:
		return nil, m.fail("STOP with "+strconv.Itoa(len(m.stack))+" values on the stack", "1")
	case m.i < len(m.text):
		return nil, m.fail(strconv.Itoa(len(m.text)-m.i)+" bytes follow the STOP", "none")
	}
	return m.stack[0], nil
}

// step executes an opcode.
func (m *machine) step(op byte) error {
	switch op {
	case '\x80': // PROTO
		b, err := m.take(1)
		if err == nil && b[0] > 5 {
			err = m.fail("protocol "+strconv.Itoa(int(b[0])), "0 to 5")
		}
		return err
	case '\x95': // FRAME
		_, err := m.take(8)
		return err
	case '(': // MARK
		m.marks = append(m.marks, len(m.stack))
		return m.grow(8)
	case '0': // POP
		if n := len(m.marks); n > 0 && m.marks[n-1] == len(m.stack) {
			m.marks = m.marks[:n-1]
			return nil
		}
		_, err := m.pop(1)
		return err
	case '1': // POP_MARK
		_, err := m.marked()
		return err
	case '2': // DUP
		v, err := m.pop(1)
		if err != nil {
			return err
		}
		m.stack = append(m.stack, v[0])
		return m.push(v[0])
	case 'N':
		return m.push(nil)
	case '\x88', '\x89':
		return m.push(op == '\x88')
	case 'c', '\x93': // GLOBAL, STACK_GLOBAL
		return m.global(op)
	case 'Q': // BINPERSID
		v, err := m.pop(1)
		if err != nil {
			return err
		}
		return m.push(Persistent{v[0]})
	case 'R', '\x81', 'b': // REDUCE, NEWOBJ, BUILD
		return m.call(op)
	case 'q', 'r', 'p', '\x94', 'h', 'j', 'g':
		return m.remember(op)
	case ')', ']', '}', '\x8f', 't', 'l', 'd', '\x91', '\x85', '\x86', '\x87':
		return m.collect(op)
	case 'a', 'e', 's', 'u', '\x90':
		return m.extend(op)
	}
	return m.scalar(op)
}

// take returns the next n bytes.
func (m *machine) take(n int) ([]byte, error) {
	if n < 0 || n > len(m.text)-m.i {
		return nil, m.fail("an opcode with "+strconv.Itoa(n)+" bytes", "at most the "+strconv.Itoa(len(m.text)-m.i)+" bytes left")
	}
	b := m.text[m.i : m.i+n]
	m.i += n
	return b, nil
}

// number returns the little-endian number in the next n bytes.
func (m *machine) number(n int) (uint64, error) {
	b, err := m.take(n)
	v := uint64(0)
	for i, c := range b {
		v |= uint64(c) << (8 * i)
	}
	return v, err
}

// line returns the text up to the next line end.
func (m *machine) line() (string, error) {
	for k, c := range m.text[m.i:] {
		if c == '\n' {
			s := string(m.text[m.i : m.i+k])
			m.i += k + 1
			return s, nil
		}
	}
	return "", m.fail("a line of text without an end", "one")
}

// grow counts bytes of values.
func (m *machine) grow(n int) error {
	if m.bytes += n; m.bytes > MaxBytes || m.bytes < 0 {
		return m.fail("more than "+strconv.Itoa(MaxBytes)+" bytes of values", "less")
	}
	return nil
}

func (m *machine) push(v Value) error {
	m.stack = append(m.stack, v)
	return m.grow(16)
}

// pop takes n values off the stack, but none below the last mark.
func (m *machine) pop(n int) ([]Value, error) {
	low := 0
	if k := len(m.marks); k > 0 {
		low = m.marks[k-1]
	}
	at := len(m.stack) - n
	if at < low {
		return nil, m.fail("an opcode takes "+strconv.Itoa(n)+" values of a stack of "+strconv.Itoa(len(m.stack)-low), "as many on it")
	}
	v := m.stack[at:]
	m.stack = m.stack[:at]
	return v, nil
}

// marked takes the values behind the last mark off the stack, and the mark.
func (m *machine) marked() ([]Value, error) {
	k := len(m.marks)
	if k == 0 {
		return nil, m.fail("an opcode takes values up to a mark", "a mark on the stack")
	}
	v := m.stack[m.marks[k-1]:]
	m.stack, m.marks = m.stack[:m.marks[k-1]], m.marks[:k-1]
	return v, nil
}

// global pushes a name that is allowed.
func (m *machine) global(op byte) error {
	var g Global
	if op == 'c' {
		module, err := m.line()
		if err != nil {
			return err
		}
		name, err := m.line()
		if err != nil {
			return err
		}
		g = Global{module, name}
	} else {
		v, err := m.pop(2)
		if err != nil {
			return err
		}
		module, ok := v[0].(string)
		name, also := v[1].(string)
		if !ok || !also {
			return m.fail("a global whose name is no text", "two strings")
		}
		g = Global{module, name}
	}
	if !m.allowed(g) {
		return &Error{Offset: int64(m.at), Got: "refused global " + printable(g.String()), Global: g}
	}
	return m.push(g)
}

// printable is s, quoted when it does not print.
func printable(s string) string {
	if len(s) > 100 {
		s = s[:100] + "..."
	}
	if q := strconv.Quote(s); q[1:len(q)-1] != s {
		return q
	}
	return s
}

// call notes what would be called.
func (m *machine) call(op byte) error {
	v, err := m.pop(2)
	if err != nil {
		return err
	}
	if op == 'b' {
		c, ok := v[0].(*Call)
		if !ok {
			return m.fail("BUILD of something that is no object", "an object")
		}
		c.State = v[1]
		return m.push(c)
	}
	f, ok := v[0].(Global)
	args, also := v[1].(Tuple)
	if !ok || !also {
		return m.fail("a call of something that is no name, or without a tuple", "a name and a tuple")
	}
	if err := m.grow(128); err != nil {
		return err
	}
	c := &Call{Func: f, Args: args}
	return m.deepen(c, c, args...)
}

// remember stores the top of the stack in the memo, or fetches from it.
func (m *machine) remember(op byte) error {
	var k uint64
	var err error
	switch op {
	case 'q', 'h':
		k, err = m.number(1)
	case 'r', 'j':
		k, err = m.number(4)
	case '\x94':
		k = uint64(len(m.memo))
	default: // as text
		var s string
		if s, err = m.line(); err == nil {
			if k, err = strconv.ParseUint(s, 10, 32); err != nil {
				err = m.fail("a place of the memo that is no number", "one")
			}
		}
	}
	if err != nil {
		return err
	}
	if op == 'h' || op == 'j' || op == 'g' {
		v, ok := m.memo[uint32(k)]
		if !ok {
			return m.fail("place "+strconv.FormatUint(k, 10)+" of the memo, which is empty", "a value there")
		}
		return m.push(v)
	}
	v, err := m.pop(1)
	if err != nil {
		return err
	}
	m.stack = append(m.stack, v[0])
	m.memo[uint32(k)] = v[0]
	return m.grow(32)
}

// collect makes a tuple, list, set or dict.
func (m *machine) collect(op byte) error {
	var v []Value
	var err error
	switch op {
	case 't', 'l', 'd', '\x91':
		v, err = m.marked()
	case '\x85', '\x86', '\x87':
		v, err = m.pop(int(op - '\x84'))
	}
	if err == nil {
		err = m.grow(48 + 16*len(v))
	}
	if err != nil {
		return err
	}
	switch op {
	case ']', 'l', '\x8f', '\x91':
		l := &List{append([]Value(nil), v...)}
		return m.deepen(l, l, v...)
	case '}', 'd':
		d := &Dict{}
		if err := m.set(d, v); err != nil {
			return err
		}
		return m.deepen(d, d, v...)
	}
	t := append(Tuple{}, v...)
	return m.deepen(nil, t, v...)
}

func (m *machine) set(d *Dict, pairs []Value) error {
	if len(pairs)%2 != 0 {
		return m.fail("a dict of an odd number of keys and values", "pairs")
	}
	for i := 0; i < len(pairs); i += 2 {
		d.Keys, d.Values = append(d.Keys, pairs[i]), append(d.Values, pairs[i+1])
	}
	return nil
}

// extend appends to a list or sets items of a dict, those of an object included.
func (m *machine) extend(op byte) error {
	var v []Value
	var err error
	switch op {
	case 'a':
		v, err = m.pop(1)
	case 's':
		v, err = m.pop(2)
	default:
		v, err = m.marked()
	}
	if err == nil {
		err = m.grow(16 * len(v))
	}
	if err != nil {
		return err
	}
	v = append([]Value(nil), v...)
	top, err := m.pop(1)
	if err != nil {
		return err
	}
	list, dict := (*List)(nil), (*Dict)(nil)
	switch c := top[0].(type) {
	case *List:
		list = c
	case *Dict:
		dict = c
	case *Call:
		list, dict = &c.List, &c.Dict
	}
	into := top[0]
	switch {
	case (op == 's' || op == 'u') && dict != nil:
		err = m.set(dict, v)
	case op != 's' && op != 'u' && list != nil:
		list.Items = append(list.Items, v...)
	default:
		err = m.fail("items for something that takes none", "a list or dict")
	}
	if err != nil {
		return err
	}
	return m.deepen(into, into, v...)
}

// deepen pushes v, which holds items, and bounds how deep values stand in each other. key is v where it can grow, nil for
// a tuple.
func (m *machine) deepen(key any, v Value, items ...Value) error {
	depth := 1
	for _, x := range items {
		depth = max(depth, 1+m.depth(x))
	}
	if key != nil {
		if m.depths == nil {
			m.depths = map[any]int{}
		}
		depth = max(depth, m.depths[key])
		m.depths[key] = depth
	} else if t := v.(Tuple); len(t) > 0 {
		if m.depths == nil {
			m.depths = map[any]int{}
		}
		m.depths[&t[0]] = depth
	}
	if depth > MaxDepth {
		return m.fail("values nested more than "+strconv.Itoa(MaxDepth)+" deep", "")
	}
	return m.push(v)
}

func (m *machine) depth(v Value) int {
	switch v := v.(type) {
	case Tuple:
		if len(v) > 0 {
			return m.depths[&v[0]]
		}
		return 1
	case *List, *Dict, *Call:
		return m.depths[v]
	case Persistent:
		return 1 + m.depth(v.ID)
	}
	return 0
}

// scalar pushes a number or text.
func (m *machine) scalar(op byte) error {
	switch op {
	case 'K', 'M', 'J':
		n, err := m.number(map[byte]int{'K': 1, 'M': 2, 'J': 4}[op])
		if err != nil {
			return err
		}
		if op == 'J' {
			return m.push(int64(int32(n)))
		}
		return m.push(int64(n))
	case '\x8a', '\x8b': // LONG1, LONG4
		n, err := m.number(map[byte]int{'\x8a': 1, '\x8b': 4}[op])
		if err != nil {
			return err
		}
		if n > 8 {
			return m.fail("an integer of "+strconv.FormatUint(n, 10)+" bytes", "at most 8")
		}
		u, err := m.number(int(n))
		if err != nil {
			return err
		}
		shift := 64 - 8*n
		if n == 0 {
			return m.push(int64(0))
		}
		return m.push(int64(u<<shift) >> shift)
	case 'G':
		b, err := m.take(8)
		if err != nil {
			return err
		}
		u := uint64(0)
		for _, c := range b {
			u = u<<8 | uint64(c)
		}
		return m.push(math.Float64frombits(u))
	case 'X', '\x8c', '\x8d', 'T', 'U', 'B', 'C', '\x8e', '\x96':
		return m.text8(op)
	case 'I', 'F', 'V':
		return m.line0(op)
	}
	return m.fail("opcode "+strconv.QuoteRune(rune(op))+" "+refused[op], "values, lists and dicts alone")
}

// refused names opcodes that are not executed.
var refused = map[byte]string{
	'i': "(INST), which makes an object of a class", 'o': "(OBJ), which makes an object of a class", '\x92': "(NEWOBJ_EX), which makes an object of a class",
	'\x82': "(EXT1), a name by a number", '\x83': "(EXT2), a name by a number", '\x84': "(EXT4), a name by a number",
	'P': "(PERSID), an identity as text", 'S': "(STRING), text as Python writes it", 'L': "(LONG), a number as text",
	'\x97': "(NEXT_BUFFER), bytes outside the pickle", '\x98': "(READONLY_BUFFER), bytes outside the pickle",
}

// text8 pushes text or bytes behind their length.
func (m *machine) text8(op byte) error {
	n, err := m.number(map[byte]int{'X': 4, '\x8c': 1, '\x8d': 8, 'T': 4, 'U': 1, 'B': 4, 'C': 1, '\x8e': 8, '\x96': 8}[op])
	if err != nil {
		return err
	}
	b, err := m.take(int(min(n, math.MaxInt32)))
	if err != nil {
		return err
	}
	if err := m.grow(len(b)); err != nil {
		return err
	}
	switch op {
	case 'B', 'C', '\x8e', '\x96':
		return m.push(Bytes(b))
	}
	if !utf8.Valid(b) {
		if op == 'T' || op == 'U' {
			return m.push(Bytes(b)) // text of Python 2, which were bytes
		}
		return m.fail("text that is no UTF-8", "UTF-8")
	}
	return m.push(string(b))
}

// line0 pushes what protocol 0 writes as a line.
func (m *machine) line0(op byte) error {
	s, err := m.line()
	if err != nil {
		return err
	}
	switch op {
	case 'V':
		if !utf8.ValidString(s) {
			return m.fail("text that is no UTF-8", "UTF-8")
		}
		if err := m.grow(len(s)); err != nil {
			return err
		}
		return m.push(s)
	case 'F':
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return m.fail("a number that is none: "+strconv.Quote(s[:min(len(s), 40)]), "one")
		}
		return m.push(f)
	}
	if s == "00" || s == "01" {
		return m.push(s == "01")
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return m.fail("a number that is none: "+strconv.Quote(s[:min(len(s), 40)]), "one")
	}
	return m.push(n)
}
