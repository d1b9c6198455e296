package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// eval measures the command xent eval, as a user starts it, on files that the system holds in memory: what it
// takes from its start to its report, with one and with several goroutines that compute. Its limit is to read the
// file into a small buffer.
func (b *bench) eval() error {
	xent, err := b.command()
	if err != nil {
		return err
	}
	for _, s := range []struct{ rows, classes, quick int }{{1 << 20, 10, 1 << 17}, {131072, 1000, 8192}, {4096, 32000, 256}} {
		rows := s.rows
		if b.opt.quick {
			rows = s.quick
		}
		rng := rand.New(rand.NewPCG(6, uint64(s.classes)))
		arrays, err := b.write(map[string]array{
			"logits": {func(int) float32 { return 3 * float32(rng.NormFloat64()) }, []int{rows, s.classes}},
			"labels": labelsOf(rows, s.classes),
		})
		if err != nil {
			return err
		}
		for _, threads := range b.opt.threads {
			if err := b.evaluate(xent, arrays, rows, s.classes, threads); err != nil {
				return err
			}
		}
		b.remove(arrays)
	}
	return nil
}

// command builds xent and returns its path.
func (b *bench) command() (string, error) {
	path := filepath.Join(b.dir, "xent")
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "xent").Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	build := exec.Command("go", "build", "-C", string(root[:len(root)-1]), "-o", path, "./cmd/xent")
	build.Stderr = os.Stderr
	return path, build.Run()
}

// evaluate measures one file.
func (b *bench) evaluate(xent string, arrays map[string]string, rows, classes, threads int) error {
	info, err := os.Stat(arrays["logits"])
	if err != nil {
		return err
	}
	r := Row{
		Work: "xent eval, cached .npy", Shape: shape(rows, classes), Threads: threads, Items: rows, Bytes: float64(info.Size()),
		Goals: []Goal{{Of: ofPeak, Want: 200}}, Peers: map[string]Time{}, Skipped: map[string]string{},
	}
	if threads == 1 {
		r.Goals = append(r.Goals, Goal{Of: ofRate, Want: 4}, Goal{Of: "sklearn", Want: 20})
	}
	rounds, _, patience := b.pace()
	var ours, limit []float64
	for range rounds {
		t, err := readFile(arrays["logits"])
		if err != nil {
			return err
		}
		limit = append(limit, t)
		t, peak, err := b.runEval(xent, arrays, threads)
		if err != nil {
			return err
		}
		ours, r.Peak = append(ours, t), max(r.Peak, peak)
		if sum(ours) > patience {
			break
		}
	}
	r.Ours, r.Limit = timeOf(ours), timeOf(limit)
	if err := b.evalPeers(&r, arrays, classes); err != nil {
		return err
	}
	b.add(r)
	return nil
}

// evalPeers has the peers judge the first rows, in memory: the whole would take them minutes. Their times are
// those of all rows, had they gone on like this.
func (b *bench) evalPeers(r *Row, arrays map[string]string, classes int) error {
	rows := min(r.Items, max(1, (1<<22)/classes))
	if err := b.load(map[string]string{"logits": arrays["logits"], "labels": arrays["labels"]}); err != nil {
		return err
	}
	for _, c := range b.contenders {
		_, turn, _ := b.pace()
		a, err := c.host.ask(request{Op: "run", Implementation: c.ID, Work: "eval", Threads: r.Threads, Seconds: turn, Runs: 3, Rows: rows})
		switch {
		case err != nil:
			r.Skipped[c.ID] = err.Error()
		case a.Skip != "":
			r.Skipped[c.ID] = a.Skip
		default:
			for i := range a.Seconds {
				a.Seconds[i] *= float64(r.Items) / float64(rows)
			}
			r.Peers[c.ID] = timeOf(a.Seconds)
		}
	}
	return nil
}

// readFile returns the seconds that reading a file takes.
func readFile(path string) (float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	buf, began := make([]byte, 1<<20), time.Now()
	for {
		if _, err := f.Read(buf); err == io.EOF {
			return time.Since(began).Seconds(), nil
		} else if err != nil {
			return 0, err
		}
	}
}

// runEval returns the seconds that xent eval takes, and the most memory that it held.
func (b *bench) runEval(xent string, arrays map[string]string, threads int) (seconds float64, peak int64, err error) {
	a, err := b.starter.ask(request{Op: "exec", Threads: threads, Args: []string{
		xent, "eval", "--json", "--workers", strconv.Itoa(threads), arrays["logits"], arrays["labels"],
	}})
	if err != nil {
		return 0, 0, fmt.Errorf("xent eval: %w", err)
	}
	return a.Seconds[0], a.Peak, nil
}

// execute runs a command on as many processors as threads. What the system reports as the most memory of a process
// includes that of the process that started it: this one has to be small, so it is one of its own.
func execute(args []string, threads int) (a answer, err error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env, cmd.Stderr = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(threads)), os.Stderr
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return a, err
	}
	a.Seconds = []float64{time.Since(began).Seconds()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		a.Peak = int64(u.Maxrss)
		if runtime.GOOS != "darwin" {
			a.Peak <<= 10 // counted in KiB, but there
		}
	}
	return a, nil
}
