package doctor

import (
	"math"
	"strconv"
)

// Whether labels belong to the rows beside them is told by a comparison: another order of the labels that fits
// much better, on rows that had no part in choosing it. Even rows choose, odd rows judge.

const (
	fewLabelled = 50  // rows below which no order of labels is judged
	betterBy    = 0.2 // nats a row that another order must save on the judging rows
	sureBy      = 10  // standard errors of that saving
)

// labelsShifted finds labels that are one or two off within their range, as labels that start at 1 are when
// they were taken modulo the number of classes, or when a class was inserted before them.
var labelsShifted = Detector{
	ID: "labels-shifted", Code: "D10", Summary: "labels that are off by one or two",
	Rows: func(s *Sample) *Finding {
		if s.Classes < 3 {
			return nil // two classes can only be swapped
		}
		r := s.first()
		if r.labelled() < fewLabelled {
			return nil
		}
		best, most := 0, 0.0
		for _, shift := range [...]int{-2, -1, 1, 2} {
			if saved, _ := r.saving(0, shifted(shift, r.classes)).mean(); saved > most {
				best, most = shift, saved
			}
		}
		order := shifted(best, r.classes)
		saved, z := r.saving(1, order).mean()
		if best == 0 || !(saved > .5 && z > sureBy) {
			return nil
		}
		before, after := r.accuracies(order)
		if !(after > s.Reading().Confidence()/2) {
			return nil // in any other order some classes are shifted, too
		}
		by := strconv.Itoa(max(best, -best))
		way := "less"
		if best > 0 {
			way = "more"
		}
		return &Finding{
			Severity: Warning,
			Says:     "labels that are " + by + " " + way + " would fit far better: a row costs {saved} less, and the accuracy is {after} instead of {before}",
			Evidence: figures.
				add("saved", saved, Nats).
				add("saved_limit", .5, Nats).
				add("z", z, Plain).
				add("z_limit", sureBy, Plain).
				add("before", before, Share).
				add("after", after, Share).
				add("shift", float64(best), Plain),
			Else: "a model that learnt from labels shifted in this way",
			Fix:  "check from which number on the classes are counted",
		}
	},
	Explains: explainsFit,
}

// shifted returns the order in which class k is called k + by, around the end.
func shifted(by, classes int) []int {
	order := make([]int, classes)
	for k := range order {
		order[k] = ((k+by)%classes + classes) % classes
	}
	return order
}

// saving compares, on every second row, what labels cost as they are and when class k is called order[k].
func (r *rows) saving(from int, order []int) *paired {
	var p paired
	for i := from; i < len(r.class); i += 2 {
		if y := r.class[i]; y >= 0 {
			row := r.row(i)
			p.add(row[order[y]] - row[y])
		}
	}
	return &p
}

// accuracies returns the share of rows predicted right with the labels as they are, and in another order.
func (r *rows) accuracies(order []int) (before, after float64) {
	n := 0.0
	for i, y := range r.class {
		if y < 0 {
			continue
		}
		n++
		row := r.row(i)
		top := 0
		for k, lp := range row {
			if lp > row[top] {
				top = k
			}
		}
		if top == y {
			before++
		}
		if top == order[y] {
			after++
		}
	}
	return before / n, after / n
}

// mostPermuted is the largest number of classes whose best order is looked for.
const mostPermuted = 256

// labelsPermuted finds classes that are numbered in one order in the scores and in another in the labels, as
// class folders are that one tool sorts as words and another as numbers.
//
// The order is the assignment of labels to columns that costs the even rows least (Kuhn 1955); the odd rows judge.
var labelsPermuted = Detector{
	ID: "labels-permuted", Code: "D11", Summary: "classes in another order in scores and labels",
	Rows: func(s *Sample) *Finding {
		if s.Classes > mostPermuted {
			return nil
		}
		r := s.first()
		if r.labelled() < fewLabelled {
			return nil
		}
		cost := make([][]float64, r.classes)
		for k := range cost {
			cost[k] = make([]float64, r.classes)
		}
		for i := 0; i < len(r.class); i += 2 {
			if y := r.class[i]; y >= 0 {
				for k, lp := range r.row(i) {
					cost[y][k] -= lp
				}
			}
		}
		order := assign(cost)
		saved, z := r.saving(1, order).mean()
		before, after := r.accuracies(order)
		if !(saved > betterBy && z > 6 && after > before+.1) {
			return nil
		}
		f := &Finding{
			Severity: Error,
			Says:     "the classes are numbered in another order in the labels than in the scores: " + moved(order) + ". So ordered, a row costs {saved} less, and the accuracy is {after} instead of {before}",
			Evidence: figures.
				add("saved", saved, Nats).
				add("saved_limit", betterBy, Nats).
				add("z", z, Plain).
				add("z_limit", 6, Plain).
				add("before", before, Share).
				add("after", after, Share),
			Fix: "take the list of classes from one place for both; folders are often sorted as words, 10 before 2",
		}
		if s.Classes == 2 {
			f.Fix = "swap the two classes"
		}
		return f
	},
	Explains: explainsLoss,
}

