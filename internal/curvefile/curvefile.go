// Package curvefile reads what training runs logged: tables (.csv, .tsv), lines of JSON (.jsonl, the trainer_state.json
// of Hugging Face) and event files of TensorBoard.
//
// A [File] holds each quantity as it was logged, point by point; [File.Pick] finds out which is the loss. What a file
// is, its bytes say and not its name. Nothing is allocated because a header claims it.
package curvefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
)

// MaxBytes is the size of the largest log that is read: a curve is looked at as a whole.
const MaxBytes = 256 << 20

// A File is a training log.
type File struct {
	Path    string
	Format  string   // "csv", "tsv", "jsonl", "json", "tfevents"
	Points  int      // lines, or different steps
	Columns []Column // in the order in which they appear
	Notes   []string // choices made while reading, and what was left out

	byName map[string]int
}

// A Column is one quantity. Where a line does not mention it, it has no point.
type Column struct {
	Name  string
	Line  []int     // number of the point, from 0, in ascending order
	Value []float64 // NaN and infinities as logged
}

// Read reads the log at path. Errors name the path, the line or offset, what was found and what was wanted; a line
// that begins with "hint: " says what would help.
func Read(path string) (*File, error) {
	r, err := os.Open(path)
	if err != nil {
		var p *fs.PathError
		switch {
		case errors.Is(err, fs.ErrNotExist):
			err = errors.New("does not exist")
		case errors.Is(err, fs.ErrPermission):
			err = errors.New("may not be read by this user")
		case errors.As(err, &p):
			err = p.Err
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("%s: more than %d bytes\nhint: log fewer points, or cut the file", path, MaxBytes)
	}
	return parse(path, text)
}

// parse decides what text is.
func parse(path string, text []byte) (*File, error) {
	f := &File{Path: path, byName: map[string]int{}}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	trimmed := bytes.TrimSpace(text)
	var err error
	switch {
	case len(trimmed) == 0:
		err = errors.New("is empty, want a log of training")
	case isEvents(text):
		err = f.events(text)
	case trimmed[0] == '{' || trimmed[0] == '[':
		err = f.json(text)
	case bytes.IndexByte(text[:min(len(text), 4096)], 0) >= 0:
		err = errors.New("holds binary data, want a table, lines of JSON or TensorBoard events")
	default:
		err = f.table(text)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(f.Columns) == 0 || f.Points == 0 {
		return nil, fmt.Errorf("%s: holds no numbers, want a log of training", path)
	}
	return f, nil
}

// add adds a point of a quantity. A second one of the same line replaces the first.
func (f *File) add(name string, line int, value float64) {
	i, ok := f.byName[name]
	if !ok {
		i = len(f.Columns)
		f.byName[name] = i
		f.Columns = append(f.Columns, Column{Name: name})
	}
	c := &f.Columns[i]
	if n := len(c.Line); n > 0 && c.Line[n-1] == line {
		c.Value[n-1] = value
		return
	}
	c.Line = append(c.Line, line)
	c.Value = append(c.Value, value)
}

// number parses a number as logs write it, with NaN and infinities in any of their spellings.
func number(text string) (float64, bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "nan", "-nan", "+nan":
		return math.NaN(), true
	case "inf", "+inf", "infinity", "+infinity":
		return math.Inf(1), true
	case "-inf", "-infinity":
		return math.Inf(-1), true
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return x, err == nil || errors.Is(err, strconv.ErrRange)
}
