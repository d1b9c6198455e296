package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"xent/eval"
)

// LlamaText writes what llama-perplexity --kl-divergence ends with, line by line, and below it the standard errors that take rows of
// one chunk for what they are: not independent.
func (c *Comparison) LlamaText(w io.Writer, _ TextOptions) error {
	l := c.Llama
	if l == nil {
		_, err := io.WriteString(w, "no tokens\n")
		return err
	}
	var b strings.Builder
	head := func(s string) { b.WriteString("====== " + s + " statistics ======\n") }
	line := func(name string, e eval.Estimate) { fmt.Fprintf(&b, "%-30s: %10.6f ± %10.6f\n", name, e.Value, e.SE) }
	share := func(name string, e eval.Estimate) {
		fmt.Fprintf(&b, "%s: %6.3f ± %5.3f %%\n", name, 100*e.Value, 100*e.SE)
	}

	head("Perplexity")
	line("Mean PPL(Q)", l.PPL)
	line("Mean PPL(base)", l.Base)
	fmt.Fprintf(&b, "Cor(ln(PPL(Q)), ln(PPL(base))): %6.2f%%\n", 100*l.Correlation)
	line("Mean ln(PPL(Q)/PPL(base))", l.LogRatio)
	line("Mean PPL(Q)/PPL(base)", l.Ratio)
	line("Mean PPL(Q)-PPL(base)", l.Difference)
	b.WriteString("\n")
	head("KL divergence")
	fmt.Fprintf(&b, "Mean    KLD: %10.6f ± %10.6f\n", l.KL.Value, l.KL.SE)
	for i, f := range eval.LlamaKL {
		fmt.Fprintf(&b, "%s KLD: %10.6f\n", quantileName(f), l.KLs[i])
	}
	b.WriteString("\n")
	head("Token probability")
	share("Mean    Δp", l.Change)
	for i, f := range eval.LlamaChange {
		fmt.Fprintf(&b, "%s Δp: %6.3f%%\n", quantileName(f), 100*l.Changes[i])
	}
	share("RMS Δp    ", l.RMS)
	share("Same top p", l.SameTop)
	if g := c.Loss.Groups; g > 0 {
		fmt.Fprintf(&b, "\nThese errors take %s tokens for independent. By the %s groups they belong to, ln(PPL(Q)/PPL(base)) is\n%s ± %s, which is %s times as much.\n",
			Count(l.Tokens), Count(g), strconv.FormatFloat(c.Loss.Nats, 'f', 6, 64), strconv.FormatFloat(c.Loss.SE, 'f', 6, 64), Short(c.Loss.SE/c.Loss.RowSE, 3))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// quantileName is that of a fraction, eight characters wide but for the extremes.
func quantileName(f float32) string {
	switch f {
	case 1:
		return "Maximum"
	case .5:
		return "Median "
	case 0:
		return "Minimum"
	}
	return fmt.Sprintf("%4.1f%%  ", 100*f)
}
