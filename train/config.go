// Package train trains small networks of package nn, and is what `xent train` runs.
//
// A [Run] is a network, its data and the place it has reached; [Run.Step] makes one step. Everything follows from the
// [Config] and its seed: two runs of one Config are the same to the last bit, and so is a run that was stopped, kept by
// [Run.State] and gone on with.
//
//	c := train.Config{Net: "64-64-10", Loss: "ce", Epochs: 30, Seed: 1}
//	run, err := train.New(c.Default(), train.Digits())
//	for !run.Done() {
//		step, err := run.Step()
//	}
//	loss, accuracy := run.Test()
//
// The package opens no file and prints nothing; cmd/xent does.
package train

import (
	"strconv"
	"strings"

	"xent/nn"
)

// Config says what a run is. It is plain data: the flags of `xent train classify`, and the config.json of its folder.
type Config struct {
	Data       string  `json:"data"`
	Net        string  `json:"net"`        // sizes, inputs first: "64-64-10"; or of images, "conv16-pool-conv32-pool-128-10"
	Activation string  `json:"activation"` // of hidden layers: relu, gelu, tanh or sigmoid
	Init       string  `json:"init"`       // he or xavier
	Loss       string  `json:"loss"`       // one of [Losses]
	Focus      float64 `json:"focus"`      // γ of the focal loss
	Smoothing  float64 `json:"smoothing"`  // ε of smoothed labels
	Optimiser  string  `json:"optimiser"`  // sgd or adamw
	Rate       float64 `json:"rate"`
	Schedule   string  `json:"schedule"` // of the rate: constant, or cosine, which falls to 0 at the end
	Warmup     int     `json:"warmup"`   // steps in which the rate of a cosine rises
	Momentum   float64 `json:"momentum"` // of sgd
	Decay      float64 `json:"decay"`    // of adamw
	Clip       float64 `json:"clip"`     // bound on the norm of the gradient; 0 for none
	Batch      int     `json:"batch"`
	Epochs     int     `json:"epochs"`
	Seed       uint64  `json:"seed"`
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

// A ConfigError is a setting that cannot be.
type ConfigError struct{ Setting, Got, Want string }

func (e *ConfigError) Error() string { return e.Setting + " " + e.Got + ", want " + e.Want }

// Default returns c with the usual value in place of each zero but those of Net, Clip, Decay and Momentum.
func (c Config) Default() Config {
	or := func(s *string, otherwise string) {
		if *s == "" {
			*s = otherwise
		}
	}
	or(&c.Activation, "relu")
	if c.Activation == "relu" || c.Activation == "gelu" {
		or(&c.Init, "he")
	}
	or(&c.Init, "xavier")
	or(&c.Loss, "ce")
	or(&c.Optimiser, "sgd")
	or(&c.Schedule, "constant")
	if c.Loss == "focal" && c.Focus == 0 {
		c.Focus = 2
	}
	if c.Loss == "smoothed" && c.Smoothing == 0 {
		c.Smoothing = .1
	}
	if c.Rate == 0 {
		c.Rate = .1
		if c.Optimiser == "adamw" {
			c.Rate = 1e-3
		}
	}
	if c.Batch == 0 {
		c.Batch = 32
	}
	if c.Epochs == 0 {
		c.Epochs = 30
	}
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
	float := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	_, act := activations[c.Activation]
	_, init := inits[c.Init]
	switch {
	case !known:
		return &ConfigError{"loss", strconv.Quote(c.Loss), "one of " + strings.Join(names, ", ")}
	case !act:
		return &ConfigError{"activation", strconv.Quote(c.Activation), "relu, gelu, tanh or sigmoid"}
	case !init:
		return &ConfigError{"init", strconv.Quote(c.Init), "he or xavier"}
	case c.Optimiser != "sgd" && c.Optimiser != "adamw":
		return &ConfigError{"optimiser", strconv.Quote(c.Optimiser), "sgd or adamw"}
	case c.Schedule != "constant" && c.Schedule != "cosine":
		return &ConfigError{"schedule", strconv.Quote(c.Schedule), "constant or cosine"}
	case c.Warmup < 0 || c.Warmup > 1e9:
		return &ConfigError{"warmup", strconv.Itoa(c.Warmup), "0 to 1e9 steps"}
	case !(c.Rate > 0 && c.Rate < 1e9):
		return &ConfigError{"rate", float(c.Rate), "a number above 0 and below 1e9"}
	case !(c.Momentum >= 0 && c.Momentum < 1):
		return &ConfigError{"momentum", float(c.Momentum), "0 or more and below 1"}
	case !(c.Decay >= 0 && c.Decay < 1e9):
		return &ConfigError{"decay", float(c.Decay), "0 or more and below 1e9"}
	case !(c.Clip >= 0 && c.Clip < 1e30):
		return &ConfigError{"clip", float(c.Clip), "a norm above 0, or 0 for none"}
	case !(c.Focus >= 0 && c.Focus <= 100):
		return &ConfigError{"focus", float(c.Focus), "0 to 100"}
	case !(c.Smoothing >= 0 && c.Smoothing < 1):
		return &ConfigError{"smoothing", float(c.Smoothing), "0 or more and below 1"}
	case c.Batch < 1 || c.Batch > 1<<20:
		return &ConfigError{"batch", strconv.Itoa(c.Batch), "1 or more"}
	case c.Epochs < 1 || c.Epochs > 1e6:
		return &ConfigError{"epochs", strconv.Itoa(c.Epochs), "1 or more"}
	}
	return nil
}
