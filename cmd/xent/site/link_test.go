package site

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write what is produced as the wanted output")

// links are states and their fragments, which web/src/lib/share/links.test.ts reads, too.
const links = "../../../testdata/vectors/links.json"

type link struct {
	Why      string      `json:"why"`
	State    [][2]string `json:"state"`
	Fragment string      `json:"fragment"`
}

// What is written here, the pages read as it was meant, and write in the same way.
func TestFragments(t *testing.T) {
	cases := []link{
		{Why: "no state", State: [][2]string{}},
		{Why: "a row of logits and its label", State: [][2]string{{"e1.z", Numbers([]float64{2, -1.5, 0.1, math.Inf(-1)})}, {"e1.y", "2"}}},
		{Why: "digits beyond a decimal's", State: [][2]string{{"e3.z", Numbers([]float64{1e-7, -3e-300, 1e21, 123456789.125, math.Copysign(0, -1)})}}},
		{Why: "names that mean something to addresses and tags", State: [][2]string{{"e1.n", `a;b=c&d#e/f?g,"><script>alert(1)</script>,%41`}}},
		{Why: "what encodeURIComponent leaves alone", State: [][2]string{{"e1.n", "!'()*~-_."}}},
		{Why: "letters of the world", State: [][2]string{{"e1.n", "Füchse,狐,🦊"}}},
	}
	for i, c := range cases {
		var state []Pair
		for _, p := range c.State {
			state = append(state, Pair{p[0], p[1]})
		}
		cases[i].Fragment = Fragment(state)
	}
	got, err := json.MarshalIndent(cases, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(links, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(links)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is another:\n%s", links, got)
	}
}

func TestLink(t *testing.T) {
	state := []Pair{{"e1.z", "1,2"}}
	for root, want := range map[string]string{
		"http://127.0.0.1:8080/":      "http://127.0.0.1:8080/learn/1-code/#v1;e1.z=1,2",
		"http://127.0.0.1:8080":       "http://127.0.0.1:8080/learn/1-code/#v1;e1.z=1,2",
		"https://example.org/a/b/lab": "https://example.org/a/b/lab/learn/1-code/#v1;e1.z=1,2",
	} {
		if got := Link(root, "learn/1-code/", state); got != want {
			t.Errorf("%s: %s, want %s", root, got, want)
		}
	}
}
