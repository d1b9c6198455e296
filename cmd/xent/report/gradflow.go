package report

import (
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"xent/doctor"
)

// A GradFlow is what `xent gradflow` tells: how gradients flow through one network or several, side by side. See
// docs/report-schema.md.
type GradFlow struct {
	Schema      int         `json:"schema"` // version of this structure: 1
	Runs        []FlowRun   `json:"runs"`
	Differences []FlowApart `json:"differences"` // of each run from the first
	Looked      []string    `json:"looked"`
}

// A FlowRun is one network: a file, or the steps of a run.
type FlowRun struct {
	Name     string       `json:"name"` // A, B, ...
	Files    []string     `json:"files"`
	Arrays   int          `json:"arrays"`
	Numbers  int64        `json:"numbers"`
	DTypes   []string     `json:"dtypes"`
	Steps    int          `json:"steps"`
	Norms    []float64    `json:"norms"`   // L2 of the whole gradient, by step
	Cosines  []float64    `json:"cosines"` // with the step before
	Noise    *FlowNoise   `json:"noise"`   // of micro-batches of one step, else null
	Slope    Num          `json:"slope"`   // decades of RMS from layer to layer, towards the loss
	Layers   []FlowedOver `json:"layers"`  // from the input to the loss
	Findings []Finding    `json:"findings"`
	Notes    []string     `json:"notes"`
}

// FlowNoise is the gradient noise scale of micro-batches.
type FlowNoise struct {
	Batch   int64 `json:"batch"`   // examples of each
	Batches int   `json:"batches"` //
	Signal  Num   `json:"signal"`  // squared norm of the true gradient
	Noise   Num   `json:"noise"`   // trace of the covariance of single examples
	Scale   Num   `json:"scale"`   // noise / signal, in examples
	Low     Num   `json:"low"`     // 95 % of the jackknife
	High    Num   `json:"high"`
}

// FlowedOver is a layer.
type FlowedOver struct {
	Name      string   `json:"name"`
	Arrays    []string `json:"arrays"`
	Shape     string   `json:"shape"` // of the largest array
	Numbers   int64    `json:"numbers"`
	RMS       float64  `json:"rms"`
	Norm      float64  `json:"l2"`
	Max       float64  `json:"max"`
	Zeros     int64    `json:"zeros"`
	NonFinite int64    `json:"non_finite"`
	Kurtosis  float64  `json:"kurtosis"`
	Dead      int      `json:"dead_units"`
	Units     int      `json:"units"`
	Update    float64  `json:"update_ratio"`
}

// FlowApart is how a run differs from the first.
type FlowApart struct {
	A         string    `json:"a"`
	B         string    `json:"b"`
	Layers    []float64 `json:"layers"`     // decades by which B is above A
	Loss      float64   `json:"loss"`       // of these, at the layer next to the loss
	Network   float64   `json:"network"`    // what B gains on the way to the first layer beside A
	FallA     float64   `json:"fall_a"`     // decades from the last layer to the first
	FallB     float64   `json:"fall_b"`     //
	OneFactor bool      `json:"one_factor"` // the same factor in all layers
}

// FlowRunOf sums up a flow that was read from files.
func FlowRunOf(name string, files []string, f *doctor.Flow, notes []string) FlowRun {
	r := FlowRun{Name: name, Files: files, Steps: f.Steps, Cosines: f.Cosines, Slope: Num(f.Slope()), Notes: notes}
	for i := range f.Steps {
		r.Norms = append(r.Norms, f.Norm(i))
	}
	if n := f.Noise; n != nil {
		at := n.Scale()
		r.Noise = &FlowNoise{n.Batch, n.Batches(), Num(at.Signal), Num(at.Noise), Num(at.Scale), Num(at.Low), Num(at.High)}
	}
	types := map[string]bool{}
	for _, l := range f.Layers {
		g := l.Grad()
		o := FlowedOver{Name: l.Name, Numbers: g.N / int64(max(f.Steps, 1)), RMS: g.RMS(), Norm: g.Norm(), Max: g.Max, Zeros: g.Zeros,
			NonFinite: g.NaN + g.Inf, Kurtosis: g.Kurtosis(), Update: math.NaN()}
		most := int64(-1)
		var values, updates doctor.Moments
		for _, a := range l.Arrays {
			o.Arrays = append(o.Arrays, a.Name)
			if !types[a.DType] {
				types[a.DType] = true
				r.DTypes = append(r.DTypes, a.DType)
			}
			if a.Grad.N > most {
				most, o.Shape = a.Grad.N, a.ShapeText()
			}
			d, n := a.Dead()
			o.Dead, o.Units = o.Dead+d, o.Units+n
			values.Merge(&a.Values)
			updates.Merge(&a.Update)
		}
		if updates.N > 0 {
			o.Update = updates.Norm() / values.Norm()
		}
		r.Arrays += len(l.Arrays)
		r.Numbers += o.Numbers
		r.Layers = append(r.Layers, o)
	}
	r.Findings = FindingsOf(doctor.Examine(doctor.Case{Flow: f}))
	return r
}

