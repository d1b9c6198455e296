package eval

import (
	"strconv"

	"xent"
)

// Block is a run of consecutive rows. Either Labels or Targets is set.
type Block[T xent.Float] struct {
	First   int64                // index of the first row
	Scores  xent.Matrix[T]       // [rows, classes]
	Labels  []int64              // [rows], as in the file: base and ignore index are applied here
	Targets xent.Matrix[float64] // [rows, classes], each row sums to one
	Weights []float64            // [rows]; nil means 1
	Groups  []uint64             // [rows], the group of each; nil unless Config.Grouped
	By      [][]string           // [keys][rows], for the keys of Config.By that do not follow from the rows
}

// checkBlock refuses a block that does not fit cfg, or whose parts do not fit each other.
func checkBlock[T xent.Float](cfg *Config, classes int, b *Block[T]) error {
	rows := b.Scores.Rows
	rowsOf := func(field string, n int) error {
		return &ConfigError{field, strconv.Itoa(n) + " rows", strconv.Itoa(rows)}
	}
	switch {
	case !whole(b.Scores):
		return &ConfigError{"Block.Scores", strconv.Itoa(len(b.Scores.Data)) + " elements", "rows that lie inside them"}
	case !whole(b.Targets):
		return &ConfigError{"Block.Targets", strconv.Itoa(len(b.Targets.Data)) + " elements", "rows that lie inside them"}
	case b.Scores.Cols != cfg.Classes && rows > 0:
		return &ConfigError{"Block.Scores", strconv.Itoa(b.Scores.Cols) + " columns", strconv.Itoa(cfg.Classes)}
	case b.Labels != nil && b.Targets.Data != nil:
		return &ConfigError{"Block.Labels", "set beside Targets", "one of the two"}
	case b.Targets.Data != nil && b.Targets.Rows != rows:
		return rowsOf("Block.Targets", b.Targets.Rows)
	case b.Targets.Data != nil && b.Targets.Cols != classes:
		return &ConfigError{"Block.Targets", strconv.Itoa(b.Targets.Cols) + " columns", strconv.Itoa(classes)}
	case b.Targets.Data == nil && len(b.Labels) != rows:
		return rowsOf("Block.Labels", len(b.Labels))
	case b.Weights != nil && len(b.Weights) != rows:
		return rowsOf("Block.Weights", len(b.Weights))
	case cfg.Grouped && len(b.Groups) != rows:
		return rowsOf("Block.Groups", len(b.Groups))
	case !cfg.Grouped && b.Groups != nil:
		return &ConfigError{"Block.Groups", "set without Config.Grouped", "none"}
	}
	return cfg.checkKeys(b.By, rows)
}

// whole reports whether every row of m lies inside its data.
func whole[T xent.Float](m xent.Matrix[T]) bool {
	stride := m.Stride
	if stride == 0 {
		stride = m.Cols
	}
	return m.Rows == 0 || m.Rows > 0 && m.Cols > 0 && stride >= m.Cols &&
		m.Rows-1 <= (len(m.Data)-m.Cols)/stride && len(m.Data) >= m.Cols
}
