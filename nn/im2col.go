package nn

import "xent"

// A glimpse is what one pixel of the window sees of one plane of an image, from all places of the window: pixel
// (i·stride + down, j·stride + right) of the plane from place (i, j), for top ≤ i < bottom and left ≤ j < end. From the other
// places it sees what is not there.
type glimpse struct {
	top, bottom, left, end int
	down, right            int
	stride, width          int // of the plane
}

// glimpse returns that of pixel (u, v) of the window.
func (w Window) glimpse(u, v int, in, out Images) glimpse {
	g := glimpse{down: u - w.Pad, right: v - w.Pad, stride: w.Stride, width: in.Width}
	g.top, g.bottom = w.inside(u, in.Height, out.Height)
	g.left, g.end = w.inside(v, in.Width, out.Width)
	return g
}

// inside returns the places lo ≤ i < hi, of all, from which pixel u of the window lies on an image of n pixels.
func (w Window) inside(u, n, all int) (lo, hi int) {
	for lo < all && lo*w.Stride+u < w.Pad {
		lo++
	}
	for hi = all; hi > lo && (hi-1)*w.Stride+u-w.Pad >= n; {
		hi--
	}
	return lo, hi
}

// at returns where in the plane the pixel is that is seen from place (i, j).
func (g glimpse) at(i, j int) int { return (i*g.stride+g.down)*g.width + j*g.stride + g.right }

// together returns all of row that is seen, from its first place to its last, and the pixels that are seen there, where both
// run side by side: rows of places are as long as rows of pixels, and what lies between two of them is 0 by blank.
func together[T xent.Float](g glimpse, row, plane []T) (places, pixels []T) {
	first, last := g.top*g.width+g.left, (g.bottom-1)*g.width+g.end
	if g.top >= g.bottom || g.left >= g.end {
		return nil, nil
	}
	return row[first:last], plane[g.at(g.top, g.left):][:last-first]
}

// blank stores 0 at the places of row that see nothing.
func blank[T xent.Float](g glimpse, row []T, width int) {
	if g.top >= g.bottom || g.left >= g.end {
		clear(row)
		return
	}
	clear(row[:g.top*width])
	clear(row[g.bottom*width:])
	if g.left == 0 && g.end == width {
		return
	}
	for i := g.top; i < g.bottom; i++ {
		r := row[i*width:][:width]
		for j := range g.left {
			r[j] = 0
		}
		for j := g.end; j < width; j++ {
			r[j] = 0
		}
	}
}

// gather stores in columns what the window sees of an image x: row (c, u, v) holds what its pixel (u, v) sees of plane c from
// all places, and zero where there is nothing. It is also called im2col.
func gather[T xent.Float](w Window, columns, x []T, in, out Images) {
	for c := range in.Channels {
		plane := x[c*in.area():][:in.area()]
		for u := range w.Size {
			for v := range w.Size {
				row, g := columns[:out.area()], w.glimpse(u, v, in, out)
				columns = columns[out.area():]
				if w.Stride == 1 && in.Width == out.Width {
					copy(together(g, row, plane))
				} else {
					for i := g.top; i < g.bottom && g.left < g.end; i++ {
						places, pixels := row[i*out.Width:][g.left:g.end], plane[g.at(i, g.left):]
						for j := range places {
							places[j] = pixels[j*g.stride]
						}
					}
				}
				blank(g, row, out.Width)
			}
		}
	}
}

// scatter is gather backwards: it stores in x, at each pixel, the sum over all that see it. Places of columns that see
// nothing become 0.
func scatter[T xent.Float](w Window, x, columns []T, in, out Images) {
	clear(x)
	for c := range in.Channels {
		plane := x[c*in.area():][:in.area()]
		for u := range w.Size {
			for v := range w.Size {
				row, g := columns[:out.area()], w.glimpse(u, v, in, out)
				columns = columns[out.area():]
				if w.Stride == 1 && in.Width == out.Width {
					blank(g, row, out.Width)
					places, pixels := together(g, row, plane)
					for k, d := range places {
						pixels[k] += d
					}
					continue
				}
				for i := g.top; i < g.bottom && g.left < g.end; i++ {
					places, pixels := row[i*out.Width:][g.left:g.end], plane[g.at(i, g.left):]
					for j, d := range places {
						pixels[j*g.stride] += d
					}
				}
			}
		}
	}
}
