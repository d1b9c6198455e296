package site

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Policy is the Content-Security-Policy of every answer: nothing but the site's own files, no
// inline or evaluated script, no inline style, WebAssembly allowed. The pages carry the same in
// a meta element, for hosts that send no such header; frame-ancestors has effect only here.
const Policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// types holds the content types of a site; the system's table differs between machines.
var types = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".map":         "application/json",
	".mjs":         "text/javascript; charset=utf-8",
	".npy":         "application/octet-stream",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".wasm":        "application/wasm",
	".webmanifest": "application/manifest+json",
	".woff2":       "font/woff2",
	".xml":         "text/xml; charset=utf-8",
}

// hashed matches assets whose name holds a hash of their content, as the web build names them.
var hashed = regexp.MustCompile(`^assets/.*-[A-Za-z0-9_-]{8}\.[a-z0-9]+$`)

// ServeHTTP answers GET and HEAD for the site's files.
//
// The path is looked up as it came, undecoded, in the list of files: a "..", an encoded slash
// or a doubled one is a name that no file has, and is not found. A folder with an index.html is
// served under its path with a slash at the end; without the slash, and for index.html itself,
// the answer is a redirect, because links on the page are relative to the folder.
// Answers: 200, 206, 304, 308 (redirect), 404, 405 (other methods), 416.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "405: only GET and HEAD are served here", http.StatusMethodNotAllowed)
		return
	}
	name, ok := strings.CutPrefix(r.URL.EscapedPath(), "/")
	if !ok {
		notFound(w)
		return
	}
	if to, ok := s.redirect(name); ok {
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		h.Set("Location", to) // relative, so it holds behind a proxy that adds a prefix
		w.WriteHeader(http.StatusPermanentRedirect)
		return
	}
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	f, ok := s.files[name]
	if !ok {
		notFound(w)
		return
	}
	f.serve(w, r, name)
}

// redirect returns where a request for name has to go to get its folder's slash right.
func (s *Site) redirect(name string) (to string, ok bool) {
	dir, last := path.Split(name)
	if _, page := s.files[dir+"index.html"]; page && last == "index.html" {
		return "./", true
	}
	if last == "" {
		return "", false
	}
	_, ok = s.files[name+"/index.html"]
	return "./" + last + "/", ok
}

// serve writes f in the coding that r likes best of those it is stored in.
func (f file) serve(w http.ResponseWriter, r *http.Request, name string) {
	h := w.Header()
	kind, ok := types[path.Ext(name)]
	if !ok {
		if kind = mime.TypeByExtension(path.Ext(name)); kind == "" {
			kind = "application/octet-stream"
		}
	}
	h.Set("Content-Type", kind)
	if hashed.MatchString(name) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	in := f.best(weigh(r.Header))
	body, ok := f[in]
	if !ok { // plain, and stored packed only
		content, err := f.content()
		if err != nil { // New has unpacked it once
			panic(err)
		}
		body = stored{content, f[gzipped].tag}
	}
	if _, packed := f[gzipped]; packed || len(f) > 1 {
		h.Set("Vary", "Accept-Encoding")
	}
	if in != plain {
		h.Set("Content-Encoding", string(in))
		body.tag += "-" + string(in)
	}
	h.Set("ETag", `"`+body.tag+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body.data))
}

// best returns the coding with the greatest weight among those that f is stored in: of equals
// Brotli before gzip before plain, and plain where no packed one has a weight above 0. Plain
// bytes are never wrong.
func (f file) best(weight func(coding) float64) coding {
	best, most := plain, weight(plain)
	for _, in := range []coding{gzipped, brotli} {
		if _, ok := f[in]; ok && weight(in) > 0 && weight(in) >= most {
			best, most = in, weight(in)
		}
	}
	return best
}

// weigh reads the Accept-Encoding of a request (RFC 9110, section 12.5.3) and returns the weight
// that it gives a coding: what it says of its name, else of "*", else 0. A weight that cannot be
// read is 0.
func weigh(h http.Header) func(coding) float64 {
	weights := map[coding]float64{}
	for field := range strings.SplitSeq(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		name, parameter, _ := strings.Cut(field, ";")
		weight := 1.0
		if value, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(parameter)), "q="); ok {
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil || !(q > 0) {
				q = 0
			}
			weight = q
		}
		name = strings.ToLower(strings.TrimSpace(name))
		weights[coding(strings.TrimPrefix(name, "x-"))] = weight // x-gzip is an old name of gzip
	}
	return func(in coding) float64 {
		if weight, named := weights[in]; named {
			return weight
		}
		if in == plain {
			return 0 // it is what remains, and liked only by name
		}
		return weights["*"]
	}
}

func notFound(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Not found - xent</title>
<h1>There is no such page</h1>
<p><a href="/">Start page of the lab</a></p>
</html>
`)
}
