package eval

import (
	"slices"
	"strconv"
)

// Input is what the scores of a file are.
type Input string

// The kinds of scores.
const (
	Auto     Input = ""         // decided once for the whole file, on evidence
	Logits   Input = "logits"   // unnormalised
	Probs    Input = "probs"    // each row sums to one
	LogProbs Input = "logprobs" // the exponentials of each row sum to one
)

// Config says what to measure. The zero value, with Classes set, measures everything with its usual settings.
type Config struct {
	Classes     int      `json:"classes"`                // columns of the scores; 1 means one score a row: binary
	Input       Input    `json:"input,omitempty"`        // what the scores are
	Start       Input    `json:"-"`                      // with Auto: what they are taken for until all rows are seen; see [KindError]
	DType       string   `json:"dtype,omitempty"`        // element type as stored, for the bound on rounding
	IgnoreIndex *int64   `json:"ignore_index,omitempty"` // rows with this label are not scored
	LabelBase   int64    `json:"label_base,omitempty"`   // the first class's label
	Renormalize bool     `json:"renormalize,omitempty"`  // divide soft targets by their sum; else a sum other than 1 is an error
	Names       []string `json:"-"`                      // class names; nil means numbers
	Bins        int      `json:"bins,omitempty"`         // calibration bins; 0 means 15
	Surprising  int      `json:"surprising,omitempty"`   // rows to list; 0 means 10
	Leaks       bool     `json:"leaks,omitempty"`        // find out which wrong classes take the nats
	Recalibrate bool     `json:"recalibrate,omitempty"`  // find the best temperature, and what it gains on rows that it was not fitted to
	Grouped     bool     `json:"grouped,omitempty"`      // blocks say which group each row belongs to; rows of one are not independent
	LabelErrors bool     `json:"label_errors,omitempty"` // find labels that are probably wrong, in a second pass: see [Accumulator.Suspects]
	Methods     bool     `json:"methods,omitempty"`      // with Recalibrate: judge other ways than a temperature, too
	Conformal   float64  `json:"conformal,omitempty"`    // make sets of classes that miss the label in this share of the rows; 0 makes none
	Bytes       float64  `json:"bytes,omitempty"`        // of the text that the rows predict, for bits per byte; 0 leaves them out
	Chars       float64  `json:"chars,omitempty"`        // so, characters
	Words       float64  `json:"words,omitempty"`        // so, words
	By          []string `json:"by,omitempty"`           // keys that tell rows apart: those of Block.By in order, and [ByConfidence] and [ByFrequency] anywhere among them
}

// The usual settings.
const (
	defaultBins       = 15
	defaultSurprising = 10
	maxScores         = 100 // classes up to which surprising rows keep their scores
)

func (c *Config) check() error {
	switch {
	case c.Classes < 1:
		return &ConfigError{"Classes", strconv.Itoa(c.Classes), "at least 1"}
	case c.Bins < 0:
		return &ConfigError{"Bins", strconv.Itoa(c.Bins), "at least 1, or 0 for the usual 15"}
	case c.Surprising < 0:
		return &ConfigError{"Surprising", strconv.Itoa(c.Surprising), "at least 1, or 0 for the usual 10"}
	case c.LabelBase < -1<<60 || c.LabelBase > 1<<60:
		return &ConfigError{"LabelBase", itoa(c.LabelBase), "a small number"}
	case c.Classes == 1 && (c.Input == LogProbs || c.Start == LogProbs):
		return &ConfigError{"Input", "logprobs with one column", "both columns, or logits: one log-probability says too little about the other class"}
	}
	if err := c.checkAsked(); err != nil {
		return err
	}
	for _, in := range []Input{c.Input, c.Start} {
		switch in {
		case Auto, Logits, Probs, LogProbs:
		default:
			return &ConfigError{"Input", strconv.Quote(string(in)), "logits, probs or logprobs"}
		}
	}
	if n := len(c.Names); n > 0 && n != max(c.Classes, 2) && n != c.Classes {
		return &ConfigError{"Names", strconv.Itoa(n) + " names", strconv.Itoa(max(c.Classes, 2))}
	}
	return nil
}

// same reports whether accumulators of c and d may merge.
func (c *Config) same(d *Config) bool {
	a, b := *c, *d
	a.Start, b.Start = Auto, Auto
	index := (a.IgnoreIndex == nil) == (b.IgnoreIndex == nil) &&
		(a.IgnoreIndex == nil || *a.IgnoreIndex == *b.IgnoreIndex)
	return index && slices.Equal(a.Names, b.Names) && a.Classes == b.Classes && a.Input == b.Input &&
		a.DType == b.DType && a.LabelBase == b.LabelBase && a.Renormalize == b.Renormalize &&
		a.Bins == b.Bins && a.Surprising == b.Surprising && a.sameAsked(&b)
}
