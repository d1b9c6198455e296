package bpe

// maxPiece bounds the bytes of a piece, and so of a token: encoding takes time in the square of it.
const maxPiece = 64

// The kinds of bytes that pieces are made of.
const (
	mark = iota // punctuation and control characters
	word        // letters, underscores, and all bytes of characters beyond ASCII
	digit
	space // spaces, tabs, ends of lines
)

var kinds = func() (k [256]uint8) {
	for b := range k {
		switch c := byte(b); {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c >= 0x80:
			k[b] = word
		case c >= '0' && c <= '9':
			k[b] = digit
		case c == ' ', c == '\t', c == '\n', c == '\r':
			k[b] = space
		}
	}
	return k
}()

// Piece returns the length of the first piece of a text that is not empty. Tokens never reach over the end of a piece:
//
//	a word with the digits behind it, and one space before     "int64", " the", "größe"
//	up to three digits, and one space before                   "128"
//	punctuation, one space before and ends of lines after      " :=", "{\n"
//	white space, but for a single space before one of these    "\n\t\t"
//
// and none is longer than 64 bytes. Any text, valid UTF-8 or not, is the pieces one after the other.
func Piece(text []byte) int {
	text = text[:min(len(text), maxPiece)]
	i := 0
	if text[0] == ' ' && len(text) > 1 && kinds[text[1]] != space {
		i = 1
	}
	kind := kinds[text[i]]
	if kind == space {
		n := run(text, 0, space)
		if n > 1 && n < len(text) && text[n-1] == ' ' {
			n--
		}
		return n
	}
	n := run(text, i, kind)
	switch kind {
	case word:
		for n < len(text) && (kinds[text[n]] == word || kinds[text[n]] == digit) {
			n++
		}
	case digit:
		n = min(n, i+3)
	case mark:
		for n < len(text) && (text[n] == '\n' || text[n] == '\r') {
			n++
		}
	}
	return n
}

// run returns where a run of bytes of a kind that begins at i ends.
func run(text []byte, i int, kind uint8) int {
	for i < len(text) && kinds[text[i]] == kind {
		i++
	}
	return i
}
