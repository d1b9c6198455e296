package rowfile

import (
	"archive/zip"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Keys come from a column, a member or a file of their own, and the same text is the same group wherever it stands.
func TestKeys(t *testing.T) {
	scores, labels := scores32(4, 2), labels64(0, 1, 0, 1)
	s, l := write(t, "s.npy", scores), write(t, "l.npy", labels)
	text := []string{"7", "-3", "7", "12"}
	numbers := npy("<i4", []int64{4}, false, put([]int32{7, -3, 7, 12}))
	words := npy("|S3", []int64{4}, false, []byte("7\x00\x00-3\x007\x00\x0012\x00"))
	column := "a,b,label,doc,weight\n1,2,0,7,1\n1,2,1,-3,2\n1,2,0,7,1\n1,2,1,12,2\n"
	npz := func(keys []byte) string {
		return write(t, "a.npz", npzOf(zip.Deflate, named2{"logits.npy", scores}, named2{"y.npy", labels}, named2{"doc.npy", keys}))
	}
	table := write(t, "t.csv", []byte(column))
	checked := 0
	for name, src := range map[string]Source{
		"own .npy":          {Scores: s, Labels: l, Groups: write(t, "g.npy", numbers)},
		"own .npy of words": {Scores: s, Labels: l, Groups: write(t, "g.npy", words)},
		"own .npy, 2 x 2":   {Scores: write(t, "s3.npy", scores32(2, 2, 3)), Labels: write(t, "l2.npy", npy("<i8", []int64{2, 2}, false, i8(0, 1, 0, 1))), Groups: write(t, "g2.npy", npy("<i4", []int64{2, 2}, false, put([]int32{7, -3, 7, 12})))},
		"own table":         {Scores: s, Labels: l, Groups: write(t, "g.csv", []byte("document\n7\n-3\n7\n12\n"))},
		"own archive":       {Scores: s, Labels: l, Groups: write(t, "g.npz", npzOf(zip.Store, named2{"k.npy", numbers}))},
		"column":            {Scores: table, Groups: "doc"},
		"column of labels":  {Scores: s, Labels: write(t, "l.csv", []byte("label,doc\n0,7\n1,-3\n0,7\n1,12\n")), Groups: "doc"},
		"member":            {Scores: npz(numbers), Groups: "doc"},
		"member of words":   {Scores: npz(words), Groups: "doc"},
	} {
		src.By = []string{src.Groups}
		all := must(t, src, Options{})
		if all.rows != 4 || len(all.labels) != 4 {
			t.Fatalf("%s: %d rows, %d labels", name, all.rows, len(all.labels))
		}
		for i, want := range text {
			if all.groups[i] != hash([]byte(want)) || all.by[0][i] != want {
				t.Errorf("%s: row %d has the key %q, group %x; want %q", name, i, all.by[0][i], all.groups[i], want)
			}
		}
		if all.Groups == nil || all.Groups.Rows != 4 || len(all.By) != 1 {
			t.Errorf("%s: no header, or of %+v", name, all.Groups)
		}
		checked++
	}
	if checked == 0 {
		t.Fatal("nothing checked")
	}
	all := must(t, Source{Scores: table, By: []string{"weight", "doc"}}, Options{}) // several, and what has another meaning when nobody asks for it
	if !slices.Equal(all.by[0], []string{"1", "2", "1", "2"}) || !slices.Equal(all.by[1], text) || all.weights != nil {
		t.Errorf("by weight and document: %q, weights %v", all.by, all.weights)
	}
}

func TestKeysRefused(t *testing.T) {
	s, l := write(t, "s.npy", scores32(4, 2)), write(t, "l.npy", labels64(0, 1, 0, 1))
	table := write(t, "t.csv", []byte("a,b,label,doc\n1,2,0,7\n1,2,1,-3\n1,2,0,7\n1,2,1,12\n"))
	for _, tt := range []struct {
		src  Source
		says string
	}{
		{Source{Scores: s, Labels: l, Groups: "doc"}, `nothing called "doc" for --group, and no file of that name`},
		{Source{Scores: table, Groups: "dog"}, `there are "a", "b", "label", "doc"`},
		{Source{Scores: s, Labels: l, Groups: s}, "file of scores or labels"},
		{Source{Scores: s, Labels: l, Groups: write(t, "g.npy", labels64(1, 2, 3))}, "3 keys"},
		{Source{Scores: s, Labels: l, Groups: write(t, "g.npy", scores32(4, 2))}, "want one key a row"},
		{Source{Scores: s, Labels: l, Groups: write(t, "g.csv", []byte("a,b\n1,2\n1,2\n1,2\n1,2\n"))}, "may all hold the keys"},
		{Source{Scores: s, Labels: l, Groups: write(t, "g.csv", []byte("doc\n1\n2\n"))}, "2 keys, want 4"},
		{Source{Scores: s, Labels: l, Groups: write(t, "g.csv", []byte("doc\n1\n2\n3\n4\n5\n"))}, "5 keys, want 4"},
		{Source{Scores: s, Labels: write(t, "long.csv", []byte("y\n1\n0\n1\n0\n1\n0\n"))}, "6 labels, want 4"},
		{Source{Scores: s, Labels: write(t, "short.csv", []byte("y\n1\n0\n"))}, "2 labels, want 4"},
	} {
		_, err := readAll(tt.src, Options{})
		e := (*Error)(nil)
		if !errors.As(err, &e) || !strings.Contains(e.Error()+e.Hint, tt.says) {
			t.Errorf("%v, want %q", err, tt.says)
		}
	}
	var b strings.Builder
	b.WriteString("a,b,label,doc\n")
	for i := range maxTexts + 1 {
		fmt.Fprintf(&b, "1.5,2,0,%d\n", i)
	}
	many := write(t, "many.csv", []byte(b.String()))
	if _, err := readAll(Source{Scores: many, By: []string{"doc"}}, Options{}); err == nil || !strings.Contains(err.Error(), "distinct keys") {
		t.Errorf("too many texts: %v", err)
	}
	all := must(t, Source{Scores: many, Groups: "doc"}, Options{})
	slices.Sort(all.groups)
	if n := len(slices.Compact(all.groups)); n != maxTexts+1 {
		t.Errorf("%d groups, want %d", n, maxTexts+1)
	}
}
