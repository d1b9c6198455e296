package lab

import (
	"encoding/json"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"xent/internal/ref"
)

// probe is a state of an explorer with what is true of it, from arithmetic of 480 digits. It stands in
// testdata/vectors/probes/*.json, where the TypeScript tests make the same call through WebAssembly.
type probe struct {
	Call   string            `json:"call"`
	Why    string            `json:"why"`
	Params any               `json:"params"`
	Want   map[string]string `json:"want"`            // a path in the view, "best.x" or "shares.2", to 40 digits or ±Infinity
	Print  map[string]string `json:"print,omitempty"` // a path to a text, "text.ratio", and what it must be

	explorer any
	params   any
}

// truth writes a number as it stands in a probe. What cancels to 480 digits is 0.
func truth(x ref.Num) string {
	if tiny := ref.Of(1e-300); x.Cmp(tiny) < 0 && x.Cmp(tiny.Neg()) > 0 {
		return "0"
	}
	return x.Text(40)
}

// probeTolerance is how far a value may be from the truth, relatively; near 0, absolutely.
const probeTolerance = 1e-14

// checkProbes holds explorers to their probes, and the file to both; with -update it is written anew.
func checkProbes(t *testing.T, file string, probes []probe) {
	t.Helper()
	if len(probes) < 20 {
		t.Errorf("%d probes, want at least 20", len(probes))
	}
	checked := 0
	for i := range probes {
		p := &probes[i]
		p.Params = plain(reflect.ValueOf(p.params))
		out := reflect.ValueOf(p.explorer).Call([]reflect.Value{reflect.ValueOf(p.params)})
		if err, _ := out[1].Interface().(error); err != nil {
			t.Errorf("%s: %v", p.Why, err)
			continue
		}
		view := decoded(t, plain(out[0]))
		noNaN(t, p.Why, view)
		for path, text := range p.Want {
			want, err := strconv.ParseFloat(strings.Replace(text, "Infinity", "Inf", 1), 64)
			if err != nil && !math.IsInf(want, 0) {
				t.Fatal(err)
			}
			got := at(t, view, path)
			if !(got == want || math.Abs(got-want) <= probeTolerance*max(1e-2, math.Abs(want))) {
				t.Errorf("%s: %s: %s = %v, want %s", p.Call, p.Why, path, got, text)
			}
			checked++
		}
		for path, want := range p.Print {
			if got := find(t, view, path); got != want {
				t.Errorf("%s: %s: %s is printed %v, want %s", p.Call, p.Why, path, got, want)
			}
			checked++
		}
	}
	if checked < 2*len(probes) {
		t.Errorf("checked %d values of %d probes", checked, len(probes))
	}
	name := filepath.Join("../testdata/vectors/probes", file)
	made, err := json.MarshalIndent(probes, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	made = append(made, '\n')
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if read, err := os.ReadFile(name); err != nil || string(read) != string(made) {
		t.Errorf("%s is not what this test makes (%v): go test ./lab -run Probes -update", name, err)
	}
}

// decoded is a plain value as a reader of JSON sees it.
func decoded(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var back any
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// find returns what stands at a path of a decoded view.
func find(t *testing.T, view any, path string) any {
	t.Helper()
	for _, name := range strings.Split(path, ".") {
		switch v := view.(type) {
		case map[string]any:
			view = v[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(v) {
				t.Fatalf("%s: no element %s", path, name)
			}
			view = v[i]
		}
	}
	return view
}

// at returns the number at a path of a decoded view.
func at(t *testing.T, view any, path string) float64 {
	t.Helper()
	switch v := find(t, view, path).(type) {
	case float64:
		return v
	case string:
		x, err := strconv.ParseFloat(strings.Replace(v, "Infinity", "Inf", 1), 64)
		if err == nil {
			return x
		}
	}
	t.Fatalf("%s is %v, want a number", path, find(t, view, path))
	return 0
}

// printedAs rounds the truth to significant digits and writes it as [Significant] does, from its decimal digits.
func printedAs(x ref.Num, digits int) string {
	if x.Sign() == 0 {
		return "0"
	}
	mantissa, power, _ := strings.Cut(x.Text(digits), "e")
	exponent, err := strconv.Atoi(power)
	if err != nil {
		panic(err)
	}
	if exponent < -3 || exponent >= max(digits, 6) {
		return mantissa + "e" + shortExponent(exponent)
	}
	sign := mantissa[:len(mantissa)-len(strings.TrimPrefix(mantissa, "-"))]
	all := strings.ReplaceAll(strings.TrimPrefix(mantissa, "-"), ".", "")
	switch {
	case exponent < 0:
		return sign + "0." + strings.Repeat("0", -exponent-1) + all
	case exponent >= digits-1:
		return sign + all + strings.Repeat("0", exponent-digits+1)
	}
	return sign + all[:exponent+1] + "." + all[exponent+1:]
}

// figureOf writes the truth as figure does.
func figureOf(x ref.Num) string {
	if a := x.Abs(); a.Sign() != 0 && (a.Cmp(ref.Of(1e-3)) < 0 || a.Cmp(ref.Of(1e6)) >= 0) {
		return printedAs(x, 4)
	}
	return fixedOf(x, 4)
}

// fixedOf writes the truth as [Fixed] does.
func fixedOf(x ref.Num, decimals int) string {
	f, _, err := big.ParseFloat(x.Text(60), 10, 400, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	text := f.Text('f', decimals)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-")
	}
	return text
}

// noNaN looks for a NaN among the strings of a view.
func noNaN(t *testing.T, path string, view any) {
	t.Helper()
	switch v := view.(type) {
	case map[string]any:
		for name, x := range v {
			noNaN(t, path+"."+name, x)
		}
	case []any:
		for i, x := range v {
			noNaN(t, element(path, i), x)
		}
	case string:
		if strings.Contains(v, "NaN") {
			t.Errorf("%s = %q", path, v)
		}
	}
}
