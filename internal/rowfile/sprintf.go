package rowfile

import (
	"strconv"
	"strings"
)

// sprintf writes what fmt.Sprintf writes, for the verbs and types that the messages of this package
// need: %d, %s, %q, %v, and %x with # and a width, of integers, strings, floats and Stringers. Package
// fmt brings reflection along, and would make what a browser loads for reading files a fifth larger.
//
// go vet does not know it: a test checks the arguments of every call.
func sprintf(format string, args ...any) string {
	var b strings.Builder
	for {
		text, rest, found := strings.Cut(format, "%")
		b.WriteString(text)
		if !found {
			return b.String()
		}
		n := strings.IndexAny(rest, "dsqvx")
		if n < 0 || len(args) == 0 {
			panic("rowfile: bad format " + format)
		}
		switch arg := args[0]; rest[n] {
		case 'x':
			b.WriteString(hexadecimal(rest[:n], arg))
		case 'q':
			b.WriteString(strconv.Quote(plainly(arg)))
		default:
			b.WriteString(plainly(arg))
		}
		format, args = rest[n+1:], args[1:]
	}
}

// plainly formats v as %v does.
func plainly(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case interface{ String() string }:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case uint64:
		return strconv.FormatUint(v, 10)
	}
	return strconv.FormatInt(integerOf(v), 10)
}

// hexadecimal formats an integer with the flags # and 0 and a width that does not count the 0x.
func hexadecimal(flags string, v any) string {
	s := strconv.FormatInt(integerOf(v), 16)
	width, sharp := strings.CutPrefix(flags, "#")
	if n, _ := strconv.Atoi(width); len(s) < n {
		s = strings.Repeat("0", n-len(s)) + s
	}
	if sharp {
		return "0x" + s
	}
	return s
}

// integerOf returns an integer of any type that messages use.
func integerOf(v any) int64 {
	switch v := v.(type) {
	case int:
		return int64(v)
	case int64:
		return v
	case int32:
		return int64(v)
	case uint32:
		return int64(v)
	case uint16:
		return int64(v)
	case byte:
		return int64(v)
	}
	panic("rowfile: a message holds a value of an unknown type")
}
