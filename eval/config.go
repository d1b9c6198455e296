package eval

import "xent"

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
	Classes     int      `json:"classes"`                // columns of the scores; 1 means one logit a row: binary
	Input       Input    `json:"input,omitempty"`        // what the scores are
	DType       string   `json:"dtype,omitempty"`        // element type as stored, for the bound on rounding
	IgnoreIndex *int64   `json:"ignore_index,omitempty"` // rows with this label are not scored
	LabelBase   int64    `json:"label_base,omitempty"`   // the first class's label
	Names       []string `json:"-"`                      // class names; nil means numbers
	Bins        int      `json:"bins,omitempty"`         // calibration bins; 0 means 15
	Surprising  int      `json:"surprising,omitempty"`   // rows to list; 0 means 10
}

// Block is a run of consecutive rows. Either Labels or Targets is set.
type Block[T xent.Float] struct {
	First   int64                // index of the first row
	Scores  xent.Matrix[T]       // [rows, classes]
	Labels  []int64              // [rows], as in the file: base and ignore index are applied here
	Targets xent.Matrix[float64] // [rows, classes], each row sums to one
	Weights []float64            // [rows]; nil means 1
}
