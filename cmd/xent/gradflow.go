package main

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
	"xent/doctor"
	"xent/internal/rowfile"
)

// gradflowFlags are what the user of `xent gradflow` asks for.
type gradflowFlags struct {
	tellFlags
	options rowfile.Options

	files   string
	batch   int64
	weights string
	updates string
	html    string
	failOn  string
}

// newGradflow returns `xent gradflow`.
func newGradflow() *cobra.Command {
	var f gradflowFlags
	cmd := &cobra.Command{
		Use:   "gradflow FILE...",
		Short: "How gradients flow through a network, from files of any framework",
		Long: `Gradflow draws the gradient of each layer in one picture and says what is wrong
with it: a gradient that vanishes or explodes on its way to the input, layers and
units that get none, NaN and where it began, numbers that float16 would lose,
clipping at every step, steps that turn back.

A FILE holds one array for each parameter, by its name: .npz, .safetensors, .pt, or
a .npy for one alone; nothing in a .pt is run. Names are those of the framework;
"0.weight" and "0.bias" are one layer, and layers stand in the order of the file,
the input first. Names that begin with grad, param and update (grad.0.weight) tell
gradients, parameters and steps apart in one file. Arrays logits, labels and
dlogits (the gradient by the logits) tell which loss it is, and whether it is a sum
or a mean.

Several FILEs are networks side by side, and what the loss does is told apart from
what the network does; names that differ in a number only (step-10.npz,
step-20.npz) are steps of one run. With --files micro-batches they are gradients of
one step, each the mean over --batch examples of its own, and tell the gradient
noise scale: how many examples it takes until a gradient is more signal than noise.
Files are read in constant memory.`,
		Example: `  xent gradflow grads.npz
  xent gradflow ce.npz mse.npz                  two losses, side by side
  xent gradflow step-*.npz                      steps of one run
  xent gradflow micro-*.npz --files micro-batches --batch 32
  xent gradflow grads.npz --weights model.npz --updates delta.npz
  xent gradflow grads.npz --fail-on warning --json
  xent gradflow grads.npz --html flow.html

  in PyTorch, behind loss.backward():
  np.savez("grads.npz", **{n: p.grad.float().cpu().numpy()
                           for n, p in model.named_parameters() if p.grad is not None})`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("xent gradflow grads.npz", "want files of gradients, got none")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"npz", "safetensors", "pt", "npy"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runGradflow(cmd, args, f) },
	}
	group(cmd.Flags(), "What is looked at", func(s *pflag.FlagSet) {
		s.StringVar(&f.files, "files", "auto", "what several files are, as `kind`: steps of one run, micro-batches of one step, networks side by side, or auto, by their names")
		s.Int64Var(&f.batch, "batch", 0, "`examples` of whose losses each micro-batch's gradient is the mean; 1 for gradients of single examples")
		s.StringVar(&f.weights, "weights", "", "`file` with the parameters, under the same names")
		s.StringVar(&f.updates, "updates", "", "`file` with what a step of the optimiser added to them")
	})
	group(cmd.Flags(), "How files are read", func(s *pflag.FlagSet) {
		s.StringVar(&f.options.DType, "dtype", "", "element `type` where the file does not say: bf16, f8_e4m3 or f8_e5m2")
		s.Var((*size)(&f.options.MaxMem), "max-mem", "bound on memory, as `size`: 512MB, 1GiB (the default)")
	})
	group(cmd.Flags(), "How it is told", func(s *pflag.FlagSet) {
		f.tellFlags.define(s)
		s.StringVar(&f.html, "html", "", "write the report to `file` as a page, too: with the picture, to print and to keep")
	})
	group(cmd.Flags(), "How it is judged", func(s *pflag.FlagSet) {
		s.StringVar(&f.failOn, "fail-on", "error", "end with status 1 if there is a finding of this `severity` or a graver one: error, warning, note or never")
	})
	return cmd
}

// mostSideBySide is how many networks one picture shows.
const mostSideBySide = 6

