// Command bench measures xent in one run beside what the machine can do at best and beside other implementations,
// in turns within the same seconds, and prints how far it is from the goals, losses included.
//
//	make bench               everything, in some minutes
//	make bench-quick         smaller shapes, in less than one
//	cd bench && go run . --run ce/ --threads 1 --json
//
// Peers in Python are measured where python3 finds them; nothing is installed. docs/performance.md says how, and
// holds the tables of a whole run.
package main

import (
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

//go:embed peers.py
var peersScript []byte

type options struct {
	quick, json bool
	run         *regexp.Regexp
	threads     []int
	python, dir string
	serve       string
}

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string, stdin io.Reader, stdout io.Writer) error {
	opt, err := parse(args)
	if err != nil {
		return err
	}
	if opt.serve != "" {
		return serve(serving(opt.serve), stdin, stdout)
	}
	b := &bench{opt: opt, local: serving("xent"), log: os.Stderr}
	if b.dir, err = os.MkdirTemp(opt.dir, "xent-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	defer b.gather()()
	for _, s := range suites(opt.quick) {
		if !opt.run.MatchString(s.name) {
			continue
		}
		if err := s.run(b); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if opt.json {
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		return out.Encode(&b.report)
	}
	Text(stdout, &b.report)
	return nil
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.BoolVar(&o.quick, "quick", false, "smaller shapes and fewer runs: less than a minute")
	flags.BoolVar(&o.json, "json", false, "write JSON instead of tables")
	flags.StringVar(&o.python, "python", "python3", "`interpreter` whose libraries are the peers; empty for none")
	flags.StringVar(&o.dir, "dir", "", "`folder` for input files, 2 GB; empty means the system's for temporary files")
	flags.StringVar(&o.serve, "serve", "", "answer requests on stdin as these `implementations`; used by itself")
	pattern := flags.String("run", "", "measure only what this regular `expression` matches: limits, ce/8192x10, bce, linear, step, eval, accuracy")
	threads := flags.String("threads", usualThreads(), "comma-separated `numbers` of threads")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.run, err = regexp.Compile(*pattern); err != nil {
		return o, fmt.Errorf("--run: %w", err)
	}
	for _, t := range strings.Split(*threads, ",") {
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 {
			return o, fmt.Errorf("--threads %q: want numbers such as 1,2", *threads)
		}
		o.threads = append(o.threads, n)
	}
	return o, nil
}

// usualThreads are one and two, where there are two cores.
func usualThreads() string {
	if runtime.NumCPU() < 2 {
		return "1"
	}
	return "1,2"
}

// serving is the host in this process of the implementations in a comma-separated list.
func serving(list string) *works {
	w := &works{}
	for _, id := range strings.Split(list, ",") {
		w.as = append(w.as, Implementation{id, ownNames[id]})
	}
	return w
}

var ownNames = map[string]string{
	"xent": "xent", "avx2": "xent, AVX2 kernels", "plain": "xent, plain Go (XENT_SIMD=off)", "gonum": "gonum floats.LogSumExp, float64",
}

// tunedEnv makes PyTorch fast: its widest instructions, and an allocator that keeps its pages.
var tunedEnv = []string{
	"ATEN_CPU_CAPABILITY=avx512",
	"GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=17179869184:glibc.malloc.trim_threshold=17179869184:glibc.malloc.top_pad=4294967296",
}

// gather starts the processes of the peers and notes what they found. The function it returns stops them.
func (b *bench) gather() (stop func()) {
	kernel := ""
	if a, err := b.local.ask(request{Op: "hello"}); err == nil {
		kernel = a.Kernel
	}
	b.report.Machine, b.report.Quick = describe(kernel), b.opt.quick
	b.hosts, b.starter = []host{b.local}, b.local
	var all []*process
	begin := func(rename map[string]string, env []string, name string, args ...string) {
		p, err := start(env, name, args...)
		var a answer
		if err == nil {
			all = append(all, p)
			a, err = p.ask(request{Op: "hello"})
		}
		if err != nil {
			b.report.Missing = append(b.report.Missing, Missing{name, err.Error()})
			return
		}
		b.welcome(p, a, rename)
	}
	if b.opt.python != "" {
		script := filepath.Join(b.dir, "peers.py")
		if err := os.WriteFile(script, peersScript, 0o600); err == nil {
			begin(nil, nil, b.opt.python, script, "torch", "onnxruntime", "scipy", "sklearn")
			begin(map[string]string{torch: tuned}, tunedEnv, b.opt.python, script, "torch")
		}
	}
	self, err := os.Executable()
	if err == nil {
		if p, err := start(nil, self, "-serve", "starter"); err == nil {
			all, b.starter = append(all, p), p
		}
		begin(nil, []string{"XENT_SIMD=avx2"}, self, "-serve", "avx2")
		begin(nil, []string{"XENT_SIMD=off"}, self, "-serve", "plain,gonum")
	}
	return func() {
		for _, p := range all {
			p.stop()
		}
	}
}

// welcome makes contenders of what a process found. Its implementations of xent count only where their kernels
// are others than those of this process.
func (b *bench) welcome(p *process, a answer, rename map[string]string) {
	for _, f := range a.Implementations {
		if (f.ID == "avx2" || f.ID == "plain") && a.Kernel == b.report.Machine.Kernel {
			b.report.Missing = append(b.report.Missing, Missing{f.ID, "this machine or build has no other kernels than " + a.Kernel})
			continue
		}
		c := contender{f, p}
		if id := rename[f.ID]; id != "" {
			c.Implementation = Implementation{id, f.Name + ", AVX-512, an allocator that keeps its pages"}
			c.host = renamed{p, id, f.ID}
		}
		b.contenders = append(b.contenders, c)
		b.report.Found = append(b.report.Found, c.Implementation)
	}
	for _, m := range a.Missing {
		if rename[m.ID] == "" {
			b.report.Missing = append(b.report.Missing, m)
		}
	}
	b.hosts = append(b.hosts, p)
}

// renamed is a host that calls an implementation by another name.
type renamed struct {
	host
	here, there string
}

func (r renamed) ask(q request) (answer, error) {
	if q.Implementation == r.here {
		q.Implementation = r.there
	}
	return r.host.ask(q)
}

// remove deletes input files that are no longer needed.
func (b *bench) remove(paths map[string]string) {
	for _, p := range paths {
		os.Remove(p)
	}
}
