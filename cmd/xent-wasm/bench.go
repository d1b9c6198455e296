//go:build bench

package main

//lint:file-ignore U1000 JavaScript calls these

import (
	"errors"
	"io"
	"unsafe"

	"xent/eval"
	"xent/internal/evalfile"
	"xent/internal/rowfile"
)

// The bench evaluates the reader's own files: benchOpen, benchStep until it is finished, then the report is
// at hand; benchStop reports on what was read so far. There is one evaluation at a time, and a new one
// ends the last. What is refused is a view too: its message and hint.
//
// Files stay with the host, which numbers them and reads them by position.

//go:wasmimport host size
func hostSize(file int32) float64

//go:wasmimport host read
func hostRead(file int32, offset float64, to unsafe.Pointer, n int32) int32

//go:wasmimport host answer
func hostAnswer(from unsafe.Pointer, n int32)

// maxMem bounds what reading takes of the memory that a page may have.
const maxMem = 512 << 20

var pass *evalfile.Pass

//go:wasmexport benchOpen
func benchOpen() status {
	return call(func(t *tape) error {
		pass = nil
		src, opt, asked := readJob(t)
		opt.MaxMem = maxMem
		err := open(src, opt, asked)
		t.startView()
		t.refusal(nil, err)
		t.endView()
		return nil
	})
}

// readJob reads what to evaluate, and how, in the order in which web/src/core/bench.ts writes it.
func readJob(t *tape) (src rowfile.Source, opt rowfile.Options, asked eval.Config) {
	names := readSlice(t, (*tape).readString)
	src = rowfile.Source{Scores: t.readString(), Labels: t.readString(), Weights: t.readString()}
	opt = rowfile.Options{
		ScoresKey: t.readString(), LabelsKey: t.readString(), WeightsKey: t.readString(),
		DType: t.readString(), Field: t.readString(), Decimal: '.',
	}
	if t.readBool() {
		opt.Decimal = ','
	}
	opt.AllowTruncated, opt.IgnoreTrailing = t.readBool(), t.readBool()
	asked = eval.Config{Input: eval.Input(t.readString())}
	if ignore, given := int64(t.readInt()), t.readBool(); given {
		asked.IgnoreIndex = &ignore
	}
	asked.LabelBase, asked.Renormalize = int64(t.readInt()), t.readBool()
	asked.Bins, asked.Surprising = t.readInt(), t.readInt()
	opt.Open = func(path string) (rowfile.Stored, error) {
		for i, name := range names {
			if name == path {
				return hostFile(i), nil
			}
		}
		return nil, errors.New("does not exist")
	}
	return src, opt, asked
}

func open(src rowfile.Source, opt rowfile.Options, asked eval.Config) error {
	rows, err := rowfile.Open(src, opt)
	if err != nil {
		return err
	}
	if message, hint := evalfile.Unlabelled(rows); message != "" {
		return &rowfile.Error{Path: rows.Scores.Path, Offset: -1, Got: message, Hint: hint}
	}
	pass, err = evalfile.Begin(rows, evalfile.Config(rows, asked))
	return err
}

// benchStep scores the next block. Its view: the refusal; bytes read and of all; whether this is the second
// time, and whether the report is at hand.
//
//go:wasmexport benchStep
func benchStep() status {
	return call(func(t *tape) error { return advance(t, (*evalfile.Pass).Step) })
}

//go:wasmexport benchStop
func benchStop() status {
	return call(func(t *tape) error { return advance(t, (*evalfile.Pass).Stop) })
}

func advance(t *tape, do func(*evalfile.Pass) (*eval.Report, error)) error {
	if pass == nil {
		return errors.New("nothing is open")
	}
	p := pass
	report, err := do(p)
	if report != nil {
		text := evalfile.JSON(p, report)
		hostAnswer(unsafe.Pointer(unsafe.SliceData(text)), int32(len(text)))
	}
	if report != nil || err != nil {
		pass = nil
	}
	done, total := p.Rows.Progress()
	t.startView()
	t.refusal(p.Rows, err)
	t.writeFloat(float64(done))
	t.writeFloat(float64(total))
	t.writeBool(p.Again)
	t.writeBool(report != nil)
	t.endView()
	return nil
}

// refusal writes err as the command would print it: message and hint, both empty for none.
func (t *tape) refusal(rows *rowfile.Rows, err error) {
	message, hint := "", ""
	if err != nil {
		var array *rowfile.Header
		array, hint = evalfile.Blame(rows, err)
		if message = err.Error(); array != nil {
			message = evalfile.Name(array) + ": " + message
		}
	}
	const most = 4000
	t.writeString(message[:min(len(message), most)])
	t.writeString(hint[:min(len(hint), most)])
}

// hostFile is a file of the host.
type hostFile int32

func (f hostFile) Close() error                   { return nil }
func (f hostFile) Size() (int64, error)           { return int64(hostSize(int32(f))), nil }
func (f hostFile) Same(other rowfile.Stored) bool { return other == rowfile.Stored(f) }

// ReadAt reads through the host, which answers a negative number when it cannot.
func (f hostFile) ReadAt(b []byte, off int64) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	n := int(hostRead(int32(f), float64(off), unsafe.Pointer(unsafe.SliceData(b)), int32(len(b))))
	switch {
	case n < 0:
		return 0, errors.New("the browser cannot read it any more: was it changed or moved since it was chosen?")
	case n < len(b):
		return n, io.EOF
	}
	return n, nil
}
