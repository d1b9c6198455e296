package doctor

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of docs/doctor.md anew")

// The table of docs/doctor.md lists the detectors in their order.
func TestDocumented(t *testing.T) {
	const file, open, end = "../docs/doctor.md", "<!-- detectors -->\n", "<!-- /detectors -->"
	var b strings.Builder
	b.WriteString("| id | number | finds | looks at |\n|---|---|---|---|\n")
	curves := map[string]bool{}
	for _, d := range CurveDetectors() {
		curves[d.ID] = true
	}
	listed := map[string]bool{}
	for _, d := range slices.Concat(Detectors, FileDetectors(), CurveDetectors(), FlowDetectors()) {
		if listed[d.ID] {
			continue
		}
		listed[d.ID] = true
		var at []string
		if d.Rows != nil {
			at = append(at, "rows")
		}
		if d.Log != nil {
			at = append(at, "log")
		}
		if curves[d.ID] {
			at = append(at, "curve")
		}
		if d.Flow != nil {
			at = append(at, "gradients")
		}
		id := "`" + d.ID + "`"
		if d.ID == "over-confident" {
			id += ", `under-confident`"
		}
		b.WriteString("| " + id + " | " + d.Code + " | " + d.Summary + " | " + strings.Join(at, ", ") + " |\n")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), open)
	was, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", file)
	}
	if *update {
		if err := os.WriteFile(file, []byte(before+open+b.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if was != b.String() {
		t.Errorf("%s lists other detectors: go test ./doctor -run TestDocumented -update", file)
	}
}
