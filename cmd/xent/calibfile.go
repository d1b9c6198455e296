package main

import (
	"fmt"
	"io"
	"math"
	"strconv"

	"xent/cmd/xent/report"
	"xent/eval"
)

// calibration is what --recalibrate writes: a temperature, what it gains, and how to apply it.
type calibration struct {
	Schema      int     `json:"schema"`
	Method      string  `json:"method"` // "temperature"
	Temperature float64 `json:"temperature"`
	SE          float64 `json:"se"`
	Input       string  `json:"input"` // what the scores were: logits, probs, logprobs
	Classes     int     `json:"classes"`
	Binary      bool    `json:"binary"`
	Rows        int64   `json:"rows"`
	Loss        float64 `json:"loss"`       // nats, as it is
	Crossed     float64 `json:"loss_after"` // nats, of rows that the temperature was not fitted to
	Source      string  `json:"scores"`
	Apply       apply   `json:"apply"`
}

// apply is code that turns scores into calibrated probabilities p.
type apply struct {
	NumPy   string `json:"numpy"`
	PyTorch string `json:"pytorch"`
	Go      string `json:"go"`
}

// writeCalibration writes the recalibration of a report as JSON.
func writeCalibration(w io.Writer, doc *report.Document) error {
	r := doc.Report
	c := r.Recalibration
	return report.Object(w, &calibration{
		Schema: 1, Method: "temperature", Temperature: c.Temperature, SE: c.SE, Input: string(r.Input.Kind), Classes: r.Classes,
		Binary: r.Binary, Rows: c.Rows, Loss: r.Loss.Nats, Crossed: c.Refinement, Source: doc.Source.Scores.Path,
		Apply: applying(c.Temperature, r.Input.Kind, r.Binary),
	})
}

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

// uncalibrated says why a report has no temperature to write; nil if it has one.
func uncalibrated(r *eval.Report) error {
	if c := r.Recalibration; c == nil || math.IsNaN(c.Temperature) {
		return usage("at least two rows of finite loss are needed", "--recalibrate: no temperature can be fitted")
	}
	return nil
}
