package main

import (
	"math"
	"strings"

	"github.com/spf13/cobra"

	"xent/cmd/xent/report"
	"xent/doctor"
	"xent/eval"
	"xent/internal/curvefile"
)

// logged reads the training curve and says in d what was read. Classes, and an accuracy where none was logged, are
// those of the flags, else those of the rows of s, which may be nil.
func (f *doctorFlags) logged(cmd *cobra.Command, d *report.Diagnosis, s *doctor.Sample) (*doctor.Curve, error) {
	asked := map[curvefile.Role]string{}
	for _, text := range f.columns {
		role, name, ok := strings.Cut(text, "=")
		if !ok || name == "" || !known(curvefile.Role(role)) {
			return nil, usage("--column loss=train/ce", "--column %q, want role=name, the role one of step, loss, accuracy, val_loss, val_accuracy, grad_norm, lr", text)
		}
		asked[curvefile.Role(role)] = name
	}
	file, err := curvefile.Read(f.curve)
	if err != nil {
		return nil, err
	}
	picked, err := file.Pick(asked)
	if err != nil {
		return nil, err
	}
	c := &doctor.Curve{Classes: d.Classes, Judged: math.NaN()}
	if f.classes > 0 {
		c.Classes = f.classes
	}
	d.Curve = &report.Curve{Path: file.Path, Format: file.Format, Points: file.Points, Columns: []string{}, Notes: file.Notes}
	for _, role := range curvefile.Roles {
		if column := picked[role]; column != nil {
			d.Curve.Columns = append(d.Curve.Columns, string(role)+": "+column.Name)
		}
	}
	for role, series := range map[curvefile.Role]*doctor.Series{
		curvefile.Loss: &c.Loss, curvefile.Accuracy: &c.Accuracy,
		curvefile.ValLoss: &c.ValLoss, curvefile.ValAccuracy: &c.ValAccuracy,
		curvefile.GradientNorm: &c.GradientNorm, curvefile.LearningRate: &c.LearningRate,
	} {
		fill(series, picked[role], picked[curvefile.Step])
	}
	if c.Classes == 0 {
		d.Curve.Notes = append(d.Curve.Notes, "--classes would tell what losses mean: ln K, and the floor of softmax applied twice")
	}
	switch {
	case cmd.Flags().Changed("accuracy") && c.Accuracy.Len() == 0:
		c.Accuracy.Add(0, f.accuracy)
	case s != nil && d.Labelled > 0:
		c.Judged = s.As(eval.Logits).Accuracy()
		if s.Kind() == eval.Probs {
			c.Judged = s.As(eval.Probs).Accuracy()
		}
	}
	return c, nil
}

func known(role curvefile.Role) bool {
	for _, r := range curvefile.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// fill takes a column for a series; its steps are those logged in the same lines or last before, or the lines' numbers.
func fill(s *doctor.Series, column, steps *curvefile.Column) {
	if column == nil {
		return
	}
	at, last := 0, 0.0
	for i, line := range column.Line {
		step := float64(line)
		if steps != nil {
			for ; at < len(steps.Line) && steps.Line[at] <= line; at++ {
				last = steps.Value[at]
			}
			step = last
		}
		s.Add(step, column.Value[i])
	}
}
