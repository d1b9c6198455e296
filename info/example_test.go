package info_test

import (
	"fmt"

	"xent/info"
)

// What each class adds to entropy, divergence and cross-entropy, in bits.
func Example() {
	p := []float64{0.6, 0.3, 0.1}
	q := []float64{0.33, 0.33, 0.34}
	for i := range p {
		h, kl, cross := info.Terms(p[i], q[i])
		fmt.Printf("%c      %7.4f %7.4f %7.4f\n", 'A'+i, h.Bits(), kl.Bits(), cross.Bits())
	}
	fmt.Printf("total  %7.4f %7.4f %7.4f\n", info.Entropy(p).Bits(), info.KL(p, q).Bits(), info.CrossEntropy(p, q).Bits())
	// Output:
	// A       0.4422  0.5175  0.9597
	// B       0.5211 -0.0413  0.4798
	// C       0.3322 -0.1766  0.1556
	// total   1.2955  0.2997  1.5952
}

func ExampleNats() {
	loss := info.FromBits(1)
	fmt.Println(loss, loss.Bits(), loss.Perplexity())
	// Output: 0.6931 nats 1 2
}

func ExampleEntropy() {
	fmt.Println(info.Entropy([]float64{0.5, 0.25, 0.25}).Bits(), "bits")
	// Output: 1.5 bits
}

func ExampleKL() {
	p, q := []float64{0.5, 0.5}, []float64{0.9, 0.1}
	fmt.Printf("%.4f forward, %.4f reverse\n", float64(info.KL(p, q)), float64(info.KL(q, p)))
	// Output: 0.5108 forward, 0.3681 reverse
}

func ExampleJS() {
	fmt.Println(info.JS([]float64{1, 0}, []float64{0, 1}).Bits(), "bit")
	// Output: 1 bit
}

func ExampleCrossEntropy() {
	oneHot, q := []float64{0, 1, 0}, []float32{0.25, 0.5, 0.25}
	fmt.Println(info.CrossEntropy([]float32{0, 1, 0}, q), info.Surprisal(0.5), info.Perplexity(oneHot))
	// Output: 0.6931 nats 0.6931 nats 1
}

func ExampleValidate() {
	fmt.Println(info.Validate([]float64{0.5, 0.6}))
	fmt.Println(info.Validate([]float64{1.5, -0.5}))
	fmt.Println(info.Validate([]float64{0.33, 0.33, 0.34}))
	// Output:
	// info: the probabilities sum to 1.1, want 1 (within 1e-5)
	// info: p[0] = 1.5, want 0 ≤ p ≤ 1
	// <nil>
}

// A die whose mean is 4.5 instead of 3.5, and nothing else is known of it.
func ExampleMaxEntropy() {
	p := make([]float64, 6)
	multiplier, entropy, err := info.MaxEntropy(p, []float64{1, 2, 3, 4, 5, 6}, 4.5)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.4f  temperature %.3f  entropy %.4f nats\n", p, 1/multiplier, float64(entropy))
	// Output: [0.0544 0.0788 0.1142 0.1654 0.2398 0.3475]  temperature 2.695  entropy 1.6136 nats
}

// Eleven species, 19 animals: the entropy of what was seen is too low.
func ExampleSampleEntropy() {
	seen := []int{4, 2, 3, 0, 2, 4, 0, 0, 2, 1, 1}
	for _, by := range []info.Estimator{info.Plugin, info.MillerMadow, info.Grassberger, info.ChaoShen, info.Jackknife} {
		fmt.Printf("%.3f ", float64(info.SampleEntropy(seen, by)))
	}
	fmt.Println("nats")
	// Output: 1.968 2.153 2.145 2.201 2.231 nats
}

// A die with the mean of a fair one, but a larger spread: the second moment is 17 instead of 91/6.
func ExampleMaxEntropyMoments() {
	p := make([]float64, 6)
	faces, squares := []float64{1, 2, 3, 4, 5, 6}, []float64{1, 4, 9, 16, 25, 36}
	lambda, entropy, err := info.MaxEntropyMoments(p, append(faces, squares...), []float64{3.5, 17})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.4f  multipliers %.3f  entropy %.4f nats\n", p, lambda, float64(entropy))
	// Output: [0.3407 0.1028 0.0565 0.0565 0.1028 0.3407]  multipliers [-2.097 0.300]  entropy 1.5260 nats
}