// FlowApartOf compares two flows; ok is false where their layers differ.
func FlowApartOf(nameA, nameB string, a, b *doctor.Flow) (FlowApart, bool) {
	d, ok := a.Compare(b)
	return FlowApart{A: nameA, B: nameB, Layers: d.Layers, Loss: d.Loss, Network: d.Network, FallA: d.A, FallB: d.B, OneFactor: d.OneFactor()}, ok
}

// JSON writes d as one object, in the manner of [JSON].
func (d *GradFlow) JSON(w io.Writer) error { return fieldsOf(w, d) }

// Text writes d for people: what was read, one picture of all layers, what sets the runs apart, and the findings.
func (d *GradFlow) Text(w io.Writer, opt TextOptions) error {
	t := flowText{d, style{opt.Color}, max(opt.Columns, 80)}
	sections := [][]string{t.head(), t.picture()}
	for i := range d.Runs {
		if n := d.Runs[i].Noise; n != nil {
			sections = append(sections, wrap(n.say(), t.columns))
		}
	}
	for i := range d.Differences {
		sections = append(sections, t.apart(&d.Differences[i]))
	}
	sections = append(sections, t.findings()...)
	sections = append(sections, t.sum())
	_, err := io.WriteString(w, strings.Join(join(sections...), "\n")+"\n")
	return err
}

type flowText struct {
	*GradFlow
	style   style
	columns int
}

func (t *flowText) head() []string {
	var lines []string
	for i := range t.Runs {
		r := &t.Runs[i]
		label := ""
		if len(t.Runs) > 1 {
			label = t.style.bold(r.Name) + "  "
		}
		path := Plain(r.Files[0])
		if n := len(r.Files); n > 1 {
			path += " … " + Plain(r.Files[n-1])
		}
		lines = append(lines, fit(label+t.style.bold(clipPath(path, t.columns-34))+"  "+r.what(), t.columns))
		for _, note := range r.Notes {
			for _, line := range hang("·", wrap(Plain(note), t.columns-2)) {
				lines = append(lines, t.style.dim(line))
			}
		}
	}
	return lines
}

// what says how much was read.
func (r *FlowRun) what() string {
	if len(r.Layers) == 0 {
		return "the gradient by the logits"
	}
	s := plural(int64(r.Arrays), "array") + " in " + plural(int64(len(r.Layers)), "layer") + ", " + plural(r.Numbers, "number") + ", " + Plain(strings.Join(r.DTypes, " and "))
	switch {
	case r.Noise != nil:
		s = strconv.Itoa(r.Noise.Batches) + " micro-batches of " + s
	case r.Steps > 1:
		s = plural(int64(r.Steps), "step") + " of " + s
	}
	return s
}

// say puts the noise scale into words.
func (n *FlowNoise) say() string {
	scale, low, high := float64(n.Scale), float64(n.Low), float64(n.High)
	from := " from " + strconv.Itoa(n.Batches) + " micro-batches of " + plural(n.Batch, "example")
	switch {
	case math.IsNaN(scale):
		return "The gradient noise scale is not known" + from + ": it takes three of finite numbers."
	case math.IsInf(low, 1):
		return "The gradient noise scale is not known" + from + ": they agree no more than by chance."
	case math.IsInf(high, 1) && low == 0:
		return "The gradient noise scale is about " + Short(scale, 3) + " examples," + from + ", which are too few to bound it."
	case math.IsInf(high, 1):
		return "The gradient noise scale is " + Short(low, 3) + " examples or more," + from + "."
	}
	return "The gradient noise scale is " + Short(scale, 3) + " examples (" + Short(low, 3) + " to " + Short(high, 3) + ")," + from + "."
}

