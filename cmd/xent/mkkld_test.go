package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
)

// makeKLD writes what llama-perplexity --kl-divergence-base would write of a made-up model:
//
//	mkfile kld FILE SEED N_CTX N_VOCAB N_CHUNK NOISE
//
// Logits are normal with a standard deviation of 5, so that some lie below the floor, tokens are drawn from them; NOISE is the
// standard deviation of what another model has beside. The same seed makes the same tokens. A FILE that ends in .npy holds the
// logits themselves, as float32.
func makeKLD(name string, args []string) error {
	var n [4]int
	for i := range n {
		var err error
		if n[i], err = strconv.Atoi(args[i]); err != nil {
			return err
		}
	}
	noise, err := strconv.ParseFloat(args[4], 64)
	if err != nil {
		return err
	}
	context, vocab, chunks := n[1], n[2], n[3]
	model, extra := rand.New(rand.NewPCG(uint64(n[0]), 1)), rand.New(rand.NewPCG(uint64(n[0]), 2))
	first := context / 2
	head := append([]byte("_logits_"), words(context, vocab, chunks)...)
	var tokens, rows, plain []byte
	for range chunks {
		for t := range context {
			if t <= first {
				tokens = append(tokens, words(model.IntN(vocab))...)
				continue
			}
			z, p := make([]float64, vocab), model.Float64()
			total := 0.0
			for k := range z {
				z[k] = 5 * model.NormFloat64()
				total += math.Exp(z[k])
			}
			token := 0
			for ; token < vocab-1; token++ {
				if p -= math.Exp(z[token]) / total; p < 0 {
					break
				}
			}
			tokens = append(tokens, words(token)...)
			row := make([]float32, vocab)
			for k := range row {
				row[k] = float32(z[k] + noise*extra.NormFloat64())
				plain = binary.LittleEndian.AppendUint32(plain, math.Float32bits(row[k]))
			}
			rows = append(rows, kldRow(row)...)
		}
	}
	if len(name) > 4 && name[len(name)-4:] == ".npy" {
		shape := fmt.Sprintf("<f4 %d,%d", chunks*(context-1-first), vocab)
		return os.WriteFile(name, append(npyHeader(shape), plain...), 0o644)
	}
	return os.WriteFile(name, append(append(head, tokens...), rows...), 0o644)
}

// kldRow quantises logits: 65536 steps from the least, at most 16 nats below the largest, to the largest.
func kldRow(z []float32) []byte {
	largest, least, total := z[0], z[0], 0.0
	for _, v := range z {
		largest, least = max(largest, v), min(least, v)
	}
	least = max(least, largest-16)
	for _, v := range z {
		total += math.Exp(float64(v - largest))
	}
	lse := float32(math.Log(total))
	scale := (largest - least) / 65535
	b := binary.LittleEndian.AppendUint32(nil, math.Float32bits(scale))
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(least-largest-lse))
	for _, v := range z {
		code := uint16(0)
		if scale > 0 && v > least {
			code = uint16(math.RoundToEven(float64((v - least) / scale)))
		}
		b = binary.LittleEndian.AppendUint16(b, code)
	}
	if len(z)%2 == 1 {
		b = append(b, 0, 0)
	}
	return b
}

func words(v ...int) (b []byte) {
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(x)))
	}
	return b
}
