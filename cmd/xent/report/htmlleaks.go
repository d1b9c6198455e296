package report

import "strconv"

// pageLeaks are where the nats of each label go: a picture for few classes, and the largest as a list.
type pageLeaks struct {
	Labels []leakLabel
	Cells  []leakCell
	List   []leakRow
	Marks  []int
	Height int // of the picture, in pixels
}

// leakLabel is a class beside the picture and above it, at the middle of its row and column.
type leakLabel struct {
	At          place
	Name, Short string // below a narrow column there is room for less
}

type leakCell struct {
	X, Y, Size place
	CenterX    place
	CenterY    place
	Shade      string // from 0 to 1
	Text       string // in the cell; "" where there is no room
	Dark       bool   // the text stands on a dark cell
	Title      string
}

type leakRow struct {
	Label, Class, Nats, Share, Rows string
	Bar                             place
}

// mostLeakTexts is up to how many classes the cells of the picture name their nats.
const mostLeakTexts = 12

func (t *text) pageLeaks() *pageLeaks {
	l := t.r.Leaks
	if l == nil || len(l.Cells) == 0 || l.Cells[0].Nats <= 0 {
		return nil
	}
	largest := l.Cells[0].Nats
	p := &pageLeaks{Marks: t.notes.numbers("leaks")}
	n := len(l.Matrix)
	p.Height = max(34*n, 120)
	for y, row := range l.Matrix {
		middle := across((float64(y) + .5) / float64(n))
		p.Labels = append(p.Labels, leakLabel{middle, t.class(y, 10), t.class(y, 2+30/n)})
		for k, nats := range row {
			if k == y || nats <= 0 {
				continue
			}
			shade := nats / largest
			c := leakCell{
				X: across(float64(k) / float64(n)), Y: across(float64(y) / float64(n)), Size: across(1 / float64(n)),
				CenterX: across((float64(k) + .5) / float64(n)), CenterY: middle,
				Shade: strconv.FormatFloat(shade, 'f', 3, 64), Dark: shade > .72,
				Title: t.called(y) + " to " + t.called(k) + ": " + Short(nats, 3) + " nats",
			}
			if n <= mostLeakTexts && shade >= .02 {
				c.Text = Short(1000*nats, 2)
			}
			p.Cells = append(p.Cells, c)
		}
	}
	for _, c := range l.Cells[:min(len(l.Cells), 10)] {
		if c.Nats <= 0 {
			break
		}
		p.List = append(p.List, leakRow{t.called(c.Label), t.called(c.Class), Short(c.Nats, 3), Percent(c.Nats / t.r.Loss.Finite), amount(c.Rows), across(c.Nats / largest)})
	}
	return p
}
