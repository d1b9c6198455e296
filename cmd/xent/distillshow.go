package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"xent/cmd/xent/report"
	"xent/train"
)

// distilled is what a distillation found, as --json prints it. Divergences and losses are in nats, accuracies are shares.
type distilled struct {
	Schema    int                `json:"schema"`
	Folder    string             `json:"folder"`
	Rows      int                `json:"test_rows"`
	Teacher   distillTeacher     `json:"teacher"`
	Students  []distillKind      `json:"students"`
	Classes   []string           `json:"classes"`
	Knowledge []distillKnowledge `json:"knowledge"`
	Config    train.Distillation `json:"config"`
}

type distillTeacher struct {
	Folder   string  `json:"folder"`
	Net      string  `json:"net"`
	Accuracy float64 `json:"accuracy"`
	Loss     float64 `json:"test_loss"`
}

// A distillKind is the students of one kind, a value for each seed.
type distillKind struct {
	Name        string    `json:"name"`
	Temperature float64   `json:"temperature"`
	LabelShare  float64   `json:"label_share"`
	Seeds       []uint64  `json:"seeds"`
	Accuracy    []float64 `json:"accuracy"`
	Loss        []float64 `json:"test_loss"`
	KL          []float64 `json:"kl_from_teacher"`
	Agrees      []float64 `json:"agrees_with_teacher"`
	Mean        spread    `json:"accuracy_mean"`
	MeanLoss    spread    `json:"test_loss_mean"`
	MeanKL      spread    `json:"kl_mean"`
	Gain        spread    `json:"accuracy_gain"` // over labels, of the same seeds

	courses [][]train.Point
}

