package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"xent/cmd/xent/report"
	"xent/info"
	"xent/internal/bpe"
	"xent/train"
)

// A passage is a text with what each of its tokens costs.
type passage struct {
	Source string  `json:"source"`
	Bytes  int     `json:"bytes"`
	Nats   float64 `json:"nats"` // of all tokens, without the end
	Tokens []cost  `json:"tokens"`
}

// A cost is a token, or several that make up a character together, and what it costs.
type cost struct {
	Text string  `json:"text"`
	Nats float64 `json:"nats"`
}

// costsOf says what each token of a text costs a model. Tokens that hold parts of a character are put together, as long as
// that makes one.
func costsOf(m *train.LanguageModel, codec *bpe.Codec, source string, text []byte) (*passage, error) {
	tokens := codec.Encode(nil, text)
	nats, err := m.Surprisals(tokens, nil)
	if err != nil {
		return nil, err
	}
	p := &passage{Source: source, Bytes: len(text)}
	for i := 0; i < len(tokens); {
		n, whole := characters(codec, tokens[i:])
		c := cost{Text: string(whole)}
		for _, v := range nats[i : i+n] {
			c.Nats += v
		}
		p.Nats += c.Nats
		p.Tokens = append(p.Tokens, c)
		i += n
	}
	return p, nil
}

// characters returns how many of the first tokens are needed for whole characters, and their bytes: one, where no few of them
// are.
func characters(codec *bpe.Codec, tokens []uint16) (n int, text []byte) {
	for n < min(len(tokens), utf8.UTFMax) {
		text = append(text, codec.Text(tokens[n])...)
		if n++; utf8.Valid(text) {
			return n, text
		}
	}
	return 1, codec.Text(tokens[0])
}

// summary says what the whole costs.
func (p *passage) summary() string {
	bits := info.Nats(p.Nats).Bits()
	return fmt.Sprintf("%s tokens, %s nats each, %s bits a byte", report.Count(int64(len(p.Tokens))),
		report.Short(p.Nats/float64(max(len(p.Tokens), 1)), 3), report.Short(bits/float64(max(p.Bytes, 1)), 3))
}

// bounds are the costs, in bits, at which a colour begins: powers of two, so that from one to the next a token is twice as long.
var bounds = []float64{0, 1, 2, 4, 8}

// level is which of bounds a cost has reached.
func (c cost) level() (n int) {
	bits := info.Nats(c.Nats).Bits()
	for n+1 < len(bounds) && bits >= bounds[n+1] {
		n++
	}
	return n
}

// paints are the backgrounds of the levels on a terminal of 256 colours, with a black foreground.
var paints = []string{"", "\x1b[30;48;5;230m", "\x1b[30;48;5;222m", "\x1b[30;48;5;215m", "\x1b[30;48;5;203m"}

// text writes the passage, in colours, or with what costs much in brackets.
func (p *passage) text(w io.Writer, color bool) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s: %s\n", report.Plain(p.Source), p.summary())
	if color {
		for i, from := range bounds {
			fmt.Fprintf(b, "%s from %v %s\x1b[0m ", paints[i], from, or(from == 1, "bit", "bits"))
		}
	} else {
		fmt.Fprintf(b, "⟨token⟩ costs %v bits or more, ⟪token⟫ %v", bounds[3], bounds[4])
	}
	b.WriteString("\n\n")
	for _, c := range p.Tokens {
		b.WriteString(c.paint(color))
	}
	if n := len(p.Tokens); n > 0 && !strings.HasSuffix(p.Tokens[n-1].Text, "\n") {
		b.WriteString("\n")
	}
	return b.Flush()
}

// paint is a token as a terminal shows it. Colours end at the end of a line, and what stands there is named where it costs much.
func (c cost) paint(color bool) string {
	level, s := c.level(), shown(c.Text)
	body := strings.TrimRight(s, "\n")
	ends := s[len(body):]
	if ends != "" && level >= 2 {
		body += "⏎"
	}
	switch {
	case level == 0 || body == "":
		return s
	case color:
		return paints[level] + body + "\x1b[0m" + ends
	case level == 4:
		return "⟪" + body + "⟫" + ends
	case level == 3:
		return "⟨" + body + "⟩" + ends
	}
	return strings.TrimSuffix(body, "⏎") + ends
}

// shown is text as a terminal may show it: ends of lines and tabs are kept, what else it could obey is spelt.
func shown(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		n := strings.IndexFunc(s, func(r rune) bool { return r == '\n' || r == '\t' })
		if n < 0 {
			n = len(s)
		}
		b.WriteString(report.Plain(s[:n]))
		if n < len(s) {
			b.WriteByte(s[n])
			n++
		}
		s = s[n:]
	}
	return b.String()
}

//go:embed surprisal.html
var surprisalPage string

var surprisalTemplate = template.Must(template.New("surprisal").Parse(surprisalPage))

// html writes the passage as a page of its own: it loads nothing, and what the text holds stays text.
func (p *passage) html(w io.Writer) error {
	type token struct {
		Text, Title string
		Level       int
	}
	page := struct {
		Source, Summary string
		Bounds          []float64
		Tokens          []token
	}{Source: p.Source, Summary: p.summary(), Bounds: bounds}
	for _, c := range p.Tokens {
		text := strings.Map(func(r rune) rune {
			if unicode.IsControl(r) && r != '\n' && r != '\t' {
				return '\uFFFD'
			}
			return r
		}, c.Text)
		title := report.Short(c.Nats, 3) + " nats, " + report.Short(info.Nats(c.Nats).Bits(), 3) + " bits"
		page.Tokens = append(page.Tokens, token{text, title, c.level()})
	}
	return surprisalTemplate.Execute(w, page)
}
