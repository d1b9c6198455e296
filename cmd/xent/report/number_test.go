package report

import (
	"math"
	"testing"
)

func TestMeasured(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, tt := range []struct {
		x, se float64
		want  string
		why   string
	}{
		{0.1284972858751474, 0.0131203, "0.1285(131)", "an error that begins with 1 keeps three digits"},
		{0.9688542825361512, 0.005796, "0.9689(58)", "else two"},
		{2.3, 0.00996, "2.3000(100)", "9.96 rounds up to a number that begins with 1"},
		{2.3, 0.0995, "2.300(100)", "so does 9.95"},
		{12.34, 1.5, "12.34(1.50)", "above the point the error is written in full"},
		{12.34, 2.5, "12.34(2.50)", ""},
		{0.1284972858751474, 0.0265112, "0.1285(265)", "a value keeps four digits"},
		{0.0123, 0.0456, "0.012(46)", "but not one lost in its error"},
		{1234.5, 25, "1234(25)", "no decimals left"},
		{1234.5, 250, "1234(250)", ""},
		{-0.0123, 0.0456, "-0.012(46)", "below zero"},
		{0.5, 0, "0.50000", "no error: five digits"},
		{0.5, nan, "0.50000", "one row"},
		{0.5, inf, "0.50000", ""},
		{nan, 0.1, "NaN", ""},
		{inf, nan, "∞", ""},
		{0.25, 3e-9, "0.2500000000(30)", "millions of rows"},
		{0.25, 3e-15, "0.25000 ± 3e-15", "more digits than anyone reads"},
	} {
		if got := Measured(tt.x, tt.se); got != tt.want {
			t.Errorf("Measured(%v, %v) = %s, want %s (%s)", tt.x, tt.se, got, tt.want, tt.why)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct{ got, want, why string }{
		{Short(0.0964, 3), "0.0964", "significant digits are counted from the first"},
		{Short(0.09996, 3), "0.1000", ""},
		{Short(1.13712, 4), "1.137", ""},
		{Short(65504, 3), "65504", "whole digits are never rounded away"},
		{Short(3.2e-5, 2), "3e-05", ""},
		{Short(1e300, 4), "1.0e+300", ""},
		{Short(-0.5, 2), "-0.50", ""},
		{Fixed(-0.001, 1), "0.0", "no minus zero"},
		{Fixed(-0.06, 1), "-0.1", ""},
		{Percent(0.9689), "96.9 %", ""},
		{Percent(1), "100 %", "only all is all"},
		{Percent(0.99999), "> 99.9 %", ""},
		{Percent(0.00001), "< 0.1 %", ""},
		{Percent(0), "0 %", ""},
		{Chance(0.0000001), "p < 0.001", ""},
		{Chance(0.0123), "p = 0.012", ""},
		{Chance(1), "p = 1.0", ""},
		{Count(9999), "9999", ""},
		{Count(10000), "10,000", ""},
		{Count(-1281167), "-1,281,167", ""},
		{Bytes(999), "999 B", ""},
		{Bytes(4_000_000_000), "4.00 GB", ""},
		{share(0.99999), ">.999", "never 1 by rounding"},
		{share(1), "1", ""},
		{share(0), ".000", ""},
		{superscript(12), "¹²", ""},
		{gauge(0, 6), "├●───┤", ""},
		{gauge(1, 6), "├───●┤", ""},
		{gauge(1.2, 6), "├──┤ ●", "outside is drawn outside"},
		{gauge(-1, 6), "● ├──┤", ""},
		{gauge(math.NaN(), 6), "├────┤", ""},
		{bar(0.5, 4), "██", ""},
		{bar(1e-9, 4), "▏", "something is never nothing"},
		{bar(math.NaN(), 4), "", ""},
		{bar(math.Inf(1), 4), "", ""},
		{clip("abcdef", 4), "abc…", ""},
		{clip("深層学習", 5), "深層…", "wide characters take two columns"},
		{clipPath("/a/long/path.npy", 9), "…path.npy", "the end of a path names the file"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q %s", tt.got, tt.want, tt.why)
		}
	}
}

func TestPlain(t *testing.T) {
	for _, tt := range []struct{ in, want, why string }{
		{"val.npy", "val.npy", ""},
		{"深層 – ok", "深層 – ok", "printable stays"},
		{"\x1b[2J", `\x1b[2J`, "clears the screen"},
		{"a\nb\tc", `a\nb\tc`, "would break the table"},
		{"\u009b31m", `\u009b31m`, "CSI in one character"},
		{"\u202etxt.exe", `\u202etxt.exe`, "turns the direction of reading"},
		{"\xff\xfe", `\xff\xfe`, "no UTF-8"},
		{"a\\b", `a\b`, "a backslash is harmless"},
	} {
		if got := Plain(tt.in); got != tt.want {
			t.Errorf("Plain(%q) = %s, want %s (%s)", tt.in, got, tt.want, tt.why)
		}
	}
}
