package report

import (
	"fmt"
	"math"

	"xent/eval"
)

// Hand-made documents. Their figures are plausible and not computed: what is tested here is how
// a value looks, never what it is.

// digits is an ordinary case: ten classes, ten surprising rows, two doubts.
func digits() *Document {
	r := &eval.Report{
		Schema: 1, Rows: 899, Classes: 10,
		Input: eval.Decision{Kind: eval.Logits, Reason: "899 of 899 rows have entries outside [0, 1] or do not sum to 1"},
		Loss: eval.Loss{Nats: 0.1284972858751474, Bits: 0.18538240, SE: 0.0131203, CI95: [2]float64{0.10278, 0.15421},
			Finite: 0.1284972858751474, Weight: 899},
		Perplexity: 1.13712, PerpCI: [2]float64{1.10825, 1.16674},
		Accuracy:   eval.Estimate{Value: 0.9688542825361512, SE: 0.005796},
		Prior:      eval.Prior{Nats: 2.30175, Miller: 2.30676, Uniform: math.Log(10), Skill: eval.Estimate{Value: 0.94417, SE: 0.0057}},
		Confidence: eval.Confidence{Entropy: 0.0964, Gap: 0.0321, Z: 3.48, P: 0.0005},
		Calib:      eval.Calibration{ECE: 0.01312, Null: 0.00894, Null95: 0.0141, P: 0.08},
		Health:     eval.Health{DType: "float32", MaxAbs: 34.137, Rounding: 4.07e-6},
		Box:        eval.Box{Lower: 0.02159, Fano: 0.20713, Position: 0.576},
		Warnings: []eval.Warning{
			{ID: "few-rows-in-bins", Message: "7 of 15 bins hold fewer than 30 rows", Field: "calibration.ece"},
			{ID: "rows-independent", Message: "the standard error takes rows as independent; rows of one document or user are not, and then it is too small", Field: "loss.se"},
		},
	}
	for i := range 4 {
		x := 1 - math.Pow(.55, float64(i+1))
		r.Calib.Bins = append(r.Calib.Bins, eval.Bin{Rows: 60, Confidence: x, Accuracy: min(1.02*x, 1), CI95: [2]float64{.9 * x, min(1.04*x, 1)}, NullCI: [2]float64{.93 * x, min(1.06*x, 1)}})
	}
	r.Leaks = &eval.Leaks{Matrix: make([][]float64, 10), Cells: []eval.Leak{{Label: 3, Class: 8, Nats: .02, Rows: 2}, {Label: 8, Class: 1, Nats: .01}}}
	for k := range r.Leaks.Matrix {
		r.Leaks.Matrix[k] = make([]float64, 10)
	}
	r.Buckets = []eval.Buckets{{By: "language", Values: []eval.Bucket{
		{Value: "de", Rows: 500, Loss: eval.Estimate{Value: .11, SE: .01}, Share: .0612, Accuracy: .97, Gap: .003, Z: .4, P: .69},
		{Value: "<script>|fr", Rows: 399, Loss: eval.Estimate{Value: .15, SE: .02}, Share: .0666, Accuracy: .96, Gap: .071, Z: 4.2, P: 2e-5, Differs: true},
	}}}
	r.Leaks.Matrix[3][8], r.Leaks.Matrix[8][1] = .02, .01
	for k := range 10 {
		n := float64(86 + 7*k%11)
		r.PerClass = append(r.PerClass, eval.Class{Class: k, Rows: n, Loss: 0.02 + 0.031*float64(k*k%10), Share: (0.02 + 0.031*float64(k*k%10)) * n / 899,
			Recall: 1 - 0.01*float64(k*k%7), Expected: n + 0.31*float64(k-4), Z: 0.4 * float64(k-4), Differs: k == 9})
		r.Surprising = append(r.Surprising, eval.Surprise{Row: int64(83 * k), Label: k, Loss: 5.3 - 0.41*float64(k), Z: 12,
			Top: []eval.Choice{{Class: (k * 7) % 10, P: 0.9999 - 0.06*float64(k)}}})
	}
	return &Document{Report: r, Source: Source{
		Scores: File{Path: "digits-mlp-logits.npy", Format: "npy", DType: "float32", Shape: []int64{899, 10}, Rows: 899, Cols: 10, Bytes: 36088},
		Labels: &File{Path: "digits-labels.npy", Format: "npy", DType: "int64", Shape: []int64{899}, Rows: 899, Cols: 1, Bytes: 7320},
		Notes:  []string{},
	}, Config: eval.Config{Bins: 15, Surprising: 10}}
}

