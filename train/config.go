// Package train trains small networks of package nn, and is what `xent train` runs.
//
// An [Experiment] is a network, its data and the place it has reached; Step makes one step. Everything follows from its
// configuration and seed: two runs of one configuration are the same to the last bit, and so is a run that was stopped, kept by
// State and gone on with. A [Run] is that of a classifier:
//
//	c := train.Config{Net: "64-64-10", Loss: "ce", Training: train.Training{Epochs: 30, Seed: 1}}
//	run, err := train.New(c.Default(), train.Digits())
//	for !run.Done() {
//		step, err := run.Step(false)
//	}
//	judged, err := run.Test(nil)
//
// The package opens no file and prints nothing; cmd/xent does.
package train

import (
	"strconv"
	"strings"

	"xent/nn"
)

// Config says what a [Run] is. It is plain data: the flags of `xent train classify`, and the config.json of its folder.
type Config struct {
	Training
	Data       string  `json:"data"`
	Net        string  `json:"net"`        // sizes, inputs first: "64-64-10"; or of images, "conv16-pool-conv32-pool-128-10"
	Activation string  `json:"activation"` // of hidden layers: relu, gelu, tanh or sigmoid
	Init       string  `json:"init"`       // he or xavier
	Loss       string  `json:"loss"`       // one of [Losses]
	Focus      float64 `json:"focus"`      // γ of the focal loss
	Smoothing  float64 `json:"smoothing"`  // ε of smoothed labels
}

// A Loss is one that networks can be trained with.
type Loss struct{ Name, Says string }

// Losses are what [Config.Loss] may be.
var Losses = []Loss{
	{"ce", "cross-entropy of the softmax"},
	{"mse", "squared error of the softmax against one-hot labels, a mean over rows and classes"},
	{"bce", "binary cross-entropy of each class for itself"},
	{"focal", "cross-entropy in which sure rows count less, by (1-p)^γ"},
	{"smoothed", "cross-entropy against labels smoothed by ε"},
}

var activations = map[string]nn.Activation{"relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}

var inits = map[string]nn.Init{"he": nn.He, "xavier": nn.Xavier}

// Default returns c with the usual value in place of each zero but those of Net, Clip, Decay and Momentum.
func (c Config) Default() Config {
	orText(&c.Activation, "relu")
	if c.Activation == "relu" || c.Activation == "gelu" {
		orText(&c.Init, "he")
	}
	orText(&c.Init, "xavier")
	orText(&c.Loss, "ce")
	if c.Loss == "focal" && c.Focus == 0 {
		c.Focus = 2
	}
	if c.Loss == "smoothed" && c.Smoothing == 0 {
		c.Smoothing = .1
	}
	c.or(Training{Recipe: "classify", Optimiser: "sgd", Schedule: "constant", Batch: 32, Epochs: 30})
	return c
}

// check refuses settings that cannot be; [Config.build] looks at Net.
func (c *Config) check() error {
	known := false
	var names []string
	for _, l := range Losses {
		known = known || l.Name == c.Loss
		names = append(names, l.Name)
	}
	_, act := activations[c.Activation]
	_, init := inits[c.Init]
	switch {
	case !known:
		return &ConfigError{"loss", strconv.Quote(c.Loss), "one of " + strings.Join(names, ", ")}
	case !act:
		return &ConfigError{"activation", strconv.Quote(c.Activation), "relu, gelu, tanh or sigmoid"}
	case !init:
		return &ConfigError{"init", strconv.Quote(c.Init), "he or xavier"}
	case !(c.Focus >= 0 && c.Focus <= 100):
		return &ConfigError{"focus", number(c.Focus), "0 to 100"}
	case !(c.Smoothing >= 0 && c.Smoothing < 1):
		return &ConfigError{"smoothing", number(c.Smoothing), "0 or more and below 1"}
	}
	return c.Training.check()
}
