package rowfile

import (
	"slices"
	"strings"
)

// wanted says which roles a table is read for.
type wanted struct {
	scores, labels, weights bool
	keys                    []*key
}

// planned is what a table's columns were given to: columns of scores (or of soft labels), the label
// column, the weight column, -1 for none; and the names of the score columns where they tell classes.
type planned struct {
	scores        []int
	label, weight int
	keys          []int // columns of keys, each once
	classes       []string
	notes         []string
}

// plan gives the columns their roles: those that keys name, then by name, then by what they hold.
func (t *table) plan(want wanted, opt *Options) (planned, error) {
	p := planned{label: -1, weight: -1}
	var err error
	if want.weights && opt.WeightsKey != "" {
		if p.weight, err = t.column(opt.WeightsKey, "--weights-key"); err != nil {
			return p, err
		}
	}
	if want.labels && opt.LabelsKey != "" {
		if p.label, err = t.column(opt.LabelsKey, "--labels-key"); err != nil {
			return p, err
		}
	}
	if err := t.planKeys(&p, want); err != nil {
		return p, err
	}
	left, out := t.candidates(&p)
	if want.labels && p.label < 0 {
		p.label = t.guessLabel(left, want.scores)
		left = without(left, p.label)
	}
	if want.weights && p.weight < 0 && !want.labels && !want.scores {
		if len(left) != 1 {
			return p, t.file.whole("columns "+t.listColumns(left)+" may all hold the weights", "one column", "--weights-key NAME chooses one")
		}
		p.weight, left = left[0], nil
	}
	switch {
	case want.scores:
		if p.scores, err = t.scoreColumns(&p, left, opt); err != nil {
			return p, err
		}
	case !want.labels && !want.weights: // keys alone
	case want.labels && p.label < 0: // a table of soft labels
		if p.scores = t.numeric(left); len(p.scores) == 0 {
			return p, t.file.whole("no column of labels among "+t.listColumns(all(len(t.roles))), "", "--labels-key NAME chooses one")
		}
	}
	for _, i := range left {
		if !slices.Contains(p.scores, i) {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	t.assign(&p)
	t.note(&p, out)
	return p, nil
}

// column finds the column that a flag names.
func (t *table) column(key, flag string) (int, error) {
	if i := t.schema.find(key); i >= 0 {
		return i, nil
	}
	if t.schema.names == nil {
		return 0, t.file.whole("no column "+quote(key)+": the table has no header", sprintf("a number from 1 to %d", len(t.roles)), flag+" takes the column's number")
	}
	return 0, t.file.whole("no column "+quote(key)+" among "+t.listColumns(all(len(t.roles))), "", "")
}

// candidates are the columns that may hold scores or labels; out are those that cannot: names of
// rows, weights not asked for, predicted classes, and columns without a value.
func (t *table) candidates(p *planned) (left, out []int) {
	numbers := 0
	for _, c := range t.schema.columns {
		if c.numeric() || c.lists > 0 {
			numbers++
		}
	}
	for i, c := range t.schema.columns {
		name := ""
		if t.schema.names != nil {
			name = t.schema.names[i]
		}
		counts := c.counts && i == 0 && numbers > 1 && len(t.schema.columns) > 2 && (name == "" || isIDName(name) || t.schema.columns[1].numbers > t.schema.columns[1].integers)
		switch {
		case i == p.label || i == p.weight || slices.Contains(p.keys, i):
		case len(t.schema.columns) == 1:
			left = append(left, i)
		case c.empty(), t.schema.names != nil && isIDName(name), counts && !isLabelName(name),
			matches(name, weightNames), strings.HasPrefix(strings.ToLower(name), "pred") && c.numbers == c.integers && numbers > 2:
			out = append(out, i)
		default:
			left = append(left, i)
		}
	}
	return left, out
}

// guessLabel finds the label column by name; else the one column of words; else, beside scores with
// fractions, the one column of integers that can be classes of theirs; else, where no scores are wanted, the only column. -1 for none.
func (t *table) guessLabel(left []int, beside bool) int {
	for _, exact := range []bool{true, false} {
		for _, name := range labelNames {
			for _, i := range left {
				if t.schema.names == nil {
					continue
				}
				n := t.schema.names[i]
				if strings.EqualFold(n, name) || !exact && hasWord(n, name) && !strings.HasPrefix(strings.ToLower(n), "pred") && !t.numbered(left, n) {
					return i
				}
			}
		}
	}
	if len(left) == 1 && !beside {
		return left[0]
	}
	words, integers := []int{}, []int{}
	for _, i := range left {
		switch c := t.schema.columns[i]; {
		case c.textual():
			words = append(words, i)
		case c.numbers > 0 && c.integral == c.numbers && c.texts+c.commas+c.lists == 0 && c.low >= 0 && c.high <= int64(max(1, len(left)-1)):
			integers = append(integers, i)
		}
	}
	if len(words) == 1 {
		return words[0]
	}
	if len(words) == 0 && len(integers) == 1 && len(left) > 1 {
		return integers[0]
	}
	return -1
}

// numbered reports whether several columns are called as n is, but for digits: class_0, class_1.
func (t *table) numbered(left []int, n string) bool {
	stem, same := strings.TrimRight(n, "0123456789"), 0
	for _, i := range left {
		if strings.TrimRight(t.schema.names[i], "0123456789") == stem {
			same++
		}
	}
	return same > 1
}

// numeric keeps the columns that hold numbers or rows in brackets.
func (t *table) numeric(cols []int) (out []int) {
	for _, i := range cols {
		if c := t.schema.columns[i]; c.numeric() || c.lists > 0 {
			out = append(out, i)
		}
	}
	return out
}

// scoreColumns are those with the prefix that was given; else the first group named as scores are;
// else all that hold numbers. A column of rows in brackets stands alone.
func (t *table) scoreColumns(p *planned, left []int, opt *Options) ([]int, error) {
	if opt.ScoresKey != "" {
		var found []int
		for i := range t.roles {
			if i != p.label && i != p.weight && !slices.Contains(p.keys, i) && t.schema.names != nil && strings.HasPrefix(t.schema.names[i], opt.ScoresKey) {
				found = append(found, i)
			}
		}
		if len(found) == 0 {
			return nil, t.file.whole("no column begins with "+quote(opt.ScoresKey)+" among "+t.listColumns(all(len(t.roles))), "", "--scores-key takes the prefix of the columns' names")
		}
		return found, nil
	}
	cols := t.numeric(left)
	if len(cols) == 0 {
		got := "no column of numbers for the scores"
		if p.label >= 0 && len(t.roles) == 1 {
			got += ": its only column holds labels"
		}
		if everywhere {
			got += t.unread()
		}
		return nil, t.file.whole(got, "", "scores come first, labels second")
	}
	if t.schema.names != nil {
		for _, name := range append(slices.Clone(scoreNames), "p", "z") {
			var group []int
			for _, i := range cols {
				if n := strings.ToLower(t.schema.names[i]); n == name || len(n) > len(name) && strings.HasPrefix(n, name) && !letter(n[len(name)]) {
					group = append(group, i)
				}
			}
			if len(group) > 0 {
				cols = group
				break
			}
		}
	}
	for _, i := range cols {
		if t.schema.columns[i].lists > 0 {
			if len(cols) > 1 {
				return nil, t.file.whole("columns "+t.listColumns(cols)+" may all hold the scores, and one has rows in brackets", "one of them", "--scores-key NAME chooses one")
			}
		}
	}
	return cols, nil
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' }

// assign marks the columns with their roles.
func (t *table) assign(p *planned) {
	for _, i := range p.scores {
		t.roles[i] = roleScore
	}
	t.cols = len(p.scores)
	if len(p.scores) == 1 && t.schema.columns[p.scores[0]].lists > 0 {
		t.list, t.cols = true, t.width(p.scores[0])
	}
	if t.labels = p.label >= 0; t.labels {
		t.roles[p.label] = roleLabel
		if everywhere {
			t.soft = (t.json != nil || t.columns != nil) && t.schema.columns[p.label].lists > 0
		}
	}
	if t.weighs = p.weight >= 0; t.weighs {
		t.roles[p.weight] = roleWeight
	}
	t.keyed = p.keys
	t.keys = make([]texts, len(p.keys))
	for _, i := range p.keys {
		t.roles[i] = roleKey
	}
	if t.schema.names != nil && len(p.scores) > 1 {
		p.classes = t.classNames(p)
	}
}

// classNames takes from the score columns' names what they have in common at their beginning. Mere
// numbers are no names.
func (t *table) classNames(p *planned) []string {
	names := make([]string, len(p.scores))
	for k, i := range p.scores {
		names[k] = t.schema.names[i]
	}
	common := names[0]
	for _, n := range names[1:] {
		for !strings.HasPrefix(n, common) {
			common = common[:len(common)-1]
		}
	}
	common = common[:strings.LastIndexAny(common, "_-. :/[(")+1]
	numbers, ordered := true, true
	for k := range names {
		names[k] = strings.TrimRight(strings.TrimPrefix(names[k], common), "])")
		tail := names[k][len(strings.TrimRight(names[k], "0123456789")):]
		n, ok := parseInteger([]byte(tail))
		numbers = numbers && ok && len(tail) >= len(names[k])-6
		ordered = ordered && ok && n == int64(k)
	}
	if numbers && !ordered {
		first, _ := parseInteger([]byte(names[0][len(strings.TrimRight(names[0], "0123456789")):]))
		if first == 1 {
			p.notes = append(p.notes, plain(t.file.path)+": score columns are numbered from 1; if labels are too, say --label-base 1")
		} else {
			t.warnings = append(t.warnings, sprintf("%s: score columns are not in the order of their numbers (%s); label k means the k-th column", plain(t.file.path), t.listColumns(p.scores[:min(4, len(p.scores))])))
		}
	}
	if numbers {
		return nil
	}
	return names
}

// note tells what was concluded.
func (t *table) note(p *planned, out []int) {
	var b strings.Builder
	b.WriteString(plain(t.file.path) + ": ")
	switch {
	case everywhere && t.json != nil:
		b.WriteString(t.jsonNote())
	case everywhere && t.columns != nil:
		b.WriteString(t.columnNote())
	case t.schema.header:
		b.WriteString("delimiter " + t.schema.delimiter() + ", a header")
	default:
		b.WriteString("delimiter " + t.schema.delimiter() + ", no header")
	}
	column := func(what string, i int) {
		if t.schema.names != nil {
			b.WriteString(sprintf("; %s: column %s", what, quote(t.schema.names[i])))
		} else {
			b.WriteString(sprintf("; %s: column %d", what, i+1))
		}
	}
	switch n := len(p.scores); {
	case n == 1 && t.list && everywhere && t.columns != nil:
		column(sprintf("scores, lists of %d", t.cols), p.scores[0])
	case n == 1 && t.list:
		column("scores, in brackets", p.scores[0])
	case n == 1:
		column("scores", p.scores[0])
	case n > 1 && t.schema.names != nil:
		b.WriteString(sprintf("; scores: %d columns, %s to %s", n, quote(t.schema.names[p.scores[0]]), quote(t.schema.names[p.scores[n-1]])))
	case n > 1:
		b.WriteString(sprintf("; scores: %d columns, %d to %d", n, p.scores[0]+1, p.scores[n-1]+1))
	}
	if p.label >= 0 {
		column("labels", p.label)
	}
	if p.weight >= 0 {
		column("weights", p.weight)
	}
	for _, i := range p.keys {
		column("keys", i)
	}
	if len(out) > 0 {
		b.WriteString("; left out: " + t.listColumns(out))
	}
	p.notes = append([]string{b.String()}, p.notes...)
}

// all lists the numbers below n.
func all(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// without returns s without v.
func without(s []int, v int) []int {
	return slices.DeleteFunc(s, func(i int) bool { return i == v })
}
