package rowfile

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func zstded(b []byte) []byte {
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		panic(err)
	}
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// Every format, compressed either way, is what it was; held in memory, decompressed as it is read, and on disk.
func TestUnpack(t *testing.T) {
	const rows, cols = 4000, 10
	data := f4(ramp(rows * cols)...)
	var csv strings.Builder
	csv.WriteString("a,b,label\n")
	for i := range rows {
		csv.WriteString("0.5,1.5," + string(rune('0'+i%2)) + "\n")
	}
	files := map[string][]byte{
		"row.npy":       npy("<f4", []int64{rows, cols}, false, data),
		"column.npy":    npy("<f4", []int64{rows, cols}, true, data),
		"x.npz":         npzOf(zip.Deflate, named2{"logits.npy", npy("<f4", []int64{rows, cols}, false, data)}, named2{"labels.npy", labels64(make([]int64, rows)...)}),
		"x.safetensors": st(`{"logits":{"dtype":"F32","shape":[4000,10],"data_offsets":[0,160000]},"labels":{"dtype":"I64","shape":[4000],"data_offsets":[160000,192000]}}`, append(bytes.Clone(data), make([]byte, 8*rows)...)),
		"x.csv":         []byte(csv.String()),
	}
	for name, b := range files {
		want := must(t, Source{Scores: write(t, name, b)}, Options{})
		for ext, packed := range map[string][]byte{".gz": gzipped(b), ".zst": zstded(b), ".two.gz": append(gzipped(b[:len(b)/2]), gzipped(b[len(b)/2:])...)} {
			for _, maxMem := range []int64{0, 1 << 20} { // held, and not: 64 KiB are
				t.Run(name+ext, func(t *testing.T) {
					all := must(t, Source{Scores: write(t, name+ext, packed)}, Options{MaxMem: maxMem})
					same(t, "scores", all.scores, want.scores...)
					same(t, "labels", all.labels, want.labels...)
				})
			}
		}
	}
}

// Two arrays of one compressed file are read in turns: after some new beginnings it goes to disk, and leaves nothing there.
func TestUnpackSpills(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	const rows = 100_000
	file := st(`{"logits":{"dtype":"F32","shape":[100000,10],"data_offsets":[0,4000000]},"labels":{"dtype":"I64","shape":[100000],"data_offsets":[4000000,4800000]}}`, make([]byte, 4_800_000))
	path := write(t, "x.safetensors.gz", gzipped(file))
	r, err := Open(Source{Scores: path}, Options{MaxMem: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	var b Block[float32]
	n, most := 0, 0
	for err = Next(r, &b); err == nil; err = Next(r, &b) {
		n += b.Rows
		files, _ := filepath.Glob(dir + "/xent-*")
		most = max(most, len(files))
	}
	if err != io.EOF || n != rows {
		t.Fatalf("%d rows, %v", n, err)
	}
	if most != 1 {
		t.Errorf("%d temporary files, want 1", most)
	}
	r.Close()
	if files, _ := filepath.Glob(dir + "/xent-*"); len(files) != 0 {
		t.Errorf("left behind: %q", files)
	}
}

// Row 74: what decompresses without end, into a file of another kind, or not at all.
func TestBadUnpack(t *testing.T) {
	good := gzipped(scores32(20, 30))
	flipped := bytes.Clone(good)
	flipped[len(flipped)-6] ^= 1 // of the checksum
	for _, tt := range []badInput{
		{"74_cut", good[:len(good)-12], nil, ".npy.gz", Options{}, `: at byte`, "copy it again", ""},
		{"74_checksum", flipped, nil, ".npy.gz", Options{}, ": damaged gzip data: gzip: invalid checksum", "copy it again", ""},
		{"74_behind", append(bytes.Clone(good), "more"...), nil, ".npy.gz", Options{}, ": ", "copy it again", "bytes behind the last member"},
		{"74_header", []byte("\x1f\x8bxxxxxxxxxxxx"), nil, ".npy.gz", Options{}, ": damaged gzip data: gzip: invalid header", "copy it again", ""},
		{"74_empty", gzipped(nil), nil, ".npy.gz", Options{}, ": 0 bytes, once decompressed, want an array", "did not finish", ""},
		{"74_in_itself", gzipped(good), nil, ".npy.gz.gz", Options{}, ": a gzip file, want " + readable, "gunzip", ""},
		{"74_max_bytes", gzipped(scoresZero(1<<18, 4)), nil, ".npy.gz", Options{MaxBytes: 1 << 20}, ": more than 1048576 bytes, once decompressed, want fewer", "--max-bytes", ""},
		{"74_max_bytes_streamed", zstded(scoresZero(1<<18, 4)), nil, ".npy.zst", Options{MaxBytes: 2 << 20, MaxMem: 1 << 20}, ": more than 2097152 bytes, once decompressed, want fewer", "--max-bytes", ""},
		{"74_zstd_cut", zstded(scores32(20, 30))[:300], nil, ".npy.zst", Options{}, `: at byte 300: Zstandard data that end too early`, "copy it again", ""},
		{"74_zstd_damaged", []byte("\x28\xb5\x2f\xfdxxxxxxxxxxxxxxxx"), nil, ".npy.zst", Options{}, `: `, "", ""},
		{"74_window", []byte("\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00"), nil, ".npy.zst", Options{}, ": Zstandard data that need a larger window, want at most 268435456 bytes", "--max-mem", "1 GiB of window for 9 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "val"+tt.ext, tt.scores)
			var err error
			if n := allocated(func() { _, err = readAll(Source{Scores: path}, tt.opt) }); n > 32<<20 {
				t.Errorf("%d bytes allocated", n)
			}
			e, ok := err.(*Error)
			if !ok {
				t.Fatalf("error %v, want %s", err, tt.err)
			}
			if got := strings.TrimPrefix(e.Error(), path); !strings.HasPrefix(got, tt.err) || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("error\n  %s\n  %s\nwant\n  %s\n  %s", got, e.Hint, tt.err, tt.hint)
			}
		})
	}
}

// A bomb of zeros is given up after the first GiB, in constant memory.
func TestUnpackBomb(t *testing.T) {
	if testing.Short() {
		t.Skip("a GiB of zeros")
	}
	path := filepath.Join(t.TempDir(), "bomb.csv.zst")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	// A frame of blocks that repeat one byte 128 KiB often: 4 bytes each, and so 32,768 to 1.
	f.Write([]byte("\x28\xb5\x2f\xfd\x00\x58"))
	f.Write(bytes.Repeat([]byte{0x02, 0x00, 0x10, '0'}, 9000))
	f.Write([]byte{0x03, 0x00, 0x10, '0'})
	f.Close()
	var got error
	n := allocated(func() { _, got = Open(Source{Scores: path}, Options{MaxMem: 64 << 20}) })
	if got == nil || !strings.Contains(got.Error(), "want at most 1100 times as many") {
		t.Errorf("error %v", got)
	}
	if n > 64<<20 {
		t.Errorf("%d bytes allocated", n)
	}
}

func FuzzUnpack(f *testing.F) {
	for _, b := range [][]byte{scores32(2, 3), []byte("a,b,label\n1,2.5,0\n3,4.5,1\n"), {}} {
		f.Add(gzipped(b))
		f.Add(zstded(b))
	}
	f.Add([]byte("\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzed(t, Source{Scores: putFile(t, dir, "val", data)}, Options{MaxBytes: 16 << 20})
	})
}
