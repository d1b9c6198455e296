package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent"
	"xent/cmd/xent/report"
	"xent/eval"
	"xent/internal/evalfile"
	"xent/internal/rowfile"
)

// compareFlags are what the user of `xent compare` asks for.
type compareFlags struct {
	scoreFlags
	readFlags
	tellFlags
	sequenceFlags
	id    []string
	llama bool
	top   int

	failIf []string
	gates  []report.Gate
}

// newCompare returns `xent compare`.
func newCompare() *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare A B [LABELS]",
		Short: "Whether one model loses less than another, and where",
		Long: `Compare reads the outputs of two models for the same rows and tells by how much
B loses less or more than A, and how sure that is. Rows are paired, which makes
the standard error of a difference several times smaller than those of the two
losses suggest.

It tells where the difference sits: in better answers or in better confidence
(what is left when both models have their best temperature, and what is not), in
which classes, among rows of which A was sure, in which single rows; how far the
two predictions are apart; and how small a difference these rows could show.

A and B are files as xent eval reads them, with the same rows in the same order;
LABELS serve both, and without them each file has its own, which must agree.
With --id, what names each row, the order may differ: B is then held in memory
and joined to A, LABELS go with the rows of A, and rows that only one of the two
has are counted, said and left out, up to a hundredth of all.

Differences are B less A: below 0, B is better. A figure such as -0.137(7) is
-0.137 with a standard error of 0.007.`,
		Example: `  xent compare old.npy new.npy labels.npy
  xent compare old.npz new.npz --json | jq .dloss.ci95
  xent compare old.npy new.npy labels.npy --fail-if 'dloss>0.01@95%'
  xent compare old.npz new.npz --group document
  xent compare old.csv new.csv --id example           rows in any order
  xent compare old.npy new.npy y.npy --id old-ids.npy --id new-ids.npy
  xent compare base.kld q4.kld               files of llama-perplexity, by chunk
  xent compare base.kld q4.kld --llama-compat`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) < 2:
				return usage("xent compare old.npy new.npy labels.npy", "want two files of scores, got %d arguments", len(args))
			case len(args) > 3:
				return usage(`quote names that hold spaces; weights go with --weights`, "want A, B and LABELS, got %d arguments", len(args))
			}
			return nil
		},
		ValidArgsFunction: completeFiles,
		RunE:              func(cmd *cobra.Command, args []string) error { return runCompare(cmd, args, f) },
	}
	f.define(cmd)
	return cmd
}

func (f *compareFlags) define(cmd *cobra.Command) {
	group(cmd.Flags(), "What is compared", func(s *pflag.FlagSet) {
		f.scoreFlags.define(s)
		s.StringVar(&f.weights, "weights", "", "`file` with one weight a row")
		s.StringArrayVar(&f.id, "id", nil, "what names each row: a `column` or member of both files, or --id for A and --id for B; rows in other orders are joined by it")
		f.sequenceFlags.define(s)
		s.BoolVar(&f.llama, "llama-compat", false, "tell what llama-perplexity --kl-divergence of llama.cpp tells, by its formulas: A is the base, B is Q")
		s.IntVar(&f.top, "top", 5, "`number` of rows to list that B does better, and worse")
	})
	group(cmd.Flags(), "How files are read", f.readFlags.define)
	group(cmd.Flags(), "How it is told", f.tellFlags.define)
	group(cmd.Flags(), "How it is judged", func(s *pflag.FlagSet) {
		s.StringArrayVar(&f.failIf, "fail-if", nil, "end with status 1 if this `condition` on a figure of the JSON report holds: dloss.nats>0.01, or dloss>0.01@95% for what is sure; may be repeated")
	})
	quietDefaults(cmd.Flags())
}

func (f *compareFlags) check() error {
	if len(f.id) > 2 {
		return usage("", "--id %d times, want it once for both files, or once for each", len(f.id))
	}
	for _, text := range f.failIf {
		gate, err := report.ParseComparisonGate(text)
		if err != nil {
			return gateUsage(text, err)
		}
		f.gates = append(f.gates, gate)
	}
	for _, err := range []error{f.scoreFlags.check(), f.tellFlags.check(), f.readFlags.check(), inRange("top", f.top)} {
		if err != nil {
			return err
		}
	}
	return nil
}

