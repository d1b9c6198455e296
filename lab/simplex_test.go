package lab

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestRedistribute(t *testing.T) {
	for _, tt := range []struct {
		name    string
		values  []float64
		index   int
		to      float64
		locked  []bool
		want    []float64
		reached bool
		why     string
	}{
		{"proportions", []float64{.2, .6, .2}, 0, .6, nil, []float64{.6, .3, .1}, true, "the others keep their ratio 3 : 1"},
		{"evenly", []float64{1, 0, 0}, 0, .5, nil, []float64{.5, .25, .25}, true, "empty bars have no ratio to keep"},
		{"all of it", []float64{.2, .6, .2}, 1, 1, nil, []float64{0, 1, 0}, true, "a bar may take everything"},
		{"locked", []float64{.2, .6, .2}, 0, .3, []bool{false, false, true}, []float64{.3, .5, .2}, true, "a locked bar stays"},
		{"no room", []float64{.2, .6, .2}, 0, .9, []bool{false, false, true}, []float64{.8, 0, .2}, false, "locked bars keep their share"},
		{"nobody gives", []float64{.2, .8}, 0, .5, []bool{false, true}, []float64{.2, .8}, false, "with no free bar the sum could not stay 1"},
		{"itself locked", []float64{.2, .8}, 0, .5, []bool{true, false}, []float64{.2, .8}, false, "locked is locked"},
		{"thirds", []float64{.5, .25, .25}, 0, 1. / 3, nil, []float64{.3333, .3334, .3333}, true, "the last step goes to the first of equal remainders"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := Redistribute(RedistributeParams{Values: tt.values, Index: tt.index, To: tt.to, Locked: tt.locked})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(v.Values, tt.want) || v.Reached != tt.reached {
				t.Errorf("%v, reached %v; want %v, %v: %s", v.Values, v.Reached, tt.want, tt.reached, tt.why)
			}
		})
	}
}

// What is printed with four decimals sums to one, in whatever way it was dragged.
func TestRedistributeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bars := rapid.IntRange(MinClasses, MaxClasses).Draw(t, "bars")
		values := distribution(t, "values", bars)
		params := RedistributeParams{
			Values: values,
			Index:  rapid.IntRange(0, bars-1).Draw(t, "index"),
			To:     rapid.Float64Range(0, 1).Draw(t, "to"),
			Locked: rapid.SliceOfN(rapid.Bool(), bars, bars).Draw(t, "locked"),
		}
		v, err := Redistribute(params)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for i, x := range v.Values {
			sum += digitsOf(Fixed(x, 4))
			if x != float64(int(math.Round(x*BarSteps)))/BarSteps {
				t.Fatalf("%v is off the grid", x)
			}
			if params.Locked[i] && x != values[i] {
				t.Fatalf("locked bar %d moved from %v to %v", i, values[i], x)
			}
		}
		if sum != BarSteps {
			t.Fatalf("%v sums to %v steps, want %d", v.Values, sum, BarSteps)
		}
		back, err := Redistribute(RedistributeParams{Values: values, Index: params.Index, To: values[params.Index], Locked: params.Locked})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(back.Values, values) {
			t.Fatalf("a drag that returns leaves %v, want %v", back.Values, values)
		}
	})
}

func TestNormalise(t *testing.T) {
	for _, tt := range []struct {
		name    string
		values  []float64
		want    []float64
		changed bool
		why     string
	}{
		{"whole", []float64{.33, .33, .34}, []float64{.33, .33, .34}, false, "nothing to do"},
		{"thirds", []float64{.3333, .3333, .3333}, []float64{.3334, .3333, .3333}, false, "rounding is no change"},
		{"sixths", []float64{1, 1, 1, 1, 1, 1}, []float64{.1667, .1667, .1667, .1667, .1666, .1666}, true, "no class gets more than one of the steps left"},
		{"counts", []float64{6, 3, 1}, []float64{.6, .3, .1}, true, "weights of any size"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := Normalise(NormaliseParams{Values: tt.values})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(v.Values, tt.want) || v.Changed != tt.changed {
				t.Errorf("%v, changed %v; want %v, %v: %s", v.Values, v.Changed, tt.want, tt.changed, tt.why)
			}
		})
	}
}
