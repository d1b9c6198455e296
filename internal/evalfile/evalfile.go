// Package evalfile evaluates files: what the command and the bench of the lab have in common, from rows
// that are open to a report, and from an error to the file that it speaks of.
package evalfile

import (
	"errors"

	"xent"
	"xent/eval"
	"xent/internal/rowfile"
)

// Config completes what the user asks for by what the files say of themselves.
func Config(rows *rowfile.Rows, asked eval.Config) eval.Config {
	asked.Classes, asked.Names, asked.DType = rows.Scores.Cols, rows.Classes, rows.Scores.DType
	asked.Grouped = rows.Groups != nil
	return asked
}

// View is a block as the evaluation takes it, sharing its memory.
func View[T xent.Float](b *rowfile.Block[T], cols int) eval.Block[T] {
	v := eval.Block[T]{First: b.First, Scores: xent.Matrix[T]{Data: b.Scores, Rows: b.Rows, Cols: cols}}
	if len(b.Labels) > 0 {
		v.Labels = b.Labels
	}
	if len(b.Targets) > 0 {
		v.Targets = xent.Matrix[float64]{Data: b.Targets, Rows: b.Rows, Cols: len(b.Targets) / b.Rows}
	}
	if len(b.Weights) > 0 {
		v.Weights = b.Weights
	}
	if len(b.Groups) > 0 {
		v.Groups = b.Groups
	}
	v.By = b.By
	return v
}

// Blame tells which array an error of the evaluation speaks of, and the action that would help: package
// eval knows rows, not files. The array is nil for an error that names its place itself.
func Blame(rows *rowfile.Rows, err error) (array *rowfile.Header, hint string) {
	var (
		row    *eval.RowError
		label  *eval.LabelError
		none   *eval.NoRowsError
		config *eval.ConfigError
		file   *rowfile.Error
	)
	switch {
	case errors.As(err, &file):
		return nil, file.Hint
	case errors.As(err, &row) && row.Code == "weights" && rows.Weights != nil:
		return rows.Weights, row.Hint
	case errors.As(err, &row) && row.Code == "targets" && rows.Labels != nil:
		return rows.Labels, row.Hint
	case errors.As(err, &row):
		return &rows.Scores, row.Hint
	case errors.As(err, &label) && rows.Labels != nil:
		return rows.Labels, label.Hint
	case errors.As(err, &none), errors.As(err, &config):
		return &rows.Scores, ""
	}
	return nil, ""
}

// Name is how messages call an array: its file, and the member of an archive.
func Name(h *rowfile.Header) string {
	if h.Member == "" || h.Format == "csv" || h.Format == "tsv" || h.Format == "jsonl" {
		return h.Path
	}
	return h.Path + ":" + h.Member
}

// Unlabelled says that scores came without labels, and what would help; "" when they have some.
func Unlabelled(rows *rowfile.Rows) (message, hint string) {
	if rows.Labels != nil {
		return "", ""
	}
	hint = "xent eval " + rows.Scores.Path + " LABELS"
	if rows.Scores.Format != "npy" {
		hint += ", or --labels-key with the name of labels inside"
	}
	return "no labels in it, and no second file", hint
}

// ReadTwice is the note on a second pass.
const ReadTwice = "read twice: the first rows looked like another kind of scores than the whole file is"
