package site

import (
	"math"
	"strconv"
	"strings"
)

// A Pair is one value of the state of an explorer: a key such as "e1.z", and the text of its value.
type Pair struct{ Key, Value string }

// Link returns the address of a page of the lab with a state: what the page's script reads from its address, in the
// grammar of web/src/lib/share/codec.ts.
//
//	http://127.0.0.1:8080/learn/1-code/#v1;e1.z=2,1,0;e1.y=1
//
// root is the address of the lab and page the page's path below it, "learn/1-code/". A slash between the two is
// added where it is missing. Whatever the state holds, the address is one word of letters, digits and . , : + - ; = % #.
func Link(root, page string, state []Pair) string {
	if !strings.HasSuffix(root, "/") {
		root += "/"
	}
	return root + page + Fragment(state)
}

// Fragment returns a state as the fragment of an address, with its "#"; "" if there is nothing to say.
func Fragment(state []Pair) string {
	if len(state) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("#v1")
	for _, p := range state {
		b.WriteByte(';')
		escapeTo(&b, p.Key)
		b.WriteByte('=')
		escapeTo(&b, p.Value)
	}
	return b.String()
}

// escapeTo writes s with everything percent-encoded that the grammar, or an address, gives a meaning.
func escapeTo(b *strings.Builder, s string) {
	for _, c := range []byte(strings.ToValidUTF8(s, "\ufffd")) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("_.,:+-", c) >= 0:
			b.WriteByte(c)
		case c == '*' || c == '~': // as the pages spell them
			b.WriteString("%" + strconv.FormatUint(uint64(c), 16))
		default:
			const digits = "0123456789ABCDEF"
			b.WriteString("%" + digits[c>>4:c>>4+1] + digits[c&15:c&15+1])
		}
	}
}

// Number writes x as a value of a state: all its digits, and "inf" for ∞. NaN has no form and must not come here.
func Number(x float64) string {
	switch {
	case math.IsNaN(x):
		panic("site: NaN in a state")
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	case x == 0:
		return "0"
	}
	if a := math.Abs(x); a >= 1e-6 && a < 1e21 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	mantissa, power, _ := strings.Cut(strconv.FormatFloat(x, 'e', -1, 64), "e")
	return mantissa + "e" + power[:1] + strings.TrimLeft(power[1:], "0")
}

// Numbers writes a list of numbers.
func Numbers(list []float64) string {
	texts := make([]string, len(list))
	for i, x := range list {
		texts[i] = Number(x)
	}
	return strings.Join(texts, ",")
}
