package main

import (
	"bufio"
	"encoding/csv"
	"io"
	"strconv"

	"xent/cmd/xent/report"
	"xent/eval"
)

// writeSuspects writes rows whose labels are probably wrong as a table:
//
//	row,label,said,p,random,sure
//
// row counts from 0; p is the probability of the label, random that of its having been drawn at random, and sure the class
// that the model is confident of, where that is another one than the label. Classes go by their names if they have any.
func writeSuspects(w io.Writer, doc *report.Document, suspects []eval.Suspect) error {
	b := bufio.NewWriter(w)
	c := csv.NewWriter(b)
	name := func(k int) string {
		if k >= 0 && k < len(doc.Report.Names) {
			return doc.Report.Names[k]
		}
		return strconv.FormatInt(int64(k)+doc.Config.LabelBase, 10)
	}
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }
	rows := [][]string{{"row", "label", "said", "p", "random", "sure"}}
	for _, s := range suspects {
		sure := ""
		if s.Sure >= 0 && s.Sure != s.Label {
			sure = name(s.Sure)
		}
		rows = append(rows, []string{strconv.FormatInt(s.Row, 10), name(s.Label), name(s.Said), number(s.P), number(s.Random), sure})
	}
	if err := c.WriteAll(rows); err != nil {
		return err
	}
	return b.Flush()
}
