package colfile

import (
	"encoding/json"
	"math"

	"xent/internal/columnar"
)

// maxNested is how many structs within structs have columns of their own.
const maxNested = 4

// nameClasses takes the names of classes from what the library datasets keeps beside a table.
func nameClasses(s *columnar.Schema, text string) {
	var meta struct {
		Info struct {
			Features map[string]json.RawMessage `json:"features"`
		} `json:"info"`
	}
	if json.Unmarshal([]byte(text), &meta) != nil {
		return
	}
	for i, c := range s.Columns {
		var feature struct {
			Type  string   `json:"_type"`
			Names []string `json:"names"`
		}
		if c.Kind == columnar.Int64 && json.Unmarshal(meta.Info.Features[c.Name], &feature) == nil && feature.Type == "ClassLabel" {
			s.Columns[i].Classes = feature.Names
		}
	}
}

// half widens a float16, exactly.
func half(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&0x3ff)
	switch {
	case exp == 31: // infinity and NaN
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	case exp == 0: // zero and subnormal: frac · 2⁻²⁴
		x := float32(frac) * 0x1p-24
		if sign != 0 {
			x = -x
		}
		return x
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}
