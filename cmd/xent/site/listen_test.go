package site

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// serving runs Serve until the test ends and checks that it ends well.
func serving(t *testing.T, l net.Listener, h http.Handler) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, h) }()
	stopped := false
	stop = func() error {
		stopped = true
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(10 * time.Second):
			t.Error("Serve still runs 10 s after its context ended")
			return nil
		}
	}
	t.Cleanup(func() {
		if stopped {
			return
		}
		if err := stop(); err != nil {
			t.Errorf("Serve: %v, want nil after its context ended", err)
		}
	})
	return stop
}

func port(t *testing.T, l net.Listener) int {
	t.Helper()
	_, p, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(p)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestListenFrom(t *testing.T) {
	held, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	taken := port(t, held)

	next, err := listenFrom("127.0.0.1", taken, taken+20)
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if got := port(t, next); got <= taken || got > taken+20 {
		t.Errorf("port %d, want the next free one after %d", got, taken)
	}

	any, err := listenFrom("127.0.0.1", taken, taken) // the whole range is taken
	if err != nil {
		t.Fatal(err)
	}
	defer any.Close()
	if got := port(t, any); got == taken {
		t.Errorf("port %d was taken already", got)
	}

	if l, err := listenFrom("203.0.113.1", taken, taken+20); err == nil { // not an address of ours (RFC 5737)
		l.Close()
		t.Error("listening on another's address succeeded")
	}
}

func TestTaken(t *testing.T) {
	held, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if _, err := net.Listen("tcp", held.Addr().String()); !Taken(err) {
		t.Errorf("Taken(%v) = false for a port in use", err)
	}
	if _, err := net.Listen("tcp", "203.0.113.1:80"); Taken(err) {
		t.Errorf("Taken(%v) = true for an address that is not ours", err)
	}
}

func TestLoopback(t *testing.T) {
	for addr, want := range map[string]bool{"127.0.0.1:80": true, "[::1]:80": true, "0.0.0.0:80": false, "[::]:80": false, "192.0.2.1:80": false} {
		a, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := Loopback(a); got != want {
			t.Errorf("Loopback(%s) = %v, want %v", addr, got, want)
		}
	}
}

// A request under way when the end comes is answered whole; new ones are refused.
func TestServeEndsGracefully(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	arrived, finish := make(chan bool), make(chan bool)
	stop := serving(t, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- true
		<-finish
		io.WriteString(w, "whole")
	}))
	answer := make(chan string, 1)
	go func() {
		r, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer r.Body.Close()
		b, _ := io.ReadAll(r.Body)
		answer <- string(b)
	}()
	<-arrived
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	for refused := false; !refused; time.Sleep(time.Millisecond) {
		c, err := net.Dial("tcp", l.Addr().String())
		if refused = err != nil; !refused {
			c.Close()
		}
	}
	close(finish)
	if got := <-answer; got != "whole" {
		t.Errorf("the request under way got %q, want its whole answer", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v, want nil", err)
	}
}
