package rowfile

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// columnRowsOf is what columns.py writes: 40 rows of k/8 - 5, of which some files hold from row 5 on.
const columnCount = 40

// Every layout, encoding and compression gives the same rows.
func TestColumns(t *testing.T) {
	words, animals := []string{"cat", "dog", "eel"}, []string{"ant", "bee", "cow"}
	for _, tt := range []struct {
		file  string
		dtype string
		first int // of the rows
		rows  int
		names []string
		why   string
	}{
		{"list.parquet", "float32", 0, 40, nil, "row groups of 16, pages that end within a row"},
		{"list-v2.parquet", "float32", 0, 40, nil, "pages of version 2, zstd"},
		{"list-gzip.parquet", "float32", 0, 40, nil, ""},
		{"list-lz4.parquet", "float32", 0, 40, nil, ""},
		{"list-brotli.parquet", "float32", 0, 40, nil, ""},
		{"list-none.parquet", "float32", 0, 40, nil, "no dictionary of numbers"},
		{"list-split.parquet", "float32", 0, 40, nil, "bytes of floats apart"},
		{"columns.parquet", "float32", 0, 40, words, "one column a class, labels in a dictionary"},
		{"delta.parquet", "float32", 0, 40, words, "texts and integers by their differences"},
		{"named.parquet", "float32", 0, 40, animals, "a ClassLabel of datasets"},
		{"fixed.parquet", "float32", 0, 40, nil, "lists of a fixed size, labels uint8"},
		{"half.parquet", "float16", 0, 40, nil, "labels int8"},
		{"double.parquet", "float64", 0, 40, nil, "labels are floats of integral value"},
		{"struct.parquet", "float32", 0, 40, nil, "members of a struct"},
		{"soft.parquet", "float32", 0, 40, nil, "large lists; targets are lists"},
		{"stream.arrow", "float32", 0, 40, animals, "what datasets keeps: a stream of batches of 16"},
		{"stream-zstd.arrow", "float32", 0, 40, animals, ""},
		{"stream-lz4.arrow", "float32", 0, 40, animals, ""},
		{"file.arrow", "float32", 0, 40, nil, "the file, with a footer"},
		{"columns.arrow", "float32", 0, 40, words, "one column a class, labels by a dictionary"},
		{"fixed.arrow", "float32", 0, 40, nil, "lists of a fixed size, labels uint8"},
		{"large.arrow", "float32", 0, 40, words, "offsets of 64 bits"},
		{"view.arrow", "float32", 0, 40, []string{"a cat that is longer", "dog", "eel"}, "texts by views"},
		{"sliced.feather", "float32", 5, 20, nil, "offsets that do not begin at 0, LZ4"},
		{"plain.feather", "float32", 0, 40, nil, "Feather version 2, zstd"},
	} {
		t.Run(tt.file, func(t *testing.T) {
			all := must(t, Source{Scores: filepath.Join("testdata/columns", tt.file)}, Options{})
			if all.rows != tt.rows || all.Scores.Cols != 3 || all.Scores.DType != tt.dtype || all.Scores.Rows != int64(tt.rows) {
				t.Fatalf("%d rows of %d %s, header %d, want %d of 3 %s", all.rows, all.Scores.Cols, all.Scores.DType, all.Scores.Rows, tt.rows, tt.dtype)
			}
			for i := range all.rows {
				r := i + tt.first
				for k := range 3 {
					if got, want := all.scores[3*i+k], float64(3*r+k)/8-5; got != want {
						t.Fatalf("score %d of row %d is %v, want %v", k, i, got, want)
					}
				}
				switch {
				case all.labels != nil && all.labels[i] != int64(r%3):
					t.Fatalf("label of row %d is %d, want %d", i, all.labels[i], r%3)
				case all.labels == nil && all.targets[3*i+r%3] != 1:
					t.Fatalf("target of row %d is %v", i, all.targets[3*i:3*i+3])
				}
			}
			if !slices.Equal(all.Classes, tt.names) {
				t.Errorf("classes %q, want %q", all.Classes, tt.names)
			}
		})
	}
}

