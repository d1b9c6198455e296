package doctor_test

import (
	"fmt"

	"xent"
	"xent/doctor"
	"xent/eval"
)

// A line of a training log, ten classes: at 97 % accuracy the loss stays near 1.49.
func Example_log() {
	line := doctor.Log{Classes: 10, Loss: 1.49, Accuracy: .97}
	for _, f := range doctor.Run(doctor.Case{Log: &line}) {
		if f.Follows == "" {
			fmt.Println(f.Severity, f.ID)
			fmt.Println(f.Message(doctor.Nats))
			fmt.Println(f.Fix)
		}
	}
	// Output:
	// error double-softmax
	// a loss of 1.49 nats at an accuracy of 97 % lies on the line of softmax applied twice, 1.491 nats. Such a loss cannot go below 1.461 nats, however good the model
	// take the last softmax out of the model: the loss wants logits
}

// Labels that count from 1.
func Example_rows() {
	s, err := doctor.New(eval.Config{Classes: 3})
	if err != nil {
		panic(err)
	}
	err = doctor.Add(s, eval.Block[float32]{
		Scores: xent.MatrixOf([]float32{4, 1, 0, 0, 3, 1, -1, 0, 5}, 3),
		Labels: []int64{1, 2, 3},
	})
	if err != nil {
		panic(err)
	}
	f := doctor.Run(doctor.Case{Sample: s})[0]
	fmt.Println(f.ID + ": " + f.Message(doctor.Nats))
	fmt.Println(f.Fix)
	// Output:
	// labels-out-of-range: 1 of 3 lies outside 0 to 2; 3 found, 0 absent: labels start at 1
	// say so: --label-base 1
}
