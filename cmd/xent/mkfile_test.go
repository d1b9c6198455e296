package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"unicode/utf16"
)

// makeFile is the command "mkfile" of the scripts: it makes the files that a script cannot hold as
// text, most of them bad on purpose.
//
//	mkfile npy FILE HEADER [DATA]...     a .npy file with this header and these bytes
//	mkfile raw FILE [DATA]...            these bytes
//	mkfile npz FILE [OPTION] NAME=FILE...  an archive; OPTION is stored, deflate, encrypted or bomb
//	mkfile cut FILE N                    takes N bytes off the end
//	mkfile flip FILE N                   changes the lowest bit of byte N
//	mkfile size FILE N                   makes the file N bytes long, without using the disk
//	mkfile gzip FROM TO                  the same bytes, compressed
//	mkfile kld FILE SEED N_CTX N_VOCAB N_CHUNK NOISE  as llama-perplexity writes it; see makeKLD
//	mkfile utf16 FROM TO                 the same text as UTF-16 with a byte order mark
//
// HEADER may be short for a whole dictionary: "<f4 2,3" or "<f4 2,3 fortran". DATA is TYPE:VALUES
// with TYPE one of u1 i4 i8 f2bits f4 f8 >f4 hex text zeros; f4:1,2*3,inf means 1 2 2 2 +Inf.
func makeFile() {
	args := os.Args[1:]
	if err := makeOne(args); err != nil {
		fmt.Fprintf(os.Stderr, "mkfile %s: %v\n", strings.Join(args, " "), err)
		os.Exit(1)
	}
}

func makeOne(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("what?")
	}
	name, rest := args[1], args[2:]
	switch args[0] {
	case "npy":
		b := npyHeader(rest[0])
		for _, spec := range rest[1:] {
			b = append(b, data(spec)...)
		}
		return os.WriteFile(name, b, 0o644)
	case "raw":
		var b []byte
		for _, spec := range rest {
			b = append(b, data(spec)...)
		}
		return os.WriteFile(name, b, 0o644)
	case "npz":
		return makeNpz(name, rest)
	case "flip":
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		at, err := strconv.Atoi(rest[0])
		if err != nil {
			return err
		}
		b[at] ^= 1
		return os.WriteFile(name, b, 0o644)
	case "kld":
		return makeKLD(name, rest)
	case "cut":
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(rest[0], 10, 64)
		if err != nil {
			return err
		}
		return os.Truncate(name, info.Size()-n)
	case "size":
		n, err := strconv.ParseInt(rest[0], 10, 64)
		if err != nil {
			return err
		}
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			return err
		}
		defer f.Close()
		return f.Truncate(n)
	case "gzip":
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		if _, err := w.Write(b); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		return os.WriteFile(rest[0], out.Bytes(), 0o644)
	case "utf16":
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		out := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(string(b))) {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
		return os.WriteFile(rest[0], out, 0o644)
	}
	return fmt.Errorf("no such thing")
}

// npyHeader is magic, version, length and dictionary of a .npy file, padded to 64 bytes.
func npyHeader(header string) []byte {
	if !strings.HasPrefix(header, "{") {
		f := strings.Fields(header)
		shape := f[1]
		if !strings.Contains(shape, ",") {
			shape += ","
		}
		if shape == "-," {
			shape = ""
		}
		fortran := "False"
		if len(f) > 2 {
			fortran = "True"
		}
		header = fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", f[0], fortran, shape)
	}
	header += strings.Repeat(" ", (64-(10+len(header)+1)%64)%64) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return append(b, header...)
}

func data(spec string) []byte {
	kind, values, ok := strings.Cut(spec, ":")
	if !ok {
		panic("data without a colon: " + spec)
	}
	switch kind {
	case "hex":
		b, err := hex.DecodeString(values)
		if err != nil {
			panic(err)
		}
		return b
	case "text":
		s, err := strconv.Unquote(`"` + values + `"`)
		if err != nil {
			panic(err)
		}
		return []byte(s)
	case "zeros":
		n, err := strconv.Atoi(values)
		if err != nil {
			panic(err)
		}
		return make([]byte, n)
	}
	var b []byte
	for _, v := range strings.Split(values, ",") {
		v, times, _ := strings.Cut(v, "*")
		n := 1
		if times != "" {
			n, _ = strconv.Atoi(times)
		}
		for range n {
			b = appendValue(b, kind, v)
		}
	}
	return b
}

func appendValue(b []byte, kind, v string) []byte {
	if kind[0] == 'u' || kind[0] == 'i' {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			panic(err)
		}
		return append(b, binary.LittleEndian.AppendUint64(nil, uint64(n))[:int(kind[1]-'0')]...)
	}
	x, err := strconv.ParseFloat(v, 64)
	if err != nil && !math.IsInf(x, 0) {
		panic(err)
	}
	switch kind {
	case "f4":
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(x)))
	case ">f4":
		return binary.BigEndian.AppendUint32(b, math.Float32bits(float32(x)))
	case "bf16":
		return binary.LittleEndian.AppendUint16(b, uint16(math.Float32bits(float32(x))>>16))
	case "f8":
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	panic("no data type " + kind)
}

func makeNpz(name string, args []string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	z := zip.NewWriter(f)
	how := "stored"
	if !strings.Contains(args[0], "=") {
		how, args = args[0], args[1:]
	}
	for _, arg := range args {
		member, from, _ := strings.Cut(arg, "=")
		switch how {
		case "bomb": // the file's bytes, then a run of zeros: from is FILE+BYTES
			file, n, _ := strings.Cut(from, "+")
			zeros, err := strconv.ParseInt(n, 10, 64)
			if err != nil {
				return err
			}
			b, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			w, err := z.Create(member)
			if err != nil {
				return err
			}
			if _, err := io.Copy(w, io.MultiReader(bytes.NewReader(b), io.LimitReader(zeroes{}, zeros))); err != nil {
				return err
			}
		default:
			b, err := os.ReadFile(from)
			if err != nil {
				return err
			}
			h := &zip.FileHeader{Name: member, Method: zip.Store}
			if how == "deflate" {
				h.Method = zip.Deflate
				w, err := z.CreateHeader(h)
				if err != nil {
					return err
				}
				if _, err := w.Write(b); err != nil {
					return err
				}
				continue
			}
			if how == "encrypted" {
				h.Flags |= 1
			}
			h.CRC32, h.CompressedSize64, h.UncompressedSize64 = crc32.ChecksumIEEE(b), uint64(len(b)), uint64(len(b))
			w, err := z.CreateRaw(h)
			if err != nil {
				return err
			}
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
	}
	return z.Close()
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
