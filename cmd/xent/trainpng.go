package main

import (
	"image"
	"image/color"
	"image/png"
	"io"
	"path/filepath"
)

// A sheet is a picture of many small ones in rows, each pixel enlarged: 0 is white and 1 is ink.
type sheet struct {
	height, width int // of a small picture
	columns       int
	images        []float32
	gap           int // between small pictures
}

// scale is by how much small pictures are enlarged, so that 8 × 8 pixels can be looked at.
func (s *sheet) scale() int { return max(1, 48/max(s.height, s.width)) }

// paint makes the picture.
func (s *sheet) paint() *image.Gray {
	each, scale := s.height*s.width, s.scale()
	n := len(s.images) / each
	rows := (n + s.columns - 1) / s.columns
	w, h := s.width*scale+s.gap, s.height*scale+s.gap
	m := image.NewGray(image.Rect(0, 0, s.columns*w+s.gap, rows*h+s.gap))
	for i := range m.Pix {
		m.Pix[i] = 0xe4
	}
	for i := range n {
		left, top := s.gap+i%s.columns*w, s.gap+i/s.columns*h
		for y := range s.height * scale {
			for x := range s.width * scale {
				v := s.images[i*each+y/scale*s.width+x/scale]
				m.SetGray(left+x, top+y, color.Gray{uint8(255 - 255*min(max(v, 0), 1) + .5)})
			}
		}
	}
	return m
}

// picture writes a sheet of small pictures as a PNG of the run.
func (f *runFolder) picture(name string, s *sheet) error {
	return writeFile("--out", filepath.Join(f.dir, name), func(w io.Writer) error { return png.Encode(w, s.paint()) })
}
