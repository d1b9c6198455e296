package curvefile

import (
	"fmt"
	"slices"
	"strings"
)

// A Role is what a column is of a training run.
type Role string

// The roles.
const (
	Step         Role = "step"
	Loss         Role = "loss"
	Accuracy     Role = "accuracy"
	ValLoss      Role = "val_loss"
	ValAccuracy  Role = "val_accuracy"
	GradientNorm Role = "grad_norm"
	LearningRate Role = "lr"
)

// Roles are all of them.
var Roles = []Role{Step, Loss, Accuracy, ValLoss, ValAccuracy, GradientNorm, LearningRate}

// names are what columns of a role are called, as words; the first that a file has is taken.
var names = map[Role][]string{
	Step:         {"global step", "step", "steps", "iteration", "iter", "it", "epoch"},
	Loss:         {"train loss", "training loss", "loss train", "tr loss", "loss", "train ce", "train nll", "train cross entropy", "nll", "ce", "cross entropy"},
	Accuracy:     {"train accuracy", "training accuracy", "accuracy train", "train acc", "training acc", "acc train", "accuracy", "acc"},
	ValLoss:      {"val loss", "valid loss", "validation loss", "eval loss", "dev loss", "test loss", "loss val", "loss validation", "loss eval", "loss valid"},
	ValAccuracy:  {"val accuracy", "valid accuracy", "validation accuracy", "eval accuracy", "dev accuracy", "test accuracy", "val acc", "valid acc", "validation acc", "eval acc", "test acc", "accuracy val", "acc val"},
	GradientNorm: {"grad norm", "gradient norm", "global grad norm", "total grad norm", "gnorm", "train grad norm"},
	LearningRate: {"lr", "learning rate", "train lr", "train learning rate", "lr 0"},
}

// words spells a name in lower-case words: "Train/Loss_epoch" is "train loss".
func words(name string) string {
	w := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') })
	for len(w) > 1 && slices.Contains([]string{"epoch", "step", "metrics", "scalars", "epoch0"}, w[len(w)-1]) && len(w) > 2 {
		w = w[:len(w)-1]
	}
	for len(w) > 2 && slices.Contains([]string{"metrics", "scalars", "log", "logs"}, w[0]) {
		w = w[1:]
	}
	return strings.Join(w, " ")
}

// Pick returns the column of each role that the file has: the one that asked names, else the first of a usual name.
// Errors: no loss, and names that the file does not have.
func (f *File) Pick(asked map[Role]string) (map[Role]*Column, error) {
	picked := map[Role]*Column{}
	for _, role := range Roles {
		if name := asked[role]; name != "" {
			i, ok := f.byName[name]
			if !ok {
				return nil, fmt.Errorf("%s: no column %q, want one of %s", f.Path, name, f.list())
			}
			picked[role] = &f.Columns[i]
			continue
		}
		for _, usual := range names[role] {
			i := slices.IndexFunc(f.Columns, func(c Column) bool { return words(c.Name) == usual })
			if i >= 0 {
				picked[role] = &f.Columns[i]
				break
			}
		}
	}
	if picked[Loss] == nil && picked[ValLoss] == nil && picked[GradientNorm] == nil {
		return nil, fmt.Errorf("%s: no column is called a loss among %s\nhint: --column loss=NAME says which it is", f.Path, f.list())
	}
	return picked, nil
}

// list names the columns, the first twenty of them.
func (f *File) list() string {
	var all []string
	for i, c := range f.Columns {
		if i == 20 {
			return strings.Join(all, ", ") + " ..."
		}
		all = append(all, fmt.Sprintf("%q", c.Name))
	}
	return strings.Join(all, ", ")
}
