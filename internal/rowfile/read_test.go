package rowfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"xent/internal/kern"
)

var nan, inf = math.NaN(), math.Inf(1)

// Every element type, both byte orders: what is stored is what is read.
func TestElementTypes(t *testing.T) {
	checked := 0
	for _, tt := range []struct {
		descr string
		use   string
		data  []byte // little endian
		want  []float64
		name  string
		wide  bool
		why   string
	}{
		{"f4", "", f4(1.5, -0, 1e-45, 3.4e38), []float64{1.5, 0, float64(float32(1e-45)), float64(float32(3.4e38))}, "float32", false, "the smallest subnormal survives"},
		{"f8", "", put([]float64{0.1, nan, -inf}), []float64{0.1, nan, -inf}, "float64", true, ""},
		{"f2", "", put([]uint16{0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00, 0xfc00, 0x7e00, 0x8000, 0x03ff, 0x0400}),
			[]float64{1, -2, 65504, 0x1p-24, inf, -inf, nan, math.Copysign(0, -1), 1023 * 0x1p-24, 0x1p-14}, "float16", false, "the largest, the smallest, both infinities"},
		{"V2", "bf16", put([]uint16{0x3f80, 0xbf00, 0x7f80, 0x7fc0, 0x0001}), []float64{1, -0.5, inf, nan, 0x1p-133}, "bfloat16", false, ""},
		{"V1", "f8_e4m3", []byte{0x38, 0xb8, 0x7e, 0x7f, 0xff, 0x01, 0x08}, []float64{1, -1, 448, nan, nan, 0x1p-9, 0x1p-6}, "float8_e4m3", false, "448 is the largest, there is no infinity"},
		{"V1", "f8_e5m2", []byte{0x3c, 0xbc, 0x7b, 0x7c, 0x7f, 0x01}, []float64{1, -1, 57344, inf, nan, 0x1p-16}, "float8_e5m2", false, ""},
		{"i1", "", []byte{0, 1, 0x80, 0xff}, []float64{0, 1, -128, -1}, "int8", false, ""},
		{"u1", "", []byte{0, 1, 0x80, 0xff}, []float64{0, 1, 128, 255}, "uint8", false, ""},
		{"i2", "", put([]int16{-32768, 32767}), []float64{-32768, 32767}, "int16", false, ""},
		{"u2", "", put([]uint16{0, 65535}), []float64{0, 65535}, "uint16", false, ""},
		{"i4", "", put([]int32{math.MinInt32, 7}), []float64{math.MinInt32, 7}, "int32", true, ""},
		{"u4", "", put([]uint32{math.MaxUint32, 7}), []float64{math.MaxUint32, 7}, "uint32", true, ""},
		{"i8", "", i8(math.MinInt64, 7), []float64{math.MinInt64, 7}, "int64", true, ""},
		{"u8", "", put([]uint64{math.MaxUint64, 7}), []float64{math.MaxUint64, 7}, "uint64", true, "above int64"},
		{"b1", "", []byte{0, 1, 2}, []float64{0, 1, 1}, "bool", false, ""},
	} {
		for _, order := range []string{"<", ">"} {
			t.Run(order+tt.descr+tt.use, func(t *testing.T) {
				checked++
				data := bytes.Clone(tt.data)
				if size := len(data) / len(tt.want); order == ">" && size > 1 {
					data = turned(data, size)
				}
				path := write(t, "x.npy", npy(order+tt.descr, []int64{1, int64(len(tt.want))}, false, data))
				all := must(t, Source{Scores: path}, Options{DType: tt.use})
				same(t, "scores", all.scores, tt.want...)
				if all.Scores.DType != tt.name || all.Wide() != tt.wide {
					t.Errorf("type %s, wide %v; want %s, %v", all.Scores.DType, all.Wide(), tt.name, tt.wide)
				}
				r, err := Open(Source{Scores: path}, Options{DType: tt.use})
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				var b Block[float32]
				if err := Next(r, &b); err != nil {
					t.Fatal(err)
				}
				for i, f := range b.Scores {
					if w := float32(tt.want[i]); f != w && !(f != f && w != w) {
						t.Errorf("float32 %d = %v, want %v", i, f, w)
					}
				}
			})
		}
	}
	if checked != 30 {
		t.Fatalf("%d types checked, want 30", checked)
	}
}

