package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xent/eval"
)

// linked is where the doors of the tests lead.
var linked = HTMLOptions{Lab: "http://127.0.0.1:8080/", Doors: func(s eval.Surprise) []Door {
	return []Door{{"cross-entropy", "E1, cross-entropy", "http://127.0.0.1:8080/learn/1-code/#v1;e1.y=" + strconv.Itoa(s.Label)}}
}}

func rendered(t *testing.T, d *Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, d, linked); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A node as a browser would see it: name and attributes, then the text up to the next.
type node struct {
	name  string
	attrs map[string]string
	text  string
}

// elements reads a page, and fails unless every node is closed where it must be.
func elements(t *testing.T, html string) []node {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(html, "<!doctype html>")))
	d.Strict, d.AutoClose, d.Entity = false, []string{"meta", "dd", "dt", "li"}, xml.HTMLEntity
	d.AutoClose = []string{"meta"}
	var all []node
	for {
		tok, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			if len(all) < 40 {
				t.Fatalf("only %d elements", len(all))
			}
			return all
		case err != nil:
			t.Fatalf("no page: %v", err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			e := node{name: tok.Name.Local, attrs: map[string]string{}}
			for _, a := range tok.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			all = append(all, e)
		case xml.CharData:
			if len(all) > 0 {
				all[len(all)-1].text += string(tok)
			}
		}
	}
}

// Every page is whole, runs nothing, loads nothing, and points only at what is there.
func TestHTML(t *testing.T) {
	for _, tt := range samples {
		t.Run(tt.name, func(t *testing.T) {
			html := rendered(t, tt.doc())
			if again := rendered(t, tt.doc()); again != html {
				t.Error("the same document gives two pages")
			}
			ids, links := map[string]int{}, 0
			all := elements(t, html)
			for _, e := range all {
				if slices.Contains([]string{"script", "link", "img", "iframe", "object", "base", "form", "use", "image"}, e.name) {
					t.Errorf("<%s>: a page that needs nothing else has none", e.name)
				}
				for name, value := range e.attrs {
					if strings.HasPrefix(strings.ToLower(name), "on") || name == "src" || name == "style" {
						t.Errorf("<%s %s=%q>", e.name, name, value)
					}
					if strings.Contains(value, "ZgotmplZ") || strings.Contains(value, "NaN") && e.name != "th" && e.name != "td" {
						t.Errorf("<%s %s=%q>", e.name, name, value)
					}
				}
				if id := e.attrs["id"]; id != "" {
					ids[id]++
				}
			}
			for _, e := range all {
				to, ok := e.attrs["href"]
				switch anchor, inside := strings.CutPrefix(to, "#"); {
				case !ok:
				case inside && ids[anchor] != 1:
					t.Errorf("%s leads to %d places", to, ids[anchor])
				case !inside && !strings.HasPrefix(to, linked.Lab):
					t.Errorf("%s leads out of the lab", to)
				case !inside:
					links++
				}
			}
			if want := len(tt.doc().Report.Surprising); links < want {
				t.Errorf("%d links, want one for each of %d rows", links, want)
			}
			if strings.Contains(strings.ReplaceAll(html, `"NaN"`, ""), "url(") || strings.Contains(html, "@import") {
				t.Error("the style loads something")
			}
		})
	}
}

// hostile are strings that a page, a template or a terminal might obey.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</title><svg onload=alert(1)>`,
	`{{.Made.Command}}`, `javascript:alert(1)`, `</style><b>`, "\x1b[2J", "a\u202eb", "bad \xff", `&lt;script&gt;`, `<!--`, `]]>`, "x\ny",
}

// Whatever strings a file holds, the page has the same elements with the same attributes as for harmless ones, and shows
// the strings as text.
func TestHTMLEscapes(t *testing.T) {
	shape := func(all []node) []string {
		var s []string
		for _, e := range all {
			var names []string
			for n := range e.attrs {
				names = append(names, n)
			}
			slices.Sort(names)
			s = append(s, e.name+" "+strings.Join(names, " "))
		}
		return s
	}
	with := func(s string) *Document {
		d := digits()
		d.Report.Names = slices.Repeat([]string{s}, 10)
		d.Report.Input.Reason, d.Report.Health.DType = s, s
		d.Source.Scores.Path, d.Source.Labels.Path = s, s
		d.Source.Scores.Member, d.Source.Scores.DType = s, s
		d.Source.Notes, d.Source.Warnings = []string{s}, []string{s}
		d.Command, d.Version = s, s
		for i := range d.Report.Warnings {
			d.Report.Warnings[i].Message = s
		}
		return d
	}
	want := shape(elements(t, rendered(t, with("harmless"))))
	for _, s := range hostile {
		all := elements(t, rendered(t, with(s)))
		if diff := cmp.Diff(want, shape(all)); diff != "" {
			t.Errorf("%q changes the page (-harmless +hostile):\n%s", s, diff)
		}
		shown := 0
		for _, e := range all {
			if strings.Contains(e.text, Plain(s)) {
				shown++
			}
		}
		if shown < 30 {
			t.Errorf("%q is shown %d times, want it for its classes, files and notes", s, shown)
		}
	}
}

// The page looks like the lab: what both name has one value.
func TestHTMLLooksLikeTheLab(t *testing.T) {
	site, err := os.ReadFile("../../../web/src/styles/site.css")
	if err != nil {
		t.Fatal(err)
	}
	tokens := func(css string) map[string]string {
		m := map[string]string{}
		for _, g := range regexp.MustCompile(`(?s)(--[a-z0-9-]+):\s*([^;]+);`).FindAllStringSubmatch(css, -1) {
			m[g[1]] = strings.Join(strings.Fields(g[2]), " ")
		}
		return m
	}
	theirs, ours := tokens(string(site)), tokens(pageStyle)
	if len(ours) < 12 {
		t.Fatalf("only %d tokens", len(ours))
	}
	for name, value := range ours {
		if theirs[name] != value {
			t.Errorf("%s is %s, in the lab %s", name, value, theirs[name])
		}
	}
	for _, used := range regexp.MustCompile(`var\((--[a-z0-9-]+)\)`).FindAllStringSubmatch(pageStyle, -1) {
		if ours[used[1]] == "" {
			t.Errorf("%s is used and has no value", used[1])
		}
	}
}

func TestTypeset(t *testing.T) {
	for in, want := range map[string]string{
		"gap -0.0715 nats": "gap −0.0715 nats", "-∞": "−∞", "3e-06 nats": "3×10⁻⁶ nats", "1e+12": "1×10¹²", "(-3)": "(−3)",
		"float32-file": "float32-file", "a-1": "a-1", "0.1285(265)": "0.1285(265)",
	} {
		if got := typeset(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
