package main

import (
	"errors"
	"fmt"
	"strings"

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

// swapped refuses labels given in the place of scores: whole numbers in one column where the
// other file holds rows of scores.
func swapped(rows *rowfile.Rows, src rowfile.Source) error {
	s, l := &rows.Scores, rows.Labels
	if l == nil || src.Labels == "" || !integral(s.DType) || s.Cols != 1 || l.Cols < 2 || integral(l.DType) {
		return nil
	}
	return usage("xent eval "+quoted(src.Labels)+" "+quoted(src.Scores),
		"%s holds whole numbers %s and %s scores %s: they are the wrong way round",
		fileName(s), shape(s), fileName(l), shape(l))
}

func integral(dtype string) bool {
	return strings.HasPrefix(dtype, "int") || strings.HasPrefix(dtype, "uint") || dtype == "bool"
}

// shape is the shape of an array as its users know it: [899, 10].
func shape(h *rowfile.Header) string {
	if len(h.Shape) == 0 {
		return fmt.Sprintf("[%d, %d]", h.Rows, h.Cols)
	}
	return strings.ReplaceAll(fmt.Sprint(h.Shape), " ", ", ")
}

// quoted is a file's name as a shell takes it.
func quoted(name string) string {
	if strings.ContainsAny(name, " \t'\"\\$&|;<>()*?[]{}~#!`") {
		return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
	}
	return name
}
