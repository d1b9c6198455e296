package main

import (
	"errors"
	"fmt"
	"io"

	"xent"
	"xent/cmd/xent/report"
	"xent/internal/rowfile"
)

// errOrder says that the two files name their rows in different orders, or not the same rows.
var errOrder = errors.New("the files have their rows in different orders")

// mostUnpaired is the share of the rows of a file that may be without the other's: beyond, the two are not of one data set.
const mostUnpaired = .01

// held are all rows of one file, by the number of their name.
type held[T xent.Float] struct {
	at    map[uint64]int
	block rowfile.Block[T]
	used  []bool
}

// hold reads all rows of B into memory, of which they may take most bytes.
func hold[T xent.Float](p *pairPass, most int64) (*held[T], error) {
	rows := p.sides[1]
	h := &held[T]{at: map[uint64]int{}}
	var b rowfile.Block[T]
	var size int64
	for {
		err := rowfile.Next(rows, &b)
		if errors.Is(err, io.EOF) {
			h.used = make([]bool, h.block.Rows)
			return h, nil
		}
		if err != nil {
			return nil, err
		}
		for i, id := range b.IDs {
			if first, ok := h.at[id]; ok {
				return nil, usage("--id must name each row", "%s: rows %d and %d have the same name in %s", report.Plain(rows.Scores.Path), first, h.block.Rows+i, report.Plain(rows.ID.Member))
			}
			h.at[id] = h.block.Rows + i
		}
		h.block.Rows += b.Rows
		h.block.Scores = append(h.block.Scores, b.Scores...)
		h.block.Labels = append(h.block.Labels, b.Labels...)
		h.block.Targets = append(h.block.Targets, b.Targets...)
		if size += 8 * int64(len(b.Scores)+len(b.Targets)+8*b.Rows); size > most { // twice what is kept, while a slice grows
			return nil, usage("give both files the same order of rows, and they are read in step; or raise --max-mem",
				"%s has its rows in another order than %s, and is too large to be held in memory", report.Plain(rows.Scores.Path), report.Plain(p.sides[0].Scores.Path))
		}
	}
}

// joinReader fills blocks with rows of A and the rows of B of the same names. A row of A that B has not gets the weight 0.
func joinReader[T xent.Float](p *pairPass, most int64) (func(*pairBlock[T]) error, error) {
	h, ok := p.held.(*held[T])
	if !ok {
		var err error
		if h, err = hold[T](p, most); err != nil {
			return nil, err
		}
		p.held = h
	}
	clear(h.used)
	p.lost, p.read = [2]int64{}, 0
	cols := p.sides[1].Scores.Cols
	return func(b *pairBlock[T]) error {
		err := rowfile.Next(p.sides[0], &b.a)
		if errors.Is(err, io.EOF) {
			for _, used := range h.used {
				if !used {
					p.lost[1]++
				}
			}
			return p.unpaired(len(h.used))
		}
		if err != nil {
			return err
		}
		p.read += b.a.Rows
		b.b = rowfile.Block[T]{First: b.a.First, Rows: b.a.Rows, Scores: b.b.Scores[:0], Labels: b.b.Labels[:0], Targets: b.b.Targets[:0]}
		for i, id := range b.a.IDs {
			at, ok := h.at[id]
			if ok && h.used[at] {
				return usage("--id must name each row", "%s: row %d has a name that another row has, too", report.Plain(p.sides[0].Scores.Path), b.a.First+int64(i))
			}
			if !ok {
				p.lost[0]++
				leaveOut(&b.a, i)
				at = 0 // any row: nobody looks at it
			} else {
				h.used[at] = true
			}
			b.b.Scores = append(b.b.Scores, h.block.Scores[at*cols:(at+1)*cols]...)
			switch {
			case len(h.block.Labels) == 0:
				b.b.Targets = append(b.b.Targets, h.block.Targets[at*cols:(at+1)*cols]...)
			case !ok && b.a.Labels != nil:
				b.b.Labels = append(b.b.Labels, b.a.Labels[i])
			default:
				b.b.Labels = append(b.b.Labels, h.block.Labels[at])
			}
		}
		labelAlike(p, &b.a, &b.b)
		p.bar.at(p.sides[0].Progress())
		return nil
	}, nil
}

// leaveOut gives row i of b the weight 0.
func leaveOut[T xent.Float](b *rowfile.Block[T], i int) {
	if b.Weights == nil {
		b.Weights = make([]float64, b.Rows)
		for j := range b.Weights {
			b.Weights[j] = 1
		}
	}
	b.Weights[i] = 0
}

// labelAlike gives the rows of B the labels of A's, where one file of labels serves both: it goes with the rows of A.
func labelAlike[T xent.Float](p *pairPass, a, b *rowfile.Block[T]) {
	if p.shared {
		b.Labels, b.Targets = append(b.Labels[:0], a.Labels...), append(b.Targets[:0], a.Targets...)
	}
}

// unpaired ends a pass in which the other file had rows rows: with an error where too many have no other.
func (p *pairPass) unpaired(rows int) error {
	for i, n := range []int{p.read, rows} {
		if lost := p.lost[i]; float64(lost) > mostUnpaired*float64(n) && !p.sides[0].Truncated() && !p.sides[1].Truncated() {
			return usage("cut both to the rows they share; up to 1 % may be missing", "%d of %d rows of %s are not in %s, by their names",
				lost, n, report.Plain(p.sides[i].Scores.Path), report.Plain(p.sides[1-i].Scores.Path))
		}
	}
	return io.EOF
}

// joined tells on which rows a comparison by names rests.
func (p *pairPass) joined() string {
	return fmt.Sprintf("joined by name; rows are numbered as in %s; %d of its rows are not in %s, and %d of that are not in it",
		report.Plain(p.sides[0].Scores.Path), p.lost[0], report.Plain(p.sides[1].Scores.Path), p.lost[1])
}
