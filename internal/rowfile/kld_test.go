package rowfile

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"
)

// kldFile is a .kld file of these tokens, a chunk of n_ctx of them a row, and rows: scale, least log-probability and codes.
func kldFile(context, vocab int32, tokens []int32, rows ...kldRow) []byte {
	b := append([]byte(kldMagic), put([]int32{context, vocab, int32(len(tokens)) / context})...)
	b = append(b, put(tokens)...)
	for _, r := range rows {
		b = append(append(b, f4(r.scale, r.least)...), put(r.codes)...)
		if vocab%2 == 1 {
			b = append(b, 0xab, 0xcd) // of no meaning
		}
	}
	return b
}

type kldRow struct {
	scale, least float32
	codes        []uint16
}

// kldSmall has two chunks of five tokens, of which the last two are scored, of three kinds.
func kldSmall() []byte {
	step := float32(16. / 65535)
	return kldFile(5, 3, []int32{9, 9, 9, 0, 1, 9, 9, 9, 2, 0},
		kldRow{4e-5, -3, []uint16{50000, 25000, 0}}, // within 16 nats: a code of 0 is a value
		kldRow{step, -16.25, []uint16{65535, 0, 0}}, // two at the floor, one of them the token
		kldRow{step, -16, []uint16{65535, 0, 0}},    // the likeliest has it all
		kldRow{0, -1.0986123, []uint16{0, 0, 0}})    // all alike
}

func TestKLD(t *testing.T) {
	all := must(t, Source{Scores: write(t, "base.kld", kldSmall()), Sequences: true, By: []string{ByPosition, "position", "chunk"}}, Options{})
	if all.Scores.Format != "kld" || all.Scores.DType != "kld16" || all.Scores.Cols != 3 || all.Wide() {
		t.Errorf("header %+v", all.Scores)
	}
	same(t, "labels", all.labels, 0, 1, 2, 0)
	rest := math.Log((1 - math.Exp(float64(float32(-16.25)+float32(float32(16./65535)*65535)))) / 2)
	for i, want := range []float64{-1, -2, -3, -.25, -16.25, min(rest, -16.25), 0, -32, -16, -1.0986123, -1.0986123, -1.0986123} {
		if got := all.scores[i]; !(math.Abs(got-want) <= 1e-5) {
			t.Errorf("log-probability %d is %v, want %v", i, got, want)
		}
	}
	for k, want := range [][]string{{"3", "4", "3", "4"}, {"3", "4", "3", "4"}, {"0", "0", "1", "1"}} {
		if got := strings.Join(all.by[k], " "); got != strings.Join(want, " ") {
			t.Errorf("key %d: %s, want %s", k, got, want)
		}
	}
	if all.groups[0] != all.groups[1] || all.groups[1] == all.groups[2] || all.groups[2] != all.groups[3] {
		t.Errorf("groups %x are not the chunks", all.groups)
	}
	has(t, "warnings", all.Warnings(), "2 of 4 tokens lie", "at the floor")
	has(t, "notes", all.Notes, "2 chunks of 5 tokens", "last 2")
	has(t, "notes", all.Notes, "2 sequences of 2", "@row")

	// A second pass counts anew, and rows of one kind can be taken for independent.
	if err := all.Rewind(); err != nil {
		t.Fatal(err)
	}
	all = must(t, Source{Scores: write(t, "base.kld", kldSmall()), Sequences: true, Groups: ByRow}, Options{})
	if all.groups != nil {
		t.Error("groups in spite of @row")
	}
}

