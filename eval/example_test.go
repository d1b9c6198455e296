package eval_test

import (
	"errors"
	"fmt"
	"slices"

	"xent"
	"xent/eval"
)

// Rows in memory are one block. The loss is that of -ln softmax(z)[y], averaged.
func ExampleRun() {
	logits := []float32{
		2, 0, -1,
		0, 3, 0,
		1, 1, 0,
		0, 0, 2,
	}
	r, err := eval.Run(eval.Config{Classes: 3}, slices.Values([]eval.Block[float32]{{
		Scores: xent.MatrixOf(logits, 3),
		Labels: []int64{0, 1, 1, 0},
	}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("loss %.4f ± %.4f nats, accuracy %.2f\n", r.Loss.Nats, r.Loss.SE, r.Accuracy.Value)
	fmt.Printf("row %d costs most: %.4f nats\n", r.Surprising[0].Row, r.Surprising[0].Loss)
	for _, w := range r.Warnings {
		fmt.Println(w.ID)
	}
	// Output:
	// loss 0.8416 ± 0.4969 nats, accuracy 0.50
	// row 3 costs most: 2.2395 nats
	// few-rows
	// classes-never-labelled
	// few-rows-in-bins
}

// Workers fill accumulators of their own, which merge; the report does not depend on who did what.
func ExampleAccumulator_Merge() {
	blocks := []eval.Block[float64]{
		{First: 0, Scores: xent.MatrixOf([]float64{2, 0, 0, 3}, 2), Labels: []int64{0, 1}},
		{First: 2, Scores: xent.MatrixOf([]float64{1, 1.5, 4, 0}, 2), Labels: []int64{0, 0}},
	}
	var total *eval.Accumulator
	for _, b := range blocks {
		a, err := eval.New(eval.Config{Classes: 2, Input: eval.Logits})
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := eval.Add(a, b); err != nil {
			fmt.Println(err)
			return
		}
		if total == nil {
			total = a
		} else if err := total.Merge(a); err != nil {
			fmt.Println(err)
			return
		}
	}
	r, err := total.Report()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d rows, %.4f nats\n", r.Rows, r.Loss.Nats)
	// Output: 4 rows, 0.2919 nats
}

// What is wrong with labels is told when all of them have been seen.
func ExampleLabelError() {
	_, err := eval.Run(eval.Config{Classes: 2}, slices.Values([]eval.Block[float64]{{
		Scores: xent.MatrixOf([]float64{2, 0, 0, 3, 1, 0}, 2),
		Labels: []int64{1, 2, 2},
	}}))
	fmt.Println(err)
	var label *eval.LabelError
	if errors.As(err, &label) {
		fmt.Println("hint:", label.Hint)
	}
	// Output:
	// labels[1] = 2, want 0 ≤ label < 2; 2 found, 0 absent: labels start at 1
	// hint: --label-base 1
}