func runGradflow(cmd *cobra.Command, args []string, f gradflowFlags) error {
	for _, err := range []error{
		f.tellFlags.check(),
		oneOf("files", f.files, "auto", "steps", "micro-batches", "networks"),
		oneOf("fail-on", f.failOn, "error", "warning", "note", "never"),
	} {
		if err != nil {
			return err
		}
	}
	micro := f.files == "micro-batches"
	if err := checkBatch(f.batch, micro, len(args)); err != nil {
		return err
	}
	steps := micro || f.files == "steps" || f.files == "auto" && numbered(args)
	if !steps && len(args) > mostSideBySide {
		return usage("--files steps, if these are steps of one run", "%d networks side by side, want at most %d", len(args), mostSideBySide)
	}
	runs := [][]string{args}
	if !steps {
		runs = nil
		for _, a := range args {
			runs = append(runs, []string{a})
		}
	}
	d := &report.GradFlow{Schema: 1}
	var flows []*doctor.Flow
	for i, files := range runs {
		r := &flowReader{options: f.options, micro: micro}
		flow, err := r.read(files)
		if err != nil {
			return err
		}
		if micro {
			if flow.Noise, err = r.noise(files, f.batch); err != nil {
				return err
			}
		}
		for _, given := range []struct {
			file string
			to   func(*doctor.FlowArray) *doctor.Moments
		}{
			{f.weights, func(a *doctor.FlowArray) *doctor.Moments { return &a.Values }},
			{f.updates, func(a *doctor.FlowArray) *doctor.Moments { return &a.Update }},
		} {
			if given.file != "" {
				if err := r.beside(given.file, flow, given.to); err != nil {
					return err
				}
			}
		}
		if steps && f.files == "auto" && len(files) > 1 {
			r.notes = append(r.notes, "names that differ in a number only: steps of one run (--files networks sets them side by side)")
		}
		name := string(rune('A' + i))
		d.Runs = append(d.Runs, report.FlowRunOf(name, files, flow, r.notes))
		if i > 0 {
			if apart, ok := report.FlowApartOf("A", name, flows[0], flow); ok {
				d.Differences = append(d.Differences, apart)
			} else {
				d.Runs[i].Notes = append(d.Runs[i].Notes, "not compared with A: its layers have other names")
			}
		}
		flows = append(flows, flow)
	}
	d.Looked = doctor.Looking(doctor.Case{Flow: flows[0]})
	if f.html != "" {
		if err := writeFile("--html", f.html, func(w io.Writer) error { return d.HTML(w, commandLine(cmd, args), version()) }); err != nil {
			return err
		}
	}
	if err := f.write(cmd, d.Text, d.JSON); err != nil {
		return err
	}
	all := &report.Diagnosis{}
	for _, r := range d.Runs {
		all.Findings = append(all.Findings, r.Findings...)
	}
	return found(all, f.failOn)
}

// mostMicro is how many micro-batches are read beside each other.
const mostMicro = 256

// checkBatch refuses micro-batches that cannot be compared, and a size of batch without them.
func checkBatch(batch int64, micro bool, files int) error {
	switch {
	case !micro && batch != 0:
		return usage("--files micro-batches --batch 32", "--batch is of micro-batches")
	case micro && batch < 1:
		return usage("--batch 32, or 1 for gradients of single examples", "want the number of examples in each micro-batch")
	case micro && files < 3:
		return usage("one file for each micro-batch", "want 3 micro-batches or more, got %d", files)
	case micro && files > mostMicro:
		return usage("", "%d micro-batches, want at most %d", files, mostMicro)
	}
	return nil
}

// numbered reports whether names differ in one number only.
func numbered(names []string) bool {
	stem := func(s string) string {
		return strings.Map(func(c rune) rune {
			if c >= '0' && c <= '9' {
				return -1
			}
			return c
		}, s)
	}
	for i, n := range names {
		if stem(n) != stem(names[0]) || slices.Contains(names[:i], n) {
			return false
		}
	}
	return len(names) > 1
}

// flowReader reads the gradients of one network.
type flowReader struct {
	options rowfile.Options
	micro   bool // files are of one step, and follow from none before
	notes   []string
}

