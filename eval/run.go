package eval

import (
	"errors"
	"iter"

	"xent"
)

// Run measures all blocks, which must be the same each time they are ranged over: when the rows as a
// whole contradict what the first of them were taken for, they are read again. It is Add and Report in
// a loop, for those who hold their rows in memory; errors are theirs.
func Run[T xent.Float](cfg Config, blocks iter.Seq[Block[T]]) (*Report, error) {
	for {
		a, err := New(cfg)
		if err != nil {
			return nil, err
		}
		for b := range blocks {
			if err := Add(a, b); err != nil {
				return nil, err
			}
		}
		r, err := a.Report()
		var kind *KindError
		if errors.As(err, &kind) && cfg.Start != kind.Want {
			cfg.Start = kind.Want
			continue
		}
		return r, err
	}
}
