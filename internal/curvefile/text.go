package curvefile

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// table reads a table with a header. A cell without a number is a point that was not logged.
func (f *File) table(text []byte) error {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, f.Format = ',', "csv"
	first, _, _ := bytes.Cut(text, []byte("\n"))
	if bytes.Count(first, []byte("\t")) > bytes.Count(first, []byte(",")) {
		r.Comma, f.Format = '\t', "tsv"
	} else if bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		r.Comma = ';'
	}
	r.FieldsPerRecord, r.ReuseRecord, r.TrimLeadingSpace = -1, true, true
	record, err := r.Read()
	if err != nil {
		return err
	}
	header := make([]string, len(record))
	for i, name := range record {
		if _, ok := number(name); ok {
			return fmt.Errorf("line 1: column %d is called %q, want names of what was logged\nhint: add a first line such as step,loss,accuracy", i+1, name)
		}
		header[i] = strings.TrimSpace(name)
	}
	words := 0
	for ; ; f.Points++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if len(record) > len(header) {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("line %d: %d cells, want %d", line, len(record), len(header))
		}
		for i, cell := range record {
			if x, ok := number(cell); ok {
				f.add(header[i], f.Points, x)
			} else if strings.TrimSpace(cell) != "" {
				words++
			}
		}
	}
	if words > 0 {
		what := "cells hold no number and were"
		if words == 1 {
			what = "cell holds no number and was"
		}
		f.Notes = append(f.Notes, fmt.Sprintf("%d %s left out", words, what))
	}
	return nil
}

// json reads objects, one after the other, or those in the list log_history of one object, or in a list. Members that
// are no numbers are left out; objects in objects are members whose names are joined with a slash.
func (f *File) json(text []byte) error {
	f.Format = "jsonl"
	d := json.NewDecoder(bytes.NewReader(quoteNumbers(text)))
	d.UseNumber()
	for {
		var v any
		if err := d.Decode(&v); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			if f.Points > 0 && errors.Is(err, io.ErrUnexpectedEOF) {
				f.Notes = append(f.Notes, "the last line was cut short and left out")
				return nil
			}
			return fmt.Errorf("byte %d: %w", d.InputOffset(), err)
		}
		list, ok := v.([]any)
		if object, is := v.(map[string]any); is {
			if list, ok = object["log_history"].([]any); !ok {
				list, ok = []any{v}, true
			} else {
				f.Format = "json"
			}
		}
		if !ok {
			return fmt.Errorf("byte %d: want objects such as {\"step\": 1, \"loss\": 2.3}", d.InputOffset())
		}
		for _, v := range list {
			object, ok := v.(map[string]any)
			if !ok {
				return fmt.Errorf("byte %d: want a list of objects", d.InputOffset())
			}
			f.members("", object, 0)
			f.Points++
		}
	}
}

// deepest is how many objects within objects are looked into.
const deepest = 8

func (f *File) members(prefix string, object map[string]any, depth int) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		switch v := object[name].(type) {
		case json.Number:
			if x, ok := number(v.String()); ok {
				f.add(prefix+name, f.Points, x)
			}
		case string:
			if x, ok := number(v); ok {
				f.add(prefix+name, f.Points, x)
			}
		case map[string]any:
			if depth < deepest {
				f.members(prefix+name+"/", v, depth+1)
			}
		}
	}
}

// quoteNumbers puts NaN and Infinity, which Python writes and JSON does not know, into quotes.
func quoteNumbers(text []byte) []byte {
	if !bytes.Contains(text, []byte("NaN")) && !bytes.Contains(text, []byte("Infinity")) {
		return text
	}
	var out bytes.Buffer
	quoted := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted && c == '\\' && i+1 < len(text):
			out.WriteByte(c)
			i++
			c = text[i]
		case c == '"':
			quoted = !quoted
		case !quoted && (c == 'N' || c == 'I' || c == '-'):
			for _, word := range []string{"NaN", "-Infinity", "Infinity"} {
				if bytes.HasPrefix(text[i:], []byte(word)) {
					out.WriteString(`"` + word + `"`)
					i += len(word)
					break
				}
			}
			if i >= len(text) {
				return out.Bytes()
			}
			if c = text[i]; c == '"' {
				quoted = true
			}
		}
		out.WriteByte(c)
	}
	return out.Bytes()
}
