// Package bpe cuts text into tokens by byte-level byte-pair encoding, learnt from text.
//
// Text is bytes, any bytes. It is first cut into pieces, words and what stands between them ([Piece]); then, in each piece, the
// pair of neighbouring tokens that occurred most often while learning is made one token, again and again. The tokens 0 to 255
// are the bytes themselves, so there is no text that cannot be encoded, and decoding gives back exactly what was encoded.
//
// Source: Gage 1994; Sennrich, Haddow and Birch 2016; over bytes, Radford et al. 2019.
package bpe

import (
	"errors"
	"fmt"
)

// MaxVocab is the largest vocabulary: tokens are kept in 16 bits, and one number is left for a mark between texts.
const MaxVocab = 1<<16 - 1

// bytes is how many tokens are single bytes.
const bytes = 256

// A Pair is two neighbouring tokens.
type Pair [2]uint16

// A Codec turns text into tokens and back. It remembers pieces that it has met, and so serves one goroutine at a time.
type Codec struct {
	merges []Pair          // merges[i] became token 256+i
	ranks  map[Pair]uint16 // the token that a pair becomes
	text   [][]byte        // of each token
	known  map[string][]uint16
}

// New returns the codec of pairs that become the tokens 256, 257, … in this order. No pairs: plain bytes.
//
// Errors: more pairs than [MaxVocab] allows, a pair of tokens that come later, a pair that occurs twice.
func New(merges []Pair) (*Codec, error) {
	if bytes+len(merges) > MaxVocab {
		return nil, fmt.Errorf("%d pairs, want %d at most", len(merges), MaxVocab-bytes)
	}
	c := &Codec{ranks: map[Pair]uint16{}, known: map[string][]uint16{}}
	for b := range bytes {
		c.text = append(c.text, []byte{byte(b)})
	}
	for i, p := range merges {
		next := bytes + i
		if int(p[0]) >= next || int(p[1]) >= next {
			return nil, fmt.Errorf("pair %d is of the tokens %d and %d, want tokens below %d", i, p[0], p[1], next)
		}
		if _, twice := c.ranks[p]; twice {
			return nil, fmt.Errorf("pair %d, of the tokens %d and %d, occurs twice", i, p[0], p[1])
		}
		if len(c.text[p[0]])+len(c.text[p[1]]) > maxPiece {
			return nil, fmt.Errorf("pair %d makes a token of more than %d bytes", i, maxPiece)
		}
		c.add(p)
	}
	return c, nil
}

// add makes a pair the next token.
func (c *Codec) add(p Pair) {
	c.ranks[p] = uint16(len(c.text))
	c.merges = append(c.merges, p)
	c.text = append(c.text, append(append([]byte(nil), c.text[p[0]]...), c.text[p[1]]...))
}

// Merges returns the pairs, in the order of the tokens that they became: all there is to a codec.
func (c *Codec) Merges() []Pair { return c.merges }

// Vocab returns how many tokens there are.
func (c *Codec) Vocab() int { return len(c.text) }

// Text returns the bytes of a token: the codec's memory.
func (c *Codec) Text(token uint16) []byte { return c.text[token] }

// Decode appends the bytes of tokens to dst. A token that does not exist is an error; dst is then what it was.
func (c *Codec) Decode(dst []byte, tokens []uint16) ([]byte, error) {
	n := len(dst)
	for i, t := range tokens {
		if int(t) >= len(c.text) {
			return dst[:n], errors.New("token " + fmt.Sprint(t) + " at " + fmt.Sprint(i) + ", want one below " + fmt.Sprint(len(c.text)))
		}
		dst = append(dst, c.text[t]...)
	}
	return dst, nil
}

// remembered bounds how many pieces a codec keeps the tokens of.
const remembered = 1 << 17

// Encode appends the tokens of text to dst.
func (c *Codec) Encode(dst []uint16, text []byte) []uint16 {
	for len(text) > 0 {
		piece := text[:Piece(text)]
		text = text[len(piece):]
		tokens, ok := c.known[string(piece)]
		if !ok {
			tokens = c.encode(piece)
			if len(c.known) < remembered {
				c.known[string(piece)] = tokens
			}
		}
		dst = append(dst, tokens...)
	}
	return dst
}

// encode returns the tokens of a piece: the pair that was learnt first is merged first, wherever it stands.
func (c *Codec) encode(piece []byte) []uint16 {
	tokens := make([]uint16, len(piece))
	for i, b := range piece {
		tokens[i] = uint16(b)
	}
	for {
		var first Pair
		best := uint16(0)
		for i := range len(tokens) - 1 {
			p := Pair{tokens[i], tokens[i+1]}
			if t, ok := c.ranks[p]; ok && (best == 0 || t < best) {
				first, best = p, t
			}
		}
		if best == 0 {
			return tokens
		}
		tokens = merge(tokens, first, best)
	}
}

// merge puts token in place of each pair p, in place, from the left.
func merge(tokens []uint16, p Pair, token uint16) []uint16 {
	n := 0
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		if t == p[0] && i+1 < len(tokens) && tokens[i+1] == p[1] {
			t = token
			i++
		}
		tokens[n] = t
		n++
	}
	return tokens[:n]
}