// Rows 10 and 11: bfloat16 by name and by option.
func TestBFloat16(t *testing.T) {
	data := put([]uint16{0x3f80, 0xbf00})
	for _, tt := range []struct{ descr, use string }{{"bfloat16", ""}, {"<V2", "bf16"}, {"|V2", "bf16"}, {"<u2", "bf16"}, {"<i2", "bf16"}} {
		all := must(t, Source{Scores: write(t, "x.npy", npy(tt.descr, []int64{2}, false, data))}, Options{DType: tt.use})
		same(t, tt.descr, all.scores, 1, -0.5)
	}
	all := must(t, Source{Scores: write(t, "x.npy", scores32(2))}, Options{DType: "bf16"})
	same(t, "declared", all.scores, 0, 1)
	has(t, "notes", all.Notes, "--dtype bf16 is not used", "float32")
}

// The half-precision table against arithmetic: all 65,536 values.
func TestHalf(t *testing.T) {
	for h := range 1 << 16 {
		e, m := h>>10&31, float64(h&1023)
		want := math.Ldexp(1+m/1024, e-15)
		switch {
		case e == 0:
			want = math.Ldexp(m/1024, -14)
		case e == 31 && m == 0:
			want = inf
		case e == 31:
			want = nan
		}
		if h >= 1<<15 {
			want = -want
		}
		got := float64(kern.Half(uint16(h)))
		if got != want && !(got != got && want != want) || math.Signbit(got) != math.Signbit(want) && want == want {
			t.Fatalf("Half(%#04x) = %v, want %v", h, got, want)
		}
	}
}

func TestNpyVersions(t *testing.T) {
	head := "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }"
	for _, tt := range []struct {
		name string
		file []byte
		why  string
	}{
		{"v1", npyText(head, f4(1, 2)), ""},
		{"v2", append(append([]byte(npyMagic+"\x02\x00"), binary.LittleEndian.AppendUint32(nil, uint32(len(head)))...), append([]byte(head), f4(1, 2)...)...), ""},
		{"v3", append(append([]byte(npyMagic+"\x03\x00"), binary.LittleEndian.AppendUint32(nil, uint32(len(head)))...), append([]byte(head), f4(1, 2)...)...), "UTF-8 header"},
		{"python2", npyText("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 1L), }", f4(1, 2)), "longs"},
		{"unaligned", npyText("{'shape':(2,1),'descr':\"<f4\",'fortran_order':False}", f4(1, 2)), "any order of keys, either quote"},
		{"list_field", npyText("{'descr': '<f4', 'fortran_order': False, 'shape': (2, (1)), }", f4(1, 2)), "parentheses round one size"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			same(t, "scores", must(t, Source{Scores: write(t, "x.npy", tt.file)}, Options{}).scores, 1, 2)
		})
	}
}

func TestShapes(t *testing.T) {
	for _, tt := range []struct {
		shape []int64
		rows  int
		cols  int
	}{{nil, 1, 1}, {[]int64{6}, 6, 1}, {[]int64{6, 1}, 6, 1}, {[]int64{2, 3}, 2, 3}, {[]int64{1, 6}, 1, 6}, {[]int64{2, 1, 3}, 2, 3}, {[]int64{2, 3, 4}, 6, 4}} {
		all := must(t, Source{Scores: write(t, "x.npy", scores32(tt.shape...))}, Options{})
		n := tt.rows * tt.cols
		if all.rows != tt.rows || all.Scores.Cols != tt.cols || len(all.scores) != n || all.scores[n-1] != float64(n-1) {
			t.Errorf("shape %v: %d rows of %d, want %d of %d", tt.shape, all.rows, all.Scores.Cols, tt.rows, tt.cols)
		}
	}
}