// What a file of columns holds beside scores and labels serves as in a table of text.
func TestColumnsBeside(t *testing.T) {
	const dir = "testdata/columns/"
	r, err := Open(Source{Scores: dir + "list.parquet", Groups: "document", By: []string{"document", "label"}}, Options{WeightsKey: "weight"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for range 2 { // a second child gives the same
		var b Block[float32]
		groups, rows := map[uint64]bool{}, 0
		for {
			if err := Next(r, &b); err != nil {
				if err.Error() != "EOF" {
					t.Fatal(err)
				}
				break
			}
			for i := range b.Rows {
				groups[b.Groups[i]] = true
				if got, want := b.By[0][i], "d"+string(rune('0'+(rows+i)/4)); got != want || b.Weights[i] != 1 {
					t.Fatalf("row %d: document %q, weight %v, want %q, 1", rows+i, got, b.Weights[i], want)
				}
				if b.By[1][i] != string(rune('0'+(rows+i)%3)) {
					t.Fatalf("row %d: label %q as key", rows+i, b.By[1][i])
				}
			}
			rows += b.Rows
		}
		if len(groups) != 10 || rows != columnCount {
			t.Errorf("%d groups of %d rows, want 10 of %d", len(groups), rows, columnCount)
		}
		if err := r.Rewind(); err != nil {
			t.Fatal(err)
		}
	}
}

// Rows without a label are refused, or have the label that Options.Missing gives them.
func TestColumnsMissingLabel(t *testing.T) {
	for _, file := range []string{"holes.parquet", "holes.arrow"} {
		ignored := int64(-100)
		all := must(t, Source{Scores: "testdata/columns/" + file}, Options{Missing: &ignored})
		for i, y := range all.labels {
			want := int64(i % 3)
			if i == 3 || i == 17 {
				want = -100
			}
			if y != want {
				t.Errorf("%s: label of row %d is %d, want %d", file, i, y, want)
			}
		}
	}
}

func TestColumnsRefused(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"ragged.parquet", `column "logits": row 22 holds 2 numbers, want 3, as in the rows before`},
		{"gap.parquet", `column "logits": number 1 of row 11 is missing, want a number`},
		{"none.parquet", `column "logits": row 9 holds 0 numbers, want 3, as in the rows before`},
		{"null-score.parquet", `column "p_a": row 5 has no value (null), want a number`},
		{"ragged.arrow", `column "logits": row 22 holds 2 numbers, want 3, as in the rows before`},
		{"gap.arrow", `column "logits": number 1 of row 11 is missing, want a number`},
		{"holes.arrow", `column "label": row 3 has no value (null), want a label`},
		{"holes.parquet", `column "label": row 3 has no value (null), want a label`},
		{"nested.parquet", `no column of numbers for the scores; "logits" is a list of lists`},
		{"decimal.parquet", `no column of numbers for the scores; "p_a" is a decimal, "p_b" is a decimal`},
	} {
		_, err := readAll(Source{Scores: filepath.Join("testdata/columns", tt.file)}, Options{})
		if want := "testdata/columns/" + tt.file + ": " + tt.want; err == nil || err.Error() != want {
			t.Errorf("%s\n got %v\nwant %s", tt.file, err, want)
		}
	}
}

// A child that goes on for ever, or wants more memory than it may have, ends; what it died of is said.
func TestColumnsChildDies(t *testing.T) {
	b, err := os.ReadFile("testdata/columns/list.parquet")
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, "x.parquet", b)
	_, err = readAll(Source{Scores: path}, Options{MaxMem: 1 << 10})
	var e *Error
	if !errors.As(err, &e) || e.Got != "its reader exceeded 1024 bytes" || !strings.Contains(e.Hint, "--max-mem") {
		t.Errorf("got %v, want that the reader exceeded 1024 bytes", err)
	}
}
