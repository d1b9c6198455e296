package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestGenerated fails when package lab changed and go generate was not run.
func TestGenerated(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("nothing was generated")
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is out of date: run go generate ./lab", name)
		}
	}
}

func TestLowerCamel(t *testing.T) {
	for _, tt := range []struct{ name, want, why string }{
		{"Loss", "loss", "a word"},
		{"LogSumExp", "logSumExp", "words keep their capitals"},
		{"KL", "kl", "an acronym is lowered as a whole"},
		{"JSText", "jsText", "an acronym ends where a word begins"},
		{"P", "p", "one letter"},
		{"MinX", "minX", "one letter at the end"},
	} {
		if got := lowerCamel(tt.name); got != tt.want {
			t.Errorf("%s: lowerCamel(%q) = %q, want %q", tt.why, tt.name, got, tt.want)
		}
	}
}
