package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/internal/curvefile"
	"xent/internal/rowfile"
)

// inspectFlags are what the user of `xent inspect` asks for.
type inspectFlags struct {
	tellFlags
	options rowfile.Options
	all     bool
}

// inspection is what `xent inspect` found.
type inspection struct {
	Schema int             `json:"schema"`
	Files  []inspectedFile `json:"files"`
}

// inspectedFile is one file, and what the other verbs would do with it.
type inspectedFile struct {
	*rowfile.Contents
	Log  *inspectedLog `json:"log,omitempty"`  // of a training run
	Uses []string      `json:"uses"`           // command lines that take it, each with what it would take
	Eval string        `json:"eval,omitempty"` // why `xent eval` would not take it alone
}

// inspectedLog is a log of training.
type inspectedLog struct {
	Points  int      `json:"points"`
	Columns []string `json:"columns"`
}

// newInspect returns `xent inspect`.
func newInspect() *cobra.Command {
	var f inspectFlags
	cmd := &cobra.Command{
		Use:   "inspect FILE...",
		Short: "What files hold, and what xent would do with them",
		Long: `Inspect tells what a file holds: its format, which its first bytes say and not its
name; the arrays or columns in it, their types, shapes and sizes; how large their
numbers are, by the first 65,536 of each; and which verbs would take it for what.
Nothing in a file is executed, and a file that cannot be trusted is refused with
the place and the reason, as every verb refuses it.`,
		Example: `  xent inspect outputs.npz
  xent inspect checkpoint.pt model.safetensors.index.json
  xent inspect predictions.jsonl.gz --json | jq '.files[0].columns'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("xent inspect outputs.npz", "no file to look into")
			}
			return nil
		},
		ValidArgsFunction: completeFiles,
		RunE:              func(cmd *cobra.Command, args []string) error { return runInspect(cmd, args, f) },
	}
	group(cmd.Flags(), "How files are read", func(s *pflag.FlagSet) {
		s.StringVar(&f.options.DType, "dtype", "", "element `type` where the file does not say: bf16, f8_e4m3 or f8_e5m2")
		s.Var((*size)(&f.options.MaxMem), "max-mem", "bound on memory, as `size`: 512MB, 1GiB (the default)")
		s.Var((*size)(&f.options.MaxBytes), "max-bytes", "bound on the bytes of a file, once decompressed; none by default")
	})
	group(cmd.Flags(), "How it is told", func(s *pflag.FlagSet) {
		f.tellFlags.define(s)
		s.BoolVar(&f.all, "all", false, "list every array and column, not the first 40")
	})
	return cmd
}

func runInspect(cmd *cobra.Command, args []string, f inspectFlags) error {
	if err := f.tellFlags.check(); err != nil {
		return err
	}
	found := &inspection{Schema: 1, Files: []inspectedFile{}}
	var refused []error
	for _, path := range args {
		file, err := inspect(path, f.options)
		if err != nil {
			refused = append(refused, err)
			continue
		}
		found.Files = append(found.Files, file)
	}
	if len(found.Files) > 0 {
		text := func(w io.Writer, _ report.TextOptions) error { return found.text(w, f.all) }
		if err := f.write(cmd, text, func(w io.Writer) error { return report.Object(w, found) }); err != nil {
			return err
		}
	}
	return errors.Join(refused...)
}

// inspect looks into one file.
func inspect(path string, opt rowfile.Options) (inspectedFile, error) {
	if path == rowfile.Stdin {
		return inspectedFile{}, usage("write it to a file first", "the standard input can be read once, and is looked at more often")
	}
	in, err := rowfile.Inspect(path, opt)
	if err != nil && looksLikePart(path) {
		return inspectPart(path, opt.MaxMem)
	}
	if err != nil {
		log, bad := curvefile.Read(path)
		if bad != nil || log.Format != "tfevents" {
			return inspectedFile{}, err
		}
		file := inspectedFile{Contents: &rowfile.Contents{Path: path, Format: log.Format, Arrays: []rowfile.ArrayContents{}, Columns: []rowfile.ColumnContents{}, Notes: log.Notes}}
		file.Log = &inspectedLog{Points: log.Points}
		for _, c := range log.Columns {
			file.Log.Columns = append(file.Log.Columns, c.Name)
		}
		file.Uses = []string{"xent doctor --curve " + path}
		return file, nil
	}
	file := inspectedFile{Contents: in, Uses: []string{}}
	file.uses(opt)
	return file, nil
}

// uses finds out which verbs would take the file.
func (f *inspectedFile) uses(opt rowfile.Options) {
	use := func(format string, args ...any) { f.Uses = append(f.Uses, fmt.Sprintf(format, args...)) }
	if len(f.Arrays) == 1 && len(f.Arrays[0].Shape) == 1 && strings.Contains(f.Arrays[0].DType, "int") {
		use("xent eval SCORES %s: %s labels", f.Path, report.Count(f.Arrays[0].Shape[0]))
		return
	}
	if f.log() {
		use("xent doctor --curve %s: a log of training", f.Path)
		return
	}
	rows, err := rowfile.Open(rowfile.Source{Scores: f.Path}, opt)
	var refused *rowfile.Error
	switch {
	case errors.As(err, &refused):
		f.Eval = cutAt(refused.Got, 160) + mention(refused.Hint)
	case err == nil:
		defer rows.Close()
		scores := fmt.Sprintf("scores %sof %s classes", quotedName(rows.Scores.Member), report.Count(int64(rows.Scores.Cols)))
		if rows.Scores.Cols == 1 {
			scores = "scores " + quotedName(rows.Scores.Member) + "of two classes, one a row"
		}
		if rows.Labels != nil {
			use("xent eval %s: %s, labels %s", f.Path, scores, strings.TrimSpace(quotedName(rows.Labels.Member)))
		} else {
			use("xent eval %s LABELS: %s", f.Path, scores)
		}
	}
	floats := 0
	for _, a := range f.Arrays {
		if strings.Contains(a.DType, "float") && a.Refused == "" {
			floats++
		}
	}
	if floats > 3 {
		use("xent gradflow %s: %d arrays, if they are gradients", f.Path, floats)
	}
}

// log reports whether the columns are those of a log of training.
func (f *inspectedFile) log() bool {
	has := map[string]bool{}
	for _, c := range f.Columns {
		for _, word := range strings.FieldsFunc(strings.ToLower(c.Name), func(r rune) bool { return strings.ContainsRune("/_. ", r) }) {
			has[word] = true
		}
	}
	return has["loss"] && (has["step"] || has["epoch"] || has["iteration"])
}

func mention(hint string) string {
	if hint == "" {
		return ""
	}
	return "; " + hint
}

// quotedName quotes a name, if there is one, and a blank behind it.
func quotedName(name string) string {
	if name == "" {
		return ""
	}
	return strconv.Quote(name) + " "
}

// mostListed is how many arrays or columns the text lists.
const mostListed = 40

// text writes what was found as a table for each file.
func (in *inspection) text(w io.Writer, all bool) error {
	var b strings.Builder
	for i, f := range in.Files {
		if i > 0 {
			b.WriteString("\n")
		}
		f.head(&b)
		table := [][]string{}
		for _, a := range f.Arrays {
			table = append(table, arrayRow(a))
		}
		for i, c := range f.Columns {
			table = append(table, []string{cmp.Or(c.Name, "column "+strconv.Itoa(i+1)), c.Kind, gaps(c)})
		}
		if f.Log != nil {
			for _, name := range f.Log.Columns {
				table = append(table, []string{name})
			}
		}
		left := 0
		if !all && len(table) > mostListed {
			left = len(table) - mostListed
			table = table[:mostListed]
		}
		report.Align(&b, "  ", table)
		if left > 0 {
			fmt.Fprintf(&b, "  and %s more: --all lists them\n", report.Count(int64(left)))
		}
		for _, n := range f.Notes {
			fmt.Fprintf(&b, "· %s\n", report.Plain(n))
		}
		for _, u := range f.Uses {
			fmt.Fprintf(&b, "→ %s\n", report.Plain(u))
		}
		if f.Eval != "" {
			fmt.Fprintf(&b, "not for xent eval as it is: %s\n", report.Plain(f.Eval))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// head is the line of a file as a whole.
func (f *inspectedFile) head(b *strings.Builder) {
	fmt.Fprintf(b, "%s  %s", report.Plain(f.Path), f.Format)
	if f.Bytes > 0 {
		fmt.Fprintf(b, ", %s", report.Bytes(f.Bytes))
	}
	if f.Compressed != "" {
		fmt.Fprintf(b, ", %s once decompressed (%s)", report.Bytes(f.Unpacked), f.Compressed)
	}
	if f.Log != nil {
		fmt.Fprintf(b, ", %s points of a training run", report.Count(int64(f.Log.Points)))
	}
	b.WriteString("\n")
	for _, k := range slices.Sorted(maps.Keys(f.Metadata)) {
		fmt.Fprintf(b, "  %s = %s\n", report.Plain(k), report.Plain(cutAt(f.Metadata[k], 60)))
	}
}

// arrayRow is the row of an array: name, type, shape, size, range, order.
func arrayRow(a rowfile.ArrayContents) []string {
	shape := make([]string, len(a.Shape))
	for i, d := range a.Shape {
		shape[i] = strconv.FormatInt(d, 10)
	}
	row := []string{cmp.Or(a.Name, "array"), a.DType, "[" + strings.Join(shape, ", ") + "]", report.Bytes(a.Bytes), ""}
	switch s := a.Sample; {
	case a.Refused != "":
		row[4] = "cannot be read as numbers: " + a.Refused
	case s == nil:
		row[4] = "no elements"
	case strings.Contains(a.DType, "int"):
		row[4] = fmt.Sprintf("%.0f to %.0f", s.Minimum, s.Maximum) + of(a)
	default:
		row[4] = report.Short(s.Minimum, 4) + " to " + report.Short(s.Maximum, 4) + ", mean " + report.Short(s.Mean, 3)
		for _, c := range []struct {
			n    int64
			what string
		}{{s.Zeros, "zeros"}, {s.NaN, "NaN"}, {s.Infinite, "±∞"}} {
			if c.n > 0 {
				row[4] += fmt.Sprintf(", %s %s", report.Count(c.n), c.what)
			}
		}
		row[4] += of(a)
	}
	if a.Columns {
		row[4] += "; column by column"
	}
	return row
}

// of tells how many elements a range is that of; "" for all.
func of(a rowfile.ArrayContents) string {
	n := int64(1)
	for _, d := range a.Shape {
		n *= d
	}
	if n == a.Sample.Elements {
		return ""
	}
	return fmt.Sprintf(" (the first %s)", report.Count(a.Sample.Elements))
}

// gaps tells how many cells of a column hold nothing.
func gaps(c rowfile.ColumnContents) string {
	if c.Gaps == 0 {
		return ""
	}
	return fmt.Sprintf("%d of the first %d are missing", c.Gaps, c.Rows)
}

// cutAt shortens s to about n bytes, between letters.
func cutAt(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
