package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/info"
)

// maxentFlags are what the user of `xent train maxent` asks for.
type maxentFlags struct {
	values []float64
	mean   float64
	table  string
	means  []string
	json   bool
}

// newMaxent returns `xent train maxent`.
func newMaxent() *cobra.Command {
	var f maxentFlags
	cmd := &cobra.Command{
		Use:   "maxent",
		Short: "The most uncertain distribution with given means, such as Jaynes' die",
		Long: `Maxent finds, among all distributions over some outcomes in which quantities have
given means, the one of the greatest entropy: what is known, and nothing else.

It is a softmax: p = exp(Σ λ·x) / Z, with a multiplier λ for each quantity, found
by minimising the convex dual ln Z - Σ λ·mean. With one quantity, λ is 1 over the
temperature at which a softmax of the values has that mean.

Without flags it is the die of Jaynes, whose mean is 4.5 instead of 3.5.`,
		Example: `  xent train maxent                              Jaynes' die
  xent train maxent --mean 5.5
  xent train maxent --values 0,1,2,3,4,5,6,7,8,9 --mean 2
  xent train maxent --table outcomes.csv --means height=1.8,mass=75`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return runMaxent(cmd, f) },
	}
	group(cmd.Flags(), "What is known", func(s *pflag.FlagSet) {
		s.Float64SliceVar(&f.values, "values", []float64{1, 2, 3, 4, 5, 6}, "`values` of the outcomes")
		s.Float64Var(&f.mean, "mean", 4.5, "their `mean`")
		s.StringVar(&f.table, "table", "", "`file`, CSV with a header, of one outcome a line: its name, then its quantities")
		s.StringSliceVar(&f.means, "means", nil, "`means` of columns of the table: height=1.8,mass=75")
	})
	group(cmd.Flags(), "How it is told", func(s *pflag.FlagSet) {
		s.BoolVar(&f.json, "json", false, "write JSON instead of text")
	})
	return cmd
}

// A maxentResult is the distribution, as --json prints it.
type maxentResult struct {
	Schema   int             `json:"schema"`
	Known    []maxentKnown   `json:"known"`
	Outcomes []maxentOutcome `json:"outcomes"`
	Entropy  float64         `json:"entropy"`
	Bits     float64         `json:"entropy_bits"`
	Most     float64         `json:"uniform_entropy"`
}

type maxentKnown struct {
	Name        string  `json:"name"`
	Mean        float64 `json:"mean"`
	Uniform     float64 `json:"uniform_mean"`
	Multiplier  float64 `json:"multiplier"`
	Temperature float64 `json:"temperature"` // 1/multiplier
}

type maxentOutcome struct {
	Name string  `json:"name"`
	P    float64 `json:"p"`
}

func runMaxent(cmd *cobra.Command, f maxentFlags) error {
	flags := cmd.Flags()
	names, quantities, features, means := []string{}, []string{"value"}, f.values, []float64{f.mean}
	switch {
	case f.table != "" && (flags.Changed("values") || flags.Changed("mean")):
		return usage("--table outcomes.csv --means height=1.8", "--table holds the values: leave out --values and --mean")
	case f.table == "" && f.means != nil:
		return usage("--mean 4.5 with --values, --means NAME=4.5 with --table", "--means are those of the columns of a --table")
	case f.table != "":
		var err error
		if names, quantities, features, means, err = readOutcomes(f.table, f.means); err != nil {
			return err
		}
	default:
		for _, v := range f.values {
			names = append(names, strconv.FormatFloat(v, 'g', -1, 64))
		}
	}
	if len(names) == 0 {
		return usage("--values 1,2,3,4,5,6", "no outcomes")
	}
	r := &maxentResult{Schema: 1, Most: math.Log(float64(len(names)))}
	p := make([]float64, len(names))
	multipliers, entropy, err := info.MaxEntropyMoments(p, features, means)
	var unmet *info.MomentError
	switch {
	case errors.As(err, &unmet) && len(means) == 1 && unmet.Feature == 0:
		return usage("the mean lies between the least and the largest value", "no distribution over these outcomes has a mean of %v", means[0])
	case errors.As(err, &unmet) && unmet.Feature >= 0:
		return usage("means must be possible together", "no distribution over these outcomes has these means: not that of %s, %v, with the others", quantities[unmet.Feature], unmet.Want)
	case err != nil:
		return usage("", "%w", err)
	}
	r.Entropy, r.Bits = float64(entropy), entropy.Bits()
	for k, name := range quantities {
		mean := 0.
		for _, v := range features[k*len(p) : (k+1)*len(p)] {
			mean += v / float64(len(p))
		}
		r.Known = append(r.Known, maxentKnown{name, means[k], mean, multipliers[k], 1 / multipliers[k]})
	}
	for i, name := range names {
		r.Outcomes = append(r.Outcomes, maxentOutcome{name, p[i]})
	}
	if f.json {
		return report.Object(cmd.OutOrStdout(), r)
	}
	return r.text(cmd.OutOrStdout())
}

