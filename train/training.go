package train

import (
	"strconv"

	"xent/nn"
)

// Training says how a network is trained, whatever it learns: the part that the configurations of all recipes share.
type Training struct {
	Recipe    string  `json:"recipe"`    // the name of the experiment: classify, ...
	Optimiser string  `json:"optimiser"` // sgd or adamw
	Rate      float64 `json:"rate"`
	Schedule  string  `json:"schedule"` // of the rate: constant, or cosine, which falls to 0 at the end
	Warmup    int     `json:"warmup"`   // steps in which the rate of a cosine rises
	Momentum  float64 `json:"momentum"` // of sgd
	Decay     float64 `json:"decay"`    // of adamw
	Clip      float64 `json:"clip"`     // bound on the norm of the gradient; 0 for none
	Batch     int     `json:"batch"`
	Epochs    int     `json:"epochs"`
	Seed      uint64  `json:"seed"`
}

// or puts the value of usual in place of each zero but those of Warmup, Momentum, Decay, Clip and Seed, where 0 means none. A
// Rate of 0 is the usual one of the optimiser.
func (t *Training) or(usual Training) {
	t.Recipe = usual.Recipe
	orText(&t.Optimiser, usual.Optimiser)
	orText(&t.Schedule, usual.Schedule)
	if t.Rate == 0 && t.Optimiser == usual.Optimiser {
		t.Rate = usual.Rate
	}
	if t.Rate == 0 {
		t.Rate = map[string]float64{"sgd": .1, "adamw": 1e-3}[t.Optimiser]
	}
	if t.Batch == 0 {
		t.Batch = usual.Batch
	}
	if t.Epochs == 0 {
		t.Epochs = usual.Epochs
	}
}

// orText sets *s to otherwise if it is empty.
func orText(s *string, otherwise string) {
	if *s == "" {
		*s = otherwise
	}
}

// A ConfigError is a setting that cannot be.
type ConfigError struct{ Setting, Got, Want string }

func (e *ConfigError) Error() string { return e.Setting + " " + e.Got + ", want " + e.Want }

// number is a setting as an error shows it.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// check refuses settings that cannot be.
func (t *Training) check() error {
	switch {
	case t.Optimiser != "sgd" && t.Optimiser != "adamw":
		return &ConfigError{"optimiser", strconv.Quote(t.Optimiser), "sgd or adamw"}
	case t.Schedule != "constant" && t.Schedule != "cosine":
		return &ConfigError{"schedule", strconv.Quote(t.Schedule), "constant or cosine"}
	case t.Warmup < 0 || t.Warmup > 1e9:
		return &ConfigError{"warmup", strconv.Itoa(t.Warmup), "0 to 1e9 steps"}
	case !(t.Rate > 0 && t.Rate < 1e9):
		return &ConfigError{"rate", number(t.Rate), "a number above 0 and below 1e9"}
	case !(t.Momentum >= 0 && t.Momentum < 1):
		return &ConfigError{"momentum", number(t.Momentum), "0 or more and below 1"}
	case !(t.Decay >= 0 && t.Decay < 1e9):
		return &ConfigError{"decay", number(t.Decay), "0 or more and below 1e9"}
	case !(t.Clip >= 0 && t.Clip < 1e30):
		return &ConfigError{"clip", number(t.Clip), "a norm above 0, or 0 for none"}
	case t.Batch < 1 || t.Batch > 1<<20:
		return &ConfigError{"batch", strconv.Itoa(t.Batch), "1 or more"}
	case t.Epochs < 1 || t.Epochs > 1e6:
		return &ConfigError{"epochs", strconv.Itoa(t.Epochs), "1 or more"}
	}
	return nil
}

// optimiser is the one that is asked for, over so many steps.
func (t *Training) optimiser(steps int) nn.Optimiser[float32] {
	var schedule nn.Schedule
	if t.Schedule == "cosine" {
		schedule = nn.Cosine(t.Warmup, steps, 0)
	}
	if t.Optimiser == "adamw" {
		return &nn.AdamW[float32]{Rate: t.Rate, Decay: t.Decay, Schedule: schedule}
	}
	return &nn.SGD[float32]{Rate: t.Rate, Momentum: t.Momentum, Schedule: schedule}
}
