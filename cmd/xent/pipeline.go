package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"xent"
	"xent/eval"
	"xent/internal/evalfile"
	"xent/internal/rowfile"
)

// interruptible is a context that the first Ctrl-C, or a scheduler's request to end, ends; the
// second kills the process as usual.
func interruptible(ctx context.Context) (context.Context, func()) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // hands the next signal back to its default
	return ctx, stop
}

// evaluate passes over rows and reports on them: once, and a second time when the evidence of
// the whole file contradicts what its beginning was taken for, which again tells. When ctx ends,
// the rows scored until then are reported as partial.
//
// The report does not depend on workers. Memory is a block of about 1 MiB for each, and what the
// accumulators keep for each class.
func evaluate(ctx context.Context, rows *rowfile.Rows, config eval.Config, workers int, p *progress) (r *evaluation, err error) {
	pass := scan[float32]
	if rows.Wide() {
		pass = scan[float64]
	}
	r = new(evaluation)
	fresh := func(start eval.Input) (*eval.Accumulator, error) {
		c := config
		if start != eval.Auto {
			c.Start = start
		}
		return eval.New(c)
	}
	total, err := pass(ctx, rows, fresh, workers, p)
	if err != nil {
		return nil, err
	}
	r.Report, err = total.Report()
	var kind *eval.KindError
	if errors.As(err, &kind) {
		p.what.Store("reading again, as " + string(kind.Want))
		if err := rows.Rewind(); err != nil {
			return nil, err
		}
		config.Start, r.again = kind.Want, true
		if total, err = pass(ctx, rows, fresh, workers, p); err != nil {
			return nil, err
		}
		r.Report, err = total.Report()
	}
	if err != nil {
		return nil, err
	}
	if total.Suspects(r.Report) != nil && ctx.Err() == nil {
		p.what.Store("looking for wrong labels")
		if err := rows.Rewind(); err != nil {
			return nil, err
		}
		found, err := pass(ctx, rows, func(eval.Input) (*eval.Accumulator, error) { return total.Suspects(r.Report), nil }, workers, p)
		if err != nil {
			return nil, err
		}
		r.suspects = found.FillSuspects(r.Report)
	}
	r.Partial = r.Partial || ctx.Err() != nil || rows.Truncated()
	return r, nil
}

// An evaluation is a report with what is not in it.
type evaluation struct {
	*eval.Report
	again    bool           // the rows were read twice, for they were not what they began as
	suspects []eval.Suspect // all rows whose labels are probably wrong
}

// scan is one pass: workers goroutines read and score blocks, each into its own accumulator that fresh makes.
//
// The first block is scored before the others are handed out: what the file is taken for follows
// from its beginning, not from the worker that came first. An error is that of the first row in
// the file that has one.
func scan[T xent.Float](ctx context.Context, rows *rowfile.Rows, fresh func(start eval.Input) (*eval.Accumulator, error), workers int, p *progress) (*eval.Accumulator, error) {
	total, err := fresh(eval.Auto)
	if err != nil {
		return nil, err
	}
	b := new(rowfile.Block[T])
	if err := rowfile.Next(rows, b); err != nil {
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		return nil, err
	}
	if err := eval.Add(total, evalfile.View(b, rows.Scores.Cols)); err != nil {
		return nil, err
	}
	parts := make([]*eval.Accumulator, workers)
	for i := range parts {
		if parts[i], err = fresh(total.Start()); err != nil {
			return nil, err
		}
	}
	err = share(ctx, parts, b, reader[T](rows, p), func(a *eval.Accumulator, b *rowfile.Block[T]) (int64, error) {
		return b.First, eval.Add(a, evalfile.View(b, rows.Scores.Cols))
	})
	if err != nil {
		return nil, err
	}
	for _, a := range parts {
		if err := total.Merge(a); err != nil {
			return nil, err
		}
	}
	return total, nil
}

// reader fills blocks with the next rows and tells the progress.
func reader[T xent.Float](rows *rowfile.Rows, p *progress) func(*rowfile.Block[T]) error {
	return func(b *rowfile.Block[T]) error {
		err := rowfile.Next(rows, b)
		p.at(rows.Progress())
		return err
	}
}

// share has one worker for each of parts add to it what read fills blocks with, until that returns io.EOF or ctx
// ends. add returns the first row of its block, too: of several errors the one that comes first in the file is
// returned. Workers take turns at reading, each into a block of its own, b for one of them: what a processor has read is
// in its cache when it adds it up, and nobody has to be woken.
func share[A, B any](ctx context.Context, parts []A, b *B, read func(*B) error, add func(A, *B) (int64, error)) error {
	var (
		reading    sync.Mutex
		ended      bool
		unreadable error
		failed     firstFailure
		group      sync.WaitGroup
	)
	next := func(b *B) bool {
		reading.Lock()
		defer reading.Unlock()
		if ended || ctx.Err() != nil || failed.first() != nil {
			return false
		}
		if err := read(b); err != nil {
			if ended = true; !errors.Is(err, io.EOF) {
				unreadable = err
			}
		}
		return !ended
	}
	for _, a := range parts {
		own := b
		b = new(B)
		group.Go(func() {
			for next(own) {
				if row, err := add(a, own); err != nil {
					failed.at(row, err)
				}
			}
		})
	}
	group.Wait()
	if err := failed.first(); err != nil {
		return err
	}
	return unreadable
}

// firstFailure keeps the error of the earliest block. Blocks are handed out in order, so when one
// failed every earlier one is being scored too, and the earliest failure is always among those
// met: which it is does not depend on the workers.
type firstFailure struct {
	mu  sync.Mutex
	row int64
	err error
}

func (f *firstFailure) at(row int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil || row < f.row {
		f.row, f.err = row, err
	}
}

func (f *firstFailure) first() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// judge gives the exit status of an evaluation whose report is written: nil, or the failure that
// says why it is not a good one.
func judge(ctx context.Context, rows *rowfile.Rows, r *eval.Report) error {
	if err := unfinished(ctx, rows, r.Rows+r.Ignored); err != nil {
		return err
	}
	if r.Partial {
		return &failure{err: errors.New("the report is partial"), status: statusPartial}
	}
	return nil
}

// unfinished is the failure of a pass that was interrupted, or over a file that was cut short, after n rows; nil if it
// was neither.
func unfinished(ctx context.Context, rows *rowfile.Rows, n int64) error {
	switch {
	case ctx.Err() != nil:
		return &failure{err: fmt.Errorf("interrupted after %d rows: the report is partial", n), status: statusPartial}
	case rows.Truncated():
		return &failure{err: fmt.Errorf("%s was cut short: the report covers its %d whole rows", rows.Scores.Path, n), status: statusPartial}
	}
	return nil
}