// Column-major arrays, in panels of several heights, against row-major ones; odd sizes so that the
// last panel and the last tiles are not full.
func TestFortran(t *testing.T) {
	rows, cols := 1013, 19
	for _, size := range []int{1, 2, 4, 8} {
		descr := map[int]string{1: "|u1", 2: "<f2", 4: ">f4", 8: "<f8"}[size]
		c, f := make([]byte, rows*cols*size), make([]byte, rows*cols*size)
		for i := range c {
			c[i] = byte(i*7 + i>>8)
			if size == 2 && i%2 == 1 {
				c[i] &= 0x3f // finite
			}
		}
		for r := range rows {
			for k := range cols {
				copy(f[(k*rows+r)*size:][:size], c[(r*cols+k)*size:][:size])
			}
		}
		shape := []int64{int64(rows), int64(cols)}
		want := must(t, Source{Scores: write(t, "c.npy", npy(descr, shape, false, c))}, Options{})
		for _, mem := range []int64{0, 8 * 300 * int64(cols*size), 40 * int64(cols*size)} {
			got := must(t, Source{Scores: write(t, "f.npy", npy(descr, shape, true, f))}, Options{MaxMem: mem})
			same(t, fmt.Sprintf("size %d memory %d", size, mem), got.scores, want.scores...)
			if mem > 0 {
				has(t, "notes", got.Notes, "column-major", "panels of")
			}
		}
		for _, method := range []uint16{zip.Store, zip.Deflate} {
			got := must(t, Source{Scores: write(t, "f.npz", npzOf(method, named2{"logits.npy", npy(descr, shape, true, f)}))}, Options{})
			same(t, fmt.Sprintf("size %d method %d", size, method), got.scores, want.scores...)
		}
	}
	// More than a block, so that blocks end within panels.
	rows, cols = 50021, 11
	c, f := make([]float32, rows*cols), make([]float32, rows*cols)
	for i := range c {
		c[i] = float32(i)
		f[i%cols*rows+i/cols] = float32(i)
	}
	got := must(t, Source{Scores: write(t, "f.npy", npy("<f4", []int64{int64(rows), int64(cols)}, true, f4(f...)))}, Options{})
	for i, v := range got.scores {
		if v != float64(c[i]) {
			t.Fatalf("large: scores[%d] = %v, want %v", i, v, c[i])
		}
	}

	_, err := readAll(Source{Scores: write(t, "f.npy", npy("<f4", []int64{2, 3, 4}, true, make([]byte, 96)))}, Options{})
	if err == nil || !strings.Contains(err.Error(), "shape [2, 3, 4] in column-major order") {
		t.Errorf("three dimensions: %v", err)
	}
}

func TestStructured(t *testing.T) {
	var data []byte
	for i := range 3 {
		data = append(data, f4(float32(i), float32(i)+0.25)...)
		data = append(data, 0xee, 0xee, 0xee) // padding
		data = append(data, i8(int64(i%2))...)
	}
	path := write(t, "x.npy", npy("[('z', '<f4', (2,)), ('', '|V3'), ('label', '<i8')]", []int64{3}, false, data))
	all := must(t, Source{Scores: path}, Options{Field: "z", LabelsKey: "label"})
	same(t, "scores", all.scores, 0, 0.25, 1, 1.25, 2, 2.25)
	same(t, "labels", all.labels, 0, 1, 0)
	all = must(t, Source{Scores: write(t, "c.npy", npy("[('z', '<f4', (2,)), ('', '|V3'), ('label', '<i8')]", []int64{3}, false, data[:40]))}, Options{Field: "z", AllowTruncated: true})
	same(t, "scores cut", all.scores, 0, 0.25, 1, 1.25)
}

