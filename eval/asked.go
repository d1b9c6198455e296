//go:build !js

package eval

import (
	"slices"
	"strconv"
)

// asked is the state of what a Config asks for beyond the usual.
type asked struct {
	groups   *groups   // nil unless Config.Grouped
	tempers  *tempers  // nil unless Config.Recalibrate
	leaks    *leaks    // nil unless Config.Leaks, and with very many classes
	by       *byKeys   // nil without Config.By
	noise    *noise    // nil unless Config.LabelErrors
	suspects *suspects // of a second pass, which looks for nothing else; see [Accumulator.Suspects]
	kept     *keptRows // rows to fit to; nil unless something is fitted
}

// ask makes what the Config asks for.
func (a *Accumulator) ask() {
	c, k := &a.cfg, a.classes
	a.row.grouped = c.Grouped
	if c.Grouped {
		a.groups = newGroups()
	}
	if len(c.By) > 0 {
		a.by = newByKeys(c, k)
	}
	if c.Leaks {
		a.leaks = newLeaks(k)
	}
	if c.Recalibrate {
		a.tempers = newTempers()
	}
	if c.LabelErrors {
		a.noise = newNoise(k)
	}
	if c.LabelErrors || c.Conformal > 0 || c.Methods {
		a.kept = newKept(k)
	}
}

// takeKeys gives a.row its group and keys, those of row i of a block.
func (a *Accumulator) takeKeys(groups []uint64, by [][]string, i int) {
	if groups != nil {
		a.row.group = groups[i]
	}
	a.row.keys = a.row.keys[:0]
	for _, key := range by {
		a.row.keys = append(a.row.keys, key[i])
	}
}

// second reports whether this is a second pass, which looks at label y of a.row and at nothing else.
func (a *Accumulator) second(y int) bool {
	if a.suspects != nil {
		a.suspect(y)
	}
	return a.suspects != nil
}

// addAsked adds a.row with one label.
func (a *Accumulator) addAsked(w, loss float64, y int) {
	if a.leaks != nil {
		a.leak(w, loss, y)
	}
	if a.tempers != nil {
		a.temper(w, loss, func(z []float64) float64 { return z[y] })
	}
	if a.noise != nil {
		a.addNoise(y)
	}
	if a.kept != nil {
		a.keep(w, y)
	}
}

// temperSoft adds a.row with the soft label that was read last.
func (a *Accumulator) temperSoft(w, loss float64) {
	if a.tempers != nil {
		a.temper(w, loss, func(z []float64) float64 { return dot(a.soft.buf, z) })
	}
}

// addAskedScored adds a.row with a label of either kind.
func (a *Accumulator) addAskedScored(w, loss float64, y int, right bool) {
	r := &a.row
	if a.groups != nil {
		a.groups.cluster(r.group).add(w, loss, r.entropy, right)
	}
	if a.by != nil {
		a.addBuckets(w, loss, y, right)
	}
}

func (a *Accumulator) mergeAsked(b *Accumulator) {
	if a.groups != nil {
		a.groups.merge(b.groups)
	}
	if a.leaks != nil {
		a.leaks.merge(b.leaks)
	}
	if a.tempers != nil {
		a.tempers.Merge(b.tempers)
	}
	if a.by != nil {
		a.by.merge(b.by)
	}
	if a.noise != nil {
		a.noise.merge(b.noise)
	}
	if a.kept != nil {
		a.kept.merge(b.kept)
	}
	if a.suspects != nil {
		a.suspects.merge(b.suspects)
	}
}

// refuseAsked tells why no report can be made.
func (a *Accumulator) refuseAsked() error { return a.by.refuse(&a.cfg) }

// reportAsked fills in what was asked for. Groups come first: they replace standard errors that others build on.
func (a *Accumulator) reportAsked(r *Report) {
	a.cluster(r)
	a.recalibration(r)
	a.methods(r)
	a.leakReport(r)
	a.buckets(r)
	a.textRates(r)
	a.labelNoise(r)
	a.conformal(r)
}

func (a *Accumulator) warnAsked(r *Report, say func(bool, string, string, string)) {
	warnGroups(r, say)
	a.warnNoise(r, say)
	a.warnConformal(r, say)
}

// checkAsked refuses what no report can tell.
func (c *Config) checkAsked() error {
	switch {
	case !(c.Conformal >= 0 && c.Conformal < 1):
		return &ConfigError{"Conformal", exactly(c.Conformal), "0 < α < 1, or 0 for none"}
	case !length(c.Bytes) || !length(c.Chars) || !length(c.Words):
		return &ConfigError{"Bytes, Chars and Words", exactly(c.Bytes) + ", " + exactly(c.Chars) + " and " + exactly(c.Words), "lengths of a text, or 0 for unknown"}
	}
	return c.checkBy()
}

// codes16 reports whether scores are the log-probabilities of llama.cpp: 65536 steps over at most 16 nats.
func codes16(dtype string) bool { return dtype == "kld16" }

// length reports whether x may be the length of a text.
func length(x float64) bool { return x >= 0 && x < 1e18 }

// checkKeys refuses keys of a block that are not those of the Config.
func (c *Config) checkKeys(by [][]string, rows int) error {
	if len(by) != c.givenKeys() {
		return &ConfigError{"Block.By", strconv.Itoa(len(by)) + " keys", strconv.Itoa(c.givenKeys())}
	}
	for _, key := range by {
		if len(key) != rows {
			return &ConfigError{"Block.By", strconv.Itoa(len(key)) + " rows", strconv.Itoa(rows)}
		}
	}
	return nil
}

// sameAsked reports whether c and d ask for the same.
func (c *Config) sameAsked(d *Config) bool {
	return c.Grouped == d.Grouped && c.Leaks == d.Leaks && c.Recalibrate == d.Recalibrate && c.Methods == d.Methods &&
		c.LabelErrors == d.LabelErrors && c.Conformal == d.Conformal &&
		c.Bytes == d.Bytes && c.Chars == d.Chars && c.Words == d.Words && slices.Equal(c.By, d.By)
}
