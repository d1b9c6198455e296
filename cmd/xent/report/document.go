// Package report renders what an evaluation found: [Text] for people, [HTML] to keep and print, [JSON] for
// programs.
//
// All write the same [Document]. None computes a statistic: a figure that is shown was put
// into the [eval.Report] by the packages below, so the faces cannot disagree. Every string
// that came from a file passes through [Plain], and the escapes of JSON or HTML, so that a class called
// "\x1b[2J" or "<script>" is seen and not obeyed.
package report

import "xent/eval"

// A Document is a report with where it came from.
type Document struct {
	Report *eval.Report
	Source Source
	Config eval.Config // what was measured, as it was asked for

	Command string // that made it, as it can be typed again; "" where it is not known
	Version string // of xent
}

// Source tells what was read.
type Source struct {
	Scores   File     `json:"scores"`
	Labels   *File    `json:"labels,omitempty"`
	Weights  *File    `json:"weights,omitempty"`
	Groups   *File    `json:"groups,omitempty"`
	By       []File   `json:"by,omitempty"` // keys of the rows
	Notes    []string `json:"notes"`        // choices made while reading
	Warnings []string `json:"warnings"`     // what turned out while reading: rows cut off, a file that grew
}

// File is one array that was read.
type File struct {
	Path   string  `json:"path"`
	Member string  `json:"member,omitempty"` // of an archive, or columns of a table
	Format string  `json:"format"`
	DType  string  `json:"dtype"`
	Shape  []int64 `json:"shape,omitempty"` // as stored; absent for text
	Rows   int64   `json:"rows"`            // as read
	Cols   int     `json:"cols"`
	Bytes  int64   `json:"bytes"`
}
