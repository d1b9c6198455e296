//go:build !js

package rowfile

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// Stdin is the path that stands for the standard input.
const Stdin = "-"

// openStdin opens the standard input: a file as it is; of what comes through a pipe, which is read by position and perhaps
// twice, up to a sixteenth of MaxMem or 64 MiB is held, and more goes to a temporary file.
func openStdin(in *os.File, opt *Options) (Stored, error) {
	p := place{path: Stdin}
	info, err := in.Stat()
	if err != nil {
		return nil, p.osError(err)
	}
	if info.Mode().IsRegular() {
		return &osFile{in, info}, nil
	}
	if info.Mode()&os.ModeCharDevice != 0 {
		return nil, p.whole("the standard input is a terminal or a device", "a file or a pipe", "xent eval - < predictions.jsonl")
	}
	var held bytes.Buffer
	keep := min(opt.maxMem()/16, maxHeld)
	n, err := io.CopyN(&held, in, keep+1)
	if errors.Is(err, io.EOF) {
		return piped{inMemory(held.Bytes())}, nil
	}
	if err != nil {
		return nil, p.at(n, bare(err).Error(), "", "")
	}
	return spill(io.MultiReader(&held, in), p, opt.MaxBytes)
}

// piped is what came through a pipe; there is one.
type piped struct{ Stored }

func (piped) Same(other Stored) bool { _, ok := other.(piped); return ok }

// spilled is a temporary file.
type spilled struct{ *osFile }

func (s spilled) Close() error {
	err := s.osFile.Close()
	os.Remove(s.Name())
	return err
}

// spill writes r, of at most most bytes unless that is 0, to a temporary file.
func spill(r io.Reader, p place, most int64) (Stored, error) {
	f, err := os.CreateTemp("", "xent-*")
	if err != nil {
		return nil, p.osError(err)
	}
	s := spilled{&osFile{File: f}}
	if most > 0 {
		r = io.LimitReader(r, most+1)
	}
	n, err := io.Copy(f, r)
	if err == nil && most > 0 && n > most {
		err = p.whole(sprintf("more than %d bytes", most), "fewer", "--max-bytes raises the bound")
	}
	if err == nil {
		s.info, err = f.Stat()
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return piped{s}, nil
}
