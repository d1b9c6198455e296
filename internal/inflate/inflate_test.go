package inflate

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

// samples are contents that make every kind of block and code.
func samples() map[string][]byte {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 300_000)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	words := make([]byte, 0, 400_000)
	for len(words) < cap(words)-20 {
		words = append(words, []string{"loss ", "logit ", "entropy\n", "0.25,", "1.5e-3,"}[rng.IntN(5)]...)
	}
	skew := make([]byte, 200_000)
	for i := range skew {
		skew[i] = byte(rng.ExpFloat64() * 9)
	}
	return map[string][]byte{
		"empty": nil, "one byte": {7}, "noise": noise, "words": words, "skewed": skew,
		"one value": make([]byte, 500_000), "far copies": append(append(noise[:32768:32768], noise[:32768]...), noise[5:32700]...),
	}
}

func deflated(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	for name, data := range samples() {
		for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
			packed := deflated(t, data, level)
			r := NewReader(iotest.OneByteReader(bytes.NewReader(packed)))
			for _, src := range []io.Reader{bytes.NewReader(packed), iotest.HalfReader(bytes.NewReader(packed))} {
				r.Reset(src)
				got, err := io.ReadAll(r)
				if err != nil || !bytes.Equal(got, data) {
					t.Errorf("%s, level %d: %d bytes, %v, want the %d before", name, level, len(got), err, len(data))
				}
			}
		}
	}
}

func TestErrorsOfTheSource(t *testing.T) {
	packed := deflated(t, samples()["words"], 6)
	for _, n := range []int{0, 1, 5, 100, len(packed) / 2, len(packed) - 1} {
		if _, err := io.ReadAll(NewReader(bytes.NewReader(packed[:n]))); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut after %d bytes: %v, want %v", n, err, io.ErrUnexpectedEOF)
		}
	}
	broken := errors.New("broken")
	if _, err := io.ReadAll(NewReader(io.MultiReader(bytes.NewReader(packed[:99]), iotest.ErrReader(broken)))); !errors.Is(err, broken) {
		t.Errorf("%v, want the source's own error", err)
	}
}

func TestCorrupt(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []byte
	}{
		{"a fourth kind of block", []byte{7}},
		{"a stored block whose length is not told twice", []byte{1, 1, 0, 1, 0, 9}},
		{"a copy from before the beginning", []byte{0x03, 0x02, 0, 0, 0}},
		{"too many literals", []byte{0xfd, 0xff, 0xff, 0xff}},
		{"lengths that are no code", append([]byte{0x05, 0xc0}, bytes.Repeat([]byte{0xff}, 20)...)},
	} {
		if _, err := io.ReadAll(NewReader(bytes.NewReader(tt.in))); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v, want %v", tt.name, err, ErrCorrupt)
		}
	}
}

// A stream gives what compress/flate gives of it, and is refused where that refuses it.
func FuzzLikeFlate(f *testing.F) {
	for _, data := range samples() {
		data = data[:min(len(data), 3000)]
		for _, level := range []int{0, 1, 9, flate.HuffmanOnly} {
			f.Add(deflated(f, data, level))
		}
	}
	f.Add([]byte{7})
	f.Fuzz(func(t *testing.T, in []byte) {
		const most = 1 << 22
		want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(in)), most))
		got, err := io.ReadAll(io.LimitReader(NewReader(bytes.NewReader(in)), most))
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%d bytes, %v; compress/flate: %d bytes, %v", len(got), err, len(want), wantErr)
		}
		if err == nil && !bytes.Equal(got, want) {
			t.Fatalf("%d bytes that differ from the %d of compress/flate", len(got), len(want))
		}
	})
}

// The same for many streams that are damaged in one place, or in several.
func TestDamagedLikeFlate(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	own := NewReader(nil)
	std := flate.NewReader(bytes.NewReader(nil))
	refused := 0
	for name, data := range samples() {
		for _, level := range []int{0, 1, 6, flate.HuffmanOnly} {
			packed := deflated(t, data[:min(len(data), 2000)], level)
			for range 300 {
				in := bytes.Clone(packed)
				for range 1 + rng.IntN(3) {
					in[rng.IntN(len(in))] ^= 1 << rng.IntN(8)
				}
				own.Reset(bytes.NewReader(in))
				std.(flate.Resetter).Reset(bytes.NewReader(in), nil)
				got, err := io.ReadAll(own)
				want, wantErr := io.ReadAll(std)
				if (err == nil) != (wantErr == nil) {
					t.Fatalf("%s, level %d: %v, compress/flate: %v: %x", name, level, err, wantErr, in)
				}
				if err == nil && !bytes.Equal(got, want) {
					t.Fatalf("%s, level %d: %d bytes that differ from the %d of compress/flate: %x", name, level, len(got), len(want), in)
				}
				if err != nil {
					refused++
				}
			}
		}
	}
	if refused < 1000 {
		t.Errorf("only %d streams were refused", refused)
	}
}

func TestReadAllocatesNothing(t *testing.T) {
	packed := deflated(t, samples()["words"], 6)
	src := bytes.NewReader(packed)
	r := NewReader(src)
	buf := make([]byte, 4096)
	if n := testing.AllocsPerRun(20, func() {
		src.Reset(packed)
		r.Reset(src)
		for {
			if _, err := r.Read(buf); err != nil {
				return
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func BenchmarkReader(b *testing.B) {
	for _, name := range []string{"words", "skewed", "noise"} {
		data := samples()[name]
		packed := deflated(b, data, 6)
		buf := make([]byte, 64<<10)
		run := func(name string, r io.Reader, reset func(io.Reader)) {
			b.Run(name, func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				src := bytes.NewReader(packed)
				for b.Loop() {
					src.Reset(packed)
					reset(src)
					for err := error(nil); err == nil; {
						_, err = r.Read(buf)
					}
				}
			})
		}
		own := NewReader(nil)
		run("data="+name+"/reader=inflate", own, own.Reset)
		std := flate.NewReader(bytes.NewReader(nil))
		run("data="+name+"/reader=flate", std, func(src io.Reader) { std.(flate.Resetter).Reset(src, nil) })
	}
}
