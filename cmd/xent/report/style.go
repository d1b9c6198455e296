package report

import "strings"

// style colours text, or leaves it alone: the zero value is plain. Colour only repeats what the
// words say, so nothing is lost without it.
type style struct{ on bool }

func (s style) sgr(code, text string) string {
	if !s.on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string { return s.sgr("1", text) }
func (s style) dim(text string) string  { return s.sgr("2", text) }
func (s style) warn(text string) string { return s.sgr("33", text) }
func (s style) bad(text string) string  { return s.sgr("1;31", text) }

// bar draws share (0 to 1) of n columns in eighths. What is above nothing is never invisible.
func bar(share float64, n int) string {
	if !finite(share) || share <= 0 {
		return ""
	}
	eighths := max(int(min(share, 1)*float64(n)*8+0.5), 1)
	s := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		s += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return s
}

// gauge draws a mark at position (0 to 1) between two ends, n columns in all; a position outside
// is drawn beyond the end it passed.
func gauge(position float64, n int) string {
	switch inner := n - 2; {
	case !finite(position):
		return "├" + strings.Repeat("─", inner) + "┤"
	case position < 0:
		return "● ├" + strings.Repeat("─", inner-2) + "┤"
	case position > 1:
		return "├" + strings.Repeat("─", inner-2) + "┤ ●"
	default:
		at := min(int(position*float64(inner)), inner-1)
		return "├" + strings.Repeat("─", at) + "●" + strings.Repeat("─", inner-1-at) + "┤"
	}
}
