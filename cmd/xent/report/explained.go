package report

import (
	"io"
	"math"
	"strings"

	"xent/doctor"
	"xent/eval"
)

// Explained is what `xent explain` tells: the recipes that give a reported number. See docs/report-schema.md.
type Explained struct {
	Schema    int             `json:"schema"`            // version of this structure: 1
	Partial   bool            `json:"partial,omitempty"` // the pass was interrupted, or rows were skipped
	Reported  float64         `json:"reported"`
	Tolerance float64         `json:"tolerance"`
	Rows      int64           `json:"rows"`
	Ignored   int64           `json:"ignored"`
	Classes   int             `json:"classes"`
	Kind      eval.Input      `json:"kind"`    // what the scores were taken for
	Tried     int             `json:"tried"`   // recipes
	Recipes   []doctor.Recipe `json:"recipes"` // that give the number, the likeliest first
	Nearest   []doctor.Recipe `json:"nearest"` // of those that do not, the nearest three
	Source    Source          `json:"source"`
	Config    eval.Config     `json:"config"`

	Said string `json:"-"` // the reported number, as it was written
	Top  int    `json:"-"` // recipes to list as text
}

// JSON writes x as one object, in the manner of [JSON].
func (x *Explained) JSON(w io.Writer) error { return fieldsOf(w, x) }

// Text writes x for people.
func (x *Explained) Text(w io.Writer, opt TextOptions) error {
	st, columns := style{opt.Color}, max(opt.Columns, 80)
	what := plural(x.Rows+x.Ignored, "row") + " × " + plural(int64(x.Classes), "class") + ", " + Plain(x.Source.Scores.DType) + " " + string(x.Kind)
	head := files(st, columns, &x.Source, what, "labels, "+labelType(&x.Source))
	if x.Partial {
		head = append([]string{st.bad("PARTIAL") + " the pass ended early: this is about " + plural(x.Rows+x.Ignored, "row")}, head...)
	}
	head = append(head, asides(st, columns, &x.Source, 4)...)
	within := Plain(x.Said) + " ± " + Short(x.Tolerance, 2)
	var verdict []string
	switch len(x.Recipes) {
	case 0:
		verdict = wrap("None of "+plural(int64(x.Tried), "recipe")+" gives "+within+" on these rows: they are not those that the number was computed from, or it was computed otherwise.", columns)
	case 1:
		if x.Recipes[0].Fitted {
			verdict = wrap("No recipe gives "+within+" by itself; with a parameter fitted it is "+x.Recipes[0].Says+".", columns)
			break
		}
		verdict = wrap(within+" is "+x.Recipes[0].Says+".", columns)
	default:
		verdict = wrap(within+" is "+x.Recipes[0].Says+"; "+plural(int64(len(x.Recipes)-1), "other recipe")+" would give it, too.", columns)
	}
	for i := range verdict {
		verdict[i] = st.bold(verdict[i])
	}
	table := func(title string, list []doctor.Recipe) []string {
		if len(list) == 0 {
			return nil
		}
		lines := []string{st.dim(left(title, 25) + left("value", 11) + left("off by", 9) + "what it is")}
		for i, r := range list {
			if i == x.Top {
				return append(lines, st.dim(Count(int64(len(list)-i))+" more under \"recipes\" with --json"))
			}
			id := r.ID
			if r.Fitted {
				id += " (fitted)"
			}
			says := wrap(r.Says, columns-45)
			lines = append(lines, left(id, 25)+left(Short(r.Value, 6), 11)+left(Signed(r.Residual, 2), 9)+says[0])
			for _, more := range says[1:] {
				lines = append(lines, spaces(45)+more)
			}
		}
		return lines
	}
	lines := join(head, verdict, table("recipe", x.Recipes), table("nearest", x.nearest()))
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// nearest are those worth listing: where nothing fits, or little of what does is usual.
func (x *Explained) nearest() []doctor.Recipe {
	if len(x.Recipes) > 0 && !x.Recipes[0].Fitted {
		return nil
	}
	var list []doctor.Recipe
	for _, r := range x.Nearest {
		if !math.IsInf(r.Value, 0) {
			list = append(list, r)
		}
	}
	return list
}
