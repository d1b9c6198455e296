package rowfile

import (
	"fmt"
	"strings"
	"testing"
)

// Rows of JSON as people write them; all hold the same two rows.
func TestJSONRows(t *testing.T) {
	checked := 0
	for _, tt := range []struct {
		name, text string
		opt        Options
		note       []string
	}{
		{"lines", `{"logits":[0.5,-1.25],"label":1}` + "\n" + `{"logits":[2,1e-3],"label":0}` + "\n", Options{}, []string{"lines of JSON", `in brackets: column "logits"`, `labels: column "label"`}},
		{"no_final_newline", `{"logits":[0.5,-1.25],"label":1}` + "\n" + `{"logits":[2,1e-3],"label":0}`, Options{}, nil},
		{"any_order", `{"label":1,"logits":[0.5,-1.25]}` + "\r\n\r\n" + ` { "logits" : [ 2 , 1e-3 ] , "label" : 0.0 }` + "\r\n", Options{}, nil},
		{"bom", "\xef\xbb\xbf" + `{"logits":[0.5,-1.25],"label":1}` + "\n" + `{"logits":[2,1e-3],"label":0}`, Options{}, nil},
		{"list", `[{"logits":[0.5,-1.25],"label":1},` + "\n" + `{"logits":[2,1e-3],"label":0}]` + "\n", Options{}, []string{"objects of JSON"}},
		{"pretty", "[\n {\n  \"text\": \"a ] } \\\" {\",\n  \"logits\": [\n   0.5,\n   -1.25\n  ],\n  \"label\": 1\n },\n {\n  \"logits\": [2, 1e-3],\n  \"label\": 0\n }\n]\n", Options{}, []string{"objects of JSON"}},
		{"pretty_objects", "{\n\"logits\": [0.5, -1.25], \"label\": 1}\n{\"logits\": [2, 1e-3], \"label\": 0}", Options{}, nil},
		{"strings", `{"logits":["0.5","-1.25"],"label":"1"}` + "\n" + `{"logits":[2,1e-3],"label":"0"}`, Options{}, nil},
		{"by_class", `{"logits":{"neg":0.5,"pos":-1.25},"label":"pos"}` + "\n" + `{"logits":{"pos":1e-3,"neg":2},"label":"neg"}`, Options{}, []string{`"neg", "pos"`, "order of the score columns"}},
		{"bools", `{"logits":[0.5,-1.25],"label":true}` + "\n" + `{"logits":[2,1e-3],"label":false}`, Options{}, nil},
		{"nested", `{"out":{"logits":[0.5,-1.25]},"in":{"label":1,"text":"x"}}` + "\n" + `{"out":{"logits":[2,1e-3]},"in":{"label":0}}`, Options{}, nil},
		{"more_members", `{"id":"a","tokens":["x","y"],"logits":[0.5,-1.25],"loss":9,"label":1,"meta":{"k":null}}` + "\n" + `{"id":"b","logits":[2,1e-3],"label":0,"new":[[1]]}`, Options{}, []string{"left out"}},
		{"by_key", `{"a":[0.5,-1.25],"b":[7,7],"y":1}` + "\n" + `{"a":[2,1e-3],"b":[7,7],"y":0}`, Options{ScoresKey: "a", LabelsKey: "y"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checked++
			if tt.name == "strings" { // numbers in quotes are numbers in a table, too, but not within a list
				if _, err := readAll(Source{Scores: write(t, "x.jsonl", []byte(tt.text))}, tt.opt); err == nil {
					t.Error("read")
				}
				return
			}
			path := write(t, "x.jsonl", []byte(tt.text))
			all := must(t, Source{Scores: path}, tt.opt)
			same(t, "scores", all.scores, 0.5, -1.25, 2, 1e-3)
			same(t, "labels", all.labels, 1, 0)
			if all.Scores.Format != "jsonl" {
				t.Errorf("format %q", all.Scores.Format)
			}
			for _, n := range tt.note {
				has(t, "notes", all.Notes, n)
			}
			r, err := Open(Source{Scores: path}, tt.opt)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			for range 2 {
				again := &table64{Rows: r}
				if err := again.drain(); err != nil {
					t.Fatal(err)
				}
				same(t, "scores again", again.scores, 0.5, -1.25, 2, 1e-3)
				if err := r.Rewind(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	if checked != 13 {
		t.Errorf("%d checked", checked)
	}
}

// Soft labels, weights and keys beside the scores, whatever the order of members.
func TestJSONRoles(t *testing.T) {
	text := `{"doc":"x","target":[0.25,0.75],"probs":[0.5,0.5],"w":2}` + "\n" + `{"probs":[1,0],"target":[1,0],"doc":"y","w":0.5}` + "\n"
	all := must(t, Source{Scores: write(t, "x.jsonl", []byte(text)), Groups: "doc", By: []string{"doc"}}, Options{WeightsKey: "w"})
	same(t, "scores", all.scores, 0.5, 0.5, 1, 0)
	same(t, "targets", all.targets, 0.25, 0.75, 1, 0)
	same(t, "weights", all.weights, 2, 0.5)
	if len(all.groups) != 2 || all.groups[0] == all.groups[1] || fmt.Sprint(all.by) != "[[x y]]" {
		t.Errorf("groups %v, by %v", all.groups, all.by)
	}
	labels := write(t, "y.jsonl", []byte(`{"label":1}`+"\n"+`{"label":0}`+"\n"))
	all = must(t, Source{Scores: write(t, "z.npy", scores32(2, 3)), Labels: labels}, Options{})
	same(t, "labels of their own", all.labels, 1, 0)
}

// Long values and many rows: records cross the ends of what is read at once.
func TestJSONLong(t *testing.T) {
	var b strings.Builder
	b.WriteString("[")
	const rows = 3000
	for i := range rows {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `{"text":%q,"logits":[%d,%d.5],"label":%d}`, strings.Repeat("{]", i%400), i, i, i%2)
	}
	for _, text := range []string{b.String() + "]", strings.ReplaceAll(b.String()[1:], ",\n", "\n")} {
		all := must(t, Source{Scores: write(t, "x.json", []byte(text))}, Options{})
		if all.rows != rows {
			t.Fatalf("%d rows, want %d", all.rows, rows)
		}
		for i := range rows {
			if all.scores[2*i] != float64(i) || all.scores[2*i+1] != float64(i)+0.5 || all.labels[i] != int64(i%2) {
				t.Fatalf("row %d: %v, %d", i, all.scores[2*i:2*i+2], all.labels[i])
			}
		}
	}
}

// Row 44: a last line that is cut is left out, and the result is partial. Row 45: what vanishes is told.
func TestJSONCut(t *testing.T) {
	for _, text := range []string{
		`{"logits":[0.5,1],"label":1}` + "\n" + `{"logits":[0.5,1],"la`,
		`{"logits":[0.5,1],"label":1}` + "\n" + `{"logits":[0.5,1`,
		`[{"logits":[0.5,1],"label":1},` + "\n" + `{"logits":[0.5,1`,
	} {
		all := must(t, Source{Scores: write(t, "x.jsonl", []byte(text))}, Options{})
		if all.rows != 1 || !all.Truncated() {
			t.Errorf("%d rows, truncated %v", all.rows, all.Truncated())
		}
		has(t, "warnings", all.Warnings(), "x.jsonl:2: the last line is cut short and was left out")
	}
	all := must(t, Source{Scores: write(t, "x.jsonl", []byte(`{"p_a":1e-400,"p_b":-0,"label":1}`+"\n"+`{"p_a":1e-400,"p_b":0.0e9,"label":1}`+"\n"))}, Options{})
	same(t, "scores", all.scores, 0, 0, 0, 0)
	has(t, "warnings", all.Warnings(), `x.jsonl:1: "1e-400" is smaller than any float64 and was read as 0`)
}

func jsonInputs() []badInput {
	two := `{"logits":[0.5,1],"label":1}` + "\n"
	row := func(s string) []byte { return []byte(two + s + "\n" + two) }
	return []badInput{
		{"39_null", row(`{"logits":[0.5,null],"label":1}`), nil, ".jsonl", Options{}, `:2:11: "logits" holds "null", want numbers in brackets`, "", ""},
		{"39_null_label", row(`{"logits":[0.5,1],"label":null}`), nil, ".jsonl", Options{}, `:2:27: "label" is "null", a missing value, want an integer`, "--ignore-index", ""},
		{"44_broken_inside", row(`{"logits":[0.5,1`), nil, ".jsonl", Options{}, `:2:17: the text ends, want a comma or "]"`, "", "only the last line may be cut"},
		{"45_duplicate", row(`{"logits":[0.5,1],"label":1,"label":0}`), nil, ".jsonl", Options{}, `:2:29: the name "label" stands twice in one object, want names that differ`, "", ""},
		{"45_depth", row(`{"x":` + strings.Repeat("[", 1e5)), nil, ".jsonl", Options{}, `:2:69: values nested more than 64 deep`, "", "a recursive parser dies of it"},
		{"45_range", row(`{"logits":[0.5,1e400],"label":1}`), nil, ".jsonl", Options{}, `:2:11: "logits" holds "1e400", want numbers in brackets`, "", ""},
		{"45_range_column", []byte(`{"p_a":1,"p_b":1e400,"label":1}` + "\n"), nil, ".jsonl", Options{}, `:1:16: "p_b" is "1e400", beyond float64, want a number`, "", ""},
		{"45_length", row(`{"logits":[0.5,1,2],"label":1}`), nil, ".jsonl", Options{}, `:2:11: "logits" holds 3 numbers, want 2, as in the rows before`, "", "mixed lengths"},
		{"45_word", row(`{"logits":[0.5,"x"],"label":1}`), nil, ".jsonl", Options{}, `:2:11: "logits" holds "\"x\"", want numbers in brackets`, "", ""},
		{"45_no_member", row(`{"logit":[0.5,1],"label":1}`), nil, ".jsonl", Options{}, `:2: no member "logits", want one, as in the rows before`, "", ""},
		{"45_fraction", row(`{"logits":[0.5,1],"label":0.5}`), nil, ".jsonl", Options{}, `:2:27: "label" is "0.5", want an integer`, "class numbers", ""},
		{"45_targets", []byte(`{"logits":[0.5,1],"label":[0.5,0.5]}` + "\n" + `{"logits":[0.5,1],"label":[0.5]}` + "\n"), nil, ".jsonl", Options{}, `:2:27: "label" holds 1 target probabilities, want 2, as many as there are scores`, "", ""},
		{"45_not_utf8", row("{\"logits\":[0.5,1],\"label\":1,\"x\":\"\xff\"}"), nil, ".jsonl", Options{}, `:2:34: the byte "\xff" in a string, want UTF-8`, "", ""},
		{"45_between", []byte("[" + two + ", 5, " + two + "]"), nil, ".jsonl", Options{}, `:2: found "5, {\"logits\"" between objects, want an object`, "", ""},
		{"45_no_rows", []byte("[{}]"), nil, ".jsonl", Options{}, `: no row with a member that is whole, want objects such as {"logits": [0.5, -1.2], "label": 0}`, "", ""},
	}
}

func TestBadJSON(t *testing.T) {
	for _, tt := range jsonInputs() {
		t.Run(tt.name, func(t *testing.T) { tt.check(t) })
	}
}

func FuzzJSON(f *testing.F) {
	n := 0
	for _, in := range jsonInputs() {
		if len(in.scores) < 4096 {
			f.Add(in.scores)
			n++
		}
	}
	if n < 10 {
		f.Fatal("no seeds")
	}
	f.Add([]byte("[\n {\"logits\": [1, 2],\n \"label\": 0}\n]"))
	f.Add([]byte(`{"probs":{"a":0.5,"b":0.5},"y":"a"}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzed(t, Source{Scores: putFile(t, dir, "val.jsonl", data)}, Options{})
	})
}
