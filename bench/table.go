package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Text writes the report as Markdown tables, which are aligned to be read as they are, too.
func Text(w io.Writer, r *Report) {
	fmt.Fprintf(w, "%s, %d cores, %d GB; %s, %s; xent on %s kernels\n", r.Machine.CPU, r.Machine.Cores, r.Machine.Memory>>30, r.Machine.System, r.Machine.Go, r.Machine.Kernel)
	for _, f := range r.Found {
		fmt.Fprintf(w, "%-8s %s\n", f.ID, f.Name)
	}
	for _, m := range r.Missing {
		fmt.Fprintf(w, "%-8s is missing: %s\n", m.ID, m.Why)
	}
	if len(r.Limits) > 0 {
		fmt.Fprintf(w, "\nThe machine at its best:\n\n")
		table(w, limitCells(r.Limits))
	}
	if len(r.Rows) > 0 {
		fmt.Fprintf(w, "\nxent beside the limit and the goals, and how many times the peers' speed it has (below 1 it is slower):\n\n")
		table(w, rowCells(r))
		fmt.Fprintf(w, "\nThe peers' best milliseconds:\n\n")
		table(w, peerCells(r))
		if left := skipped(r); len(left) > 0 {
			fmt.Fprintf(w, "\nNot measured:\n\n")
			for _, l := range left {
				fmt.Fprintln(w, "- "+l)
			}
		}
	}
	if len(r.Accuracy) > 0 {
		fmt.Fprintf(w, "\nThe largest errors of float32 losses and gradients, in units in the last place:\n\n")
		table(w, accuracyCells(r))
	}
}

func limitCells(limits []Limit) [][]string {
	cells := [][]string{{"limit", "threads", "best", "median", "unit"}}
	for _, l := range limits {
		cells = append(cells, []string{l.Name, fmt.Sprint(l.Threads), short(l.Rate), short(l.Median), l.Unit})
	}
	return cells
}

func rowCells(r *Report) [][]string {
	head := []string{"work", "shape", "threads", "best ms", "median ms", "rate", "of limit"}
	for _, f := range r.Found {
		head = append(head, "× "+f.ID)
	}
	cells := [][]string{append(head, "goals")}
	for i := range r.Rows {
		row := &r.Rows[i]
		line := []string{row.Work, row.Shape, fmt.Sprint(row.Threads), short(1e3 * row.Ours.Best), short(1e3 * row.Ours.Median), short(row.Rate()) + " " + row.Unit(), percent(row.OfLimit())}
		for _, f := range r.Found {
			line = append(line, short(row.Ratio(f.ID)))
		}
		goals := make([]string, len(row.Goals))
		for k, g := range row.Goals {
			goals[k] = g.String() + ": " + g.Verdict(row)
		}
		cells = append(cells, append(line, strings.Join(goals, "; ")))
	}
	return cells
}

func peerCells(r *Report) [][]string {
	head := []string{"work", "shape", "threads", "xent", "limit"}
	for _, f := range r.Found {
		head = append(head, f.ID)
	}
	cells := [][]string{head}
	for _, row := range r.Rows {
		line := []string{row.Work, row.Shape, fmt.Sprint(row.Threads), short(1e3 * row.Ours.Best), short(1e3 * row.Limit.Best)}
		for _, f := range r.Found {
			cell := "-"
			if t, ok := row.Peers[f.ID]; ok {
				cell = short(1e3 * t.Best)
			}
			line = append(line, cell)
		}
		cells = append(cells, line)
	}
	return cells
}

// skipped lists what was not measured, but for functions that a library does not have.
func skipped(r *Report) (lines []string) {
	for _, row := range r.Rows {
		for _, f := range r.Found {
			if why := row.Skipped[f.ID]; why != "" && why != errSkip.Error() && why != "one thread" {
				lines = append(lines, fmt.Sprintf("%s, %s, %s: %s", f.ID, row.Work, row.Shape, why))
			}
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func accuracyCells(r *Report) [][]string {
	ids := []string{"xent"}
	for _, f := range r.Found {
		for _, a := range r.Accuracy {
			if _, ok := a.Results[f.ID]; ok && !slices.Contains(ids, f.ID) {
				ids = append(ids, f.ID)
			}
		}
	}
	head := []string{"shape"}
	for _, id := range ids {
		head = append(head, id+" loss", id+" gradient")
	}
	cells := [][]string{head}
	for _, a := range r.Accuracy {
		line := []string{a.Shape}
		for _, id := range ids {
			e, ok := a.Results[id]
			if !ok {
				line = append(line, "-", "-")
				continue
			}
			line = append(line, short(float64(e.Loss)), short(float64(e.Grad)))
		}
		cells = append(cells, line)
	}
	return cells
}

// table writes cells as a Markdown table, its columns as wide as they need. Columns of numbers are set to the right.
func table(w io.Writer, cells [][]string) {
	width, right := make([]int, len(cells[0])), make([]bool, len(cells[0]))
	for k := range width {
		right[k] = len(cells) > 1
		for i, line := range cells {
			width[k] = max(width[k], utf8.RuneCountInString(line[k]))
			right[k] = right[k] && (i == 0 || numeric(line[k]))
		}
	}
	write := func(line []string, pad string) {
		for k, c := range line {
			space := strings.Repeat(pad, width[k]-utf8.RuneCountInString(c))
			if right[k] {
				c = space + c
			} else {
				c += space
			}
			fmt.Fprintf(w, "| %s ", c)
		}
		fmt.Fprintln(w, "|")
	}
	write(cells[0], " ")
	rule := make([]string, len(width))
	for k := range rule {
		rule[k] = "-"
		if right[k] {
			rule[k] = ":"
		}
	}
	for k, c := range rule {
		dashes := strings.Repeat("-", max(0, width[k]-1))
		if c == ":" {
			fmt.Fprintf(w, "| %s: ", dashes)
		} else {
			fmt.Fprintf(w, "| -%s ", dashes)
		}
	}
	fmt.Fprintln(w, "|")
	for _, line := range cells[1:] {
		write(line, " ")
	}
}

// numeric tells whether a cell is a number, with its unit, or says that there is none.
func numeric(cell string) bool {
	return cell == "-" || cell != "" && cell[0] >= '0' && cell[0] <= '9' && !strings.Contains(cell, ": ")
}
