package main

import (
	"errors"
	"fmt"

	"xent/cmd/xent/report"
	"xent/eval"
	"xent/internal/rowfile"
)

// located says of which file an error of the evaluation speaks; package eval knows rows, not files.
func located(rows *rowfile.Rows, err error) error {
	var (
		row    *eval.RowError
		label  *eval.LabelError
		none   *eval.NoRowsError
		config *eval.ConfigError
	)
	in := func(h *rowfile.Header, hint string) error {
		return &failure{err: fmt.Errorf("%s: %w", fileName(h), err), hint: hint, status: statusUsage}
	}
	switch {
	case errors.As(err, &row) && row.Code == "weights" && rows.Weights != nil:
		return in(rows.Weights, row.Hint)
	case errors.As(err, &row) && row.Code == "targets" && rows.Labels != nil:
		return in(rows.Labels, row.Hint)
	case errors.As(err, &row):
		return in(&rows.Scores, row.Hint)
	case errors.As(err, &label) && rows.Labels != nil:
		return in(rows.Labels, label.Hint)
	case errors.As(err, &none):
		return in(&rows.Scores, "")
	case errors.As(err, &config):
		return in(&rows.Scores, "")
	}
	return err
}

// fileName is how messages call an array: its file, and the member of an archive.
func fileName(h *rowfile.Header) string {
	if h.Member == "" || h.Format == "csv" || h.Format == "tsv" {
		return report.Plain(h.Path)
	}
	return report.Plain(h.Path) + ":" + report.Plain(h.Member)
}

// unlabelled refuses scores without labels: there is nothing to hold them against.
func unlabelled(rows *rowfile.Rows, src rowfile.Source) error {
	if rows.Labels != nil {
		return nil
	}
	hint := "xent eval " + src.Scores + " LABELS"
	if f := rows.Scores.Format; f != "npy" {
		hint += ", or --labels-key with the name of labels inside"
	}
	return usage(hint, "%s: no labels in it, and no second file", report.Plain(rows.Scores.Path))
}
