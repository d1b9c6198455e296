package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"xent"
	"xent/cmd/xent/report"
	"xent/eval"
	"xent/internal/accfile"
	"xent/internal/evalfile"
	"xent/internal/rowfile"
)

// A part is what some shards of an evaluation have added up, as an .xacc file holds it.
type part struct {
	path string // of the file it was read from; "" for one made here
	partHeader
	*eval.Accumulator
}

// partHeader says, in JSON, what a part is of.
type partHeader struct {
	Xent    string        `json:"xent"` // version of the program
	Command string        `json:"command"`
	Shards  []int         `json:"shards"` // in ascending order, from 1
	Of      int           `json:"of"`
	Partial bool          `json:"partial,omitempty"` // the files were cut short
	Config  eval.Config   `json:"config"`
	Names   []string      `json:"names,omitempty"` // of the classes
	Source  report.Source `json:"source"`
	Hash    string        `json:"hash"` // of what all parts of an evaluation share
}

// common is what all parts of an evaluation share, by names that a person knows. Paths are not among them: each machine may
// see the files elsewhere.
func (h *partHeader) common() [][2]string {
	list := [][2]string{{"number of shards", strconv.Itoa(h.Of)}}
	v := reflect.ValueOf(h.Config)
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		value := v.Field(i).Interface()
		b, err := json.Marshal(value)
		if err != nil {
			b = fmt.Append(nil, value)
		}
		list = append(list, [2]string{name, string(b)})
	}
	list = append(list, [2]string{"names of the classes", fmt.Sprintf("%q", h.Names)})
	file := func(what string, f *report.File) {
		text := "none"
		if f != nil {
			text = fmt.Sprintf("%s %q of %s %v, %d rows in %d bytes", f.DType, f.Member, f.Format, f.Shape, f.Rows, f.Bytes)
		}
		list = append(list, [2]string{what, text})
	}
	file("scores", &h.Source.Scores)
	file("labels", h.Source.Labels)
	file("weights", h.Source.Weights)
	file("groups", h.Source.Groups)
	for i := range h.Source.By {
		file("keys", &h.Source.By[i])
	}
	return list
}

func (h *partHeader) hash() string {
	sum := sha256.New()
	for _, c := range h.common() {
		fmt.Fprintf(sum, "%s\x00%s\x00", c[0], c[1])
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:16])
}

// evaluate scores the rows of p's shard and writes p to output. What the scores are taken for follows from the beginning of the
// file, in every shard as in a pass over all rows.
func (p *part) evaluate(ctx context.Context, rows *rowfile.Rows, workers int, output string, bar *progress) error {
	pass, begin := scan[float32], beginning[float32]
	if rows.Wide() {
		pass, begin = scan[float64], beginning[float64]
	}
	start, err := begin(rows, p.Config)
	if err != nil {
		bar.finish()
		return located(rows, err)
	}
	if err := rows.Rewind(); err != nil {
		return err
	}
	rows.Shard(p.Shards[0], p.Of)
	fresh := func(eval.Input) (*eval.Accumulator, error) {
		c := p.Config
		c.Start = start
		return eval.New(c)
	}
	p.Accumulator, err = pass(ctx, rows, fresh, workers, bar)
	bar.finish()
	if err != nil {
		return located(rows, err)
	}
	if ctx.Err() != nil {
		return &failure{err: fmt.Errorf("interrupted: %s is not written, for a part of a shard is of no use", output), status: statusPartial}
	}
	p.Source, p.Partial = source(rows), rows.Truncated()
	if err := writeFile("-o", output, func(w io.Writer) error { return writePart(w, p) }); err != nil {
		return err
	}
	return unfinished(ctx, rows, p.Rows())
}

