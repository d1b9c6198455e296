//go:build !js

package evalfile

import "xent/eval"

// What a report has only where it was asked for.

func (w *writer) groups(g *eval.Groups) {
	if g == nil {
		w.null("groups")
		return
	}
	w.members("groups", func() {
		w.int("groups", g.Groups)
		if g.Folded {
			w.bool("folded", true)
		}
		w.int("largest", g.Largest)
		w.number("row_se", g.RowSE)
		w.number("row_accuracy_se", g.RowAccuracySE)
		w.number("design_effect", g.Design)
		w.number("df", g.Freedom)
		w.number("t95", g.T)
	})
}

func (w *writer) leaks(l *eval.Leaks) {
	if l == nil {
		w.null("leaks")
		return
	}
	w.members("leaks", func() {
		list(w, "cells", l.Cells, func(c *eval.Leak) {
			w.int("label", int64(c.Label))
			w.int("class", int64(c.Class))
			w.number("nats", c.Nats)
			w.number("rows", c.Rows)
		})
		if len(l.Matrix) > 0 {
			w.member("matrix", func() {
				w.nested('[', ']', func() {
					for _, row := range l.Matrix {
						w.item()
						w.line1(row)
					}
				})
			})
		}
	})
}

func (w *writer) buckets(keys []eval.Buckets) {
	if len(keys) == 0 {
		return
	}
	list(w, "buckets", keys, func(k *eval.Buckets) {
		w.text("by", k.By)
		list(w, "values", k.Values, func(b *eval.Bucket) {
			w.text("value", b.Value)
			w.number("rows", b.Rows)
			w.estimate("loss", b.Loss)
			w.number("contribution", b.Share)
			w.number("accuracy", b.Accuracy)
			w.number("gap", b.Gap)
			w.number("z", b.Z)
			w.number("p", b.P)
			w.bool("differs", b.Differs)
		})
	})
}

func (w *writer) labelErrors(n *eval.Noise) {
	if n == nil {
		return
	}
	w.members("label_errors", func() {
		w.number("rate", n.Rate)
		w.numbers("ci95", n.CI95[:])
		w.number("epsilon", n.Epsilon)
		w.number("temperature", n.Temperature)
		w.int("fitted", n.Fitted)
		w.int("random", n.Random)
		w.number("precision", n.Precision)
		list(w, "suspects", n.Suspects, func(s *eval.Suspect) {
			w.int("row", s.Row)
			w.int("label", int64(s.Label))
			w.int("said", int64(s.Said))
			w.number("p", s.P)
			w.number("random", s.Random)
			w.int("sure", int64(s.Sure))
		})
		w.int("confident", n.Confident)
		list(w, "confusions", n.Confusions, func(c *eval.Confused) {
			w.int("label", int64(c.Label))
			w.int("class", int64(c.Class))
			w.int("rows", c.Rows)
		})
	})
}

func (w *writer) rates(t *eval.Text) {
	if t == nil {
		return
	}
	w.members("text", func() {
		w.estimate("bits_per_byte", t.BitsPerByte)
		w.estimate("bits_per_char", t.BitsPerChar)
		w.number("word_perplexity", t.WordPerplexity)
		w.numbers("word_perplexity_ci95", t.WordCI[:])
	})
}

// lengths are those of the text in the Config.
func (w *writer) lengths(c *eval.Config) {
	for _, l := range []struct {
		name string
		x    float64
	}{{"bytes", c.Bytes}, {"chars", c.Chars}, {"words", c.Words}} {
		if l.x != 0 {
			w.number(l.name, l.x)
		}
	}
}

func (w *writer) conformal(c *eval.Conformal) {
	if c == nil {
		return
	}
	w.members("conformal", func() {
		w.number("alpha", c.Alpha)
		w.int("calibrated", c.Calibrated)
		w.int("judged", c.Judged)
		sets := func(name string, s *eval.Sets) {
			w.members(name, func() {
				w.number("threshold", s.Threshold)
				w.number("coverage", s.Coverage)
				w.numbers("ci95", s.CI95[:])
				w.estimate("size", s.Size)
				w.int("empty", s.Empty)
				w.int("single", s.Single)
			})
		}
		sets("lac", &c.LAC)
		sets("aps", &c.APS)
	})
}

func (w *writer) recalibration(c *eval.Recalibration) {
	if c == nil {
		w.null("recalibration")
		return
	}
	w.members("recalibration", func() {
		w.number("temperature", c.Temperature)
		w.number("se", c.SE)
		if c.AtEnd {
			w.bool("at_end", true)
		}
		w.int("rows", c.Rows)
		w.number("in_sample", c.InSample)
		w.number("refinement", c.Refinement)
		w.number("resolution", c.Resolution)
		w.number("calibration", c.Calibration)
		w.number("calibration_se", c.GainSE)
		w.number("p", c.P)
		w.numbers("folds", c.Folds)
		if len(c.Methods) > 0 {
			list(w, "methods", c.Methods, w.method)
		}
	})
}

func (w *writer) method(m *eval.Method) {
	w.text("id", m.ID)
	w.number("loss", m.Loss)
	w.number("gain", m.Gain)
	w.number("gain_se", m.GainSE)
	w.number("accuracy", m.Accuracy)
	w.number("ece", m.ECE)
	w.number("in_sample", m.InSample)
	w.number("p", m.P)
	w.bool("chosen", m.Chosen)
	w.members("fitted", func() {
		f := &m.Fitted
		if len(f.Scale) > 0 {
			w.numbers("scale", f.Scale)
		}
		if len(f.Matrix) > 0 {
			w.member("matrix", func() {
				w.nested('[', ']', func() {
					for _, row := range f.Matrix {
						w.item()
						w.line1(row)
					}
				})
			})
		}
		if len(f.Bias) > 0 {
			w.numbers("bias", f.Bias)
		}
		if f.Epsilon != 0 {
			w.number("epsilon", f.Epsilon)
		}
	})
}
