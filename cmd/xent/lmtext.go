package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/klauspost/compress/gzip"

	"xent/internal/bpe"
	"xent/train"
)

// A text is a document: a file, or its beginning.
type text struct {
	name string // the path behind the part of the pattern that is fixed
	path string
	hash uint64 // of the name: decides what the document is for
	text []byte
}

// texts are the documents of a run.
type texts struct {
	train, test []text
	digest      string // of names and contents
	binary      int    // files that were left out: they hold a NUL
}

// goSource is the pattern of the Go source tree.
func goSource() (string, error) {
	root := os.Getenv("GOROOT")
	looked := []string{"$GOROOT"}
	if root == "" {
		looked = append(looked, "go env GOROOT")
		if out, err := exec.Command("go", "env", "GOROOT").Output(); err == nil {
			root = strings.TrimSpace(string(out))
		}
	}
	if root != "" {
		looked = append(looked, filepath.Join(root, "src"))
		if info, err := os.Stat(filepath.Join(root, "src")); err == nil && info.IsDir() {
			return filepath.ToSlash(filepath.Join(root, "src")) + "/**/*.go", nil
		}
	}
	return "", &failure{err: fmt.Errorf("no Go source tree to learn from; looked at %s", strings.Join(looked, ", ")),
		hint: "--text 'PATTERN' names text files, such as --text 'notes/**/*.md'", status: statusUsage}
}

// heldOut is which part of the documents is to judge by: one of so many.
const heldOut = 10

// findTexts finds the documents of a configuration. What each is for follows from a hash of its name, so that it stays so when
// others come or go; where there is more text than wanted, those of the lowest hashes are taken, as many as fit.
func findTexts(c train.LMConfig) (*texts, error) {
	all, err := listTexts(c.Text)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b text) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), strings.Compare(a.name, b.name))
	})
	t := new(texts)
	digest := sha256.New()
	room := map[bool]int64{true: c.Judge, false: c.Limit}
	for i := range all {
		d := &all[i]
		test := d.hash < 1<<63/heldOut*2 || len(t.test)+len(t.train) == 0
		if room[test] < 0 {
			continue
		}
		longest := c.Longest
		if first := test && len(t.test) == 0 || !test && len(t.train) == 0; first {
			longest = min(longest, room[test]) // something must be learnt from, and something be judged by
		}
		if err := d.read(longest); err != nil {
			return nil, err
		}
		if bytes.IndexByte(d.text, 0) >= 0 {
			t.binary++
			continue
		}
		if room[test] -= int64(len(d.text)); room[test] < 0 {
			continue
		}
		fmt.Fprintf(digest, "%d %s %d\n", len(d.name), d.name, len(d.text))
		digest.Write(d.text)
		if test {
			t.test = append(t.test, *d)
		} else {
			t.train = append(t.train, *d)
		}
	}
	if len(t.train) == 0 || len(t.test) == 0 {
		return nil, &failure{err: fmt.Errorf("%s of text match %s, want two at least: one to learn from and one to judge by", plural(len(t.train)+len(t.test), "document"), strings.Join(c.Text, ", ")),
			hint: "split -b 64k FILE part- cuts a file into documents", status: statusUsage}
	}
	t.digest = hex.EncodeToString(digest.Sum(nil))[:32]
	return t, nil
}

// read reads a document, as much of it as is wanted. One that is cut ends at a line.
func (d *text) read(longest int64) error {
	f, err := os.Open(d.path)
	if err != nil {
		return err
	}
	defer f.Close()
	if d.text, err = io.ReadAll(io.LimitReader(f, longest+1)); err != nil {
		return err
	}
	if int64(len(d.text)) > longest {
		d.text = d.text[:longest]
		if i := bytes.LastIndexByte(d.text, '\n'); i > 0 {
			d.text = d.text[:i+1]
		}
	}
	return nil
}