// beginning is what the first block of rows is taken for.
func beginning[T xent.Float](rows *rowfile.Rows, config eval.Config) (eval.Input, error) {
	a, err := eval.New(config)
	if err != nil {
		return eval.Auto, err
	}
	b := new(rowfile.Block[T])
	if err := rowfile.Next(rows, b); err != nil && !errors.Is(err, io.EOF) {
		return eval.Auto, err
	}
	err = eval.Add(a, evalfile.View(b, rows.Scores.Cols))
	return a.Start(), err
}

// writePart writes p as an .xacc file.
func writePart(w io.Writer, p *part) error {
	p.Hash = p.hash()
	header, err := json.MarshalIndent(&p.partHeader, "", "  ")
	if err != nil {
		return err
	}
	return accfile.Write(w, &accfile.Frame{Version: eval.StateVersion, Header: header, State: p.AppendState(nil)})
}

// readPart reads the .xacc file at path, of at most most bytes.
func readPart(path string, most int64) (*part, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s: is a directory", path)
	}
	p, err := partOf(f, most)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	p.path = path
	return p, nil
}

// partOf reads a part.
func partOf(r io.Reader, most int64) (*part, error) {
	frame, err := accfile.Read(r, most)
	if err != nil {
		return nil, err
	}
	p := new(part)
	if err := json.Unmarshal(frame.Header, &p.partHeader); err != nil {
		return nil, fmt.Errorf("its header is no JSON of a part: %w", err)
	}
	switch {
	case frame.Version != eval.StateVersion:
		return nil, fmt.Errorf("version %d of the sums, want %d: it was made by another version, %s; make all parts with this one", frame.Version, eval.StateVersion, p.Xent)
	case p.Of < 1 || len(p.Shards) == 0 || !slices.IsSorted(p.Shards) || len(slices.Compact(slices.Clone(p.Shards))) < len(p.Shards) || p.Shards[0] < 1 || p.Shards[len(p.Shards)-1] > p.Of:
		return nil, fmt.Errorf("its header names the shards %v of %d", p.Shards, p.Of)
	case p.Hash != p.hash():
		return nil, fmt.Errorf("its header says that its configuration is %q, and it is %q", p.Hash, p.hash())
	}
	p.Config.Names = p.Names
	if p.Accumulator, err = eval.ReadState(p.Config, frame.State); err != nil {
		return nil, err
	}
	return p, nil
}

// merge adds q to p. Both must be of one evaluation and hold other shards.
func (p *part) merge(q *part) error {
	if p.Hash != q.Hash {
		a, b := p.common(), q.common()
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				return usage("parts of one report are made by one command, but for --shard and -o", "%s and %s are not of one evaluation: %s is %s in the first, and %s in the second", p.path, q.path, a[i][0], a[i][1], b[i][1])
			}
		}
		return usage("", "%s and %s are not of one evaluation: their keys differ", p.path, q.path)
	}
	for _, i := range q.Shards {
		if slices.Contains(p.Shards, i) {
			return usage("give each part once", "%s: shard %d of %d is in another part, too", q.path, i, q.Of)
		}
	}
	if err := p.Accumulator.Merge(q.Accumulator); err != nil {
		return err
	}
	first := p
	if q.Shards[0] < p.Shards[0] {
		first = q
	}
	source := first.Source
	source.Notes = united(first.Source.Notes, p.Source.Notes, q.Source.Notes)
	source.Warnings = united(first.Source.Warnings, p.Source.Warnings, q.Source.Warnings)
	p.Command, p.Source = first.Command, source
	if p.Xent != q.Xent {
		p.Source.Notes = united(p.Source.Notes, []string{"parts were made by other versions of xent: last digits may differ"})
		p.Xent = max(p.Xent, q.Xent)
	}
	p.Shards = append(p.Shards, q.Shards...)
	slices.Sort(p.Shards)
	p.Partial = p.Partial || q.Partial
	return nil
}