// A spread is a mean over seeds; bounds of one seed are NaN.
type spread struct {
	Mean float64 `json:"mean"`
	SE   float64 `json:"se"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// distillKnowledge is the mean of the teacher's probabilities over the test rows of each class.
type distillKnowledge struct {
	Temperature float64     `json:"temperature"`
	Mean        [][]float64 `json:"mean"` // [label][class]
}

func (k *distillKind) add(seed uint64, g train.Graded, course []train.Point) {
	k.Seeds = append(k.Seeds, seed)
	k.Accuracy, k.Loss = append(k.Accuracy, g.Accuracy), append(k.Loss, g.Loss)
	k.KL, k.Agrees = append(k.KL, g.KL), append(k.Agrees, g.Agrees)
	k.courses = append(k.courses, course)
}

// conclude works out what the runs amount to.
func (r *distilled) conclude(data *train.Data, teacher *train.Teacher) error {
	claims := len(r.Students) - 1
	for i := range r.Students {
		k := &r.Students[i]
		k.Mean, k.MeanLoss, k.MeanKL = spread(train.MeanOver(k.Accuracy, 1)), spread(train.MeanOver(k.Loss, 1)), spread(train.MeanOver(k.KL, 1))
		k.Gain = spread(train.Gain(k.Accuracy, r.Students[0].Accuracy, claims))
	}
	for _, t := range r.Config.Temperatures {
		mean, err := teacher.Knowledge(data, t)
		if err != nil {
			return err
		}
		r.Knowledge = append(r.Knowledge, distillKnowledge{t, mean})
	}
	return nil
}

// text is the result for people.
func (r *distilled) text() string {
	var b strings.Builder
	c := &r.Config
	rows := "all training rows"
	if c.Rows > 0 {
		rows = "the first " + report.Count(int64(c.Rows)) + " training rows"
	}
	fmt.Fprintf(&b, "%s: students %s of the teacher %s,\non %s of %s, %s at rate %v, %d epochs; λ %v\n\n",
		r.Folder, c.Net, r.Teacher.Net, rows, c.Data, c.Optimiser, c.Rate, c.Epochs, c.LabelShare)
	table := [][]string{
		{"student", "accuracy", "gain over labels", "loss", "KL from teacher", "agrees"},
		{"teacher", percent(r.Teacher.Accuracy), "", report.Short(r.Teacher.Loss, 4), "0", percent(1)},
	}
	for i := range r.Students {
		k := &r.Students[i]
		gain := ""
		if i > 0 {
			gain = points(k.Gain)
		}
		table = append(table, []string{k.label(), report.Measured(100*k.Mean.Mean, 100*k.Mean.SE) + " %", gain, report.Measured(k.MeanLoss.Mean, k.MeanLoss.SE),
			report.Measured(k.MeanKL.Mean, k.MeanKL.SE), percent(train.MeanOver(k.Agrees, 1).Mean)})
	}
	report.Align(&b, "", table)
	fmt.Fprintf(&b, "\n%s test rows; loss and KL in nats. In brackets: one standard error over %s, in the last\ndigits. Gains: percentage points, with intervals that hold together 95 times in 100.\n",
		report.Count(int64(r.Rows)), seeds(c.Seeds))
	b.WriteString("\n" + r.strips() + "\n" + r.say() + "\n")
	return b.String()
}

// label is the name of a kind in a table: labels, T = 4.
func (k *distillKind) label() string {
	if k.LabelShare == 1 {
		return "labels"
	}
	return fmt.Sprintf("T = %v", k.Temperature)
}

func seeds(n int) string {
	if n == 1 {
		return "1 seed"
	}
	return fmt.Sprintf("%d seeds", n)
}

func percent(share float64) string { return report.Fixed(100*share, 2) + " %" }

// points writes a gain in percentage points.
func points(g spread) string {
	sign := func(x float64) string { return or(x > 0, "+", "") + report.Fixed(100*x, 2) }
	if g.SE != g.SE {
		return sign(g.Mean)
	}
	return sign(g.Mean) + "  " + sign(g.Low) + " to " + sign(g.High)
}

// strips draws the accuracy of every student on a line of its kind, and their mean.
func (r *distilled) strips() string {
	const columns = 64
	low, high := math.Inf(1), math.Inf(-1)
	for i := range r.Students {
		low, high = min(low, slices.Min(r.Students[i].Accuracy)), max(high, slices.Max(r.Students[i].Accuracy))
	}
	if !(high > low) {
		high = low + 1e-4
	}
	at := func(a float64) int { return int((a-low)/(high-low)*(columns-1) + .5) }
	var b strings.Builder
	b.WriteString("accuracy of each student ○, and their mean ●\n")
	for i := range r.Students {
		k := &r.Students[i]
		line := []rune(strings.Repeat(" ", columns))
		for _, a := range k.Accuracy {
			line[at(a)] = '○'
		}
		line[at(k.Mean.Mean)] = '●'
		fmt.Fprintf(&b, "%8s │%s\n", k.label(), strings.TrimRight(string(line), " "))
	}
	left := percent(low)
	fmt.Fprintf(&b, "         └%s\n          %s%*s\n", strings.Repeat("─", columns), left, columns-len(left), percent(high))
	return b.String()
}

// say tells what the table amounts to.
func (r *distilled) say() string {
	var better, worse, same []string
	for i := range r.Students[1:] {
		switch k := &r.Students[i+1]; {
		case k.Gain.Low > 0:
			better = append(better, k.label())
		case k.Gain.High < 0:
			worse = append(worse, k.label())
		default:
			same = append(same, k.label())
		}
	}
	if r.Config.Seeds == 1 {
		return "One seed shows no spread: whether a difference is more than chance, --seeds 5 tells."
	}
	var say []string
	if len(better) > 0 {
		say = append(say, "The teacher's probabilities are worth something at "+list(better)+".")
	}
	if len(worse) > 0 {
		say = append(say, "At "+list(worse)+" students do worse than with labels only.")
	}
	if len(same) > 0 {
		say = append(say, "At "+list(same)+" the gain is not told apart from none by "+seeds(r.Config.Seeds)+".")
	}
	return strings.Join(say, "\n")
}

// list joins words: a, b and c.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// svg draws the accuracies by step, of all seeds, over the range in which they end.
func (r *distilled) svg(w io.Writer) error {
	low, high := 1., 0.
	var courses []course
	for i := range r.Students {
		k := &r.Students[i]
		low, high = min(low, slices.Min(k.Accuracy)), max(high, slices.Max(k.Accuracy))
		courses = append(courses, course{k.label(), k.courses})
	}
	high = min(max(high, r.Teacher.Accuracy)+.01, 1)
	low = max(low-2*(high-low), 0)
	title := fmt.Sprintf("students %s of a teacher %s", r.Config.Net, r.Teacher.Net)
	return courseSVG(w, "Accuracy on the test rows by step: "+title, []panel{{title, courses, r.Teacher.Accuracy}}, low, high)
}
