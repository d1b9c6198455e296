package evalfile

import (
	"xent/eval"
	"xent/internal/rowfile"
)

// JSON is the report of a finished or stopped Pass as `xent eval --json` prints it, to the last byte; see
// docs/report-schema.md. The command finds the members by reflection, which would make what a browser
// loads a tenth larger; here they are written out, and a test compares the two.
func JSON(p *Pass, r *eval.Report) []byte {
	var w writer
	w.object(func() {
		w.report(r)
		w.member("source", func() { w.object(func() { w.source(p) }) })
		w.member("config", func() { w.object(func() { w.config(&p.Config) }) })
	})
	return append(w.b, '\n')
}

func (w *writer) report(r *eval.Report) {
	w.int("schema", int64(r.Schema))
	if r.Partial {
		w.bool("partial", true)
	}
	w.int("rows", r.Rows)
	w.int("ignored", r.Ignored)
	w.int("classes", int64(r.Classes))
	w.bool("binary", r.Binary)
	if len(r.Names) > 0 {
		w.texts("names", r.Names)
	}
	w.members("input", func() {
		w.text("kind", string(r.Input.Kind))
		w.bool("given", r.Input.Given)
		w.text("reason", r.Input.Reason)
	})
	w.members("loss", func() {
		l := &r.Loss
		w.number("nats", l.Nats)
		w.number("bits", l.Bits)
		w.number("se", l.SE)
		w.numbers("ci95", l.CI95[:])
		w.int("infinite", l.Infinite)
		w.number("finite", l.Finite)
		w.number("finite_se", l.FiniteSE)
		w.number("weight", l.Weight)
	})
	w.number("perplexity", r.Perplexity)
	w.numbers("perplexity_ci95", r.PerpCI[:])
	w.estimate("accuracy", r.Accuracy)
	w.members("prior", func() {
		w.number("nats", r.Prior.Nats)
		w.number("miller_madow", r.Prior.Miller)
		w.number("uniform", r.Prior.Uniform)
		w.estimate("skill", r.Prior.Skill)
	})
	w.soft(r.Soft)
	w.members("confidence", func() {
		w.number("entropy", r.Confidence.Entropy)
		w.number("gap", r.Confidence.Gap)
		w.number("z", r.Confidence.Z)
		w.number("p", r.Confidence.P)
	})
	w.groups(r.Groups)
	list(w, "per_class", r.PerClass, w.class)
	w.leaks(r.Leaks)
	w.recalibration(r.Recalibration)
	w.rates(r.Text)
	w.labelErrors(r.Noise)
	w.conformal(r.Conformal)
	w.buckets(r.Buckets)
	w.members("calibration", func() { w.calibration(&r.Calib) })
	list(w, "surprising", r.Surprising, w.surprise)
	list(w, "surprising_given_doubt", r.Unexpected, w.surprise)
	w.members("health", func() { w.health(&r.Health) })
	w.members("feasible", func() {
		w.number("lower", r.Box.Lower)
		w.number("fano", r.Box.Fano)
		w.number("position", r.Box.Position)
	})
	list(w, "warnings", r.Warnings, func(d *eval.Warning) {
		w.text("id", d.ID)
		w.text("message", d.Message)
		w.some("field", d.Field)
	})
}

func (w *writer) estimate(name string, e eval.Estimate) {
	w.members(name, func() {
		w.number("value", e.Value)
		w.number("se", e.SE)
	})
}

func (w *writer) soft(s *eval.Soft) {
	if s == nil {
		w.null("soft_targets")
		return
	}
	w.members("soft_targets", func() {
		w.number("entropy", s.Entropy)
		w.number("kl", s.KL)
		w.number("residual", s.Residual)
	})
}

func (w *writer) class(c *eval.Class) {
	w.int("class", int64(c.Class))
	w.some("name", c.Name)
	w.number("rows", c.Rows)
	w.number("loss", c.Loss)
	w.number("contribution", c.Share)
	w.number("gain", c.Gain)
	w.number("recall", c.Recall)
	w.number("expected", c.Expected)
	w.number("z", c.Z)
	w.number("p", c.P)
	w.bool("differs", c.Differs)
}

func (w *writer) calibration(c *eval.Calibration) {
	w.number("ece", c.ECE)
	w.number("null_mean", c.Null)
	w.number("null_95", c.Null95)
	w.number("p", c.P)
	list(w, "bins", c.Bins, func(b *eval.Bin) {
		w.number("rows", b.Rows)
		w.number("confidence", b.Confidence)
		w.number("accuracy", b.Accuracy)
		w.numbers("ci95", b.CI95[:])
		w.numbers("null_ci95", b.NullCI[:])
	})
}

func (w *writer) surprise(s *eval.Surprise) {
	w.int("row", s.Row)
	w.int("label", int64(s.Label))
	w.number("loss", s.Loss)
	w.number("z", s.Z)
	w.number("margin", s.Margin)
	list(w, "top", s.Top, func(c *eval.Choice) {
		w.int("class", int64(c.Class))
		w.number("p", c.P)
	})
	if len(s.Scores) > 0 {
		w.numbers("scores", s.Scores)
	}
}

func (w *writer) health(h *eval.Health) {
	w.text("dtype", h.DType)
	w.number("max_abs", h.MaxAbs)
	w.number("rounding_bound", h.Rounding)
	w.int("nan", h.NaN)
	w.int("pos_inf", h.PosInf)
	w.int("neg_inf", h.NegInf)
	if len(h.NaNRows) > 0 {
		w.ints("nan_rows", h.NaNRows)
	}
}

func (w *writer) source(p *Pass) {
	file := func(name string, h *rowfile.Header) {
		if h == nil {
			return
		}
		w.members(name, func() {
			w.text("path", h.Path)
			w.some("member", h.Member)
			w.text("format", h.Format)
			w.text("dtype", h.DType)
			if len(h.Shape) > 0 {
				w.ints("shape", h.Shape)
			}
			w.int("rows", h.Rows)
			w.int("cols", int64(h.Cols))
			w.int("bytes", h.Bytes)
		})
	}
	file("scores", &p.Rows.Scores)
	file("labels", p.Rows.Labels)
	file("weights", p.Rows.Weights)
	file("groups", p.Rows.Groups)
	notes := p.Rows.Notes
	if p.Again {
		notes = append(notes[:len(notes):len(notes)], ReadTwice)
	}
	w.texts("notes", notes)
	w.texts("warnings", p.Rows.Warnings())
}

func (w *writer) config(c *eval.Config) {
	w.int("classes", int64(c.Classes))
	w.some("input", string(c.Input))
	w.some("dtype", c.DType)
	if c.IgnoreIndex != nil {
		w.int("ignore_index", *c.IgnoreIndex)
	}
	if c.LabelBase != 0 {
		w.int("label_base", c.LabelBase)
	}
	if c.Renormalize {
		w.bool("renormalize", true)
	}
	if c.Bins != 0 {
		w.int("bins", int64(c.Bins))
	}
	if c.Surprising != 0 {
		w.int("surprising", int64(c.Surprising))
	}
	if c.Leaks {
		w.bool("leaks", true)
	}
	if c.Recalibrate {
		w.bool("recalibrate", true)
	}
	if c.Grouped {
		w.bool("grouped", true)
	}
	if c.LabelErrors {
		w.bool("label_errors", true)
	}
	if c.Methods {
		w.bool("methods", true)
	}
	if c.Conformal != 0 {
		w.number("conformal", c.Conformal)
	}
	w.lengths(c)
	if len(c.By) > 0 {
		w.texts("by", c.By)
	}
}