// Rows 4 and 5: what is used of a file that is not quite right, and how one knows.
func TestTruncatedAndTrailing(t *testing.T) {
	good := scores32(4, 3)
	cut := write(t, "cut.npy", good[:len(good)-3])
	labels := write(t, "labels.npy", labels64(0, 1, 2, 0))
	all := must(t, Source{Scores: cut, Labels: labels}, Options{AllowTruncated: true})
	if all.rows != 3 || len(all.labels) != 3 || !all.Truncated() {
		t.Errorf("%d rows, %d labels, truncated %v", all.rows, len(all.labels), all.Truncated())
	}
	has(t, "warnings", all.Warnings(), "cut short", "45 bytes", "48", "3 whole rows")

	l := labels64(0, 1, 2, 0)
	all = must(t, Source{Scores: write(t, "s.npy", good), Labels: write(t, "l.npy", l[:len(l)-1])}, Options{AllowTruncated: true})
	if all.rows != 3 || !all.Truncated() {
		t.Errorf("labels cut: %d rows, truncated %v", all.rows, all.Truncated())
	}

	all = must(t, Source{Scores: write(t, "t.npy", append(bytes.Clone(good), 1, 2))}, Options{IgnoreTrailing: true})
	if all.rows != 4 || all.Truncated() {
		t.Errorf("trailing: %d rows, truncated %v", all.rows, all.Truncated())
	}
	has(t, "warnings", all.Warnings(), "2 bytes behind the array")

	all = must(t, Source{Scores: write(t, "c.csv", []byte("a,b,label\n0.5,1,0\n0.5,2,1\n0.5,"))}, Options{AllowTruncated: true})
	same(t, "csv", all.scores, 0.5, 1, 0.5, 2)
	if !all.Truncated() {
		t.Error("csv: not truncated")
	}
	has(t, "warnings", all.Warnings(), "c.csv:4", "last line")
	if all := must(t, Source{Scores: cut}, Options{AllowTruncated: true}); all.rows != 3 {
		t.Errorf("alone: %d rows", all.rows)
	}
}

// Row 16 and row 53: doubts that are no errors.
func TestDoubts(t *testing.T) {
	ints := write(t, "x.npy", npy("<i4", []int64{2, 2}, false, put([]int32{1, 2, 3, 4})))
	has(t, "warnings", must(t, Source{Scores: ints}, Options{}).Warnings(), "int32", "are these labels?")
	for _, tt := range []struct {
		descr string
		data  []byte
		want  string
	}{{"|u1", []byte{0, 156}, "uint8(-100)"}, {"<u2", put([]uint16{0, 65436}), "uint16(-100)"}, {"<u4", put([]uint32{0, 4294967196}), "uint32(-100)"}} {
		labels := write(t, "l.npy", npy(tt.descr, []int64{2}, false, tt.data))
		all := must(t, Source{Scores: write(t, "s.npy", scores32(2, 3)), Labels: labels}, Options{})
		has(t, "warnings", all.Warnings(), tt.want, "row 1", "--ignore-index")
	}
	all := must(t, Source{Scores: write(t, "s.npy", scores32(2, 300)), Labels: write(t, "l.npy", npy("|u1", []int64{2}, false, []byte{0, 156}))}, Options{})
	if len(all.Warnings()) > 0 {
		t.Errorf("156 of 300 classes is no doubt: %q", all.Warnings())
	}
}