// listTexts lists the files of patterns. A folder stands for all files in it.
func listTexts(patterns []string) (all []text, err error) {
	seen := map[string]bool{}
	for _, p := range patterns {
		p = filepath.ToSlash(p)
		if rest, ok := strings.CutPrefix(p, "~/"); ok {
			if home, err := os.UserHomeDir(); err == nil {
				p = filepath.ToSlash(home) + "/" + rest
			}
		}
		if info, err := os.Stat(p); err == nil && info.IsDir() {
			p = strings.TrimSuffix(p, "/") + "/**"
		}
		base, _ := doublestar.SplitPattern(p)
		paths, err := doublestar.FilepathGlob(p, doublestar.WithFilesOnly())
		if err != nil {
			return nil, usage("quote it: --text 'src/**/*.go'", "--text %s: %w", p, err)
		}
		if len(paths) == 0 {
			whole, err := filepath.Abs(base)
			if err != nil {
				whole = base
			}
			hint := "** stands for any folders: --text 'src/**/*.go'"
			if _, err := os.Stat(whole); err != nil {
				hint = "the folder " + whole + " does not exist"
			}
			return nil, usage(hint, "--text %s: no file matches; looked in %s", p, whole)
		}
		for _, path := range paths {
			name, err := filepath.Rel(base, path)
			if err != nil {
				name = path
			}
			if name = filepath.ToSlash(name); seen[path] {
				continue
			}
			seen[path] = true
			sum := sha256.Sum256([]byte(name))
			all = append(all, text{name: name, path: path, hash: binary.BigEndian.Uint64(sum[:])})
		}
	}
	return all, nil
}

// corpus is the documents as tokens.
func (t *texts) corpus(codec *bpe.Codec) *train.Corpus {
	encode := func(all []text) (docs []train.Document) {
		for _, d := range all {
			docs = append(docs, train.Document{Name: d.name, Bytes: len(d.text), Tokens: codec.Encode(nil, d.text)})
		}
		return docs
	}
	return &train.Corpus{Vocab: codec.Vocab(), Train: encode(t.train), Test: encode(t.test)}
}

// release lets go of text that has become tokens.
func (t *texts) release() { t.train = nil }

// compressed is what a program makes of the held-out documents, in bytes: of each alone, and of all in one.
type compressed struct {
	Program string  `json:"program"`
	Alone   int     `json:"alone_bytes"`
	Whole   int     `json:"together_bytes"`
	Bits    float64 `json:"alone_bits_per_byte"`
	AllBits float64 `json:"together_bits_per_byte"`
}

// compress measures gzip -9 and, where the program is installed, xz -9.
func compress(ctx context.Context, docs []text) (all []compressed, err error) {
	var whole []byte
	for _, d := range docs {
		whole = append(whole, d.text...)
	}
	programs := []struct {
		name string
		size func([]byte) (int, error)
	}{{"gzip -9", gzipped}}
	if path, err := exec.LookPath("xz"); err == nil {
		programs = append(programs, struct {
			name string
			size func([]byte) (int, error)
		}{"xz -9", func(b []byte) (int, error) {
			cmd := exec.CommandContext(ctx, path, "-9", "-c")
			cmd.Stdin = bytes.NewReader(b)
			out, err := cmd.Output()
			return len(out), err
		}})
	}
	for _, p := range programs {
		c := compressed{Program: p.name}
		for _, d := range docs {
			n, err := p.size(d.text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.name, err)
			}
			c.Alone += n
		}
		if c.Whole, err = p.size(whole); err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		c.Bits, c.AllBits = 8*float64(c.Alone)/float64(len(whole)), 8*float64(c.Whole)/float64(len(whole))
		all = append(all, c)
	}
	return all, nil
}

// gzipped is the size of bytes in the format of gzip, compressed as well as that library can: within 0.2 % of the program's.
func gzipped(b []byte) (int, error) {
	var n counter
	w, err := gzip.NewWriterLevel(&n, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := w.Write(b); err != nil {
		return 0, err
	}
	err = w.Close()
	return int(n), err
}

// counter counts what is written.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
