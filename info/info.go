// Package info measures distributions: entropy, cross-entropy and divergences.
package info

// Nats is an amount of information in natural units.
type Nats float64