// moved tells an order: "label 1 is class 3, 3 is 1".
func moved(order []int) string {
	text, told := "", 0
	for y, k := range order {
		if y == k {
			continue
		}
		switch told++; {
		case told == 1:
			text = "label " + strconv.Itoa(y) + " is class " + strconv.Itoa(k)
		case told <= 4:
			text += ", " + strconv.Itoa(y) + " is " + strconv.Itoa(k)
		case told == 5:
			text += " ..."
		}
	}
	return text
}

// assign returns the column of each row that together cost least, by shortest augmenting paths in O(n³).
//
// Source: Kuhn 1955; in the form of Jonker and Volgenant 1987.
func assign(cost [][]float64) []int {
	n := len(cost)
	u, v := make([]float64, n+1), make([]float64, n+1) // prices of rows and columns
	owner := make([]int, n+1)                          // row of each column, from 1; 0 for none
	from := make([]int, n+1)
	for row := 1; row <= n; row++ {
		owner[0] = row
		at := 0
		least, done := make([]float64, n+1), make([]bool, n+1)
		for j := range least {
			least[j] = math.Inf(1)
		}
		for owner[at] != 0 {
			done[at] = true
			delta, next := math.Inf(1), 0
			for j := 1; j <= n; j++ {
				if done[j] {
					continue
				}
				if c := cost[owner[at]-1][j-1] - u[owner[at]] - v[j]; c < least[j] {
					least[j], from[j] = c, at
				}
				if least[j] < delta {
					delta, next = least[j], j
				}
			}
			for j := range least {
				if done[j] {
					u[owner[j]] += delta
					v[j] -= delta
				} else {
					least[j] -= delta
				}
			}
			at = next
		}
		for at != 0 {
			owner[at] = owner[from[at]]
			at = from[at]
		}
	}
	order := make([]int, n)
	for j := 1; j <= n; j++ {
		order[owner[j]-1] = j - 1
	}
	return order
}

// farthest is the largest lag at which rows and labels are compared.
const farthest = 64

// misaligned finds labels that belong to rows further up or down: the mean probability of the label, over all
// lags up to 64, has a single peak, and not at lag 0.
var misaligned = Detector{
	ID: "rows-misaligned", Code: "D12", Summary: "labels that belong to other rows",
	Rows: func(s *Sample) *Finding {
		r := s.first()
		if r.labelled() < 2*fewLabelled {
			return nil
		}
		reach := min(farthest, r.labelled()/4)
		var others paired // of the lags but the best
		best, most, here := 0, math.Inf(-1), r.atLag(0)
		for lag := -reach; lag <= reach; lag++ {
			p := r.atLag(lag)
			others.add(p)
			if p > most {
				best, most = lag, p
			}
		}
		n := others.n - 1
		mean := (others.sum - most) / n
		sd := math.Sqrt(max((others.square-most*most)/n-mean*mean, 0))
		z := (most - mean) / sd
		if best == 0 || !(z > 8 && most > here+.1) {
			return nil
		}
		by, way := best, "down"
		if by < 0 {
			by, way = -by, "up"
		}
		rows := " rows further "
		if by == 1 {
			rows = " row further "
		}
		return &Finding{
			Severity: Error,
			Says:     "each row belongs to the label " + strconv.Itoa(by) + rows + way + ": labels get a mean probability of {there} from there, {here} where they stand",
			Evidence: figures.
				add("there", most, Share).
				add("here", here, Share).
				add("z", z, Plain).
				add("z_limit", 8, Plain).
				add("lag", float64(best), Plain),
			Fix: "look for what drops or adds rows of one file alone: a header, a filter, drop_last",
		}
	},
	Explains: explainsLoss,
}

// atLag returns the mean probability that row i gives the label of row i + lag.
func (r *rows) atLag(lag int) float64 {
	n, sum := 0.0, 0.0
	for i := max(0, -lag); i < len(r.class) && i+lag < len(r.class); i++ {
		if y := r.class[i+lag]; y >= 0 {
			n++
			sum += r.prob[i*r.classes+y]
		}
	}
	return sum / max(n, 1)
}

// independent finds predictions that are sure of themselves and yet right no more often than chance: with q the
// shares of the predicted classes and π those of the labels, chance is Σ q·π.
var independent = Detector{
	ID: "predictions-independent-of-labels", Code: "D13", Summary: "sure predictions that are right by chance alone",
	Rows: func(s *Sample) *Finding {
		r := s.Reading()
		if r.Rows < fewLabelled {
			return nil
		}
		chance := 0.0
		for k, n := range r.chosen {
			chance += float64(n) / r.n() * float64(s.Labelled[k]) / r.n()
		}
		right, sure := r.Accuracy(), r.Confidence()
		se := math.Sqrt(chance * (1 - chance) / r.n())
		z := (right - chance) / se
		if !(math.Abs(z) < 3 && sure > chance+.2 && 3*se < (sure-chance)/4) {
			return nil
		}
		return &Finding{
			Severity: Error,
			Says:     "{right} of the rows are predicted right, as chance would have it, while the model is {sure} sure of itself: these predictions know nothing of these labels",
			Evidence: figures.
				add("right", right, Share).
				add("by_chance", chance, Share).
				add("z", z, Plain).
				add("z_limit", 3, Plain).
				add("sure", sure, Share),
			Fix: "check that both files come from the same pass over the data, as a loader that shuffles gives another order each time, and that the weights were loaded",
		}
	},
	Explains: explainsLoss,
}