// Row 49 and 50 of the table of bad inputs: what a header claims is held against the size before anything is allocated.
func TestBadKLD(t *testing.T) {
	good := kldSmall()
	edit := func(at int, v uint32) []byte {
		b := bytes.Clone(good)
		binary.LittleEndian.PutUint32(b[at:], v)
		return b
	}
	rows := 20 + 4*10
	turn := func() []byte {
		b := bytes.Clone(good)
		for i := 8; i < 20; i += 4 {
			binary.BigEndian.PutUint32(b[i:], binary.LittleEndian.Uint32(good[i:]))
		}
		return b
	}
	formula := "20 + 4·2·5 + 2·2·16 = 124 for n_ctx 5, n_vocab 3, n_chunk 2"
	for _, tt := range []struct {
		name string
		data []byte
		says []string
		why  string
	}{
		{"header", good[:15], []string{"at byte 15: ends within its header, want 20 bytes"}, ""},
		{"vocabulary of 2^31", edit(12, 1<<31), []string{"at byte 12: n_vocab is -2147483648, want at least 2"}, "it is signed"},
		{"vocabulary of 2^31-1", edit(12, 1<<31-1), []string{"file ends with 124 bytes, want 20 + 4·2·5", "n_vocab 2147483647"}, "4 GiB a row must not be allocated"},
		{"chunks of -1", edit(16, 1<<32-1), []string{"at byte 16: n_chunk is -1, want at least 1"}, ""},
		{"all sizes at most", append(append([]byte(kldMagic), put([]int32{1<<31 - 1, 1<<31 - 1, 1<<31 - 1})...), good[20:]...), []string{"the product overflows"}, "2^94 bytes"},
		{"context of 2", edit(8, 2), []string{"n_ctx is 2, want at least 3"}, "no token of its second half is scored"},
		{"cut by 3", good[:len(good)-3], []string{"file ends with 121 bytes, want " + formula, "full disk"}, ""},
		{"4 bytes more", append(bytes.Clone(good), 0, 0, 0, 0), []string{"at byte 124: 4 bytes follow the last row, want " + formula, "--ignore-trailing"}, ""},
		{"big endian", turn(), []string{"other order of bytes", "big-endian"}, "the sizes fit when turned round"},
		{"scale NaN", edit(rows, math.Float32bits(float32(nan))), []string{"at byte 60: scale of row 0 is NaN"}, ""},
		{"scale negative", edit(rows+16, math.Float32bits(-1e-4)), []string{"at byte 76: scale of row 1 is -"}, ""},
		{"scale infinite", edit(rows, math.Float32bits(float32(inf))), []string{"scale of row 0 is +Inf"}, ""},
		{"least NaN", edit(rows+4, math.Float32bits(float32(nan))), []string{"least log-probability of row 0 is NaN"}, ""},
		{"above 0", edit(rows+4, math.Float32bits(-1)), []string{"least log-probability of row 0 is -1, want with the scale, log-probabilities of at most 0"}, "no probability is above 1"},
	} {
		_, err := readAll(Source{Scores: write(t, "bad.kld", tt.data)}, Options{})
		if err == nil {
			t.Errorf("%s: read (%s)", tt.name, tt.why)
			continue
		}
		e, ok := err.(*Error)
		if !ok {
			t.Errorf("%s: %T", tt.name, err)
			continue
		}
		for _, want := range tt.says {
			if !strings.Contains(e.Error()+"; "+e.Hint, want) {
				t.Errorf("%s: %v; %s: want %q (%s)", tt.name, e, e.Hint, want, tt.why)
			}
		}
	}
	cut := must(t, Source{Scores: write(t, "cut.kld", good[:len(good)-3])}, Options{AllowTruncated: true})
	if cut.rows != 3 || !cut.Truncated() {
		t.Errorf("%d rows of a file that lacks 3 bytes of its fourth, truncated %v", cut.rows, cut.Truncated())
	}
	same(t, "labels of a file cut short", cut.labels, 0, 1, 2)
	long := must(t, Source{Scores: write(t, "long.kld", append(bytes.Clone(good), 1, 2, 3))}, Options{IgnoreTrailing: true})
	same(t, "labels before trailing bytes", long.labels, 0, 1, 2, 0)
}

func FuzzKLD(f *testing.F) {
	f.Add(kldSmall(), false)
	f.Add(kldSmall()[:121], true)
	f.Add(append([]byte(kldMagic), put([]int32{1<<31 - 1, 1<<31 - 1, 1<<31 - 1, 0})...), true)
	f.Add(kldFile(4, 2, []int32{0, 0, 0, 1}, kldRow{1e-5, -1, []uint16{1, 65535}}), false)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte, truncated bool) {
		fuzzed(t, Source{Scores: putFile(t, dir, "val.kld", data), Sequences: true, By: []string{ByPosition}}, Options{AllowTruncated: truncated, IgnoreTrailing: truncated})
	})
}
