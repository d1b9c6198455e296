package eval_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"xent"
	"xent/eval"
)

// encode renders r as JSON, numbers that JSON lacks as strings.
func encode(t testing.TB, r *eval.Report) string {
	t.Helper()
	b, err := json.Marshal(plain(reflect.ValueOf(r)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// plain turns v into what encoding/json takes.
func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	case reflect.Struct:
		m := map[string]any{}
		for i := range v.NumField() {
			m[v.Type().Field(i).Name] = plain(v.Field(i))
		}
		return m
	case reflect.Slice, reflect.Array:
		s := make([]any, v.Len())
		for i := range s {
			s[i] = plain(v.Index(i))
		}
		return s
	case reflect.Float64:
		if x := v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Sprint(x)
		}
	}
	return v.Interface()
}

// near fails unless got is within tol of want, relative to want where that is above 1. Two NaN are near, as are equal infinities.
func near(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if got == want || math.IsNaN(got) && math.IsNaN(want) {
		return
	}
	if !(math.Abs(got-want) <= tol*max(1, math.Abs(want))) || math.IsInf(want, 0) {
		t.Errorf("%s = %v, want %v within %g", what, got, want, tol)
	}
}

// A table is rows in memory, as the tests make them.
type table[T xent.Float] struct {
	scores  []T
	classes int
	labels  []int64
	targets []float64
	weights []float64
	groups  []uint64
	by      [][]string
}

func (d *table[T]) rows() int { return len(d.scores) / d.classes }

// block returns rows from up to to.
func (d *table[T]) block(from, to int) eval.Block[T] {
	b := eval.Block[T]{First: int64(from), Scores: xent.MatrixOf(d.scores[from*d.classes:to*d.classes], d.classes)}
	if d.labels != nil {
		b.Labels = d.labels[from:to]
	}
	if d.targets != nil {
		k := max(d.classes, 2)
		b.Targets = xent.MatrixOf(d.targets[from*k:to*k], k)
	}
	if d.weights != nil {
		b.Weights = d.weights[from:to]
	}
	if d.groups != nil {
		b.Groups = d.groups[from:to]
	}
	for _, key := range d.by {
		b.By = append(b.By, key[from:to])
	}
	return b
}

// blocks cuts the rows into blocks of size.
func (d *table[T]) blocks(size int) func(func(eval.Block[T]) bool) {
	return func(yield func(eval.Block[T]) bool) {
		for from := 0; from < d.rows(); from += size {
			if !yield(d.block(from, min(from+size, d.rows()))) {
				return
			}
		}
	}
}

// run measures d in blocks of 100 rows.
func run[T xent.Float](cfg eval.Config, d *table[T]) (*eval.Report, error) {
	cfg.Classes, cfg.Grouped = d.classes, d.groups != nil
	return eval.Run(cfg, d.blocks(100))
}

// must is run without errors.
func must[T xent.Float](t testing.TB, cfg eval.Config, d *table[T]) *eval.Report {
	t.Helper()
	r, err := run(cfg, d)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// random makes rows of a model that is about right: logits of deviation scale, labels drawn from their
// softmax at temperature temp.
func random(r *rand.Rand, rows, classes int, scale, temp float64) *table[float64] {
	d := &table[float64]{classes: classes, scores: make([]float64, rows*classes), labels: make([]int64, rows)}
	p := make([]float64, classes)
	for i := range rows {
		z := d.scores[i*classes : (i+1)*classes]
		for k := range z {
			z[k] = scale * r.NormFloat64()
		}
		d.labels[i] = int64(draw(r, softmax(p, z, temp)))
	}
	return d
}

// softmax is the formula as it stands in books.
func softmax(p, z []float64, temp float64) []float64 {
	sum := 0.0
	for k, v := range z {
		p[k] = math.Exp(v / temp)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

func draw(r *rand.Rand, p []float64) int {
	u := r.Float64()
	for k, v := range p {
		if u -= v; u < 0 {
			return k
		}
	}
	return len(p) - 1
}

func warned(r *eval.Report, id string) bool {
	for _, w := range r.Warnings {
		if w.ID == id {
			return true
		}
	}
	return false
}
