package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what is produced as the wanted output")

var samples = []struct {
	name string
	doc  func() *Document
	why  string
}{
	{"digits", digits, "the ordinary case, as in the README"},
	{"crowded", crowded, "more classes, names and doubts than a screen holds"},
	{"broken", broken, "NaN everywhere"},
	{"infinite", infinite, "rows whose true class has probability 0"},
	{"binary", binary, "one logit a row, weights, soft targets, interrupted"},
	{"single", single, "one row: no standard error, no interval"},
}

func TestText(t *testing.T) {
	for _, tt := range samples {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Text(&b, tt.doc(), TextOptions{}); err != nil {
				t.Fatal(err)
			}
			golden(t, tt.name+".txt", b.Bytes())
		})
	}
}

func TestTextFits(t *testing.T) {
	checked := 0
	for _, tt := range samples {
		for _, color := range []bool{false, true} {
			var b bytes.Buffer
			if err := Text(&b, tt.doc(), TextOptions{Color: color}); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
			if len(lines) > 40 {
				t.Errorf("%s: %d lines, want at most 40", tt.name, len(lines))
			}
			for _, line := range lines {
				checked++
				if w := width(line); w > 80 {
					t.Errorf("%s: a line of %d columns, want at most 80: %q", tt.name, w, line)
				}
				if plain := stripColor(line); strings.ContainsFunc(plain, func(r rune) bool { return r < ' ' || r == 0x7f }) {
					t.Errorf("%s: a control character reached the terminal: %q", tt.name, plain)
				}
			}
		}
	}
	if checked == 0 {
		t.Fatal("no line checked")
	}
}

// Colour repeats and never adds: without it the words are the same.
func TestColorIsOnlyColor(t *testing.T) {
	for _, tt := range samples {
		var plain, colored bytes.Buffer
		if err := Text(&plain, tt.doc(), TextOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := Text(&colored, tt.doc(), TextOptions{Color: true}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(colored.String(), "\x1b[") {
			t.Errorf("%s: no colour", tt.name)
		}
		if diff := cmp.Diff(plain.String(), stripColor(colored.String())); diff != "" {
			t.Errorf("%s (-plain +coloured):\n%s", tt.name, diff)
		}
	}
}

func stripColor(s string) string {
	for _, code := range []string{"0", "1", "2", "33", "1;31"} {
		s = strings.ReplaceAll(s, "\x1b["+code+"m", "")
	}
	return s
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
