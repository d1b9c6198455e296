package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"xent/cmd/xent/report"
	"xent/info"
	"xent/train"
)

// An lmResult is what a language model came to, as --json prints it.
type lmResult struct {
	Schema     int            `json:"schema"`
	Folder     string         `json:"folder"`
	Steps      int            `json:"steps"`
	Weights    int            `json:"weights"`
	Documents  int            `json:"documents"` // learnt from
	Bytes      int            `json:"bytes"`
	Tokens     int            `json:"tokens"`
	HeldOut    lmHeldOut      `json:"held_out"`
	Compressed []compressed   `json:"compressed"`
	Samples    []sampled      `json:"samples"`
	Config     train.LMConfig `json:"config"`
}

// lmHeldOut is how a model does on the documents that it has not seen.
type lmHeldOut struct {
	Documents  int     `json:"documents"`
	Bytes      int     `json:"bytes"`
	Tokens     int     `json:"tokens"`
	Loss       float64 `json:"nats_per_token"`
	LossSE     float64 `json:"nats_per_token_se"`
	Bits       float64 `json:"bits_per_byte"`
	BitsSE     float64 `json:"bits_per_byte_se"`
	Perplexity float64 `json:"perplexity"`
}

func (r *lmResult) judged(j train.LMJudged) {
	r.HeldOut = lmHeldOut{j.Documents, j.Bytes, j.Tokens, j.Loss, j.LossSE, j.Bits, j.BitsSE, info.Nats(j.Loss).Perplexity()}
}

// text tells the result.
func (r *lmResult) text(w io.Writer) {
	c, h := r.Config, r.HeldOut
	at := func(file string) string { return quoted(filepath.Join(r.Folder, file)) }
	count := func(n int) string { return report.Count(int64(n)) }
	tokens := "bytes"
	if c.Vocab > 256 {
		tokens = count(c.Vocab) + " tokens"
	}
	fmt.Fprintf(w, `%s: a transformer of %s weights over %s, %s of %d, %s, sees %d
learnt from %s of %s in %s: %s tokens, %s steps of %d sequences, seed %d
held out %s of %s: %s tokens of %s bytes

`, report.Plain(r.Folder), count(r.Weights), tokens, plural(c.Blocks, "block"), c.Width, plural(c.Heads, "head"), c.Length,
		report.Bytes(int64(r.Bytes)), report.Plain(strings.Join(c.Text, ", ")), plural(r.Documents, "document"), count(r.Tokens), count(r.Steps), c.Batch, c.Seed,
		plural(h.Documents, "document"), report.Bytes(int64(h.Bytes)), count(h.Tokens), report.Short(float64(h.Bytes)/float64(max(h.Tokens, 1)), 3))
	rows := [][]string{
		{"loss", report.Measured(h.Loss, h.LossSE), "nats a token; the standard error is over documents"},
		{"perplexity", report.Short(h.Perplexity, 4), "a token"},
		{"bits a byte", report.Measured(h.Bits, h.BitsSE), ""},
	}
	for _, p := range r.Compressed {
		rows = append(rows, []string{p.Program, report.Short(p.Bits, 4), "bits a byte, each document alone; " + report.Short(p.AllBits, 4) + " all in one"})
	}
	var b strings.Builder
	report.Align(&b, "", rows)
	io.WriteString(w, b.String())
	if len(r.Compressed) < 2 {
		fmt.Fprintln(w, "xz is not installed: no figure for it")
	}
	fmt.Fprintf(w, `
  xent train lm --use %s --sample 200
  xent eval %s %s --group %s
  xent gradflow %s
  %s: what each token costs
`, quoted(r.Folder), at(logitsFile), at(labelsFile), at(groupsFile), at(gradientsFile), at(surprisalFile))
}

// plural is a number of things.
func plural(n int, thing string) string {
	return report.Count(int64(n)) + " " + thing + or(n == 1, "", "s")
}
