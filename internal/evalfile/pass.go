package evalfile

import (
	"errors"
	"io"

	"xent"
	"xent/eval"
	"xent/internal/rowfile"
)

// A Pass scores the rows of files block by block, in the goroutine of its caller: for a host that
// must answer to its user in between. Its report is that of any other number of workers.
type Pass struct {
	Rows   *rowfile.Rows
	Config eval.Config
	Again  bool // the rows are read a second time: as a whole they are another kind than they began
	Done   bool // the last row was seen

	total *eval.Accumulator
	next  func() error // scores the next block; io.EOF after the last
}

// Begin makes a Pass over rows. Errors: [*eval.ConfigError].
func Begin(rows *rowfile.Rows, config eval.Config) (*Pass, error) {
	p := &Pass{Rows: rows, Config: config}
	if rows.Wide() {
		p.next = next[float64](p)
	} else {
		p.next = next[float32](p)
	}
	return p, p.restart()
}

func (p *Pass) restart() (err error) {
	p.total, err = eval.New(p.Config)
	return err
}

func next[T xent.Float](p *Pass) func() error {
	b := new(rowfile.Block[T])
	return func() error {
		if err := rowfile.Next(p.Rows, b); err != nil {
			return err
		}
		return eval.Add(p.total, View(b, p.Rows.Scores.Cols))
	}
}

// Step scores the next block of about a megabyte, and returns the report behind the last one; it is
// nil until then. When all rows contradict what the first were taken for, they are read again.
//
// Errors: those of rowfile and eval; [Blame] tells the file.
func (p *Pass) Step() (*eval.Report, error) {
	err := p.next()
	if err == nil {
		return nil, nil
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	p.Done = true
	return p.report()
}

// Stop reports on the rows seen so far: a partial report. Where these contradict what the first were
// taken for, it is one on the first block.
func (p *Pass) Stop() (*eval.Report, error) {
	r, err := p.report()
	if r != nil || err != nil {
		return r, err
	}
	if err := p.next(); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return p.report()
}

func (p *Pass) report() (*eval.Report, error) {
	r, err := p.total.Report()
	var kind *eval.KindError
	if errors.As(err, &kind) && !p.Again {
		if err := p.Rows.Rewind(); err != nil {
			return nil, err
		}
		p.Config.Start, p.Again, p.Done = kind.Want, true, false
		return nil, p.restart()
	}
	if err != nil {
		return nil, err
	}
	r.Partial = r.Partial || !p.Done || p.Rows.Truncated()
	return r, nil
}
