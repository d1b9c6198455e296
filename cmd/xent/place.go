package main

import (
	"fmt"

	"xent/cmd/xent/report"
	"xent/internal/evalfile"
	"xent/internal/rowfile"
)

// located says of which file an error of the evaluation speaks; package eval knows rows, not files.
func located(rows *rowfile.Rows, err error) error {
	array, hint := evalfile.Blame(rows, err)
	if array == nil {
		return err
	}
	return &failure{err: fmt.Errorf("%s: %w", report.Plain(evalfile.Name(array)), err), hint: hint, status: statusUsage}
}

// unlabelled refuses scores without labels: there is nothing to hold them against.
func unlabelled(rows *rowfile.Rows) error {
	message, hint := evalfile.Unlabelled(rows)
	if message == "" {
		return nil
	}
	return usage(hint, "%s: %s", report.Plain(rows.Scores.Path), message)
}
