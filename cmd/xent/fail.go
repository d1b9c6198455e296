package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/internal/rowfile"
)

// The exit statuses of every verb.
const (
	statusFine    = 0
	statusFinding = 1 // a gate failed, or a finding of level error
	statusUsage   = 2 // wrong usage, or input that cannot be read
	statusPartial = 3 // rows were skipped, or the pass was interrupted
)

// failure is an error with the one action that would help and the status to end with.
type failure struct {
	err    error
	hint   string // "" when there is none
	status int
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usage is a failure of the command line itself.
func usage(hint, format string, args ...any) error {
	return &failure{err: fmt.Errorf(format, args...), hint: hint, status: statusUsage}
}

// finish prints what went wrong and returns the exit status. An error takes this form, its
// strings made harmless for the terminal:
//
//	xent eval: val.npy: logits are complex128 [512, 10], want real numbers
//	hint: one action that would help
func finish(stderr io.Writer, cmd *cobra.Command, err error) int {
	if err == nil {
		return statusFine
	}
	status := statusUsage
	message, hint, _ := strings.Cut(err.Error(), "\nhint: ")
	var f *failure
	if errors.As(err, &f) {
		status = f.status
		hint = first(f.hint, hint)
	}
	var refused *rowfile.Error
	if errors.As(err, &refused) {
		hint = first(hint, refused.Hint)
	}
	if message != "" {
		fmt.Fprintf(stderr, "%s: %s\n", cmd.CommandPath(), plainLines(message))
	}
	if hint != "" {
		fmt.Fprintf(stderr, "hint: %s\n", plainLines(hint))
	}
	return status
}

// plainLines makes every line of s harmless and keeps the line breaks.
func plainLines(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i := range lines {
		lines[i] = report.Plain(lines[i])
	}
	return strings.Join(lines, "\n")
}

func first(s ...string) string {
	for _, s := range s {
		if s != "" {
			return s
		}
	}
	return ""
}

// unknownVerb answers `xent evl` and `xent logits.npy`.
func unknownVerb(cmd *cobra.Command, arg string) error {
	var verbs []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			verbs = append(verbs, c.Name())
		}
	}
	hint := cmd.CommandPath() + " --help lists the verbs"
	if near := nearest(arg, verbs); near != "" {
		hint = "did you mean " + cmd.CommandPath() + " " + near + "?"
	} else if _, err := os.Stat(arg); err == nil {
		hint = "xent eval " + arg
	}
	return usage(hint, "unknown verb %q", arg)
}

// flagError answers a flag that does not exist or cannot be parsed.
func flagError(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	hint := cmd.CommandPath() + " --help lists the flags"
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, f.Name)
			}
		})
		if near := nearest(unknown.GetSpecifiedName(), names); near != "" {
			hint = "did you mean --" + near + "?"
		}
		if len(unknown.GetSpecifiedName()) == 1 || unknown.GetSpecifiedShortnames() != "" {
			return usage(hint, "unknown flag -%s", unknown.GetSpecifiedName())
		}
		return usage(hint, "unknown flag --%s", unknown.GetSpecifiedName())
	}
	return usage(hint, "%w", err)
}

// nearest is the word of list that s most probably was meant to be: one it begins, or one within
// a third of its letters in edits. "" when nothing is near.
func nearest(s string, list []string) string {
	slices.Sort(list)
	best, bestDistance := "", max(len([]rune(s))/3, 1)+1
	for _, word := range list {
		if len(s) >= 2 && strings.HasPrefix(word, s) {
			return word
		}
		if d := edits(s, word); d < bestDistance {
			best, bestDistance = word, d
		}
	}
	return best
}

// edits is the number of letters to insert, delete, replace or swap with their neighbour to turn
// a into b (optimal string alignment distance).
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}