func TestLabels(t *testing.T) {
	scores := write(t, "s.npy", scores32(3, 4))
	for _, tt := range []struct {
		name string
		file []byte
		want []int64
		why  string
	}{
		{"int64", labels64(-100, 1e18, 3), []int64{-100, 1e18, 3}, "judged later: only eval knows the classes"},
		{"int8", npy("|i1", []int64{3}, false, []byte{0x9c, 0, 3}), []int64{-100, 0, 3}, ""},
		{"big", npy(">i2", []int64{3}, false, []byte{0, 1, 0, 2, 0xff, 0x9c}), []int64{1, 2, -100}, ""},
		{"uint64", npy("<u8", []int64{3}, false, i8(0, 1, 2)), []int64{0, 1, 2}, ""},
		{"bool", npy("|b1", []int64{3}, false, []byte{0, 1, 1}), []int64{0, 1, 1}, ""},
		{"float", npy("<f8", []int64{3}, false, put([]float64{3, -100, 0})), []int64{3, -100, 0}, "3.0 is 3"},
		{"half", npy("<f2", []int64{3}, false, put([]uint16{0x3c00, 0, 0x4000})), []int64{1, 0, 2}, ""},
		{"column", npy("<i8", []int64{3, 1}, false, i8(0, 1, 2)), []int64{0, 1, 2}, ""},
		{"words", npy("<U3", []int64{3}, false, put([]rune("dogcatdog"))), []int64{1, 0, 1}, "sorted: cat, dog"},
		{"words_big", npy(">U3", []int64{3}, false, turned(put([]rune("dogcatdog")), 4)), []int64{1, 0, 1}, ""},
		{"bytes", npy("|S4", []int64{3}, false, []byte("dog\x00cat\x00dog\x00")), []int64{1, 0, 1}, ""},
		{"digits", npy("<U2", []int64{3}, false, put([]rune("10\x329\x00\x33\x00"))[:24]), nil, ""},
		{"csv", []byte("label\n2\n1\n0\n"), []int64{2, 1, 0}, ""},
		{"csv_bare", []byte("2\n1.0\n-100\n"), []int64{2, 1, -100}, "no header, 1.0 is 1"},
		{"csv_words", []byte("dog\ncat\n\"dog\"\n"), []int64{1, 0, 1}, "quotes are not part of a name"},
		{"csv_bool", []byte("label\nTrue\nTrue\nTrue\n"), []int64{1, 1, 1}, "True is 1 even when False never comes"},
		{"csv_id", []byte("id,label\n7,2\n8,1\n9,0\n"), []int64{2, 1, 0}, ""},
		{"csv_tensor", []byte("label\ntensor(2)\ntensor(1)\ntensor(0)\n"), []int64{2, 1, 0}, "written by print"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "digits" { // numbers as text keep their values: "10" sorts before "9"
				tt.file, tt.want = npy("<U2", []int64{3}, false, put([]rune{'1', '0', '9', 0, '3', 0})), []int64{10, 9, 3}
			}
			all := must(t, Source{Scores: scores, Labels: write(t, "labels.x", tt.file)}, Options{})
			same(t, "labels", all.labels, tt.want...)
			if strings.HasPrefix(tt.name, "words") || tt.name == "bytes" || tt.name == "csv_words" {
				if fmt.Sprint(all.Classes) != "[cat dog]" || all.Labels.DType != "string" {
					t.Errorf("classes %q, type %s", all.Classes, all.Labels.DType)
				}
				has(t, "notes", all.Notes, "numbered from 0", `"cat", "dog"`)
				has(t, "warnings", all.Warnings(), "2 distinct labels for 4 columns")
			}
		})
	}
}

// Row 54: one-hot and soft labels are handed on as they are; eval judges their sums.
func TestSoftLabels(t *testing.T) {
	scores := write(t, "s.npy", scores32(2, 3))
	for _, file := range [][]byte{
		npy("<f8", []int64{2, 3}, false, put([]float64{0, 0, 0, 1, 1, -0.5})),
		[]byte("0,0,0\n1,1,-0.5\n"),
		[]byte("cat,dog,eel\n0,0,0\n1,1,-0.5\n"),
		npy(">f4", []int64{2, 3}, true, []byte{0, 0, 0, 0, 0x3f, 0x80, 0, 0, 0, 0, 0, 0, 0x3f, 0x80, 0, 0, 0, 0, 0, 0, 0xbf, 0, 0, 0}),
	} {
		all := must(t, Source{Scores: scores, Labels: write(t, "labels.x", file)}, Options{})
		same(t, "targets", all.targets, 0, 0, 0, 1, 1, -0.5)
		if all.labels != nil {
			t.Errorf("labels %v beside soft labels", all.labels)
		}
	}
	all := must(t, Source{Scores: scores, Labels: write(t, "l.npy", npy("|u1", []int64{2, 3}, false, []byte{0, 0, 1, 1, 0, 0}))}, Options{})
	same(t, "one-hot", all.targets, 0, 0, 1, 1, 0, 0)
	three := must(t, Source{Scores: write(t, "s3.npy", scores32(2, 2, 3)), Labels: write(t, "l3.npy", labels64From([]int64{2, 2}, 0, 1, 2, 0))}, Options{})
	same(t, "N x T", three.labels, 0, 1, 2, 0)
	has(t, "notes", three.Notes, "shape [2, 2, 3] is read as 4 rows of 3")
	same(t, "flat", must(t, Source{Scores: write(t, "s3.npy", scores32(2, 2, 3)), Labels: write(t, "l3.npy", labels64(0, 1, 2, 0))}, Options{}).labels, 0, 1, 2, 0)
}

