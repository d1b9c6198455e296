package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/eval"
	"xent/internal/rowfile"
)

// tokenOptions are the flags of `xent eval` that mean something for a log of token probabilities.
var tokenOptions = []string{"json", "output", "color", "no-progress", "top", "vocab", "max-mem", "max-bytes", "allow-truncated", "workers"}

// evalTokens tells what a log of token probabilities holds; it returns false when the file is no such log.
func evalTokens(cmd *cobra.Command, args []string, f *evalFlags) (told bool, err error) {
	if len(args) != 1 || f.group != "" && f.group != rowfile.ByRow || f.options.ScoresKey != "" || strings.ContainsAny(args[0], "*?[") {
		return false, nil
	}
	log, err := rowfile.OpenTokens(args[0], f.options)
	if log == nil {
		return false, nil // whatever is wrong with it, reading rows will say
	}
	defer log.Close()
	var other []string
	cmd.Flags().Visit(func(g *pflag.Flag) {
		known := false
		for _, name := range tokenOptions {
			known = known || name == g.Name
		}
		if !known {
			other = append(other, "--"+g.Name)
		}
	})
	if len(other) > 0 {
		return true, usage("a log tells no whole distributions; --json, --top and --vocab are for it", "%s with a log of token probabilities", strings.Join(other, ", "))
	}
	s := &eval.Tokens{Vocabulary: f.vocabulary, Surprising: f.top}
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	for ctx.Err() == nil {
		t, err := log.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return true, err
		}
		if t.Missing {
			s.Skip()
			continue
		}
		s.Add(&eval.Token{Group: uint64(t.Sequence), Sequence: t.Sequence, Position: t.Position, Text: t.Text, Bytes: t.Bytes, LogProb: t.LogProb,
			Censored: t.Censored, Top: t.Top, Listed: t.Listed, Best: t.Best, BestProb: t.BestProb})
	}
	r, err := s.Report()
	if err != nil {
		return true, fmt.Errorf("%s: %w", report.Plain(args[0]), err)
	}
	r.Partial = log.Partial || ctx.Err() != nil
	doc := &report.TokenLog{TokenReport: r, Path: log.Path, Bytes: log.Bytes, Vocabulary: f.vocabulary}
	if err := f.tellFlags.write(cmd, doc.Text, doc.JSON); err != nil {
		return true, err
	}
	switch {
	case ctx.Err() != nil:
		return true, &failure{err: errors.New("interrupted: the report is partial"), status: statusPartial}
	case log.Partial:
		return true, &failure{err: fmt.Errorf("%s was cut short: its last object was left out", report.Plain(args[0])), status: statusPartial}
	}
	return true, nil
}