// flowAxis is the decades that a picture spans: whole ones, with a little room below the least.
type flowAxis struct{ low, high int }

func (t *GradFlow) axis() flowAxis {
	low, high := math.Inf(1), math.Inf(-1)
	for _, r := range t.Runs {
		for _, l := range r.Layers {
			if l.RMS > 0 && finite(l.RMS) {
				low, high = min(low, math.Log10(l.RMS)), max(high, math.Log10(l.RMS))
			}
		}
	}
	if !finite(low) {
		return flowAxis{-1, 0}
	}
	a := flowAxis{int(math.Floor(low - .1)), int(math.Ceil(high))}
	a.high = max(a.high, a.low+1)
	return a
}

// share is how far along the axis x is.
func (a flowAxis) share(x float64) float64 {
	return (math.Log10(x) - float64(a.low)) / float64(a.high-a.low)
}

// picture is a bar of log10 RMS for each layer of each run.
func (t *flowText) picture() []string {
	const most, numbers = 22, 10
	name, shape := 5, 5
	for _, r := range t.Runs {
		for _, l := range r.Layers {
			name, shape = max(name, min(width(Plain(l.Name)), most)), max(shape, width(l.Shape))
		}
	}
	if !slices.ContainsFunc(t.Runs, func(r FlowRun) bool { return len(r.Layers) > 0 }) {
		return nil
	}
	several := len(t.Runs) > 1
	lead := name + 2 + shape + numbers + 2
	if several {
		lead += 3
	}
	room := max(t.columns-lead-1, 20)
	axis := t.axis()
	mark := ""
	if several {
		mark = "   "
	}
	lines := []string{t.style.dim(left("layer", name+2) + left("shape", shape) + mark + right("RMS", numbers) + "  " + axis.scale(room))}
	for i := range t.Runs[0].Layers {
		for k := range t.Runs {
			r := &t.Runs[k]
			if i >= len(r.Layers) {
				continue
			}
			lines = append(lines, t.bar(r, i, k, name, shape, numbers, room, axis))
		}
	}
	for k := 1; k < len(t.Runs); k++ { // layers that the first run does not have
		for i := len(t.Runs[0].Layers); i < len(t.Runs[k].Layers); i++ {
			lines = append(lines, t.bar(&t.Runs[k], i, k, name, shape, numbers, room, axis))
		}
	}
	return append(lines, t.style.dim("root mean square of each layer's gradient, in decades, from the input down to the loss"))
}

func (t *flowText) bar(r *FlowRun, i, k, name, shape, numbers, room int, axis flowAxis) string {
	l := &r.Layers[i]
	label, what := clip(Plain(l.Name), name), l.Shape
	if k > 0 && i < len(t.Runs[0].Layers) && t.Runs[0].Layers[i].Name == l.Name {
		label, what = "", ""
	}
	line := left(label, name+2) + left(what, shape)
	if len(t.Runs) > 1 {
		line += "  " + r.Name
	}
	line += right(decadic(l.RMS), numbers) + "  "
	switch {
	case l.NonFinite > 0:
		return line + t.style.bad(Count(l.NonFinite)+" of "+Count(l.Numbers*int64(r.Steps))+" not finite")
	case !(l.RMS > 0):
		return line + t.style.warn("no gradient")
	}
	drawn := bar(axis.share(l.RMS), room)
	if k%2 == 1 {
		drawn = strings.ReplaceAll(drawn, "█", "▓")
	}
	return line + drawn
}

// decadic writes x with its power of ten, for a column in which these count.
func decadic(x float64) string {
	if !(x > 0) || !finite(x) {
		return Short(x, 2)
	}
	return strconv.FormatFloat(x, 'e', 1, 64)
}

// scale writes decades along n columns, as many as have room.
func (a flowAxis) scale(n int) string {
	every := 1
	for (a.high-a.low)/every*7 > n {
		every++
	}
	s := ""
	for d := a.low; d <= a.high; d += every {
		at := int(float64(d-a.low) / float64(a.high-a.low) * float64(n))
		text := "1e" + Fixed(float64(d), 0)
		if d == a.high {
			at = n - len(text)
		}
		if d > a.low && at <= width(s) {
			continue
		}
		s = left(s, at) + text
	}
	return s
}