// read reads files as steps of one run.
func (r *flowReader) read(files []string) (*doctor.Flow, error) {
	flow := &doctor.Flow{}
	var before *rowfile.Arrays
	defer func() {
		if before != nil {
			before.Close()
		}
	}()
	for step, path := range files {
		a, err := rowfile.OpenArrays(path, r.options)
		if err != nil {
			return nil, err
		}
		err = r.step(flow, step, a, before)
		if before != nil {
			before.Close()
		}
		before = a
		if r.micro {
			a.Close()
			before = nil
		}
		if err != nil {
			return nil, err
		}
	}
	return flow, nil
}

// step adds one file, and compares its arrays with those of the file before.
func (r *flowReader) step(flow *doctor.Flow, step int, a, before *rowfile.Arrays) error {
	roles := rolesOf(a)
	if step == 0 {
		r.notes = append(r.notes, append(a.Notes, roles.notes(a)...)...)
	}
	if roles.dlogits >= 0 && flow.Head == nil {
		if err := r.head(a, &roles, flow); err != nil {
			return err
		}
	}
	if len(roles.grads) == 0 && flow.Head == nil {
		return &rowfile.Error{Path: a.Path, Offset: -1, Got: "no array of gradients", Want: "one for each parameter, by its name",
			Hint: `np.savez("grads.npz", **{n: p.grad.numpy() for n, p in model.named_parameters()})`}
	}
	known := step == 0
	count := len(roles.grads)
	for _, m := range roles.grads {
		values, err := a.Values(m.at)
		if err != nil {
			return err
		}
		if !known && !has(flow, m.name, a.List[m.at].Shape) {
			return &rowfile.Error{Path: a.Path, Member: m.name, Offset: -1, Got: "an array that the steps before do not have in this shape", Want: "the same arrays in each step",
				Hint: "--files networks sets files of different networks side by side"}
		}
		array := flow.Array(m.name, a.List[m.at].DType, a.List[m.at].Shape)
		last, err := sameIn(before, m.name)
		if err != nil {
			return err
		}
		if err := each(values, last, func(x, y []float64) {
			array.Add(step, x)
			if y != nil {
				flow.Align(x, y)
			}
		}); err != nil {
			return err
		}
	}
	if before != nil {
		flow.Aligned()
	}
	if step > 0 {
		if was := arraysOf(flow); was != count {
			return &rowfile.Error{Path: a.Path, Offset: -1, Got: strconv.Itoa(count) + " arrays of gradients", Want: strconv.Itoa(was) + ", as in the steps before"}
		}
	}
	if err := r.roles(a, roles.params, flow, func(x *doctor.FlowArray) *doctor.Moments { return &x.Values }); err != nil {
		return err
	}
	return r.roles(a, roles.updates, flow, func(x *doctor.FlowArray) *doctor.Moments { return &x.Update })
}

// mostHead bounds the numbers of logits that a loss is identified from.
const mostHead = 1 << 22

// head reads logits, labels and the gradient by the logits.
func (r *flowReader) head(a *rowfile.Arrays, roles *flowRoles, flow *doctor.Flow) error {
	read := func(i int) ([]float64, error) {
		v, err := a.Values(i)
		if err != nil {
			return nil, err
		}
		return v.All(mostHead)
	}
	h := &doctor.FlowHead{}
	var labels []float64
	var err error
	if h.Logits, err = read(roles.logits); err != nil {
		return err
	}
	if h.Grad, err = read(roles.dlogits); err != nil {
		return err
	}
	if labels, err = read(roles.labels); err != nil {
		return err
	}
	shape := a.List[roles.dlogits].Shape
	if len(shape) < 2 || !slices.Equal(shape, a.List[roles.logits].Shape) || len(labels)*int(shape[len(shape)-1]) != len(h.Grad) {
		r.notes = append(r.notes, "the gradient by the logits was not looked at: logits, gradient and labels do not have the same rows")
		return nil
	}
	h.Classes = int(shape[len(shape)-1])
	for _, y := range labels {
		h.Labels = append(h.Labels, int64(y))
	}
	flow.Head = h
	return nil
}

