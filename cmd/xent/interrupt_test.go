package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// EVAL row 71: Ctrl-C stops after the block at hand and prints what is known, labelled partial,
// with status 3. The file is 40 GB of zeros that take no place on the disk: longer than the test
// waits, whatever the machine.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs sparse files and POSIX signals")
	}
	dir := t.TempDir()
	scores, labels := sparse(t, dir, "z.npy", "<f4 1000000000,10", 4*10*1e9), sparse(t, dir, "y.npy", "|u1 1000000000", 1e9)
	for wait := 250 * time.Millisecond; ; wait *= 2 {
		if wait > 20*time.Second {
			t.Fatal("the command never reached its first block")
		}
		ctx, cancel := context.WithTimeout(t.Context(), wait+20*time.Second)
		defer cancel() // a command that heeds no interrupt is killed, and that fails below
		cmd := exec.CommandContext(ctx, "xent", "eval", scores, labels, "--json", "--input", "logits")
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(wait)
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) {
			t.Fatalf("%v after an interrupt, want status 3\n%s", err, &stderr)
		}
		if ctx.Err() != nil {
			t.Fatal("the command went on for 20 s after an interrupt")
		}
		if s, ok := exit.Sys().(syscall.WaitStatus); ok && s.Signaled() || exit.ExitCode() == statusUsage {
			continue // too early: the command had not begun to listen, or to score
		}
		if exit.ExitCode() != statusPartial {
			t.Fatalf("status %d, want 3\n%s", exit.ExitCode(), &stderr)
		}
		var r struct {
			Partial bool
			Rows    int64
			Loss    struct{ Nats float64 }
		}
		if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
			t.Fatalf("%v\n%s", err, &stdout)
		}
		if !r.Partial || r.Rows <= 0 || r.Rows >= 1e9 || r.Loss.Nats < 2.30 || r.Loss.Nats > 2.31 {
			t.Errorf("report %+v, want a partial one of some rows at ln 10", r)
		}
		if !bytes.Contains(stderr.Bytes(), []byte("interrupted after")) {
			t.Errorf("stderr %q does not say that it was interrupted", &stderr)
		}
		return
	}
}

// sparse makes a .npy file of zeros that takes almost no place.
func sparse(t *testing.T, dir, name, header string, bytes int64) string {
	t.Helper()
	path := filepath.Join(dir, name)
	h := npyHeader(header)
	if err := os.WriteFile(path, h, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, int64(len(h))+bytes); err != nil {
		t.Fatal(err)
	}
	return path
}
