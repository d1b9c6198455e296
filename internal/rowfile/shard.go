//go:build !js

package rowfile

import "io"

// stripe is the run of rows that one shard takes at a time where nobody knows how many rows there are.
const stripe = 256

// shard is one of several parts that the rows are cut into; the zero value is all of them.
type shard struct{ index, of int64 }

// Shard makes Next give the rows of one shard alone, the index-th of so many, counted from 1. Their numbers stay those of
// the whole. Of N rows, where the files tell N before they are read, that is
//
//	[N·(index-1)/of, N·index/of)     and the others are skipped, not read, if the arrays are not compressed
//
// and otherwise every of-th run of 256 rows, and the others are read and dropped. Which rows a shard holds follows from the
// files alone, so that all shards together hold every row once.
//
// It panics unless 1 ≤ index ≤ of.
func (r *Rows) Shard(index, of int) {
	if index < 1 || index > of {
		panic("rowfile: no such shard")
	}
	r.shard = shard{int64(index), int64(of)}
}

// at tells, before row number row of the limit there are (-1: unknown), how many rows to skip and how many to give then.
func (s shard) at(row, limit int64) (skip, give int64) {
	if limit < 0 {
		turn := row / stripe % s.of
		away := (s.index - 1 - turn + s.of) % s.of
		if away == 0 {
			return 0, stripe - row%stripe
		}
		return away*stripe - row%stripe, stripe
	}
	low, high := s.cut(s.index-1, limit), s.cut(s.index, limit)
	switch {
	case row < low:
		return low - row, high - low
	case row < high:
		return 0, high - row
	}
	return limit - row, 0
}

// cut returns rows·i/of, rounded down, without overflow.
func (s shard) cut(i, rows int64) int64 { return rows/s.of*i + rows%s.of*i/s.of }

// within skips rows that are not of the shard and returns how many of most may be given then; [io.EOF] at the end.
func (r *Rows) within(most int) (int, error) {
	if r.shard.of == 0 {
		return most, nil
	}
	for {
		skip, give := r.shard.at(r.first, r.limit)
		if skip == 0 && give > 0 {
			return int(min(int64(most), give)), nil
		}
		if skip == 0 {
			return most, nil // the end, which load finds
		}
		if err := r.skip(skip); err != nil {
			return 0, err
		}
	}
}

// skip passes over n rows, fewer only at the end: without reading them where every feed can.
func (r *Rows) skip(n int64) error {
	seekable := true
	for _, f := range r.feeds {
		a, ok := f.(*array)
		seekable = seekable && ok && a.seekable()
	}
	if !seekable || r.limit < 0 {
		m, err := r.load(int(min(n, 4096)))
		r.first += int64(m)
		return err
	}
	for _, f := range r.feeds {
		if err := f.(*array).skip(n); err != nil {
			return err
		}
	}
	r.first += n
	return nil
}

// seekable tells whether rows can be passed over unread.
func (a *array) seekable() bool { _, ok := a.src.(sequential); return ok }

func (a *array) skip(n int64) error {
	row := int64(a.cols * a.dtype.size)
	if _, err := a.src.(sequential).Seek(n*row, io.SeekCurrent); err != nil {
		return a.read(a.data+a.pos*row, err)
	}
	a.pos, a.n, a.buf, a.lent = a.pos+n, 0, nil, nil
	return nil
}
