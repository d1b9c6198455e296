package eval

// Start returns what the rows are being measured as: Logits (which does for log-probabilities too) or
// Probs; Auto before the first row. Accumulators that are filled side by side agree when one takes the
// first block of the file and the others its Start as their Config.Start.
func (a *Accumulator) Start() Input { return a.as }