// mostOutcomes bounds the lines of a table.
const mostOutcomes = 100_000

// readOutcomes reads a table and picks the columns whose means are given.
func readOutcomes(path string, asked []string) (names, quantities []string, features, means []float64, err error) {
	fail := func(hint, format string, args ...any) ([]string, []string, []float64, []float64, error) {
		return nil, nil, nil, nil, usage(hint, format, args...)
	}
	file, err := os.Open(path)
	if err != nil {
		return fail("", "%s: %w", path, cause(err))
	}
	defer file.Close()
	c := csv.NewReader(io.LimitReader(file, 64<<20))
	header, err := c.Read()
	if err != nil {
		return fail("a header such as name,height,mass, then a line for each outcome", "%s: %w", path, err)
	}
	if len(asked) == 0 {
		return fail("--means "+strings.Join(header[1:], "=…,")+"=…", "%s: which means are known?", path)
	}
	var columns []int
	for _, a := range asked {
		name, text, ok := strings.Cut(a, "=")
		mean, bad := strconv.ParseFloat(text, 64)
		if !ok || bad != nil {
			return fail("--means height=1.8,mass=75", "--means %q, want NAME=NUMBER", a)
		}
		at := -1
		for i, h := range header[1:] {
			if strings.TrimSpace(h) == name {
				at = i + 1
			}
		}
		if at < 0 {
			return fail("columns are "+strings.Join(header[1:], ", "), "%s: no column %q", path, name)
		}
		columns, quantities, means = append(columns, at), append(quantities, name), append(means, mean)
	}
	by := make([][]float64, len(columns))
	for line := 2; ; line++ {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fail("", "%s: %w", path, err)
		}
		if len(names) == mostOutcomes {
			return fail("", "%s: more than %d outcomes", path, mostOutcomes)
		}
		names = append(names, record[0])
		for k, at := range columns {
			v, err := strconv.ParseFloat(strings.TrimSpace(record[at]), 64)
			if err != nil || v-v != 0 {
				return fail("", "%s:%d: %s is %q, want a number", path, line, quantities[k], record[at])
			}
			by[k] = append(by[k], v)
		}
	}
	for _, b := range by {
		features = append(features, b...)
	}
	return names, quantities, features, means, nil
}

func (r *maxentResult) text(w io.Writer) error {
	var b strings.Builder
	for _, k := range r.Known {
		fmt.Fprintf(&b, "%s: mean %s, where even odds give %s\n  multiplier %s", report.Plain(k.Name), report.Short(k.Mean, 4), report.Short(k.Uniform, 4), report.Short(k.Multiplier, 6))
		if len(r.Known) == 1 && k.Multiplier != 0 {
			fmt.Fprintf(&b, ": the softmax of the values at temperature %s", report.Short(k.Temperature, 4))
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "entropy %s nats, %s bits; even odds have %s nats\n\n", report.Short(r.Entropy, 6), report.Short(r.Bits, 6), report.Short(r.Most, 6))
	most, name := 0., 0
	for _, o := range r.Outcomes {
		most, name = max(most, o.P), max(name, len([]rune(report.Plain(o.Name))))
	}
	const shown = 40
	name = min(name, 24)
	for i, o := range r.Outcomes {
		if i == shown {
			fmt.Fprintf(&b, "... and %d more (--json)\n", len(r.Outcomes)-shown)
			break
		}
		label := []rune(report.Plain(o.Name))
		fmt.Fprintf(&b, "%-*s  %-8s %s\n", name, string(label[:min(len(label), name)]), report.Fixed(o.P, 6), drawBar(o.P/most, 50))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
