package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSessions runs the sessions that documents show and compares what they print. A session is a
// fenced block whose first line begins with "$ xent"; it runs in the root of the repository. A
// line of three dots stands for any lines; `xent lab` serves until it is stopped and is not run.
func TestSessions(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	documents, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, path := range append(documents, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			t.Skip("no README.md")
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sessions(string(text)) {
			if serves.MatchString(s.command) {
				continue
			}
			ran++
			t.Run(filepath.Base(path)+"/"+s.command, func(t *testing.T) {
				cmd := exec.Command("sh", "-c", s.command)
				cmd.Dir = root
				out, err := cmd.CombinedOutput()
				if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
					t.Fatal(err)
				}
				if !matches(strings.TrimRight(string(out), "\n"), s.output) {
					t.Error(cmp.Diff(s.output, strings.TrimRight(string(out), "\n")))
				}
			})
		}
	}
	if ran == 0 {
		t.Error("the README shows no session with xent")
	}
}

var serves = regexp.MustCompile(`^xent lab( |$)`)

type session struct{ command, output string }

// sessions finds the sessions of a Markdown text.
func sessions(markdown string) []session {
	var found []session
	for _, block := range regexp.MustCompile("(?ms)^```[a-z-]*\n(.*?)^```").FindAllStringSubmatch(markdown, -1) {
		if !strings.HasPrefix(block[1], "$ xent") {
			continue
		}
		for _, part := range strings.Split("\n"+block[1], "\n$ ")[1:] {
			command, output, _ := strings.Cut(part, "\n")
			found = append(found, session{command, strings.TrimRight(output, "\n")})
		}
	}
	return found
}

// matches compares line by line; a wanted line "..." stands for any number of lines.
func matches(got, want string) bool {
	parts := strings.Split("\n"+want+"\n", "\n...\n")
	got = "\n" + got + "\n"
	if !strings.HasPrefix(got, parts[0]) {
		return false
	}
	last := len(parts) - 1
	if last == 0 {
		return got == parts[0]
	}
	rest := got[len(parts[0]):]
	for _, p := range parts[1:last] {
		_, after, ok := strings.Cut(rest, p)
		if !ok {
			return false
		}
		rest = after
	}
	return strings.HasSuffix("\n"+rest, "\n"+parts[last])
}

func TestSessionsAreFound(t *testing.T) {
	text := "text\n```\n$ xent eval a.npy\nout\n\nmore\n$ xent version\nxent 1\n```\n```go\nx()\n```\n```console\n$ xent lab\n```\n"
	want := []session{{"xent eval a.npy", "out\n\nmore"}, {"xent version", "xent 1"}, {"xent lab", ""}}
	if diff := cmp.Diff(want, sessions(text), cmp.AllowUnexported(session{})); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct {
		got, want string
		is        bool
	}{
		{"a\nb", "a\nb", true},
		{"a\nb", "a", false},
		{"a\nb\nc\nd", "a\n...\nd", true},
		{"a\nb\nc\nd", "a\n...", true},
		{"a\nb\nc\nd", "a\n...\nx", false},
		{"a\nb\nc\nd", "b\n...", false},
		{"a\nb\nc\nd", "...\nc\n...", true},
	} {
		if got := matches(tt.got, tt.want); got != tt.is {
			t.Errorf("matches(%q, %q) = %v", tt.got, tt.want, got)
		}
	}
}
