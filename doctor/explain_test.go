package doctor

import (
	"slices"
	"strings"
	"testing"
)

// Every finding has an explanation of three parts, and nothing else has one.
func TestExplain(t *testing.T) {
	ids := IDs()
	if len(ids) <= len(Detectors) || !slices.Contains(ids, "under-confident") {
		t.Fatalf("%d findings of %d detectors", len(ids), len(Detectors))
	}
	for _, id := range ids {
		e, ok := Explain(id)
		if !ok || e.ID != id || e.Code == "" || Code(id) != e.Code {
			t.Errorf("%s: %v, %+v", id, ok, e)
		}
		for _, text := range []string{e.How, e.Why, e.Do} {
			if !strings.HasSuffix(text, ".") || len(text) < 5 {
				t.Errorf("%s: %q is no sentence", id, text)
			}
		}
	}
	for id := range explanations {
		if !slices.Contains(ids, id) {
			t.Errorf("%s is explained and never found", id)
		}
	}
	if _, ok := Explain("nothing"); ok || Code("nothing") != "" {
		t.Error("what is no finding is explained")
	}
}
