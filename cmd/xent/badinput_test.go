package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// badInputRows is how many rows the table of bad inputs has: what users hand to a reader of files by mistake, or to hurt,
// and the right answer. A test of a row is named by its number: "04_cut_by_3" in a table of Go, "# 4: ..." in a script.
const badInputRows = 76

// namedElsewhere are rows whose test has another name: a file and what stands in it.
var namedElsewhere = map[int][2]string{
	48: {"internal/curvefile/curvefile_test.go", "TestEvents"},     // logs of TensorBoard, cut
	50: {"internal/rowfile/kld_test.go", `"scale NaN"`},            // .kld: scale NaN, 0, negative
	49: {"internal/rowfile/kld_test.go", "TestBadKLD"},             // .kld of impossible sizes
	71: {"cmd/xent/interrupt_test.go", "EVAL row 71"},              // Ctrl-C
	63: {"cmd/xent/testdata/tables.txtar", "63: one group"},        // one group has no standard error
	68: {"cmd/xent/testdata/compare.txtar", "has 2 columns"},       // teacher and student of other classes
	76: {"doctor/doctor_test.go", "sorted labels fit their neigh"}, // sorted labels are no shift
}

// unanswered are rows without an answer yet.
var unanswered = map[int]string{
	27: "two tensors that share a storage are read; no test says so",
	46: "logs of token probabilities are not read",
	47: "logs of token probabilities are not read",
	67: "rows of two files are compared by id, not joined",
}

var (
	rowInScript = regexp.MustCompile(`(?m)^# ((?:\d+(?:, | and )?)+): `)
	rowInTable  = regexp.MustCompile(`\{"(\d\d)_`)
	rowInText   = regexp.MustCompile(`(?m)^(?://|	//) Rows? (\d+)(?: and (\d+))?: `)
	rowNumber   = regexp.MustCompile(`\d+`)
)

// Every row of the table of bad inputs has a test that bears its number.
func TestBadInputRows(t *testing.T) {
	found := map[int]string{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && slices.Contains([]string{"node_modules", "web", ".git"}, d.Name()) {
				return fs.SkipDir
			}
			return err
		}
		marks := []*regexp.Regexp{rowInTable, rowInText}
		switch {
		case strings.HasSuffix(path, ".txtar"):
			marks = []*regexp.Regexp{rowInScript}
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, mark := range marks {
			for _, m := range mark.FindAllString(string(text), -1) {
				for _, n := range rowNumber.FindAllString(m, -1) {
					row, _ := strconv.Atoi(n)
					found[row] = path
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for row, at := range namedElsewhere {
		text, err := os.ReadFile(filepath.Join("../..", at[0]))
		if err != nil || !strings.Contains(string(text), at[1]) {
			t.Errorf("row %d: no %q in %s (%v)", row, at[1], at[0], err)
		}
		found[row] = at[0]
	}
	for row := 1; row <= badInputRows; row++ {
		why, open := unanswered[row]
		switch {
		case found[row] == "" && !open:
			t.Errorf("row %d of bad inputs has no test that bears its number", row)
		case found[row] != "" && open:
			t.Errorf("row %d is tested in %s: take it off the list of those that are not (%s)", row, found[row], why)
		}
	}
}
