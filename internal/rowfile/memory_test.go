package rowfile

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// allocated returns the bytes that f allocates in all, freed or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// sparse makes a file of size bytes that begins with head and takes no space on disk.
func sparse(t testing.TB, name string, head []byte, size int64) string {
	t.Helper()
	path := write(t, name, head)
	if err := os.Truncate(path, size); err != nil {
		t.Skip("no sparse files here:", err)
	}
	return path
}

// 4 GB of scores: whatever the size, two blocks are all that is held.
func TestMemoryOfLargeFile(t *testing.T) {
	head := npy("<f4", []int64{1e6, 1000}, false, nil)
	path := sparse(t, "big.npy", head, int64(len(head))+4e9)
	labelHead := npy("<i8", []int64{1e6}, false, nil)
	labels := sparse(t, "labels.npy", labelHead, int64(len(labelHead))+8e6)
	rows := 0
	got := allocated(func() {
		r, err := Open(Source{Scores: path, Labels: labels}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var b Block[float32]
		for range 300 {
			if err := Next(r, &b); err != nil {
				t.Fatal(err)
			}
			rows += b.Rows
		}
	})
	if rows < 300*200 {
		t.Fatalf("%d rows read", rows)
	}
	t.Logf("%.1f MB allocated for %d MB of scores", float64(got)/1e6, rows*4000/1e6)
	if got > 4<<20 {
		t.Errorf("%d bytes allocated, want at most 4 MiB", got)
	}
}

// After the first block nothing is allocated.
func TestNextAllocatesNothing(t *testing.T) {
	const rows, cols = 1 << 16, 64
	data := npy("<f4", []int64{rows, cols}, false, make([]byte, rows*cols*4))
	labels := npy("<U2", []int64{rows}, false, make([]byte, rows*8))
	text := strings.Repeat("0.5,-1.25,3.0625,1e-3,0.1000000000000000055511151231257827,cat,1\n", rows)
	for name, src := range map[string]Source{
		"npy":    {Scores: write(t, "s.npy", data)},
		"words":  {Scores: write(t, "s.npy", data), Labels: write(t, "l.npy", labels)},
		"column": {Scores: write(t, "f.npy", npy("<f4", []int64{rows, cols}, true, make([]byte, rows*cols*4)))},
		"stored": {Scores: write(t, "s.npz", npzOf(zip.Store, named2{"logits.npy", data}))},
		"csv":    {Scores: write(t, "t.csv", []byte("a,b,c,d,e,label,w\n"+text))},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Open(src, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			var b Block[float32]
			// The first call makes the buffers of r and b, the second those that grow by doubling.
			for range 2 {
				if err := Next(r, &b); err != nil {
					t.Fatal(err)
				}
				if name == "csv" {
					break
				}
			}
			blocks := 0
			n := testing.AllocsPerRun(3, func() {
				if blocks++; blocks > 8 {
					return
				}
				if err := Next(r, &b); err != nil && !errors.Is(err, io.EOF) {
					t.Error(err)
				}
			})
			if n != 0 {
				t.Errorf("%v allocations a block, want none", n)
			}
		})
	}
}

// Row 18: 256 MB of zeros in a quarter of a megabyte are read in constant memory.
func TestMemoryOfBomb(t *testing.T) {
	const size = 256 << 20
	path := filepath.Join(t.TempDir(), "bomb.npz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	m, err := w.Create("logits.npy")
	if err == nil {
		_, err = m.Write(npy("<f4", []int64{size / 40, 10}, false, nil))
	}
	zeros := make([]byte, 1<<20)
	for left := size / 40 * 40; err == nil && left > 0; left -= len(zeros) {
		_, err = m.Write(zeros[:min(left, len(zeros))])
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	rows := 0
	got := allocated(func() {
		r, err := Open(Source{Scores: path}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var b Block[float32]
		for err = Next(r, &b); err == nil; err = Next(r, &b) {
			rows += b.Rows
		}
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	})
	if rows != size/40 {
		t.Fatalf("%d rows", rows)
	}
	if got > 16<<20 {
		t.Errorf("%d bytes allocated, want at most 16 MiB", got)
	}
}

// Row 42: a line without an end is given up after 64 MiB.
func TestMemoryOfEndlessLine(t *testing.T) {
	path := sparse(t, "line.csv", []byte(strings.Repeat("0.5,1\n", 100)), 1<<30)
	var err error
	got := allocated(func() { _, err = readAll(Source{Scores: path}, Options{}) })
	if want := path + ":101: a line of more than 67108864 bytes, want rows of a table, one a line"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if got > 512<<20 {
		t.Errorf("%d bytes allocated, want at most 512 MiB", got)
	}
}

// No bad input makes the reader allocate what a header claims.
func TestMemoryOfBadInput(t *testing.T) {
	checked := 0
	for _, tt := range append(badInputs(), tensorInputs()...) {
		if tt.name == "42_columns" { // 2 MB of cells, each of them text for a moment
			continue
		}
		src := Source{Scores: write(t, "val.npy", tt.scores)}
		if tt.labels != nil {
			src.Labels = write(t, "labels.npy", tt.labels)
		}
		checked++
		if got := allocated(func() { readAll(src, tt.opt) }); got > 4<<20 {
			t.Errorf("%s: %d bytes allocated, want at most 4 MiB", tt.name, got)
		}
	}
	if checked < 130 {
		t.Errorf("%d inputs checked", checked)
	}
}

// A row that alone exceeds the bound is refused, not tried.
func TestMaxMem(t *testing.T) {
	head := npy("<f4", []int64{2, 1 << 22}, false, nil)
	path := sparse(t, "wide.npy", head, int64(len(head))+2<<24)
	_, err := Open(Source{Scores: path}, Options{MaxMem: 64 << 20})
	if want := fmt.Sprintf("%s: at byte 60: one row has 4194304 values, want at most 2097152 within 67108864 bytes of memory", path); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if all := must(t, Source{Scores: path}, Options{}); all.rows != 2 {
		t.Errorf("%d rows", all.rows)
	}
}
