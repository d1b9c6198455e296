package main

import (
	"io"

	"github.com/spf13/pflag"

	"xent/cmd/xent/report"
)

// faceFlags say in which forms a report is written besides the one that is printed.
type faceFlags struct {
	html   string
	lab    string
	md     string
	junit  string
	calib  string
	method string
}

func (f *faceFlags) define(s *pflag.FlagSet) {
	s.StringVar(&f.html, "html", "", "write the report to `file` as a page, too: with pictures, to print and to keep")
	s.StringVar(&f.md, "md", "", "write the report to `file` as Markdown, too: for a comment on a change")
	s.StringVar(&f.junit, "junit", "", "write the conditions of --fail-if to `file` as test cases, too: for a build server")
	s.StringVar(&f.calib, "recalibrate", "", "find the temperature that the logits should be divided by, and write it to `file`, with code that does it")
	s.StringVar(&f.method, "method", "temperature", "what --recalibrate finds: `kind` of temperature, noise, bias, vector, matrix, or auto, the simplest that does as well as any on other rows")
	s.StringVar(&f.lab, "lab", "http://127.0.0.1:8080/", "`address` of the lab that the rows of that page open in")
}

func (f *faceFlags) check() error {
	if err := oneOf("method", f.method, "temperature", "noise", "bias", "vector", "matrix", "auto"); err != nil {
		return err
	}
	return checkLab(f.lab)
}

// write writes the files that were asked for, with the gates that the report is judged by.
func (f *faceFlags) write(doc *report.Document, gates []report.Gate) error {
	if f.calib != "" {
		if err := uncalibrated(doc.Report, f.method); err != nil {
			return err
		}
	}
	for _, face := range []struct {
		flag, file string
		render     func(io.Writer) error
	}{
		{"--html", f.html, func(w io.Writer) error {
			return report.HTML(w, doc, report.HTMLOptions{Lab: f.lab, Doors: doors(f.lab, doc.Report)})
		}},
		{"--md", f.md, func(w io.Writer) error { return report.Markdown(w, doc) }},
		{"--recalibrate", f.calib, func(w io.Writer) error { return writeCalibration(w, doc, f.method) }},
		{"--junit", f.junit, func(w io.Writer) error { return report.JUnit(w, doc, gates) }},
	} {
		if face.file == "" {
			continue
		}
		if err := writeFile(face.flag, face.file, face.render); err != nil {
			return err
		}
	}
	return nil
}
