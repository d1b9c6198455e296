package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
)

// JUnit writes the gates of a report as test cases, in the form that build servers read: one suite, a case for each
// condition, failed where the condition holds, and one more that fails when the report is partial. A figure that is
// NaN, or that the report does not have, fails its gate.
//
//	<testsuite name="xent eval" tests="2" failures="1">
//	  <testcase classname="val.npy" name="not loss.nats>0.4">
//	    <failure message="loss.nats is 0.52" type="gate"></failure>
//
// Every string passes through [Plain]: XML has no place for controls.
func JUnit(w io.Writer, d *Document, gates []Gate) error {
	suite := junitSuite{Name: "xent eval", Properties: []junitProperty{
		{"scores", Plain(name(&d.Source.Scores))}, {"loss.nats", number(d.Report.Loss.Nats)}, {"rows", strconv.FormatInt(d.Report.Rows, 10)},
	}}
	if d.Source.Labels != nil {
		suite.Properties = append(suite.Properties, junitProperty{"labels", Plain(name(d.Source.Labels))})
	}
	if d.Command != "" {
		suite.Properties = append(suite.Properties, junitProperty{"command", Plain(d.Command)})
	}
	add := func(name string, failure *junitFailure) {
		suite.Cases = append(suite.Cases, junitCase{Class: Plain(d.Source.Scores.Path), Name: Plain(name), Failure: failure})
		suite.Tests++
		if failure != nil {
			suite.Failures++
		}
	}
	var partial *junitFailure
	if d.Report.Partial {
		partial = &junitFailure{Message: "the pass ended early: the figures cover " + plural(d.Report.Rows+d.Report.Ignored, "row"), Type: "partial"}
	}
	add("the report covers all rows", partial)
	for _, g := range gates {
		var failure *junitFailure
		if x, fails := g.Fails(d.Report); fails {
			failure = &junitFailure{Message: g.path + " is " + number(x), Type: "gate"}
		}
		add("not "+g.String(), failure)
	}
	out, err := xml.MarshalIndent(junitSuites{Suites: []junitSuite{suite}}, "", "  ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(out)+"\n")
	return err
}

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitFailure `xml:"failure"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
}

// number writes a figure with all its digits, and as words where it is none.
func number(x float64) string {
	switch {
	case math.IsNaN(x):
		return "not known (NaN)"
	case math.IsInf(x, 0):
		return Short(x, 1)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