func runCompare(cmd *cobra.Command, args []string, f compareFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	var sides [2]*rowfile.Rows
	for i := range sides {
		src := rowfile.Source{Scores: args[i]}
		if len(args) == 3 {
			src.Labels = args[2]
		}
		src.Shift = f.shift
		if i == 0 {
			src.Weights = f.weights
			src = f.source(src)
		}
		if f.id != nil {
			src.ID = f.id[min(i, len(f.id)-1)]
		}
		f.options.Missing = f.missing(cmd)
		rows, err := f.open(src)
		if err != nil && i == 1 && f.id != nil && len(args) == 3 { // B has rows that the labels, A's, have not: it goes without
			src.Labels = ""
			if alone, other := f.open(src); other == nil {
				rows, err = alone, nil
			}
		}
		if err != nil {
			return err
		}
		defer rows.Close()
		if err := unlabelled(rows); err != nil && (i == 0 || f.id == nil || len(args) < 3) {
			return err
		}
		sides[i] = rows
	}
	p := &pairPass{sides: sides, workers: f.workers, llama: f.llama, shared: f.id != nil && len(args) == 3, most: f.options.MaxMem}
	if p.most == 0 {
		p.most = 1 << 30
	}
	for i, rows := range sides {
		p.configs[i] = f.config(cmd, rows, eval.Config{Surprising: f.top})
	}
	p.configs[1].Grouped = p.configs[0].Grouped
	if err := p.fit(); err != nil {
		return err
	}
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	p.bar = newProgress(cmd.ErrOrStderr(), f.noProgress)
	result, err := p.run(ctx)
	p.bar.finish()
	if err != nil {
		return p.located(err)
	}
	result.Partial = ctx.Err() != nil || sides[0].Truncated() || sides[1].Truncated()
	doc := &report.Comparison{Comparison: result, SourceA: source(sides[0]), SourceB: source(sides[1]), Config: p.configs[0]}
	if p.held != nil {
		result.Unpaired = &eval.Unpaired{A: p.lost[0], B: p.lost[1]}
		result.Ignored -= p.lost[0]
		doc.SourceA.Notes = append(doc.SourceA.Notes, p.joined())
	}
	text := doc.Text
	if f.llama {
		text = doc.LlamaText
	}
	if err := f.write(cmd, text, doc.JSON); err != nil {
		return err
	}
	return errors.Join(failedGates(f.gates, result), unfinished(ctx, sides[0], result.Rows+result.Ignored), unfinished(ctx, sides[1], result.Rows+result.Ignored))
}

// A pairPass reads two files in step.
type pairPass struct {
	sides   [2]*rowfile.Rows
	configs [2]eval.Config
	workers int
	llama   bool
	bar     *progress

	shared bool     // one file of labels serves both
	most   int64    // bytes that may be held
	held   any      // all rows of B, where they are joined by name
	join   bool     // they must be
	lost   [2]int64 // rows of each file that the other has not, in the last pass
	read   int      // rows of A
}

// pairs makes an empty one.
func (p *pairPass) pairs(a, b eval.Config) (*eval.Pairs, error) {
	s, err := eval.NewPairs(a, b)
	if err == nil && p.llama {
		s.LikeLlama()
	}
	return s, err
}

// fit refuses files that cannot hold the same rows and classes.
func (p *pairPass) fit() error {
	a, b := p.sides[0].Scores, p.sides[1].Scores
	switch {
	case p.llama && a.Format != "kld":
		return usage("the base is what llama-perplexity --kl-divergence-base wrote", "--llama-compat with %s, which is no .kld file", report.Plain(a.Path))
	case p.llama && p.configs[1].Input == eval.Probs:
		return usage("", "--llama-compat with probabilities, want logits or log-probabilities")
	case a.Cols != b.Cols:
		hint := "both models must know the same classes"
		if min(a.Cols, b.Cols) > 1000 {
			hint += "; a vocabulary that is padded at its end is cut: scores[:, :" + fmt.Sprint(min(a.Cols, b.Cols)) + "]"
		}
		return usage(hint, "%s has %d columns, %s has %d", report.Plain(b.Path), b.Cols, report.Plain(a.Path), a.Cols)
	case p.sides[0].ID == nil && a.Rows >= 0 && b.Rows >= 0 && a.Rows != b.Rows && !p.sides[0].Truncated() && !p.sides[1].Truncated():
		return usage("both models must have seen the same rows, in the same order", "%s has %d rows, %s has %d", report.Plain(b.Path), b.Rows, report.Plain(a.Path), a.Rows)
	}
	return nil
}

// located says of which file an error speaks.
func (p *pairPass) located(err error) error {
	var side *eval.SideError
	if errors.As(err, &side) {
		if side.Side == "B" {
			return located(p.sides[1], side.Err)
		}
		return located(p.sides[0], side.Err)
	}
	return err
}

