package nn

import "xent"

// gather stores in columns what the window sees of an image at each of the places of out: row (c, u, v) holds
// x[c][i·stride+u-pad][j·stride+v-pad] for all (i, j), and zero outside of the image. It is also called im2col.
func gather[T xent.Float](w Window, columns, x []T, in, out Images) {
	for c := range in.Channels {
		plane := x[c*in.area():][:in.area()]
		for u := range w.Size {
			for v := range w.Size {
				row := columns[:out.area()]
				columns = columns[out.area():]
				lo, hi := w.inside(v, in.Width, out.Width)
				for i := range out.Height {
					to := row[i*out.Width:][:out.Width]
					y := i*w.Stride + u - w.Pad
					if y < 0 || y >= in.Height || lo >= hi {
						clear(to)
						continue
					}
					from := plane[y*in.Width:][:in.Width]
					clear(to[:lo])
					clear(to[hi:])
					if first := lo*w.Stride + v - w.Pad; w.Stride == 1 {
						copy(to[lo:hi], from[first:])
					} else {
						for j := range to[lo:hi] {
							to[lo+j] = from[first+j*w.Stride]
						}
					}
				}
			}
		}
	}
}

// scatter is gather backwards: it stores in x, at each pixel, the sum over all windows that see it.
func scatter[T xent.Float](w Window, x, columns []T, in, out Images) {
	clear(x)
	for c := range in.Channels {
		plane := x[c*in.area():][:in.area()]
		for u := range w.Size {
			for v := range w.Size {
				row := columns[:out.area()]
				columns = columns[out.area():]
				lo, hi := w.inside(v, in.Width, out.Width)
				for i := range out.Height {
					y := i*w.Stride + u - w.Pad
					if y < 0 || y >= in.Height || lo >= hi {
						continue
					}
					from, to := row[i*out.Width:][lo:hi], plane[y*in.Width:][lo*w.Stride+v-w.Pad:]
					if w.Stride == 1 {
						to = to[:len(from)]
						for j, g := range from {
							to[j] += g
						}
					} else {
						for j, g := range from {
							to[j*w.Stride] += g
						}
					}
				}
			}
		}
	}
}

// inside returns the places lo ≤ j < hi, of all, at which column v of the window lies on an image of n pixels.
func (w Window) inside(v, n, all int) (lo, hi int) {
	for lo < all && lo*w.Stride+v < w.Pad {
		lo++
	}
	for hi = all; hi > lo && (hi-1)*w.Stride+v-w.Pad >= n; {
		hi--
	}
	return lo, hi
}