// beside reads parameters or updates from a file of their own.
func (r *flowReader) beside(path string, flow *doctor.Flow, to func(*doctor.FlowArray) *doctor.Moments) error {
	a, err := rowfile.OpenArrays(path, r.options)
	if err != nil {
		return err
	}
	defer a.Close()
	var all []named
	for i, n := range a.List {
		all = append(all, named{n.Name, i})
	}
	if r := rolesOf(a); len(r.params) > 0 {
		all = r.params
	} else if len(r.updates) > 0 {
		all = r.updates
	}
	return r.roles(a, all, flow, to)
}

// roles adds arrays to the moments of those of the same name.
func (r *flowReader) roles(a *rowfile.Arrays, list []named, flow *doctor.Flow, to func(*doctor.FlowArray) *doctor.Moments) error {
	for _, m := range list {
		if !has(flow, m.name, a.List[m.at].Shape) {
			continue
		}
		values, err := a.Values(m.at)
		if err != nil {
			return err
		}
		moments := to(flow.Array(m.name, "", a.List[m.at].Shape))
		*moments = doctor.Moments{}
		if err := each(values, nil, func(x, _ []float64) { moments.Add(x) }); err != nil {
			return err
		}
	}
	return nil
}

// noise reads micro-batches beside each other, a block of each at a time. That they hold the same arrays has been seen.
func (r *flowReader) noise(files []string, batch int64) (*doctor.FlowNoise, error) {
	all := make([]*rowfile.Arrays, len(files))
	defer func() {
		for _, a := range all {
			if a != nil {
				a.Close()
			}
		}
	}()
	for i, path := range files {
		var err error
		if all[i], err = rowfile.OpenArrays(path, r.options); err != nil {
			return nil, err
		}
	}
	noise := &doctor.FlowNoise{Batch: batch}
	blocks, values := make([][]float64, len(files)), make([]*rowfile.Values, len(files))
	for i := range blocks {
		blocks[i] = make([]float64, 1<<11)
	}
	for _, m := range rolesOf(all[0]).grads {
		for i, a := range all {
			var err error
			if values[i], err = sameIn(a, m.name); err != nil {
				return nil, err
			}
		}
		if err := together(values, blocks, noise.Add); err != nil {
			return nil, err
		}
	}
	return noise, nil
}

// together visits the numbers of several arrays of one size together, a block at a time.
func together(values []*rowfile.Values, blocks [][]float64, visit func([][]float64)) error {
	now := make([][]float64, len(blocks))
	for {
		n, err := values[0].Next(blocks[0])
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		now[0] = blocks[0][:n]
		for i, v := range values[1:] {
			now[i+1] = blocks[i+1][:n]
			for m := 0; m < n; {
				k, err := v.Next(now[i+1][m:])
				if err != nil {
					return err
				}
				m += k
			}
		}
		visit(now)
	}
}

// each visits the numbers of x, and beside them those of y unless it is nil, a block at a time.
func each(x, y *rowfile.Values, visit func(x, y []float64)) error {
	a, b := make([]float64, 1<<13), make([]float64, 1<<13)
	for {
		n, err := x.Next(a)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if y == nil {
			visit(a[:n], nil)
			continue
		}
		for m := 0; m < n; {
			k, err := y.Next(b[m:n])
			if err != nil {
				return err
			}
			m += k
		}
		visit(a[:n], b[:n])
	}
}

// sameIn opens the gradient of that name in a; nil where there is no such file.
func sameIn(a *rowfile.Arrays, name string) (*rowfile.Values, error) {
	if a == nil {
		return nil, nil
	}
	for _, m := range rolesOf(a).grads {
		if m.name == name {
			return a.Values(m.at)
		}
	}
	return nil, nil
}

func has(flow *doctor.Flow, name string, shape []int64) bool {
	for _, l := range flow.Layers {
		for _, a := range l.Arrays {
			if a.Name == name {
				return slices.Equal(a.Shape, shape)
			}
		}
	}
	return false
}

func arraysOf(flow *doctor.Flow) (n int) {
	for _, l := range flow.Layers {
		n += len(l.Arrays)
	}
	return n
}
