package site

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// get answers one request with the site.
func get(s http.Handler, method, target string, header ...string) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestServeFiles(t *testing.T) {
	const forever, check = "public, max-age=31536000, immutable", "no-cache"
	s := small(t)
	for _, tt := range []struct {
		path, kind, cache, body string
	}{
		{"/", "text/html; charset=utf-8", check, "<h1>start</h1>"},
		{"/learn/4-kl/", "text/html; charset=utf-8", check, "<h1>kl</h1>"},
		{"/learn/4-kl/?x=1", "text/html; charset=utf-8", check, "<h1>kl</h1>"},
		{"/assets/app-1a2b3c4d.js", "text/javascript; charset=utf-8", forever, "start()"},
		{"/assets/plain.css", "text/css; charset=utf-8", check, "p{}"},
		{"/assets/xent-Zz_-09aB.wasm", "application/wasm", forever, wasm},
	} {
		t.Run(tt.path, func(t *testing.T) {
			r := get(s, "GET", tt.path)
			if got := body(t, r); r.StatusCode != 200 || got != tt.body {
				t.Fatalf("%s %q, want 200 %q", r.Status, got, tt.body)
			}
			for name, want := range map[string]string{
				"Content-Type":               tt.kind,
				"Cache-Control":              tt.cache,
				"Content-Length":             fmt.Sprint(len(tt.body)),
				"Content-Encoding":           "", // not asked for
				"X-Content-Type-Options":     "nosniff",
				"Referrer-Policy":            "no-referrer",
				"Cross-Origin-Opener-Policy": "same-origin",
				"Content-Security-Policy":    Policy,
			} {
				if got := r.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			tag := r.Header.Get("ETag")
			if again := get(s, "GET", tt.path, "If-None-Match", tag); tag == "" || again.StatusCode != 304 {
				t.Errorf("with its own ETag %q: %s, want 304", tag, again.Status)
			}
			if head := get(s, "HEAD", tt.path); head.StatusCode != 200 || body(t, head) != "" || head.Header.Get("ETag") != tag {
				t.Errorf("HEAD: %s, want 200, no body and ETag %s", head.Status, tag)
			}
		})
	}
}

func TestPolicyLetsNothingElseIn(t *testing.T) {
	for _, want := range []string{"default-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "object-src 'none'"} {
		if !strings.Contains(Policy, want) {
			t.Errorf("policy %q lacks %q", Policy, want)
		}
	}
	for _, never := range []string{"'unsafe-eval'", "'unsafe-inline'", "http:", "https:", "data:", "*"} {
		if strings.Contains(Policy, never) {
			t.Errorf("policy %q holds %q", Policy, never)
		}
	}
}

func TestNegotiation(t *testing.T) {
	s := small(t)
	tags := map[coding]string{}
	for _, tt := range []struct {
		accept string
		want   coding
		why    string
	}{
		{"gzip", gzipped, "asked for"},
		{"br", brotli, "asked for"},
		{"gzip, deflate, br, zstd", brotli, "what browsers send: of equals the smallest"},
		{"br, gzip", brotli, "in any order"},
		{"gzip;q=1.0, br;q=0.9", gzipped, "liked better"},
		{"gzip;q=0.5, br;q=0.9", brotli, "liked better"},
		{"br;q=0.5, identity;q=0.5", brotli, "of equals the smallest"},
		{"br;q=0.5, identity", plain, "plain is liked better"},
		{"GZIP;q=0.1", gzipped, "any weight above 0; the name has no case"},
		{"Br ; Q=0.1", brotli, "spaces and case"},
		{"x-gzip", gzipped, "its old name"},
		{"*", brotli, "anything"},
		{"*;q=0, gzip", gzipped, "named beats the star"},
		{"gzip, *;q=0", gzipped, "in any order"},
		{"gzip;q=0, *", brotli, "named beats the star"},
		{"br;q=0, *", gzipped, "named beats the star"},
		{"br;q=0, gzip;q=0, *", plain, "named beats the star"},
		{"gzip;q=0", plain, "refused"},
		{"br;q=0.000", plain, "refused"},
		{"br;q=NaN, gzip", gzipped, "no weight"},
		{"br;q=-1, gzip;q=0.1", gzipped, "no weight"},
		{"gzip;q=", plain, "no weight"},
		{"identity", plain, "plain asked for"},
		{"deflate, zstd", plain, "other codings"},
		{"brotli", plain, "not its name"},
		{"", plain, "nothing"},
	} {
		t.Run(tt.accept, func(t *testing.T) {
			r := get(s, "GET", "/assets/xent-Zz_-09aB.wasm", "Accept-Encoding", tt.accept)
			got, in := body(t, r), plain
			if name := r.Header.Get("Content-Encoding"); name != "" {
				in = coding(name)
			}
			if in != tt.want {
				t.Fatalf("in %s, want %s: %s", in, tt.want, tt.why)
			}
			if r.Header.Get("Vary") != "Accept-Encoding" || r.Header.Get("Content-Type") != "application/wasm" {
				t.Errorf("Vary %q, Content-Type %q, want Accept-Encoding and application/wasm in any coding",
					r.Header.Get("Vary"), r.Header.Get("Content-Type"))
			}
			tag := r.Header.Get("ETag")
			for other, known := range tags {
				if (tag == known) != (in == other) {
					t.Errorf("ETag %s in %s beside %s in %s: each coding has its own", tag, in, known, other)
				}
			}
			tags[in] = tag
			want := map[coding]string{plain: wasm, gzipped: string(gz(t, wasm)), brotli: packed}[in]
			if got != want {
				t.Errorf("body of %d bytes, want the %d as stored", len(got), len(want))
			}
		})
	}
	if len(tags) != 3 {
		t.Errorf("%d codings were seen, want 3", len(tags))
	}
}

// What is stored once has one answer, and says so: a cache need not ask again for each coding.
func TestStoredOnce(t *testing.T) {
	r := get(small(t), "GET", "/assets/app-1a2b3c4d.js", "Accept-Encoding", "br, gzip")
	if got := body(t, r); got != "start()" || r.Header.Get("Content-Encoding") != "" || r.Header.Get("Vary") != "" {
		t.Errorf("%q in %q, Vary %q, want it plain without Vary", got, r.Header.Get("Content-Encoding"), r.Header.Get("Vary"))
	}
}

func TestRange(t *testing.T) {
	r := get(small(t), "GET", "/assets/app-1a2b3c4d.js", "Range", "bytes=0-4")
	if got := body(t, r); r.StatusCode != 206 || got != "start" {
		t.Errorf("%s %q, want 206 \"start\"", r.Status, got)
	}
}

func TestRedirects(t *testing.T) {
	s := small(t)
	for _, tt := range []struct{ path, to, why string }{
		{"/learn/4-kl", "./4-kl/", "links on the page are relative to its folder"},
		{"/learn/4-kl?a=1&b=%2F", "./4-kl/?a=1&b=%2F", "the query goes along as it is"},
		{"/learn/4-kl/index.html", "./", "one address a page"},
		{"/index.html", "./", "one address a page"},
	} {
		r := get(s, "GET", tt.path)
		if got := r.Header.Get("Location"); r.StatusCode != 308 || got != tt.to {
			t.Errorf("%s: %s to %q, want 308 to %q: %s", tt.path, r.Status, got, tt.to, tt.why)
		}
	}
}

func TestNotFound(t *testing.T) {
	s := small(t)
	for _, tt := range []struct{ path, why string }{
		{"/nothing", "no such file"},
		{"/learn/", "a folder without a page: never a listing"},
		{"/learn", "nor a redirect to one"},
		{"/assets/", "never a listing"},
		{"/assets", "never a listing"},
		{"/.gitkeep", "dot files stay inside"},
		{"/assets/xent-Zz_-09aB.wasm.gz", "stored so, but not a name of the site"},
		{"/assets/xent-Zz_-09aB.wasm.br", "stored so, but not a name of the site"},
		{"/../index.html", "out of the root"},
		{"/learn/../index.html", "no other spelling of a name"},
		{"/learn/%2e%2e/index.html", "an encoded dot"},
		{"/learn%2F4-kl/", "an encoded slash would break the page's relative links"},
		{"/learn%5C4-kl%5C", "a Windows separator"},
		{"/%6Cearn/4-kl/", "no other spelling of a name"},
		{"//index.html", "a doubled slash"},
		{"//learn/4-kl", "a redirect from here would leave for another host"},
		{"/learn//4-kl/", "a doubled slash"},
		{"/index.html/", "a file is no folder"},
		{"/index.html%00.js", "a NUL"},
	} {
		r := get(s, "GET", tt.path)
		got := body(t, r)
		if r.StatusCode != 404 || r.Header.Get("Location") != "" || strings.Contains(got, "<h1>start") {
			t.Errorf("%s: %s, want 404: %s", tt.path, r.Status, tt.why)
		}
		if !strings.Contains(got, `<a href="/">`) || r.Header.Get("Content-Security-Policy") != Policy {
			t.Errorf("%s: the 404 page lacks its way back or the policy: %q", tt.path, got)
		}
	}
}

func TestOtherMethods(t *testing.T) {
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"} {
		r := get(small(t), method, "/")
		if r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %s, Allow %q, want 405 and GET, HEAD", method, r.Status, r.Header.Get("Allow"))
		}
	}
}