// run passes over both files: once, and again when the whole of one contradicts what its beginning was taken for.
func (p *pairPass) run(ctx context.Context) (*eval.Comparison, error) {
	pass := scanPairs[float32]
	if p.sides[0].Wide() || p.sides[1].Wide() {
		pass = scanPairs[float64]
	}
	for again := 0; ; again++ {
		c, err := pass(ctx, p)
		if errors.Is(err, errOrder) && !p.join {
			p.join = true
			p.bar.what.Store("reading again, to join rows by name")
			if err := p.rewind(); err != nil {
				return nil, err
			}
			c, err = pass(ctx, p)
		}
		var kind *eval.KindError
		var side *eval.SideError
		if again == 2 || !errors.As(err, &kind) || !errors.As(err, &side) {
			return c, err
		}
		i := 0
		if side.Side == "B" {
			i = 1
		}
		p.configs[i].Start = kind.Want
		p.bar.what.Store("reading again, as " + string(kind.Want))
		if err := p.rewind(); err != nil {
			return nil, err
		}
	}
}

func (p *pairPass) rewind() error {
	for _, rows := range p.sides {
		if err := rows.Rewind(); err != nil {
			return err
		}
	}
	return nil
}

// A pairBlock is the same rows of both files.
type pairBlock[T xent.Float] struct{ a, b rowfile.Block[T] }

// scanPairs is one pass: this goroutine reads, workers compare, as [scan] does.
func scanPairs[T xent.Float](ctx context.Context, p *pairPass) (*eval.Comparison, error) {
	total, err := p.pairs(p.configs[0], p.configs[1])
	if err != nil {
		return nil, err
	}
	cols := p.sides[0].Scores.Cols
	add := func(s *eval.Pairs, b *pairBlock[T]) (int64, error) {
		return b.a.First, eval.AddPairs(s, evalfile.View(&b.a, cols), evalfile.View(&b.b, cols))
	}
	read := pairReader[T](p)
	if p.join {
		if read, err = joinReader[T](p, p.most); err != nil {
			return nil, err
		}
	}
	b := new(pairBlock[T])
	if err := read(b); err != nil {
		if errors.Is(err, io.EOF) {
			return total.Compare()
		}
		return nil, err
	}
	if _, err := add(total, b); err != nil {
		return nil, err
	}
	ca, cb := p.configs[0], p.configs[1]
	ca.Start, cb.Start = total.A.Start(), total.B.Start()
	parts := make([]*eval.Pairs, p.workers)
	for i := range parts {
		if parts[i], err = p.pairs(ca, cb); err != nil {
			return nil, err
		}
	}
	if err := share(ctx, parts, b, read, add); err != nil {
		return nil, err
	}
	for _, s := range parts {
		if err := total.Merge(s); err != nil {
			return nil, err
		}
	}
	return total.Compare()
}

// pairReader fills blocks with as many rows of A as come at once, and as many of B.
func pairReader[T xent.Float](p *pairPass) func(*pairBlock[T]) error {
	var ahead rowfile.Block[T] // rows of B that were read and not yet given
	given := 0
	return func(b *pairBlock[T]) error {
		if err := rowfile.Next(p.sides[0], &b.a); err != nil {
			if !errors.Is(err, io.EOF) {
				return err
			}
			if given < ahead.Rows || rowfile.Next(p.sides[1], &ahead) == nil {
				return p.uneven(1)
			}
			return io.EOF
		}
		cols := p.sides[1].Scores.Cols
		b.b = rowfile.Block[T]{First: b.a.First, Scores: b.b.Scores[:0], Labels: b.b.Labels[:0], Targets: b.b.Targets[:0]}
		for b.b.Rows < b.a.Rows {
			if given == ahead.Rows {
				if err := rowfile.Next(p.sides[1], &ahead); err != nil {
					if errors.Is(err, io.EOF) {
						return p.uneven(0)
					}
					return err
				}
				given = 0
			}
			n := min(ahead.Rows-given, b.a.Rows-b.b.Rows)
			if p.sides[0].ID != nil && !slices.Equal(b.a.IDs[b.b.Rows:b.b.Rows+n], ahead.IDs[given:given+n]) {
				return errOrder
			}
			b.b.Scores = append(b.b.Scores, ahead.Scores[given*cols:(given+n)*cols]...)
			switch {
			case ahead.Labels != nil:
				b.b.Labels = append(b.b.Labels, ahead.Labels[given:given+n]...)
			case ahead.Targets != nil:
				b.b.Targets = append(b.b.Targets, ahead.Targets[given*cols:(given+n)*cols]...)
			}
			b.b.Rows += n
			given += n
		}
		labelAlike(p, &b.a, &b.b)
		p.bar.at(p.sides[0].Progress())
		return nil
	}
}

// uneven says that one file goes on where the other has ended. After a cut that is what is to be expected.
func (p *pairPass) uneven(longer int) error {
	if p.sides[0].Truncated() || p.sides[1].Truncated() {
		return io.EOF
	}
	if p.sides[0].ID != nil {
		return errOrder
	}
	return usage("both models must have seen the same rows, in the same order", "%s has more rows than %s",
		report.Plain(p.sides[longer].Scores.Path), report.Plain(p.sides[1-longer].Scores.Path))
}
