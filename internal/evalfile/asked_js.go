package evalfile

import "xent/eval"

// What a report has only where it was asked for, which a browser never does.

func (w *writer) groups(*eval.Groups)               { w.null("groups") }
func (w *writer) leaks(*eval.Leaks)                 { w.null("leaks") }
func (w *writer) recalibration(*eval.Recalibration) { w.null("recalibration") }
func (w *writer) buckets([]eval.Buckets)            {}
func (w *writer) labelErrors(*eval.Noise)           {}
func (w *writer) conformal(*eval.Conformal)         {}
func (w *writer) rates(*eval.Text)                  {}
func (w *writer) lengths(*eval.Config)              {}
