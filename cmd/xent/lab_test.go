package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"xent/cmd/xent/site"
)

// onePage is a site of one page.
func onePage() (*site.Site, error) {
	return site.New(fstest.MapFS{"index.html": {Data: []byte("<h1>lab</h1>")}})
}

// output collects what a command writes while it runs.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// running is an `xent lab` that serves.
type running struct {
	url            string // the one line on its stdout
	stdout, stderr *output
	end            context.CancelFunc
	ended          chan error
}

// lab starts `xent lab` with args, waits for its address and ends it with the test.
func lab(t *testing.T, args ...string) running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := running{stdout: new(output), stderr: new(output), end: cancel, ended: make(chan error, 1)}
	cmd := newLab(onePage)
	cmd.SetArgs(args)
	cmd.SetOut(r.stdout)
	cmd.SetErr(r.stderr)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	go func() { r.ended <- cmd.ExecuteContext(ctx) }()
	t.Cleanup(cancel)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if url, ok := strings.CutSuffix(r.stdout.String(), "\n"); ok {
			r.url = url
			return r
		}
		select {
		case err := <-r.ended:
			t.Fatalf("xent lab %q ended before it served: %v", args, err)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("xent lab %q printed no address in 10 s; stderr: %s", args, r.stderr)
		}
	}
}

func TestLabServes(t *testing.T) {
	for _, args := range [][]string{nil, {"--addr", "127.0.0.1:0"}, {"--addr", "0"}, {"--addr", "localhost:0"}} {
		r := lab(t, args...)
		if !strings.HasPrefix(r.url, "http://127.0.0.1:") && !strings.HasPrefix(r.url, "http://[::1]:") {
			t.Errorf("%q: %s, want an address of the loopback interface", args, r.url)
		}
		answer, err := http.Get(r.url)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || string(page) != "<h1>lab</h1>" {
			t.Errorf("%q: page %q, %v", args, page, err)
		}
		r.end()
		if err := <-r.ended; err != nil {
			t.Errorf("%q: ended with %v, want nil", args, err)
		}
		if got := r.stdout.String(); got != r.url+"\n" {
			t.Errorf("%q: stdout %q, want the address alone", args, got)
		}
	}
}

// Ctrl-C is a good end: the same as the end of the context, through the process's own signal.
func TestLabEndsOnInterrupt(t *testing.T) {
	r := lab(t, "--addr", "127.0.0.1:0")
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(os.Interrupt); err != nil {
		t.Skip(err) // Windows cannot
	}
	select {
	case err := <-r.ended:
		if err != nil {
			t.Errorf("ended with %v, want nil", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still serving 10 s after the interrupt")
	}
	if _, err := http.Get(r.url); err == nil {
		t.Error("still answers after its end")
	}
}

func TestLabTakesTheNextPort(t *testing.T) {
	first := lab(t)
	second := lab(t)
	if first.url == second.url {
		t.Fatalf("both on %s", first.url)
	}
	if got := second.stderr.String(); !strings.Contains(got, site.DefaultAddr+" is taken") {
		t.Errorf("stderr %q does not say that the usual port is taken", got)
	}
}

func TestLabSaysWhenOthersCanReachIt(t *testing.T) {
	open, shut := lab(t, "--addr", ":0"), lab(t, "--addr", "127.0.0.1:0")
	if got := open.stderr.String(); !strings.Contains(got, "everyone who can reach this machine") {
		t.Errorf("stderr %q does not say so", got)
	}
	if !strings.HasPrefix(open.url, "http://localhost:") {
		t.Errorf("address %s, want one a browser here can open", open.url)
	}
	if got := shut.stderr.String(); strings.Contains(got, "everyone") {
		t.Errorf("on loopback it says %q", got)
	}
	for _, tt := range []struct {
		r    running
		want int
		why  string
	}{
		{open, 200, "its name on the network is its owner's choice"},
		{shut, 421, "a name that was pointed at 127.0.0.1"},
	} {
		request, err := http.NewRequest("GET", tt.r.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = "lab.example"
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != tt.want {
			t.Errorf("Host lab.example at %s: %s, want %d: %s", tt.r.url, answer.Status, tt.want, tt.why)
		}
	}
}

func TestLabErrors(t *testing.T) {
	held, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "thesis.tex"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	unbuilt := func() (*site.Site, error) { return nil, site.ErrNotBuilt }
	for _, tt := range []struct {
		name string
		load func() (*site.Site, error)
		args []string
		want string // in the error
	}{
		{"no site", unbuilt, nil, "hint: make build"},
		{"no site to export", unbuilt, []string{"--export", t.TempDir()}, "hint: make build"},
		{"port taken", onePage, []string{"--addr", held.Addr().String()}, "is taken\nhint: "},
		{"no port", onePage, []string{"--addr", "localhost"}, "want host:port"},
		{"port too large", onePage, []string{"--addr", "127.0.0.1:65536"}, "--addr 127.0.0.1:65536"},
		{"not our address", onePage, []string{"--addr", "203.0.113.1:8080"}, "--addr 203.0.113.1:8080"},
		{"foreign folder", onePage, []string{"--export", foreign}, "thesis.tex\nhint: choose a new folder"},
		{"no folder", onePage, []string{"--export", ""}, "wants a folder"},
		{"both", onePage, []string{"--export", "x", "--addr", ":0"}, "[export addr]"},
		{"force alone", onePage, []string{"--force"}, "--export"},
		{"argument", onePage, []string{"8080"}, "8080"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			cmd := newLab(tt.load)
			cmd.SetArgs(tt.args)
			cmd.SetOut(io.Discard)
			cmd.SetErr(io.Discard)
			cmd.SilenceErrors, cmd.SilenceUsage = true, true
			err := cmd.ExecuteContext(ctx)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestLabExports(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	var stdout bytes.Buffer
	cmd := newLab(onePage)
	cmd.SetArgs([]string{"--export", dir})
	cmd.SetOut(&stdout)
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	if got := stdout.String(); !strings.HasPrefix(got, dir+": 1 files") {
		t.Errorf("stdout %q, want what was written where", got)
	}
	if page, err := os.ReadFile(filepath.Join(dir, "index.html")); err != nil || string(page) != "<h1>lab</h1>" {
		t.Errorf("index.html: %q, %v", page, err)
	}
}

// --open only opens what serves, and a machine without a browser still gets the address.
func TestLabOpen(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	r := lab(t, "--addr", "127.0.0.1:0", "--open")
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(r.stderr.String(), "no browser opened"); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("stderr %q does not say that no browser was opened", r.stderr)
		}
	}
	if _, err := http.Get(r.url); err != nil {
		t.Errorf("not served: %v", err)
	}
	r.end()
	if err := <-r.ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}
