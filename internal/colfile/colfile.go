// Package colfile reads the columns of Parquet and Arrow files, in a process of its own that can be lost.
//
// No mature reader of Parquet is safe against a file that was made to hurt: some panic, some allocate what a header claims,
// some never return. So `xent` starts itself once more for each such file, with the file as its standard input and a
// request as its only argument; what is read leaves through its standard output as a stream of package columnar. The child
// bounds its own memory and time (limit.go), and whatever happens to it, its parent tells in words.
package colfile

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"xent/internal/columnar"
)

// A source is an opened file.
type source interface {
	schema() *columnar.Schema
	// begin goes to the first row, to read the columns of these numbers.
	begin(columns []int, sample bool) error
	// next fills b with at most most rows; io.EOF after the last.
	next(b *columnar.Batch, most int) error
}

// Bounds of what a batch holds.
const (
	batchBytes  = 1 << 20
	sampleRows  = 256
	sampleText  = 64      // bytes of a text in a sample, which only tells what it is
	maxText     = 1 << 20 // bytes of one text elsewhere
	maxListSize = 1 << 22 // numbers in one row
)

// Main serves one request: it reads file and writes a stream to out. It returns the exit status of the process.
func Main(request string, file *os.File, out io.Writer) int {
	var req columnar.Request
	if err := json.Unmarshal([]byte(request), &req); err != nil {
		fmt.Fprintln(os.Stderr, "this verb is for xent itself, which runs it to read Parquet and Arrow files:", err)
		return 2
	}
	w := &paced{w: out, watch: bound(req.MaxMem)}
	buffered := bufio.NewWriterSize(w, 256<<10)
	err := serve(req, file, columnar.NewWriter(buffered))
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return 1 // whoever read the stream has gone
	}
	return 0
}

// serve writes the stream. An error is one of writing: what is wrong with the file is part of the stream.
func serve(req columnar.Request, file *os.File, w *columnar.Writer) error {
	var broken error // of the writer
	err := guarded(func() error {
		src, err := open(file, req)
		if err != nil {
			return err
		}
		if broken = w.Schema(src.schema()); broken != nil {
			return broken
		}
		columns := req.Columns
		if req.Sample {
			columns = make([]int, len(src.schema().Columns))
			for i := range columns {
				columns[i] = i
			}
		}
		if err := src.begin(columns, req.Sample); err != nil {
			return err
		}
		p := pace{sample: req.Sample}
		var b columnar.Batch
		for most := p.rows(src.schema(), columns, nil); most > 0; most = p.rows(src.schema(), columns, &b) {
			if err := src.next(&b, most); err != nil {
				return err
			}
			if broken = w.Batch(&b); broken != nil {
				return broken
			}
		}
		return io.EOF
	})
	if broken != nil {
		return broken
	}
	if errors.Is(err, io.EOF) {
		return w.End()
	}
	var why *columnar.Refusal
	if !errors.As(err, &why) {
		why = &columnar.Refusal{Got: err.Error(), Hint: "the file is damaged; copy or write it again"}
	}
	return w.Refuse(why)
}

// guarded is do, with a panic of the library as an error.
func guarded(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &columnar.Refusal{Got: fmt.Sprintf("broke its reader: %v", p), Hint: "the file is damaged, or was made to do so; copy or write it again"}
		}
	}()
	if err := do(); err != nil {
		return err
	}
	return io.ErrUnexpectedEOF // unreached: do ends with an error
}

// open recognises the file by its first bytes.
func open(file *os.File, req columnar.Request) (source, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	switch req.Format {
	case "parquet":
		return openParquet(file, info.Size())
	case "arrow":
		return openArrow(file, info.Size(), req.Partial)
	}
	return nil, refuse("a format "+req.Format+" that is not read", "", "")
}

func refuse(got, want, hint string) error {
	return &columnar.Refusal{Got: got, Want: want, Hint: hint}
}

// pace tells how many rows a batch may have.
type pace struct {
	sample bool
	begun  bool
}

// rows returns the rows of the next batch, given the last, nil for the first: about a megabyte of them; the first holds one
// row where lists tell their length then. 0 ends the stream.
func (p *pace) rows(s *columnar.Schema, columns []int, last *columnar.Batch) int {
	size, lists := 0, false
	for i, c := range columns {
		switch k := s.Columns[c].Kind; {
		case k.List():
			lists = true
			if last != nil {
				size += 8 * last.Columns[i].Width
			}
		case k == columnar.Text:
			size += 64
		case k != columnar.Other:
			size += 8
		}
	}
	most := max(1, batchBytes/max(size, 1))
	if p.sample {
		if last != nil && (!lists || p.begun) {
			return 0
		}
		most = min(most, sampleRows)
	}
	if last == nil && lists {
		return 1
	}
	p.begun = true
	return min(most, columnar.MaxRows)
}
