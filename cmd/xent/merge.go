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
)

// mergeFlags are what the user of `xent merge` asks for.
type mergeFlags struct {
	tellFlags
	faceFlags
	gateFlags
	maxMem int64
}

// newMerge returns `xent merge`.
func newMerge() *cobra.Command {
	var f mergeFlags
	cmd := &cobra.Command{
		Use:   "merge PART...",
		Short: "One report from the parts that many machines have made",
		Long: `Merge puts together what xent eval --shard has added up, and reports on it. The
report is the one that xent eval gives on all rows at once, to the last byte,
however the rows were shared out, on however many machines, and in whatever order
the parts are given: sums are exact.

A part knows what it is of. Parts of other files, of other flags, or of another
version of xent are refused, and so is a shard that comes twice or is missing. A
part that is damaged or cut short is known by its checksum.

With -o and a name that ends in .xacc the result is a part again, which may lack
shards: parts can be merged in stages.`,
		Example: `  xent eval logits.npy labels.npy --shard 1/2 -o 1.xacc
  xent eval logits.npy labels.npy --shard 2/2 -o 2.xacc
  xent merge 1.xacc 2.xacc
  xent merge parts/*.xacc --json -o report.json
  xent merge parts/*.xacc --html report.html --fail-if 'loss.nats>0.4'
  xent merge parts/1?.xacc -o tens.xacc          some of them, to be merged on
  srun --array=1-16 xent eval z.npy y.npy --shard $SLURM_ARRAY_TASK_ID/16 \
      -o part-$SLURM_ARRAY_TASK_ID.xacc          on sixteen machines`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("xent eval logits.npy labels.npy --shard 1/2 -o 1.xacc makes a part", "no part to merge")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"xacc"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runMerge(cmd, args, f) },
	}
	group(cmd.Flags(), "How files are read", func(s *pflag.FlagSet) {
		s.Var((*size)(&f.maxMem), "max-mem", "bound on the `size` of a part: 512MB, 1GiB (the default)")
	})
	group(cmd.Flags(), "How it is told", func(s *pflag.FlagSet) {
		f.tellFlags.define(s)
		f.faceFlags.define(s)
	})
	group(cmd.Flags(), "How it is judged", f.gateFlags.define)
	return cmd
}

func runMerge(cmd *cobra.Command, args []string, f mergeFlags) error {
	for _, check := range []func() error{f.tellFlags.check, f.faceFlags.check, f.gateFlags.check} {
		if err := check(); err != nil {
			return err
		}
	}
	if f.maxMem == 0 {
		f.maxMem = 1 << 30
	}
	all, err := mergeParts(args, f.maxMem)
	if err != nil {
		return err
	}
	if isPart(f.output) {
		return writeFile("-o", f.output, func(w io.Writer) error { return writePart(w, all) })
	}
	if missing := all.missing(); missing != nil {
		what := "shard " + missing[0] + " is"
		if len(missing) > 1 {
			what = "shards " + strings.Join(missing, ", ") + " are"
		}
		return usage("-o all.xacc merges what there is", "of %d shards, %s missing", all.Of, what)
	}
	r, err := all.Report()
	var kind *eval.KindError
	if errors.As(err, &kind) {
		return usage(fmt.Sprintf("make the parts again with --input %s", kind.Want), "the rows as a whole are not what the first of them were taken for: %w", err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", report.Plain(all.Source.Scores.Path), err)
	}
	r.Partial = r.Partial || all.Partial
	doc := &report.Document{Report: r, Source: all.Source, Config: all.Config, Command: commandLine(cmd, args), Version: version()}
	if f.calib != "" {
		switch {
		case r.Recalibration == nil:
			return usage("give --recalibrate to xent eval, too", "--recalibrate: the parts were made without it")
		case f.method != "temperature" && len(r.Recalibration.Methods) == 0:
			return usage("give --method to xent eval, too", "--method %s: the parts were made for a temperature alone", f.method)
		}
	}
	if err := f.tell(cmd, doc, f.gates); err != nil {
		return err
	}
	if r.Partial {
		return errors.Join(failedGates(f.gates, r), &failure{err: errors.New("the report is partial: files were cut short"), status: statusPartial})
	}
	return failedGates(f.gates, r)
}

// mergeParts reads the parts one after another and merges them: in memory are the sums, and one part.
func mergeParts(paths []string, most int64) (*part, error) {
	var all *part
	for _, path := range paths {
		p, err := readPart(path, most)
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = p
			continue
		}
		if err := all.merge(p); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// tell writes doc in every form that was asked for.
func (f *mergeFlags) tell(cmd *cobra.Command, doc *report.Document, gates []report.Gate) error {
	if err := f.faceFlags.write(doc, gates); err != nil {
		return err
	}
	text := func(w io.Writer, opt report.TextOptions) error { return report.Text(w, doc, opt) }
	return f.tellFlags.write(cmd, text, func(w io.Writer) error { return report.JSON(w, doc) })
}
