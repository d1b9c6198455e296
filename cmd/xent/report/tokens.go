package report

import (
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"

	"xent/eval"
)

// A TokenLog is what a log of token probabilities tells, with where it came from. See docs/report-schema.md.
type TokenLog struct {
	*eval.TokenReport
	Path       string
	Bytes      int64
	Vocabulary int64
}

// JSON writes l as one object: the members of [eval.TokenReport], then "source".
func (l *TokenLog) JSON(w io.Writer) error {
	return object(w, func(e *encoder, first *bool) {
		e.fields(reflect.ValueOf(l.TokenReport).Elem(), 1, first)
		e.member("source", reflect.ValueOf(struct {
			Path       string `json:"path"`
			Bytes      int64  `json:"bytes"`
			Vocabulary int64  `json:"vocabulary,omitempty"`
		}{l.Path, l.Bytes, l.Vocabulary}), 1, first)
	})
}

// Text writes l for people.
func (l *TokenLog) Text(w io.Writer, opt TextOptions) error {
	st, columns := style{opt.Color}, max(opt.Columns, 80)
	r := l.TokenReport
	var lines []string
	add := func(name string, s ...string) {
		lines = append(lines, st.bold(left(name, 12))+strings.Join(s, "  "))
	}
	if r.Partial {
		lines = append(lines, st.bad("PARTIAL")+" the log ended early")
	}
	lines = append(lines, Plain(l.Path)+"  "+plural(r.Tokens, "token")+" of "+plural(r.Sequences, "text")+", "+Bytes(l.Bytes))
	if r.First > 0 {
		lines = append(lines, "· "+plural(r.First, "token")+" at the beginning of a text, which nothing predicts: not scored")
	}
	lines = append(lines, "")
	least := ""
	if r.Censored > 0 {
		least = "at least "
	}
	interval := func(ci [2]float64) string {
		if !finite(ci[0]) || !finite(ci[1]) {
			return ""
		}
		return "  95 %: " + Short(ci[0], 4) + " to " + Short(ci[1], 4)
	}
	add("loss", least+Measured(r.Loss.Nats, r.Loss.SE)+" nats a token"+interval(r.Loss.CI95))
	if finite(r.Loss.Design) {
		add("", "by text; ± "+Short(r.Loss.RowSE, 3)+" if tokens were independent, design effect "+Short(r.Loss.Design, 3))
	}
	add("perplexity", least+Short(r.Perplexity, 4)+interval(r.PerplexityCI))
	if r.Bytes > 0 {
		add("bits/byte", least+Measured(r.BitsPerByte.Value, r.BitsPerByte.SE), "of "+Bytes(r.Bytes)+" of text")
	}
	if r.Listed > 0 {
		add("likeliest", Short(100*r.Top, 3)+" % of "+plural(r.Listed, "token")+" with alternatives are the likeliest there")
		entropy := "from " + Short(r.Entropy[0], 4) + " nats up"
		if !math.IsNaN(r.Entropy[1]) {
			entropy = Short(r.Entropy[0], 4) + " to " + Short(r.Entropy[1], 4) + " nats"
		}
		add("entropy", entropy, "the log tells "+Short(100*r.Mass, 4)+" % of the probability")
	}
	if len(r.Surprising) > 0 {
		lines = append(lines, "", "  text  place    loss  token                     likeliest                    p")
		for _, s := range r.Surprising {
			loss := Short(s.Loss, 3)
			if s.Censored {
				loss = "≥ " + loss
			}
			row := right(Count(s.Sequence), 6) + right(Count(int64(s.Position)), 7) + right(loss, 8) + "  " + left(clip(Plain(strconv.Quote(s.Text)), 24), 26)
			if !math.IsNaN(s.P) {
				row += left(clip(Plain(strconv.Quote(s.Best)), 24), 26) + share(s.P)
			}
			lines = append(lines, strings.TrimRight(row, " "))
		}
	}
	if len(r.Warnings) > 0 {
		lines = append(lines, "")
	}
	for _, m := range r.Warnings {
		for i, s := range wrap(m.Message, columns-2) {
			lines = append(lines, map[bool]string{true: "· ", false: "  "}[i == 0]+s)
		}
	}
	for i := range lines {
		lines[i] = fit(lines[i], columns)
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}
