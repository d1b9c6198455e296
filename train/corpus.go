package train

import (
	"slices"
	"strconv"
)

// A Document is a text as tokens.
type Document struct {
	Name   string
	Bytes  int // of its text
	Tokens []uint16
}

// A Corpus is documents to learn from and others to be judged by.
type Corpus struct {
	Vocab       int // tokens are below it; the number itself is the mark between documents
	Train, Test []Document
}

// Mark is what stands before and after each document: the end of the one, the beginning of the next. Models predict it, too, so
// that what they say of a document includes where it ends.
func (c *Corpus) Mark() int { return c.Vocab }

// stream is the documents one after the other, a mark before each and behind the last.
func (c *Corpus) stream() []uint16 {
	n := 1
	for _, d := range c.Train {
		n += len(d.Tokens) + 1
	}
	s := append(make([]uint16, 0, n), uint16(c.Mark()))
	for _, d := range c.Train {
		s = append(append(s, d.Tokens...), uint16(c.Mark()))
	}
	return s
}

// check refuses a corpus that cannot be learnt from.
func (c *Corpus) check(length int) error {
	if c.Vocab < 1 || c.Vocab > 1<<16-1 {
		return &DataError{strconv.Itoa(c.Vocab) + " tokens of the vocabulary", "1 to 65535"}
	}
	for _, part := range []struct {
		name string
		all  []Document
	}{{"to learn from", c.Train}, {"to judge by", c.Test}} {
		bytes := 0
		for _, d := range part.all {
			bytes += d.Bytes
			if i := slices.IndexFunc(d.Tokens, func(t uint16) bool { return int(t) >= c.Vocab }); i >= 0 {
				return &DataError{"token " + strconv.Itoa(int(d.Tokens[i])) + " at " + strconv.Itoa(i) + " of " + d.Name, "below " + strconv.Itoa(c.Vocab)}
			}
		}
		if bytes == 0 {
			return &DataError{"no text " + part.name, "one document of each kind at least"}
		}
	}
	if n := len(c.stream()); n < length+1 {
		return &DataError{strconv.Itoa(n) + " tokens to learn from", strconv.Itoa(length+1) + " at least, for one sequence"}
	}
	return nil
}
