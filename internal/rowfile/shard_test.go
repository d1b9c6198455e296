package rowfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The shards of a file hold every row once, with its number, whatever the format and however many there are; those of arrays
// are runs.
func TestShards(t *testing.T) {
	const rows = 1000
	var scores, labels []float32
	text := "a,b,label\n"
	for i := range rows {
		scores, labels = append(scores, float32(i), float32(-i)), append(labels, float32(i%2))
		text += fmt.Sprintf("%d,%d,%d\n", i, -i, i%2)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	io.Copy(w, strings.NewReader(text))
	w.Close()
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	z, y := write("z.npy", npy("<f4", []int64{rows, 2}, false, f4(scores...))), write("y.npy", npy("<f4", []int64{rows}, false, f4(labels...)))
	column := make([]float32, 0, 2*rows)
	for _, k := range []int{0, 1} {
		for i := range rows {
			column = append(column, scores[2*i+k])
		}
	}
	for _, tt := range []struct {
		name string
		src  Source
		runs bool
	}{
		{"arrays", Source{Scores: z, Labels: y}, true},
		{"columns first", Source{Scores: write("f.npy", npy("<f4", []int64{rows, 2}, true, f4(column...))), Labels: y}, true},
		{"table", Source{Scores: write("t.csv", []byte(text))}, false},
		{"compressed", Source{Scores: write("t.csv.gz", packed.Bytes())}, false},
	} {
		for _, of := range []int{1, 2, 3, 7, 1001} {
			var got []int64
			for i := 1; i <= of; i++ {
				if of > 7 && i > 2 && i < of-2 && !tt.runs {
					continue // of 1001 shards of 256 rows, the others are empty
				}
				r, err := Open(tt.src, Options{})
				if err != nil {
					t.Fatal(err)
				}
				r.Shard(i, of)
				mine := numbers(t, r)
				if tt.runs && len(mine) > 0 && int(mine[len(mine)-1]-mine[0]) != len(mine)-1 {
					t.Errorf("%s, shard %d of %d is no run: %v", tt.name, i, of, mine)
				}
				if i == of { // the same again, from the start
					if err := r.Rewind(); err != nil {
						t.Fatal(err)
					}
					if again := numbers(t, r); !slices.Equal(again, mine) {
						t.Errorf("%s, shard %d of %d: %v, and %v the second time", tt.name, i, of, mine, again)
					}
				}
				got = append(got, mine...)
				r.Close()
			}
			slices.Sort(got)
			if tt.name == "table" && of > 7 {
				if len(got) != 2*stripe {
					t.Errorf("%s: 2 of %d shards hold %d rows, want %d", tt.name, of, len(got), 2*stripe)
				}
				continue
			}
			for i, row := range got {
				if row != int64(i) || of <= 7 && len(got) != rows {
					t.Fatalf("%s, %d shards: row %d comes at place %d of %d", tt.name, of, row, i, len(got))
				}
			}
		}
	}
}

// numbers reads all rows, whose scores tell their numbers.
func numbers(t *testing.T, r *Rows) (rows []int64) {
	t.Helper()
	var b Block[float32]
	for {
		err := Next(r, &b)
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Rows {
			row := b.First + int64(i)
			if b.Scores[2*i] != float32(row) || b.Labels[i] != row%2 {
				t.Fatalf("row %d holds %v and label %d", row, b.Scores[2*i], b.Labels[i])
			}
			rows = append(rows, row)
		}
	}
}
