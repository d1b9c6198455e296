package report

import (
	"cmp"
	"slices"

	"xent/eval"
)

// mostClasses is how many classes a page lists in their order; of more it lists the costliest.
const mostClasses = 40

type pageClasses struct {
	Title  string
	Marks  []int
	Rows   []pageClass
	Others *pageClass
}

type pageClass struct {
	Name, Rows, Loss, Adds, Recall, Expected, Z string
	Bar                                         place
	Differs                                     bool
}

func (t *text) pageClasses() *pageClasses {
	all := t.r.PerClass
	if len(all) == 0 {
		return nil
	}
	p := &pageClasses{Title: "What each class adds to the loss", Marks: t.notes.numbers("per_class")}
	shown, others := all, []eval.Class(nil)
	if len(all) > mostClasses {
		byShare := slices.Clone(all)
		slices.SortStableFunc(byShare, func(a, b eval.Class) int { return cmp.Compare(nanLast(b.Share), nanLast(a.Share)) })
		shown, others = byShare[:mostClasses], byShare[mostClasses:]
		p.Title = "The " + Count(mostClasses) + " costliest of " + Count(int64(len(all))) + " classes"
	}
	largest := 0.0
	for _, c := range shown {
		if finite(c.Share) {
			largest = max(largest, c.Share)
		}
	}
	for _, c := range shown {
		row := pageClass{
			Name: t.called(c.Class), Rows: amount(c.Rows), Loss: typeset(Fixed(c.Loss, 4)), Adds: typeset(Fixed(c.Share, 4)),
			Recall: typeset(Fixed(c.Recall, 3)), Expected: expected(c.Expected), Z: typeset(Fixed(c.Z, 1)), Differs: c.Differs,
		}
		if finite(c.Share) && largest > 0 {
			row.Bar = across(c.Share / largest)
		}
		p.Rows = append(p.Rows, row)
	}
	if others != nil {
		n, share, loss := t.sumOf(others)
		p.Others = &pageClass{Name: Count(int64(len(others))) + " others", Rows: amount(n), Loss: typeset(Fixed(loss, 4)), Adds: typeset(Fixed(share, 4))}
	}
	return p
}

// called is a class's name if it has one, else its number, at a length that leaves room for others.
func (t *text) called(k int) string { return t.class(k, 60) }

type pageRows struct {
	Title, Why string
	Rows       []pageRow
	Doors      bool
}

type pageRow struct {
	Row, Loss, Z, Margin, Label, Said, P string
	Doors                                []Door
}

func (t *text) pageRows(opt HTMLOptions) []pageRows {
	var tables []pageRows
	for _, list := range []struct {
		title, why string
		rows       []eval.Surprise
	}{
		{"The rows that cost most", "Where labels are wrong, these rows are where to look first.", t.r.Surprising},
		{"The most surprising, given their own doubt",
			"z is how many of its own standard deviations a row costs more than the model expected of it.", t.r.Unexpected},
	} {
		if len(list.rows) == 0 {
			continue
		}
		table := pageRows{Title: list.title, Why: list.why}
		for _, s := range list.rows {
			row := t.pageRow(s)
			if opt.Doors != nil {
				row.Doors = opt.Doors(s)
				table.Doors = table.Doors || len(row.Doors) > 0
			}
			table.Rows = append(table.Rows, row)
		}
		tables = append(tables, table)
	}
	return tables
}

func (t *text) pageRow(s eval.Surprise) pageRow {
	row := pageRow{Row: Count(s.Row), Loss: Fixed(s.Loss, 2), Z: typeset(Fixed(s.Z, 1)), Margin: typeset(Fixed(s.Margin, 2)), Label: t.called(s.Label)}
	if len(s.Top) > 0 {
		row.Said, row.P = t.called(s.Top[0].Class), share(s.Top[0].P)
	}
	return row
}