func labels64From(shape []int64, v ...int64) []byte { return npy("<i8", shape, false, i8(v...)) }

// Row 56: weights are handed on as they are, from a file, a member or a column.
func TestWeights(t *testing.T) {
	scores, labels := scores32(3, 2), labels64(0, 1, 0)
	w := npy("<f4", []int64{3}, false, f4(-1, float32(nan), 0))
	s, l := write(t, "s.npy", scores), write(t, "l.npy", labels)
	check := func(all *table64) {
		t.Helper()
		same(t, "weights", all.weights, -1, nan, 0)
		same(t, "labels", all.labels, 0, 1, 0)
	}
	check(must(t, Source{Scores: s, Labels: l, Weights: write(t, "w.npy", w)}, Options{}))
	check(must(t, Source{Scores: s, Labels: l, Weights: write(t, "w.csv", []byte("-1\nnan\n0\n"))}, Options{}))
	npz := write(t, "a.npz", npzOf(zip.Deflate, named2{"logits.npy", scores}, named2{"y.npy", labels}, named2{"w.npy", w}))
	check(must(t, Source{Scores: npz}, Options{WeightsKey: "w"}))
	check(must(t, Source{Scores: s, Labels: l, Weights: npz}, Options{}))
	check(must(t, Source{Scores: write(t, "t.csv", []byte("a,b,label,weight\n1,2,0,-1\n1,2,1,nan\n1,2,0,0\n"))}, Options{WeightsKey: "weight"}))
	all := must(t, Source{Scores: write(t, "t.csv", []byte("a,b,label,weight\n1,2,0,-1\n1,2,1,nan\n1,2,0,0\n"))}, Options{})
	if all.weights != nil || all.Scores.Cols != 2 {
		t.Errorf("weights not asked for: %v, %d columns of scores", all.weights, all.Scores.Cols)
	}
	has(t, "notes", all.Notes, `left out: "weight"`)
	if _, err := Open(Source{Scores: s, Labels: l, Weights: write(t, "w.npy", npy("<f4", []int64{2}, false, f4(1, 2)))}, Options{}); err == nil || !strings.Contains(err.Error(), "2 weights, want 3") {
		t.Errorf("too few weights: %v", err)
	}
}

func TestArchives(t *testing.T) {
	s, l := named2{"logits.npy", scores32(2, 3)}, named2{"labels.npy", labels64(0, 1)}
	rename := func(m named2, name string) named2 { m.name = name; return m }
	checked := 0
	for _, tt := range []struct {
		name    string
		members []named2
		opt     Options
		note    []string
	}{
		{"by_name", []named2{l, s}, Options{}, []string{`scores: member "logits" [2, 3] float32`, `labels: member "labels" [2] int64`}},
		{"by_word", []named2{rename(s, "val/logits.npy"), rename(l, "val/targets.npy")}, Options{}, []string{`"val/logits"`}},
		{"by_shape", []named2{rename(s, "arr_0.npy"), rename(l, "arr_1.npy")}, Options{}, []string{`scores: member "arr_0"`, `labels: member "arr_1"`}},
		{"by_key", []named2{s, l, rename(named2{"", scores32(2, 4)}, "probs.npy")}, Options{ScoresKey: "logits", LabelsKey: "labels"}, nil},
		{"path", []named2{rename(s, "../../logits.npy"), l}, Options{}, []string{`"../../logits"`}},
		{"other_files", []named2{s, l, {"readme.txt", []byte("hello, world")}}, Options{}, []string{`left out: "readme.txt"`}},
	} {
		for _, method := range []uint16{zip.Store, zip.Deflate} {
			checked++
			all := must(t, Source{Scores: write(t, "x.npz", npzOf(method, tt.members...))}, tt.opt)
			same(t, tt.name, all.scores, 0, 1, 2, 3, 4, 5)
			same(t, tt.name, all.labels, 0, 1)
			for _, n := range tt.note {
				has(t, "notes", all.Notes, n)
			}
		}
	}
	if checked != 12 {
		t.Fatalf("%d archives checked", checked)
	}
	two := write(t, "x.npz", npzOf(zip.Store, rename(s, "a.npy"), rename(s, "b.npy")))
	if _, err := Open(Source{Scores: two}, Options{}); err == nil || !strings.Contains(err.Error(), `more than one member may hold the scores: "a" [2, 3] float32, "b" [2, 3] float32`) {
		t.Errorf("two candidates: %v", err)
	}
}