// Requests that no client library would send, written on the wire.
func TestRawRequests(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serving(t, ln, OwnHostOnly(small(t)))
	huge := strings.Repeat("a", 64<<10)
	for _, tt := range []struct{ name, request, want string }{
		{"plain", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "200"},
		{"dots", "GET /../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "404"},
		{"no leading slash", "GET index.html HTTP/1.1\r\nHost: localhost\r\n\r\n", "400"},
		{"star", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", "200"},
		{"whole address", "GET http://localhost/learn/4-kl/ HTTP/1.1\r\nHost: localhost\r\n\r\n", "200"},
		{"someone else's name", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421"},
		{"someone else's address", "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n", "421"},
		{"no host", "GET / HTTP/1.1\r\n\r\n", "400"},
		{"huge header", "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + huge + "\r\n\r\n", "431"},
		{"huge path", "GET /" + huge + " HTTP/1.1\r\nHost: localhost\r\n\r\n", "431"},
		{"not HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n", "400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(10 * time.Second))
			go io.WriteString(c, tt.request) // the server may stop reading first
			answer := make([]byte, len("HTTP/1.1 200"))
			if _, err := io.ReadFull(c, answer); err != nil {
				t.Fatal(err)
			}
			if got := string(answer); got != "HTTP/1.1 "+tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestLoopbackHost(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "localhost:8080": true, "LOCALHOST:1": true, "localhost.": true, "xent.localhost:8080": true,
		"127.0.0.1": true, "127.0.0.1:8080": true, "127.9.9.9:80": true, "[::1]:8080": true, "[::1]": true, "[::ffff:127.0.0.1]:80": true,
		"": false, ":8080": false, "evil.example": false, "evil.example:8080": false, "localhost.evil.example": false, "notlocalhost": false,
		"127.0.0.1.evil.example": false, "192.168.0.1:8080": false, "0.0.0.0:8080": false, "[::]:8080": false, "2130706433": false,
	} {
		if got := loopbackHost(host); got != want {
			t.Errorf("loopbackHost(%q) = %v, want %v", host, got, want)
		}
	}
}
