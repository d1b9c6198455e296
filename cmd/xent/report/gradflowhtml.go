package report

import (
	_ "embed"
	"html/template"
	"io"
	"path/filepath"
	"strings"
)

//go:embed gradflow.html
var flowPageText string

var flowTemplate = template.Must(template.New("gradflow").Parse(flowPageText))

// flowPage is what the page of a flow shows: strings ready to be read, and places in percent.
type flowPage struct {
	Style            template.CSS
	Title            string
	Files            []struct{ Name, Path, What string }
	Verdict          []string
	Ticks            []flowTick
	Bars             []flowBar
	Findings         []flowFound
	Table            []flowRow
	Command, Version string
	Notes            []string
}

type flowTick struct {
	At   place
	Text string
}

type flowBar struct {
	Layer, Shape, Run, Value string
	First                    bool // of its layer
	Index, Height            int
	Width                    place
}

type flowFound struct {
	Severity, ID, Run, Says, Else, Do string
	Evidence                          []flowEvidence
}

type flowEvidence struct{ Run, Text string }

type flowRow struct {
	Layer, Run string
	Cells      []string
}

// found adds a finding of a run; one that a run before shows, too, is said once.
func (p *flowPage) found(run string, f *Finding) {
	e := flowEvidence{run, typeset(evidence(f.Evidence))}
	for i := range p.Findings {
		if g := &p.Findings[i]; g.ID == f.ID {
			g.Run += " and " + run
			g.Evidence = append(g.Evidence, e)
			return
		}
	}
	p.Findings = append(p.Findings, flowFound{string(f.Severity), f.ID, run, typeset(Plain(sentence(f.Message))), Plain(f.Else), Plain(f.Fix), []flowEvidence{e}})
}

// HTML writes d as one page that needs nothing else, under the rules of [HTML].
func (d *GradFlow) HTML(w io.Writer, command, version string) error {
	several := len(d.Runs) > 1
	axis := d.axis()
	p := &flowPage{Style: template.CSS(pageStyle), Title: "xent gradflow: " + Plain(filepath.Base(d.Runs[0].Files[0])), Command: Plain(command), Version: Plain(version)}
	every := (axis.high-axis.low)/10 + 1
	for e := axis.low; e <= axis.high; e += every {
		p.Ticks = append(p.Ticks, flowTick{across(float64(e-axis.low) / float64(axis.high-axis.low)), strings.TrimPrefix(typeset("1e"+Fixed(float64(e), 0)), "1×")})
	}
	layers := 0
	for i := range d.Runs {
		r := &d.Runs[i]
		layers = max(layers, len(r.Layers))
		name := ""
		if several {
			name = r.Name
		}
		p.Files = append(p.Files, struct{ Name, Path, What string }{name, Plain(r.Files[0]), r.what()})
		for _, n := range r.Notes {
			p.Notes = append(p.Notes, Plain(n))
		}
		for j := range r.Findings {
			f := &r.Findings[j]
			p.found(name, f)
		}
	}
	for i := range d.Differences {
		for _, s := range d.Differences[i].say() {
			p.Verdict = append(p.Verdict, typeset(s))
		}
	}
	if p.Verdict == nil {
		for _, f := range p.Findings {
			p.Verdict = append(p.Verdict, f.Says)
			break
		}
	}
	for i := range layers {
		for k := range d.Runs {
			r := &d.Runs[k]
			if i >= len(r.Layers) {
				continue
			}
			l := &r.Layers[i]
			b := flowBar{Layer: Plain(l.Name), Shape: l.Shape, Value: typeset(decadic(l.RMS)), First: k == 0 || i >= len(d.Runs[0].Layers) || d.Runs[0].Layers[i].Name != l.Name, Index: k, Height: 16}
			if several {
				b.Run, b.Height = r.Name, 11
			}
			if l.RMS > 0 && finite(l.RMS) {
				b.Width = across(axis.share(l.RMS))
			}
			p.Bars = append(p.Bars, b)
			p.Table = append(p.Table, flowRow{b.Layer, r.Name, []string{Count(l.Numbers), b.Value, typeset(decadic(l.Norm)), typeset(decadic(l.Max)), Count(l.Zeros), Count(l.NonFinite), Short(l.Kurtosis, 3)}})
		}
	}
	var b strings.Builder
	if err := flowTemplate.Execute(&b, p); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}