// crowded has more of everything than a screen holds: classes, long and wide names, doubts.
func crowded() *Document {
	d := digits()
	r := d.Report
	r.Rows, r.Classes, r.Loss.Weight = 1281167, 1000, 1281167
	r.PerClass, r.Names = nil, nil
	for k := range 1000 {
		r.Names = append(r.Names, fmt.Sprintf("synset n%08d, a long name", 1440764+k))
		n := 1281.0 + float64(k%3)
		r.PerClass = append(r.PerClass, eval.Class{Class: k, Rows: n, Loss: 0.9 + 0.001*float64(k), Share: (0.9 + 0.001*float64(k)) * n / 1281167, Recall: 0.7, Expected: n + 12.25, Z: -1.2})
	}
	r.Names[999] = "深層学習と交差エントロピー"
	r.Names[998] = "\x1b[2J\x1b]0;owned\a<script>"
	for i := range r.Surprising {
		r.Surprising[i].Row = 1281000 + int64(i)
		r.Surprising[i].Label = 999 - i
	}
	for i := range 12 {
		r.Warnings = append(r.Warnings, eval.Warning{ID: "w", Message: fmt.Sprintf("doubt number %d, which needs more words than fit on a single line of this report and so goes on below", i), Field: "health"})
	}
	d.Source.Scores.Path = "/data/runs/2026-11-03/resnet50/checkpoint-000450000/validation/logits-float16-shard-00000-of-00001.npz"
	d.Source.Scores.Member = "logits"
	d.Source.Notes = []string{"logits: member \"logits\" [1281167, 1000]", "labels: member \"y\" \x1b[2J", "third", "fourth", "fifth"}
	d.Source.Warnings = []string{"the file grew by 4096 bytes while it was read; the size at the start was used"}
	return d
}

// broken is what numbers look like when there is none.
func broken() *Document {
	d := digits()
	r := d.Report
	nan, inf := math.NaN(), math.Inf(1)
	r.Loss = eval.Loss{Nats: nan, Bits: nan, SE: nan, CI95: [2]float64{nan, nan}, Infinite: 3, Finite: nan, Weight: 899}
	r.Perplexity, r.PerpCI = nan, [2]float64{nan, nan}
	r.Prior.Skill = eval.Estimate{Value: nan, SE: nan}
	r.Confidence = eval.Confidence{Entropy: nan, Gap: nan, Z: nan, P: nan}
	r.Box = eval.Box{Lower: 0.02, Fano: nan, Position: nan}
	r.Health = eval.Health{DType: "float16", MaxAbs: 65504, Rounding: inf, NaN: 20, PosInf: 1, NegInf: 1000000, NaNRows: []int64{17, 18, 400, 12345}}
	r.PerClass[3].Loss, r.PerClass[3].Share, r.PerClass[3].Z = nan, nan, nan
	r.Surprising[0].Loss = inf
	return d
}

// infinite has rows that gave the truth probability 0.
func infinite() *Document {
	d := digits()
	r := d.Report
	r.Loss = eval.Loss{Nats: math.Inf(1), Bits: math.Inf(1), SE: math.NaN(), CI95: [2]float64{math.NaN(), math.NaN()}, Infinite: 2, Finite: 0.12, Weight: 899}
	r.Perplexity, r.PerpCI = math.Inf(1), [2]float64{math.NaN(), math.NaN()}
	r.Prior.Skill = eval.Estimate{Value: math.Inf(-1), SE: math.NaN()}
	r.PerClass[3].Loss, r.PerClass[3].Share = math.Inf(1), math.Inf(1)
	r.Surprising[0].Loss, r.Surprising[1].Loss = math.Inf(1), math.Inf(1)
	r.Box.Position = math.Inf(1)
	return d
}

// binary is one logit a row, interrupted, weighted, against soft targets, with ignored rows.
func binary() *Document {
	d := digits()
	r := d.Report
	r.Binary, r.Classes, r.Partial, r.Rows, r.Ignored = true, 2, true, 280, 5
	r.Names = []string{"benign", "malignant"}
	r.PerClass = r.PerClass[:2]
	r.PerClass[0].Rows = 100.25
	r.Surprising = r.Surprising[:2]
	r.Loss.Weight = 140.5
	r.Soft = &eval.Soft{Entropy: 0.1, KL: 0.0285, Residual: 3e-17}
	r.Confidence = eval.Confidence{Entropy: 0.2, Gap: -0.0715, Z: -2.5, P: 0.012}
	d.Source.Weights = &File{Path: "w.npy", Format: "npy", DType: "float64"}
	r.Warnings = nil
	return d
}

// single is one row: values without errors.
func single() *Document {
	d := digits()
	r := d.Report
	nan := math.NaN()
	r.Rows, r.Loss.Weight = 1, 1
	r.Loss.SE, r.Loss.CI95, r.PerpCI = nan, [2]float64{nan, nan}, [2]float64{nan, nan}
	r.Accuracy = eval.Estimate{Value: 1, SE: nan}
	r.Prior = eval.Prior{Nats: 0, Miller: 0, Uniform: math.Log(10), Skill: eval.Estimate{Value: math.Inf(-1), SE: nan}}
	r.Calib = eval.Calibration{ECE: 0.03, Null: nan, Null95: nan, P: nan}
	r.Surprising = r.Surprising[:1]
	return d
}
