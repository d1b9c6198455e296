package main

import (
	"io"

	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
)

// faceFlags say in which forms a report is written besides the one that is printed.
type faceFlags struct {
	html string
	lab  string
}

func (f *faceFlags) define(s *pflag.FlagSet) {
	s.StringVar(&f.html, "html", "", "write the report to `file` as a page, too: with pictures, to print and to keep")
	s.StringVar(&f.lab, "lab", "http://127.0.0.1:8080/", "`address` of the lab that the rows of that page open in")
}

func (f *faceFlags) check() error { return checkLab(f.lab) }

// write writes the files that were asked for.
func (f *faceFlags) write(doc *report.Document) error {
	if f.html == "" {
		return nil
	}
	return writeFile("--html", f.html, func(w io.Writer) error {
		return report.HTML(w, doc, report.HTMLOptions{Lab: f.lab, Doors: doors(f.lab, doc.Report)})
	})
}