// A second pass gives the same blocks, and words, members and panels go back too.
func TestRewind(t *testing.T) {
	for name, src := range map[string]Source{
		"npy":   {Scores: write(t, "s.npy", scores32(5, 2)), Labels: write(t, "l.npy", npy("<U1", []int64{5}, false, put([]rune("abbab"))))},
		"npz":   {Scores: write(t, "s.npz", npzOf(zip.Deflate, named2{"logits.npy", scores32(5, 2)}, named2{"y.npy", labels64(0, 1, 1, 0, 1)}))},
		"panel": {Scores: write(t, "f.npy", npy("<f4", []int64{5, 2}, true, f4(ramp(10)...))), Labels: write(t, "l.npy", labels64(0, 1, 1, 0, 1))},
		"csv":   {Scores: write(t, "t.csv", []byte("p,q,label\n0,1,a\n2,3,b\n4,5,b\n6,7,a\n8,9,b\n"))},
	} {
		r, err := Open(src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		first, second := table64{Rows: r}, table64{Rows: r}
		if err := first.drain(); err != nil {
			t.Fatal(err)
		}
		if err := r.Rewind(); err != nil {
			t.Fatal(err)
		}
		if err := second.drain(); err != nil {
			t.Fatal(err)
		}
		if done, total := r.Progress(); done != total || total <= 0 {
			t.Errorf("%s: progress %d of %d at the end", name, done, total)
		}
		same(t, name, second.scores, first.scores...)
		same(t, name, second.labels, first.labels...)
		same(t, name, second.labels, 0, 1, 1, 0, 1)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Row 69: a file that grows is read as it was.
func TestGrowing(t *testing.T) {
	path := write(t, "s.npy", scores32(4, 3))
	r, err := Open(Source{Scores: path}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	f.Close()
	all := &table64{Rows: r}
	if err := all.drain(); err != nil || all.rows != 4 {
		t.Fatalf("%d rows, %v", all.rows, err)
	}
	has(t, "warnings", r.Warnings(), "grew from", "not in the result")

	if err := os.Truncate(path, 130); err != nil {
		t.Fatal(err)
	}
	if err := r.Rewind(); err != nil {
		t.Fatal(err)
	}
	var e *Error
	if err := all.drain(); !errors.As(err, &e) || !strings.Contains(e.Got, "ends too early") || errors.Is(err, io.EOF) {
		t.Errorf("a file that shrank: %v", err)
	}
}

// Wrong names: what the file holds counts, and is told.
func TestWrongExtension(t *testing.T) {
	all := must(t, Source{Scores: write(t, "val.npy", []byte("a,b,label\n0.5,1,1\n"))}, Options{})
	same(t, "scores", all.scores, 0.5, 1)
	has(t, "notes", all.Notes, "is no .npy file", "a table of text")
	all = must(t, Source{Scores: write(t, "val.csv", scores32(1, 2))}, Options{})
	same(t, "scores", all.scores, 0, 1)
	has(t, "notes", all.Notes, "is no .csv file", "a .npy array")
}
