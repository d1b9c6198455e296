package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// many is enough rows for several blocks, so that workers have something to share.
const many = 120_000

// manyRows writes scores and labels; score gives row i, class k.
func manyRows(t *testing.T, score func(r *rand.Rand, i, k int) float64, label func(i int) byte) (scores, labels string) {
	t.Helper()
	const classes = 10
	r := rand.New(rand.NewPCG(1, 2))
	z := npyHeader(fmt.Sprintf("<f4 %d,%d", many, classes))
	y := npyHeader(fmt.Sprintf("|u1 %d", many))
	for i := range many {
		for k := range classes {
			z = binary.LittleEndian.AppendUint32(z, math.Float32bits(float32(score(r, i, k))))
		}
		y = append(y, label(i))
	}
	dir := t.TempDir()
	scores, labels = filepath.Join(dir, "z.npy"), filepath.Join(dir, "y.npy")
	for path, b := range map[string][]byte{scores: z, labels: y} {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return scores, labels
}

func normal(r *rand.Rand, _, _ int) float64 { return 3 * r.NormFloat64() }

// eachWorkers runs `xent eval` with several numbers of workers and wants the same bytes on both
// streams and the same status; it returns those of the last.
func eachWorkers(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	for i, w := range []int{1, 2, 3, 8} {
		var out, errs bytes.Buffer
		got := run(append([]string{"eval", fmt.Sprintf("--workers=%d", w)}, args...), nil, &out, &errs)
		if i > 0 && (out.String() != stdout || errs.String() != stderr || got != status) {
			t.Errorf("%d workers: status %d, not as with fewer: %d\n%s\n%s", w, got, status, &errs, stderr)
		}
		stdout, stderr, status = out.String(), errs.String(), got
	}
	return stdout, stderr, status
}

func TestWorkersChangeNoByte(t *testing.T) {
	scores, labels := manyRows(t, normal, func(i int) byte { return byte(i * i % 10) })
	stdout, stderr, status := eachWorkers(t, scores, labels, "--json")
	if status != statusFine || !strings.Contains(stdout, `"rows": 120000,`) {
		t.Fatalf("status %d, %s", status, stderr)
	}
}

// The first rows look like probabilities and the whole file does not: it is read twice, and says so.
func TestSecondPass(t *testing.T) {
	scores, labels := manyRows(t, func(r *rand.Rand, i, k int) float64 {
		if i < many/2 {
			return 0.1
		}
		return normal(r, i, k)
	}, func(i int) byte { return byte(i % 10) })
	stdout, stderr, status := eachWorkers(t, scores, labels)
	if status != statusFine || !strings.Contains(stdout, "read as logits") || !strings.Contains(stdout, "read twice") {
		t.Fatalf("status %d\n%s\n%s", status, stdout, stderr)
	}
}

// Rows in the middle that look like probabilities do not make a second pass, whichever worker
// meets them first: the beginning of the file has decided what it is taken for.
func TestOnePassWhateverTheMiddle(t *testing.T) {
	scores, labels := manyRows(t, func(r *rand.Rand, i, k int) float64 {
		if i > many/3 {
			return 0.1
		}
		return normal(r, i, k)
	}, func(i int) byte { return byte(i % 10) })
	stdout, stderr, status := eachWorkers(t, scores, labels)
	if status != statusFine || !strings.Contains(stdout, "read as logits") || strings.Contains(stdout, "read twice") {
		t.Fatalf("status %d\n%s\n%s", status, stdout, stderr)
	}
}

// Bad rows far apart: what is reported of them does not depend on who met them first.
func TestBadRowsInManyBlocks(t *testing.T) {
	scores, labels := manyRows(t, normal, func(i int) byte {
		if i%40_000 == 39_999 {
			return byte(200 + i/40_000)
		}
		return byte(i % 10)
	})
	_, stderr, status := eachWorkers(t, scores, labels)
	if status != statusUsage || !strings.Contains(stderr, "labels[39999] = 200") {
		t.Fatalf("status %d, %s", status, stderr)
	}
	scores, labels = manyRows(t, func(r *rand.Rand, i, k int) float64 {
		if i%50_000 == 30_000 && k == 3 {
			return math.NaN()
		}
		return normal(r, i, k)
	}, func(i int) byte { return byte(i % 10) })
	_, stderr, status = eachWorkers(t, scores, labels)
	if status != statusUsage || !strings.Contains(stderr, "scores[30000]") {
		t.Fatalf("status %d, %s", status, stderr)
	}
}