// findings is a block for each finding that explains itself, said once where several runs show it, and a line for each that follows.
func (t *flowText) findings() (blocks [][]string) {
	said := map[string]bool{}
	for i := range t.Runs {
		f := diagnosis{&Diagnosis{Findings: t.Runs[i].Findings}, t.style, t.columns}
		for j := range f.Findings {
			first := &f.Findings[j]
			if first.Follows != "" || said[first.ID] {
				continue
			}
			said[first.ID] = true
			block := f.finding(first)
			if len(t.Runs) > 1 {
				block[0] += "  " + t.style.dim("in "+t.Runs[i].Name)
			}
			for k := i + 1; k < len(t.Runs); k++ {
				for _, other := range t.Runs[k].Findings {
					if other.ID == first.ID && other.Follows == "" {
						block[0] += t.style.dim(" and " + t.Runs[k].Name)
						for n, line := range wrap(Plain(evidence(other.Evidence)), t.columns-12) {
							block = append(block, "  "+left(t.style.dim(map[bool]string{true: "in " + t.Runs[k].Name}[n == 0]), 10)+line)
						}
					}
				}
			}
			blocks = append(blocks, block)
		}
		blocks = append(blocks, f.followers())
	}
	return blocks
}

// apart says what sets a run apart from the first.
func (t *flowText) apart(d *FlowApart) []string {
	var lines []string
	for _, s := range d.say() {
		lines = append(lines, wrap(s, t.columns)...)
	}
	for i := range lines {
		lines[i] = t.style.bold(lines[i])
	}
	return lines
}

// say separates what the loss does from what the network does.
func (d *FlowApart) say() []string {
	factor := func(decades float64) string { return Short(math.Pow(10, math.Abs(decades)), 3) }
	than := "smaller"
	if d.Loss > 0 {
		than = "larger"
	}
	var say []string
	switch {
	case math.Abs(d.Loss) < .05 && d.OneFactor:
		say = append(say, "The gradients of "+d.A+" and "+d.B+" have the same size in all layers.")
	case d.OneFactor:
		say = append(say, "The loss: in every layer the gradient of "+d.B+" is "+than+" than that of "+d.A+" by the same factor, "+factor(d.Loss)+
			" at the layer next to the loss and "+factor(d.Loss+d.Network)+" at the first. Such a factor is one of the learning rate: compare each at its own best one.")
	default:
		say = append(say, "Next to the loss the gradient of "+d.B+" is "+factor(d.Loss)+" times "+than+" than that of "+d.A+
			"; on the way to the first layer the factor becomes "+factor(d.Loss+d.Network)+": the two networks differ, not the losses alone.")
	}
	fall := func(name string, decades float64) string {
		if decades < 0 {
			return "grows " + factor(decades) + "-fold in " + name
		}
		return "falls " + factor(decades) + "-fold in " + name
	}
	if math.Abs(d.FallA) >= 1 || math.Abs(d.FallB) >= 1 {
		s := "The network: from the last layer to the first the gradient " + fall(d.A, d.FallA) + " and " + fall(d.B, d.FallB)
		if d.OneFactor && d.FallA > 1 {
			s += ", whatever the loss"
		}
		say = append(say, s+".")
	}
	return say
}

func (t *flowText) sum() []string {
	n := map[doctor.Severity]int{}
	all := 0
	firstID := ""
	for _, r := range t.Runs {
		for _, f := range r.Findings {
			n[f.Severity]++
			all++
			if firstID == "" {
				firstID = f.ID
			}
		}
	}
	looked := plural(int64(len(t.Looked)), "detector") + " looked"
	if all == 0 {
		return wrap("Nothing found: "+looked+".", t.columns)
	}
	text := plural(int64(n[doctor.Error]), "error") + ", " + plural(int64(n[doctor.Warning]), "warning") + ", " + plural(int64(n[doctor.Note]), "note") + "; " + looked + "."
	return append(wrap(text, t.columns), t.style.dim("xent doctor --explain "+firstID+" tells how it is found"))
}
