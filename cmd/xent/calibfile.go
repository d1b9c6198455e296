package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"xent/cmd/xent/report"
	"xent/eval"
)

// calibration is what --recalibrate writes: a map of scores, what it gains, and how to apply it.
type calibration struct {
	Schema      int     `json:"schema"`
	Method      string  `json:"method"`                // "temperature", or one of eval.Method
	Temperature float64 `json:"temperature,omitempty"` // of that method
	SE          float64 `json:"se,omitempty"`
	Input       string  `json:"input"` // what the scores were: logits, probs, logprobs
	Classes     int     `json:"classes"`
	Binary      bool    `json:"binary"`
	Rows        int64   `json:"rows"`
	Loss        float64 `json:"loss"`       // nats, as it is
	Crossed     float64 `json:"loss_after"` // nats, of rows that the map was not fitted to
	Source      string  `json:"scores"`
	Apply       apply   `json:"apply"`

	Map *eval.Fitted `json:"map,omitempty"` // of log-probabilities, for the other methods
}

// apply is code that turns scores into calibrated probabilities p.
type apply struct {
	NumPy   string `json:"numpy"`
	PyTorch string `json:"pytorch"`
	Go      string `json:"go,omitempty"`
}

// writeCalibration writes the recalibration of a report as JSON.
func writeCalibration(w io.Writer, doc *report.Document, method string) error {
	r := doc.Report
	c := r.Recalibration
	o := &calibration{
		Schema: 1, Method: "temperature", Input: string(r.Input.Kind), Classes: r.Classes,
		Binary: r.Binary, Rows: c.Rows, Loss: r.Loss.Nats, Crossed: c.Refinement, Source: doc.Source.Scores.Path,
	}
	m := chosen(c, method)
	if m == nil || m.ID == "temperature" {
		o.Temperature, o.SE = c.Temperature, c.SE
		o.Apply = applying(c.Temperature, r.Input.Kind, r.Binary)
		return report.Object(w, o)
	}
	o.Method, o.Crossed, o.Map = m.ID, m.Loss, &m.Fitted
	o.Apply = applyingMap(&m.Fitted, r.Input.Kind, r.Binary)
	return report.Object(w, o)
}

// chosen is the method that was asked for, or, of auto, the one that the report chose; nil if a temperature was, which is known of all rows.
func chosen(c *eval.Recalibration, method string) *eval.Method {
	for i := range c.Methods {
		if m := &c.Methods[i]; m.ID == method || method == "auto" && m.Chosen {
			return m
		}
	}
	return nil
}

// applyingMap is the code of a map of log-probabilities.
func applyingMap(f *eval.Fitted, kind eval.Input, binary bool) apply {
	numbers := func(x []float64) string {
		if len(x) == 1 {
			return number(x[0])
		}
		text := make([]string, len(x))
		for i, v := range x {
			text[i] = number(v)
		}
		return "[" + strings.Join(text, ", ") + "]"
	}
	code := func(array, log, stack, softmax string) string {
		var b strings.Builder
		switch {
		case binary && kind == eval.Probs:
			fmt.Fprintf(&b, "lp = %s; ", fmt.Sprintf(stack, log+"1p(-p)", log+"(p)"))
		case binary:
			fmt.Fprintf(&b, "lp = %s; ", fmt.Sprintf(stack, "0 * z", "z"))
		case kind == eval.Probs:
			b.WriteString("lp = " + log + "(p); ")
		default:
			b.WriteString("lp = z; ")
		}
		if !(kind == eval.Probs) {
			b.WriteString(softmax + "; ")
		}
		switch {
		case f.Matrix != nil:
			rows := make([]string, len(f.Matrix))
			for i, row := range f.Matrix {
				rows[i] = numbers(row)
			}
			b.WriteString("q = lp @ " + array + "([" + strings.Join(rows, ", ") + "]).T")
		case len(f.Scale) > 1:
			b.WriteString("q = lp * " + array + "(" + numbers(f.Scale) + ")")
		default:
			b.WriteString("q = lp * " + numbers(f.Scale))
		}
		if f.Bias != nil {
			b.WriteString(" + " + array + "(" + numbers(f.Bias) + ")")
		}
		return b.String()
	}
	noise := ""
	if f.Epsilon > 0 {
		noise = fmt.Sprintf("; p = %s * p + %s / p.shape[-1]", number(1-f.Epsilon), number(f.Epsilon))
	}
	return apply{
		NumPy: code("np.array", "np.log", "np.stack([%s, %s], -1)", "lp = lp - lp.max(-1, keepdims=True); lp = lp - np.log(np.exp(lp).sum(-1, keepdims=True))") +
			"; p = np.exp(q - q.max(-1, keepdims=True)); p /= p.sum(-1, keepdims=True)" + noise,
		PyTorch: code("torch.tensor", "torch.log", "torch.stack([%s, %s], -1)", "lp = torch.log_softmax(lp, -1)") + "; p = torch.softmax(q, -1)" + noise,
	}
}

// number writes all digits of a figure.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// applying is the code for scores of a kind: z is [rows, classes], or [rows] of a binary task.
func applying(temperature float64, kind eval.Input, binary bool) apply {
	t := strconv.FormatFloat(temperature, 'g', -1, 64)
	switch {
	case binary && kind == eval.Probs:
		return apply{
			NumPy:   fmt.Sprintf("z = np.log(p) - np.log1p(-p); p = 1 / (1 + np.exp(-z / %s))", t),
			PyTorch: fmt.Sprintf("p = torch.sigmoid(torch.logit(p) / %s)", t),
			Go:      fmt.Sprintf("p = 1 / (1 + math.Exp(-(math.Log(p)-math.Log1p(-p))/%s))", t),
		}
	case binary:
		return apply{
			NumPy:   fmt.Sprintf("p = 1 / (1 + np.exp(-z / %s))", t),
			PyTorch: fmt.Sprintf("p = torch.sigmoid(z / %s)", t),
			Go:      fmt.Sprintf("p := 1 / (1 + math.Exp(-z/%s))", t),
		}
	case kind == eval.Probs:
		power := strconv.FormatFloat(1/temperature, 'g', -1, 64)
		return apply{
			NumPy:   fmt.Sprintf("p = p ** %s; p /= p.sum(-1, keepdims=True)", power),
			PyTorch: fmt.Sprintf("p = torch.softmax(p.log() / %s, dim=-1)", t),
			Go:      fmt.Sprintf("for k := range p { p[k] = math.Pow(p[k], %s); sum += p[k] }; for k := range p { p[k] /= sum }", power),
		}
	}
	return apply{
		NumPy:   fmt.Sprintf("z = z / %s; p = np.exp(z - z.max(-1, keepdims=True)); p /= p.sum(-1, keepdims=True)", t),
		PyTorch: fmt.Sprintf("p = torch.softmax(z / %s, dim=-1)", t),
		Go:      fmt.Sprintf("res, err := xent.CrossEntropy(logits, labels, &xent.Options{Temperature: %s})", t),
	}
}

// uncalibrated says why a report has no map of a method to write; nil if it has one.
func uncalibrated(r *eval.Report, method string) error {
	c := r.Recalibration
	switch {
	case c == nil || math.IsNaN(c.Temperature):
		return usage("at least two rows of finite loss are needed", "--recalibrate: no temperature can be fitted")
	case method != "temperature" && c.Methods == nil:
		return usage("--method temperature asks for less", "--method %s: at least 100 rows with one label each are needed", method)
	case method != "temperature" && chosen(c, method) == nil:
		return usage("--method vector is for more", "--method %s: up to 50 classes, got %d", method, r.Classes)
	}
	return nil
}
