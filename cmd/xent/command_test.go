package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func TestNearest(t *testing.T) {
	verbs := []string{"eval", "lab", "version", "completion"}
	flags := []string{"labels-key", "label-base", "json", "input", "ignore-index", "ignore-trailing"}
	for _, tt := range []struct {
		word string
		list []string
		want string
		why  string
	}{
		{"evl", verbs, "eval", "a letter left out"},
		{"vela", verbs, "", "nothing near"},
		{"eavl", verbs, "eval", "two letters swapped are one edit"},
		{"comp", verbs, "completion", "the beginning of a word"},
		{"lables-key", flags, "labels-key", ""},
		{"jsno", flags, "json", ""},
		{"ignore-indx", flags, "ignore-index", ""},
		{"x", flags, "", "a single letter is near to anything"},
	} {
		if got := nearest(tt.word, tt.list); got != tt.want {
			t.Errorf("nearest(%q) = %q, want %q %s", tt.word, got, tt.want, tt.why)
		}
	}
}

func TestSize(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int64 // 0: refused
	}{
		{"1", 1}, {"1000", 1000}, {"512MB", 512e6}, {"1GiB", 1 << 30}, {"1.5kB", 1500}, {"2 KiB", 2048}, {"1g", 1e9}, {"3ti", 3 << 40},
		{"", 0}, {"0", 0}, {"-1", 0}, {"GB", 0}, {"5iB", 0}, {"1PB", 0}, {"1e30", 0}, {"NaN", 0}, {"infMB", 0}, {"1 2", 0},
	} {
		var s size
		err := s.Set(tt.text)
		if int64(s) != tt.want || (err == nil) != (tt.want != 0) {
			t.Errorf("%q: %d, %v, want %d", tt.text, s, err, tt.want)
		}
	}
}

// A report that cannot be finished leaves the old file as it was and nothing beside it.
func TestWriteFileKeepsTheOldOne(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report.json")
	if err := os.WriteFile(name, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	err := writeFile("-o", name, func(w io.Writer) error {
		io.WriteString(w, "{ half a repo")
		return full
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v, want the error that stopped the writing", err)
	}
	if b, _ := os.ReadFile(name); string(b) != "old" {
		t.Errorf("the file holds %q, want what it held before", b)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left, want 1", len(left))
	}
	link := filepath.Join(dir, "link.json")
	if err := os.Symlink("report.json", link); err != nil {
		t.Fatal(err)
	}
	if err := writeFile("-o", link, func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(name); string(b) != "new" {
		t.Errorf("writing through a link left %q in the file it names", b)
	}
	if info, _ := os.Stat(name); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want the old file's 0600", info.Mode().Perm())
	}
	if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced by a file")
	}
}

// Every verb says what it is for, with an example, and every flag what it does.
func TestEveryVerbIsExplained(t *testing.T) {
	verbs := 0
	for _, c := range newRoot().Commands() {
		if !c.IsAvailableCommand() {
			continue
		}
		verbs++
		if c.Short == "" || c.Long == "" || c.Args == nil {
			t.Errorf("%s: has no short or long text, or takes any arguments", c.Name())
		}
		if c.Example == "" && c.HasLocalFlags() && c.Flags().HasFlags() {
			t.Errorf("%s: has flags and no example", c.Name())
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("%s --%s: no text", c.Name(), f.Name)
			}
		})
	}
	if verbs < 4 {
		t.Errorf("%d verbs, want at least eval, lab, completion, version", verbs)
	}
}

func TestFinish(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		want   string
		why    string
	}{
		{nil, 0, "", ""},
		{errors.New("boom"), 2, "xent eval: boom\n", "an error without a status is one of input"},
		{errors.New("boom\nhint: duck"), 2, "xent eval: boom\nhint: duck\n", "a hint may ride on the text"},
		{&failure{err: errors.New("gate"), status: 1}, 1, "xent eval: gate\n", ""},
		{usage("try this", "a\x1b[2Jb"), 2, "xent eval: a\\x1b[2Jb\nhint: try this\n", "names are made harmless"},
	} {
		var b writer
		root := &cobra.Command{Use: "xent"}
		cmd := &cobra.Command{Use: "eval FILE"}
		root.AddCommand(cmd)
		if got := finish(&b, cmd, tt.err); got != tt.status || string(b) != tt.want {
			t.Errorf("%v: %q and %d, want %q and %d %s", tt.err, b, got, tt.want, tt.status, tt.why)
		}
	}
}

type writer []byte

func (w *writer) Write(p []byte) (int, error) { *w = append(*w, p...); return len(p), nil }
