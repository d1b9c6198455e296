package bpe_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xent/internal/bpe"
)

const sample = "func (r *Reader) Read(p []byte) (n int, err error) {\n\tif r.err != nil {\n\t\treturn 0, r.err\n\t}\n\treturn r.read(p)\n}\n"

func learn(vocab int, texts ...string) *bpe.Codec {
	var l bpe.Learner
	for _, t := range texts {
		l.Add([]byte(t))
	}
	return l.Learn(vocab)
}

// pieces cuts a text.
func pieces(text string) (all []string) {
	for len(text) > 0 {
		n := bpe.Piece([]byte(text))
		all = append(all, text[:n])
		text = text[n:]
	}
	return all
}

func TestPiece(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
		why  string
	}{
		{"the cat sat", []string{"the", " cat", " sat"}, "a space belongs to the word behind it"},
		{"x1 := int64(7)\n", []string{"x1", " :=", " int64", "(", "7", ")\n"}, "digits stay with their word, an end of line with punctuation"},
		{"{\n\t\treturn", []string{"{\n", "\t\t", "return"}, "indentation"},
		{"\n\n\t// a", []string{"\n\n\t", "//", " a"}, "white space is one piece"},
		{"a  b", []string{"a", " ", " b"}, "of two spaces the second belongs to the word"},
		{"a  ", []string{"a", "  "}, "but not at the end"},
		{"1234567", []string{"123", "456", "7"}, "numbers are no words"},
		{"größe\xff\x00", []string{"größe\xff", "\x00"}, "bytes that are no character are kept"},
		{strings.Repeat("a", 130), []string{strings.Repeat("a", 64), strings.Repeat("a", 64), "aa"}, "no piece is long"},
	} {
		if got := pieces(tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q: %s", tt.text, got, tt.want, tt.why)
		}
	}
}

// A small case by hand: "aaab" three times and "ab" twice hold aa 6 times and ab 5 times; then (aa)a and ab remain.
func TestLearn(t *testing.T) {
	c := learn(259, "aaab-aaab-aaab-ab-ab")
	want := []bpe.Pair{{'a', 'a'}, {'a', 'b'}, {256, 257}}
	if !slices.Equal(c.Merges(), want) {
		t.Errorf("merges %v, want %v", c.Merges(), want)
	}
	if got := c.Encode(nil, []byte("aaab-ab")); !slices.Equal(got, []uint16{258, '-', 257}) {
		t.Errorf("tokens %v", got)
	}
	if c := learn(1000, "abc"); c.Vocab() != 256 {
		t.Errorf("%d tokens from pairs that occur once, want the bytes alone", c.Vocab())
	}
	if got := learn(256, sample).Encode(nil, []byte{0, 255, 'x'}); !slices.Equal(got, []uint16{0, 255, 'x'}) {
		t.Errorf("plain bytes give %v", got)
	}
}

// Any bytes come back from a codec learnt from any others, a token never crosses a piece, and the order of the texts
// that it was learnt from does not matter.
func TestRoundTrip(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) []byte {
		if rapid.Bool().Draw(t, "code") {
			s := strings.Repeat(sample, 3)
			i := rapid.IntRange(0, len(s)-1).Draw(t, "from")
			return []byte(s[i:rapid.IntRange(i, len(s)).Draw(t, "to")])
		}
		return rapid.SliceOf(rapid.OneOf(rapid.SampledFrom([]byte("ab \n\t9{\xc3\xbc")), rapid.Byte())).Draw(t, "bytes")
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, x := text.Draw(t, "a"), text.Draw(t, "b"), text.Draw(t, "x")
		vocab := rapid.IntRange(256, 400).Draw(t, "vocab")
		c := learn(vocab, string(a), string(b))
		if d := learn(vocab, string(b), string(a)); !slices.Equal(c.Merges(), d.Merges()) {
			t.Fatalf("%v in one order, %v in the other", c.Merges(), d.Merges())
		}
		tokens := c.Encode(nil, x)
		if again := c.Encode(nil, x); !slices.Equal(tokens, again) {
			t.Fatalf("%v, then %v", tokens, again)
		}
		got, err := c.Decode(nil, tokens)
		if err != nil || !bytes.Equal(got, x) {
			t.Fatalf("%q came back as %q, %v", x, got, err)
		}
		var piecewise []uint16
		for _, p := range pieces(string(x)) {
			piecewise = c.Encode(piecewise, []byte(p))
		}
		if !slices.Equal(tokens, piecewise) {
			t.Fatalf("%v, piece by piece %v", tokens, piecewise)
		}
		saved, err := bpe.New(c.Merges())
		if err != nil || !slices.Equal(saved.Encode(nil, x), tokens) {
			t.Fatalf("a codec made anew: %v", err)
		}
	})
}

// Learning and encoding apply the same merges: the text that was learnt from has as many tokens as counting says.
func TestEncodeAsLearnt(t *testing.T) {
	c := learn(300, strings.Repeat(sample, 5))
	tokens := c.Encode(nil, []byte(sample))
	if len(tokens) > len(sample)/2 {
		t.Errorf("%d tokens of %d bytes", len(tokens), len(sample))
	}
	for i, p := range c.Merges() {
		if got := c.Encode(nil, c.Text(uint16(256+i))); bpe.Piece(c.Text(uint16(256+i))) == len(c.Text(uint16(256+i))) && len(got) != 1 {
			t.Errorf("token %d, of %v, is encoded as %v", 256+i, p, got)
		}
	}
}

func TestRefused(t *testing.T) {
	for want, merges := range map[string][]bpe.Pair{
		"want tokens below 256":     {{256, 'a'}},
		"occurs twice":              {{'a', 'b'}, {'a', 'b'}},
		"of more than 64 bytes":     {{'a', 'a'}, {256, 256}, {257, 257}, {258, 258}, {259, 259}, {260, 260}, {261, 261}},
		"pairs, want 65279 at most": make([]bpe.Pair, 1<<16),
	} {
		if _, err := bpe.New(merges); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := learn(256, "").Decode(nil, []uint16{7, 256}); err == nil || err.Error() != "token 256 at 1, want one below 256" {
		t.Errorf("%v", err)
	}
}

func BenchmarkEncode(b *testing.B) {
	text := []byte(strings.Repeat(sample, 50))
	c := learn(400, string(text))
	b.SetBytes(int64(len(text)))
	var tokens []uint16
	for b.Loop() {
		tokens = c.Encode(tokens[:0], text)
	}
}