// united are the texts of all lists, each once, in the order of the first list that has it.
func united(lists ...[]string) []string {
	var all []string
	for _, list := range lists {
		for _, s := range list {
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// missing are the shards that p does not hold.
func (p *part) missing() (list []string) {
	at := 0
	for i := 1; i <= p.Of && len(list) < 10; i++ {
		if at < len(p.Shards) && p.Shards[at] == i {
			at++
			continue
		}
		list = append(list, strconv.Itoa(i))
	}
	if n := p.Of - len(p.Shards); n > len(list) {
		list = append(list, fmt.Sprintf("and %d more", n-len(list)))
	}
	return list
}

// looksLikePart tells whether the file at path begins as a part does.
func looksLikePart(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 16)
	n, _ := io.ReadFull(f, head)
	return accfile.Is(head[:n])
}

// inspectPart tells what a part is of.
func inspectPart(path string, most int64) (inspectedFile, error) {
	p, err := readPart(path, cmp.Or(most, 1<<30))
	if err != nil {
		return inspectedFile{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return inspectedFile{}, err
	}
	notes := []string{
		fmt.Sprintf("%s of %d, %s of %s", shardList(p.Shards), p.Of, plural(int(p.Rows()), "row"), report.Plain(p.Source.Scores.Path)),
		"made by: " + report.Plain(p.Command),
		"with " + report.Plain(p.Xent) + "; configuration " + p.Hash,
	}
	contents := &rowfile.Contents{Path: path, Format: "xacc", Bytes: info.Size(), Arrays: []rowfile.ArrayContents{}, Columns: []rowfile.ColumnContents{}, Notes: notes}
	use := "xent merge " + path
	if p.missing() != nil {
		use += " ...: with the other shards, " + strings.Join(p.missing(), ", ")
	}
	return inspectedFile{Contents: contents, Uses: []string{use}}, nil
}

// shardList names shards: "shard 2", "shards 1, 3".
func shardList(shards []int) string {
	if len(shards) == 1 {
		return fmt.Sprintf("shard %d", shards[0])
	}
	var list []string
	for i, s := range shards {
		if i == 10 {
			list = append(list, fmt.Sprintf("and %d more", len(shards)-i))
			break
		}
		list = append(list, strconv.Itoa(s))
	}
	return "shards " + strings.Join(list, ", ")
}

// isPart tells whether a file that is to be written is a part, by its name.
func isPart(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".xacc") }

// A shardFlag is the value of --shard: "2/16".
type shardFlag struct{ index, of int }

const mostShards = 1 << 16

func (s *shardFlag) String() string {
	if s.of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.index, s.of)
}

func (s *shardFlag) Type() string { return "shard" }

func (s *shardFlag) Set(text string) error {
	i, n, ok := strings.Cut(text, "/")
	index, err := strconv.Atoi(i)
	of, err2 := strconv.Atoi(n)
	if err = cmp.Or(err, err2); !ok || err != nil || index < 1 || of < index || of > mostShards {
		return fmt.Errorf("want i/n, the i-th of n shards: 1/16 is the first of sixteen, at most %d", mostShards)
	}
	s.index, s.of = index, of
	return nil
}

// checkPart refuses what a part cannot be asked for.
func (f *evalFlags) checkPart(cmd *cobra.Command) error {
	sharded := f.shard.of > 0
	if !isPart(f.output) {
		if sharded {
			return usage(fmt.Sprintf("-o part-%d.xacc", f.shard.index), "--shard %s without -o and a file of the type .xacc: a shard is no report, but a part of one", &f.shard)
		}
		return nil
	}
	if f.labelErrors != "" {
		return usage("run xent eval --label-errors on the whole files", "--label-errors reads rows a second time, in the light of all: no part can")
	}
	for _, flag := range []string{"json", "html", "md", "junit", "fail-if"} {
		if cmd.Flags().Changed(flag) {
			return usage("give --"+flag+" to xent merge", "--%s with -o %s: a part is no report", flag, f.output)
		}
	}
	if f.shard.of == 0 {
		f.shard = shardFlag{1, 1}
	}
	return nil
}
