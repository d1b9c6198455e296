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
	for _, d := range slices.Concat(Detectors, FileDetectors()) {
		at := "rows"
		switch {
		case d.Rows == nil:
			at = "log"
		case d.Log != nil:
			at = "rows, log"
		}
		id := "`" + d.ID + "`"
		if d.ID == "over-confident" {
			id += ", `under-confident`"
		}
		b.WriteString("| " + id + " | " + d.Code + " | " + d.Summary + " | " + at + " |\n")
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
