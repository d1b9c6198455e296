package bpe

import "container/heap"

// A Learner counts the pieces of text and learns a codec from them.
type Learner struct {
	index  map[string]int
	pieces []counted
}

// counted is a distinct piece, as the tokens that it is at present.
type counted struct {
	tokens []uint16
	times  int64
}

// Add counts the pieces of a text.
func (l *Learner) Add(text []byte) {
	if l.index == nil {
		l.index = map[string]int{}
	}
	for len(text) > 0 {
		piece := text[:Piece(text)]
		text = text[len(piece):]
		i, ok := l.index[string(piece)]
		if !ok {
			i = len(l.pieces)
			l.index[string(piece)] = i
			tokens := make([]uint16, len(piece))
			for k, b := range piece {
				tokens[k] = uint16(b)
			}
			l.pieces = append(l.pieces, counted{tokens: tokens})
		}
		l.pieces[i].times++
	}
}

// Learn returns the codec of so many tokens, 256 to [MaxVocab], or of fewer where no pair is left that occurs twice. Of pairs that
// occur equally often the one of the lower tokens comes first: the same texts in any order give the same codec. The learner
// is used up.
func (l *Learner) Learn(vocab int) *Codec {
	c, err := New(nil)
	if err != nil || vocab < bytes || vocab > MaxVocab {
		panic("bpe: Learn: a vocabulary that cannot be")
	}
	t := newTally(l.pieces)
	for c.Vocab() < vocab {
		p, ok := t.most()
		if !ok {
			break
		}
		c.add(p)
		t.merge(p, uint16(c.Vocab()-1))
	}
	*l = Learner{}
	return c
}

// A tally knows how often each pair occurs, and in which pieces.
type tally struct {
	pieces []counted
	times  map[Pair]int64
	where  map[Pair][]int32 // pieces that held the pair when they were noted, some of them more than once
	queue  queue            // of pairs with counts that they had; the true ones are in times
}

func newTally(pieces []counted) *tally {
	t := &tally{pieces: pieces, times: map[Pair]int64{}, where: map[Pair][]int32{}}
	for i := range pieces {
		t.note(i, 1)
	}
	for p, n := range t.times {
		t.queue = append(t.queue, entry{p, n})
	}
	heap.Init(&t.queue)
	return t
}

// note adds the pairs of a piece to the tally, or with -1 takes them out.
func (t *tally) note(i int, sign int64) {
	w := &t.pieces[i]
	for k := range len(w.tokens) - 1 {
		p := Pair{w.tokens[k], w.tokens[k+1]}
		t.times[p] += sign * w.times
		if all := t.where[p]; sign > 0 && (len(all) == 0 || all[len(all)-1] != int32(i)) {
			t.where[p] = append(all, int32(i))
		}
	}
}

// most returns the pair that occurs most often; none when no pair occurs twice.
func (t *tally) most() (Pair, bool) {
	for len(t.queue) > 0 {
		top := &t.queue[0]
		if now := t.times[top.pair]; now != top.times {
			top.times = now
			heap.Fix(&t.queue, 0)
			continue
		}
		return top.pair, top.times >= 2
	}
	return Pair{}, false
}

// merge makes a pair a token in all pieces that hold it.
func (t *tally) merge(p Pair, token uint16) {
	var grown []Pair
	for _, i := range t.where[p] {
		w := &t.pieces[i]
		if !holds(w.tokens, p) {
			continue
		}
		t.note(int(i), -1)
		w.tokens = merge(w.tokens, p, token)
		t.note(int(i), 1)
		for k := range len(w.tokens) - 1 {
			if w.tokens[k] == token || w.tokens[k+1] == token {
				grown = append(grown, Pair{w.tokens[k], w.tokens[k+1]})
			}
		}
	}
	delete(t.where, p)
	delete(t.times, p)
	seen := map[Pair]bool{}
	for _, q := range grown {
		if !seen[q] {
			seen[q] = true
			heap.Push(&t.queue, entry{q, t.times[q]})
		}
	}
}

// holds tells whether a pair is in tokens.
func holds(tokens []uint16, p Pair) bool {
	for k := range len(tokens) - 1 {
		if tokens[k] == p[0] && tokens[k+1] == p[1] {
			return true
		}
	}
	return false
}

// A queue has the most frequent pair first.
type queue []entry

type entry struct {
	pair  Pair
	times int64
}

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	if a.times != b.times {
		return a.times > b.times
	}
	if a.pair[0] != b.pair[0] {
		return a.pair[0] < b.pair[0]
	}
	return a.pair[1] < b.pair[1]
}
func (q *queue) Push(x any) { *q = append(*q, x.(entry)) }
func (q *queue) Pop() any {
	old := *q
	e := old[len(old)-1]
	*q = old[:len(old)-1]
	return e
}
