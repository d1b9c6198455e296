package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A run that is killed again and again, and goes on each time from its last checkpoint, leaves the same bytes as one that was
// not: checkpoint, metrics, logits. Interrupted, it says how to go on.
func TestTrainKilled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs POSIX signals")
	}
	files := []string{checkpointFile, metricsFile, logitsFile, labelsFile, gradientsFile, configFile}
	t.Run("classify", func(t *testing.T) {
		testKilled(t, files, 20, "classify", "--net", "64-8-10", "--momentum", ".9", "--checkpoint", "9")
	})
	t.Run("lm", func(t *testing.T) {
		testKilled(t, append(files, codecFile, groupsFile, surprisalFile), 2, "lm", "--text", "../../docs/*.md", "--limit", "8kB", "--judge", "500", "--vocab", "260",
			"--length", "16", "--width", "16", "--heads", "2", "--blocks", "1", "--checkpoint", "5")
	})
}

// testKilled is TestTrainKilled of a recipe; where a run ends before it is killed, one of twice as many epochs is.
func testKilled(t *testing.T, files []string, epochs int, recipe string, flags ...string) {
	t.Helper()
	for ; ; epochs *= 2 {
		if epochs > 2000 {
			t.Fatal("every run ended before it could be killed")
		}
		dir := t.TempDir()
		whole, parts := filepath.Join(dir, "whole"), filepath.Join(dir, "parts")
		args := append(append([]string{"train", recipe}, flags...), "--epochs", strconv.Itoa(epochs), "--out")
		if out, err := exec.Command("xent", append(args, whole)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		killed, stderr := after(t, 2, syscall.SIGKILL, append(args, parts)...)
		again, _ := after(t, 1, syscall.SIGKILL, "train", recipe, "--resume", parts)
		third, said := after(t, 1, syscall.SIGINT, "train", recipe, "--resume", parts)
		if killed != -1 || again != -1 || third != statusPartial {
			t.Logf("%d epochs: ended by itself, with %d, %d, %d\n%s", epochs, killed, again, third, stderr)
			continue
		}
		if !strings.Contains(said, "interrupted at step") || !strings.Contains(said, "hint: xent train "+recipe+" --resume "+parts) {
			t.Errorf("an interrupted run says %q", said)
		}
		if out, err := exec.Command("xent", "train", recipe, "--resume", parts).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, name := range files {
			a, errA := os.ReadFile(filepath.Join(whole, name))
			b, errB := os.ReadFile(filepath.Join(parts, name))
			if errA != nil || errB != nil || !bytes.Equal(a, b) || len(a) == 0 {
				t.Errorf("%s differs: %d and %d bytes, %v, %v", name, len(a), len(b), errA, errB)
			}
		}
		return
	}
}

// after runs xent, sends it a signal when it has said so many lines, and returns its status, -1 for a signal, and what it said.
func after(t *testing.T, lines int, signal os.Signal, args ...string) (status int, said string) {
	t.Helper()
	cmd := exec.Command("xent", args...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := bufio.NewScanner(pipe)
	for n := 1; s.Scan(); n++ {
		said += s.Text() + "\n"
		if n == lines {
			cmd.Process.Signal(signal)
		}
	}
	cmd.Wait()
	return cmd.ProcessState.ExitCode(), said
}

// The same of the other recipes, in short: killed once, gone on with, their checkpoints and pictures are those of a run that was not.
func TestRecipesKilled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs POSIX signals")
	}
	for recipe, small := range map[string]string{
		"vae":       "--hidden 16 --latent 2 --kl-warmup 2",
		"diffusion": "--width 16 --blocks 1 --noise-steps 10",
	} {
		for epochs := 6; ; epochs *= 2 {
			if epochs > 400 {
				t.Fatalf("%s: every run ended before it could be killed", recipe)
			}
			dir := t.TempDir()
			whole, parts := filepath.Join(dir, "whole"), filepath.Join(dir, "parts")
			args := append([]string{"train", recipe, "--checkpoint", "5", "--epochs", strconv.Itoa(epochs)}, strings.Fields(small)...)
			if killed, _ := after(t, 2, syscall.SIGKILL, append(args, "--out", parts)...); killed != -1 {
				continue
			}
			for _, run := range [][]string{{"train", recipe, "--resume", parts}, append(args, "--out", whole)} {
				if out, err := exec.Command("xent", run...).CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
			}
			for _, name := range []string{checkpointFile, metricsFile, gradientsFile, configFile, samplesFile} {
				a, errA := os.ReadFile(filepath.Join(whole, name))
				b, errB := os.ReadFile(filepath.Join(parts, name))
				if errA != nil || errB != nil || !bytes.Equal(a, b) || len(a) == 0 {
					t.Errorf("%s: %s differs: %d and %d bytes, %v, %v", recipe, name, len(a), len(b), errA, errB)
				}
			}
			break
		}
	}
}
