package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// size is a flag that holds bytes: 1000000, 512MB, 1.5GiB.
type size int64

func (s *size) Type() string { return "size" }

// String is the number of bytes; "" for 0, so that help prints no default.
func (s *size) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Set parses a positive number with an optional unit: B, kB, MB, GB, TB are powers of 1000, KiB,
// MiB, GiB, TiB powers of 1024; upper or lower case, with or without the B.
func (s *size) Set(text string) error {
	t := strings.ToLower(strings.TrimSpace(text))
	t = strings.TrimSuffix(t, "b")
	base := 1000.0
	if u, ok := strings.CutSuffix(t, "i"); ok {
		t, base = u, 1024
	}
	unit := 1.0
	if i := strings.IndexByte("kmgt", lastByte(t)); i >= 0 {
		unit = math.Pow(base, float64(i+1))
		t = t[:len(t)-1]
	} else if base == 1024 {
		t = "" // "5iB"
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(t), 64)
	if err != nil || !(x*unit >= 1 && x*unit < math.MaxInt64/2) {
		return errors.New("want a size such as 512MB or 1GiB")
	}
	*s = size(x * unit)
	return nil
}

func lastByte(s string) byte {
	if s == "" {
		return ' '
	}
	return s[len(s)-1]
}
