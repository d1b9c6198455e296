package colfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"xent/internal/columnar"
)

// Arrow keeps tables in messages, one behind the other:
//
//	ff ff ff ff | length int32 | length bytes of description, a flatbuffer | body
//
// the first of which is the schema; then come batches of rows, and dictionaries before the batches that use them. Where the
// stream is a file (Feather version 2), it stands between "ARROW1\0\0" and a list of what it holds, which is not needed.
// Before version 0.15 the first four bytes were not there.
// Source: https://arrow.apache.org/docs/format/Columnar.html, format/Message.fbs and Schema.fbs.

const (
	messageSchema, messageDictionary, messageRows = 1, 2, 3

	maxMessage = 64 << 20 // bytes of a description
	maxBatches = 1 << 22
)

// An arrowFile is a source. Of a batch only the rows that are asked for are read, unless it is compressed; so memory does
// not depend on its size.
type arrowFile struct {
	f       *os.File
	size    int64
	table   columnar.Schema
	fields  []*arrowField // those of the schema
	columns []arrowColumn

	messages []message
	words    map[int64][][]byte    // of dictionaries, by their numbers
	width    map[*arrowField]int64 // of lists, once one was seen

	asked []int
	cut   int   // of texts in a sample; 0 for none
	next1 int   // message
	row   int64 // of the file
	batch *arrowBatch
	used  int64 // rows of batch
}

// A message is where one stands.
type message struct {
	kind       byte
	head       int64 // of the description
	headSize   int
	body, size int64
	rows       int64
}

func openArrow(f *os.File, size int64, partial bool) (source, error) {
	a := &arrowFile{f: f, size: size, table: columnar.Schema{Format: "arrow"}, words: map[int64][][]byte{}}
	at := int64(0)
	magic := make([]byte, 8)
	if _, err := f.ReadAt(magic, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.HasPrefix(magic, []byte("ARROW1")) {
		at = 8
	}
	for {
		m, head, next, err := a.message(at)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if partial && len(a.messages) > 0 {
				a.table.Cut = true
				break
			}
			return nil, err
		}
		if err := a.take(m, head); err != nil {
			return nil, err
		}
		if at = next; len(a.messages) > maxBatches {
			return nil, refuse(fmt.Sprintf("more than %d batches", maxBatches), "fewer", "")
		}
	}
	if a.fields == nil {
		return nil, refuse("no schema", "an Arrow file or stream", "")
	}
	return a, nil
}

func (a *arrowFile) schema() *columnar.Schema { return &a.table }

// message reads the description of the one at byte at, and tells where the next begins; io.EOF behind the last.
func (a *arrowFile) message(at int64) (m message, head flat, next int64, err error) {
	if at == a.size {
		return m, head, 0, io.EOF
	}
	cutShort := func() error {
		return refuse(fmt.Sprintf("ends within a batch, at byte %d", a.size), "", "the file is cut short or still being written; --allow-truncated uses the batches before")
	}
	pre := make([]byte, 8)
	if n, _ := a.f.ReadAt(pre, at); n < 4 {
		return m, head, 0, cutShort()
	} else if n < 8 {
		clear(pre[n:])
	}
	size := int64(int32(le.Uint32(pre)))
	m.head = at + 4
	if size == -1 {
		size, m.head = int64(int32(le.Uint32(pre[4:]))), at+8
	}
	if size == 0 {
		return m, head, 0, io.EOF
	}
	if size < 8 || size > maxMessage {
		return m, head, 0, refuse(fmt.Sprintf("a description of %d bytes at byte %d", size, at), fmt.Sprintf("at most %d", maxMessage), "no Arrow file, or a damaged one")
	}
	if size > a.size-m.head {
		return m, head, 0, cutShort()
	}
	b := make([]byte, size)
	if _, err := a.f.ReadAt(b, m.head); err != nil && !errors.Is(err, io.EOF) {
		return m, head, 0, err
	}
	top := root(b)
	m.kind, m.headSize, m.body, m.size = byte(top.number(1, 1, 0)), int(size), m.head+size, top.int64(3)
	head, ok := top.table(2)
	if !ok || m.size < 0 {
		return m, head, 0, refuse(fmt.Sprintf("a message without a header at byte %d", at), "", "the file is damaged")
	}
	if m.size > a.size-m.body {
		return m, head, 0, cutShort()
	}
	return m, head, m.body + m.size, nil
}

// take keeps what is needed of a message.
func (a *arrowFile) take(m message, head flat) error {
	switch {
	case m.kind == messageSchema && a.fields == nil:
		return a.readSchema(head)
	case a.fields == nil:
		return refuse("begins without a schema", "an Arrow file or stream", "")
	case m.kind == messageRows:
		if m.rows = head.int64(0); m.rows < 0 {
			return refuse(fmt.Sprintf("a batch of %d rows", m.rows), "0 or more", "the file is damaged")
		}
		if a.table.Rows += m.rows; a.table.Rows < 0 {
			return refuse("more rows than can be counted", "", "the file is damaged")
		}
	case m.kind != messageDictionary:
		return refuse(fmt.Sprintf("a message of kind %d", m.kind), "rows or a dictionary", "tensors are not read: save them as .npy")
	}
	a.messages = append(a.messages, m)
	return nil
}

func (a *arrowFile) begin(columns []int, sample bool) error {
	a.asked, a.next1, a.row, a.batch, a.used = columns, 0, 0, nil, 0
	if sample {
		a.cut = sampleText
	}
	return nil
}

func (a *arrowFile) next(b *columnar.Batch, most int) error {
	for a.batch == nil || a.used == a.batch.rows {
		if a.next1 == len(a.messages) {
			return io.EOF
		}
		m := a.messages[a.next1]
		a.next1++
		_, head, _, err := a.message(m.head - 8)
		if err != nil { // the old form, of four bytes
			if _, head, _, err = a.message(m.head - 4); err != nil {
				return err
			}
		}
		if m.kind == messageDictionary {
			if err := a.readWords(m, head); err != nil {
				return err
			}
			continue
		}
		if a.batch, err = a.open(m, head); err != nil {
			return err
		}
		a.used = 0
	}
	b.Rows = int(min(int64(most), a.batch.rows-a.used))
	if cap(b.Columns) < len(a.asked) {
		b.Columns = make([]columnar.Values, len(a.asked))
	}
	b.Columns = b.Columns[:len(a.asked)]
	for i, c := range a.asked {
		v := &b.Columns[i]
		v.Reset(a.table.Columns[c].Kind)
		if err := a.read(v, &a.columns[c], a.used, b.Rows); err != nil {
			return err
		}
	}
	a.used, a.row = a.used+int64(b.Rows), a.row+int64(b.Rows)
	return nil
}
