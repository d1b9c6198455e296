package lab

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode"
)

var update = flag.Bool("update", false, "write testdata/vectors/lab.json anew")

const vectorFile = "../testdata/vectors/lab.json"

// vector is one call of an explorer, as it stands in testdata/vectors/lab.json: the same file is read by the
// TypeScript tests, which make the call through WebAssembly. Names are those of TypeScript; numbers that JSON
// lacks are the strings "Infinity" and "-Infinity".
type vector struct {
	Call   string `json:"call"`
	Why    string `json:"why"`
	Params any    `json:"params"`
	View   any    `json:"view"`
}

// calls are the vectors' calls, each for the values that it alone carries over the bridge.
var calls = []struct {
	call, why string
	explorer  any
	params    any
}{
	{"crossEntropy", "the opening state of the page", CrossEntropy, CrossEntropyParams{Logits: []float64{2, 1, 0, -1}, Unit: Nats}},
	{"crossEntropy", "infinities both ways", CrossEntropy, CrossEntropyParams{Logits: []float64{math.Inf(-1), 1}, Unit: Bits}},
	{"crossEntropy", "a loss beyond what exp can hold", CrossEntropy, CrossEntropyParams{Logits: []float64{0, 1e4, 3}, Label: 2, Unit: Bits}},
	{"crossEntropy", "a soft target", CrossEntropy, CrossEntropyParams{Logits: []float64{.5, -1, 2}, Target: []float64{.2, .3, .5}, Unit: Bits}},
	{"solveLogit", "rounded to a step", SolveLogit, SolveLogitParams{Logits: []float64{2, 1, .1}, Class: 1, Prob: .9, Min: -12, Max: 12, Step: .01}},
	{"code", "structs in a struct, an impossible symbol", Code, CodeParams{P: []float64{.5, .25, .25}, Q: []float64{.75, .25, 0}, Message: []int{0, 1, 0}, Unit: Nats}},
	{"lossCurve", "a list of points, a marker off scale", LossCurve, LossCurveParams{Unit: Bits, Axis: AxisLog, Samples: 5, MinProb: .001, MaxLoss: 8, Loss: math.Inf(1)}},
	{"classCurve", "the loss along one class", ClassCurve, ClassCurveParams{Logits: []float64{2, 1, 0}, Class: 1, Target: []float64{.2, .3, .5}, Unit: Nats, Axis: AxisLinear, Samples: 6, MaxLoss: 5}},
	{"surprisal", "certain, likely, impossible", Surprisal, SurprisalParams{Probs: []float64{1, .5, 0}, Unit: Bits}},
	{"format", "text that is not ASCII", Format, FormatParams{Values: []float64{math.Inf(-1), -.04125, 9.0264e-4}, Style: StyleSignificant, Digits: 4}},
	{"softmax", "cold, with an excluded class", Softmax, SoftmaxParams{Logits: []float64{2, 1, math.Inf(-1), -1}, Label: 1, Temperature: .5, Unit: Bits}},
	{"softmaxCurve", "two lists of points", SoftmaxCurve, SoftmaxCurveParams{Logits: []float64{2, 1, 0}, Label: 1, Unit: Nats, Samples: 5}},
	{"jacobian", "a matrix in one list", Jacobian, JacobianParams{Logits: []float64{2, 1, 0}, Temperature: 2}},
	{"sample", "lists of whole numbers", Sample, SampleParams{Logits: []float64{1, 2, 0, -1}, Temperature: 1, TopK: 3, TopP: .9, Seed: 7, Draws: 12}},
	{"maxTrick", "an overflow, with ∞ in a list", MaxTrick, MaxTrickParams{Logits: []float64{2, 1, 0}, Temperature: 1, Shift: 87, Trick: false}},
	{"distil", "a student that has learnt something", Distil, DistilParams{Teacher: []float64{4, 1, 0}, Student: []float64{1, 1, 0}, Temperature: 4, Unit: Bits, Samples: 3}},
	{"kl", "the chapter's table", KL, KLParams{P: chapterP, Q: chapterQ, Unit: Bits}},
	{"kl", "a missed class", KL, KLParams{P: chapterP, Q: []float64{.65, .35, 0}, Unit: Nats}},
	{"klPath", "curves of several kinds", KLPath, KLPathParams{P: chapterP, Q: []float64{.65, .35, 0}, Unit: Bits, Samples: 3, T: .25}},
	{"binaryLoss", "what the naive way makes infinite", BinaryLoss, BinaryLossParams{Target: 1, Logit: -800, PosWeight: 1, Precision: Double, Unit: Nats}},
	{"binaryLoss", "a weight, a soft label, float32", BinaryLoss, BinaryLossParams{Target: .3, Logit: -2.5, PosWeight: 4, Precision: Single, Unit: Bits}},
	{"binaryCurves", "a naive curve that ends", BinaryCurves, BinaryCurvesParams{Target: 0, PosWeight: 1, Precision: Single, Unit: Nats, Samples: 9}},
	{"compareLosses", "the chapter's example", CompareLosses, CompareLossesParams{Target: 1, Given: ByProb, At: .05, Along: ByProb, Unit: Nats}},
	{"compareLosses", "infinities both ways", CompareLosses, CompareLossesParams{Target: .7, Given: ByLogit, At: math.Inf(-1), Along: ByLogit, Unit: Bits}},
	{"lossShapes", "curves that leave their frame", LossShapes, LossShapesParams{Target: 1, Along: ByProb, Unit: Nats, Axis: AxisLog, Samples: 5}},
	{"lossRace", "one is there, the other is not waited for", LossRace, LossRaceParams{Target: 1, Start: -20, Rate: 1, Steps: 25, Unit: Bits}},
	{"redistribute", "locked bars", Redistribute, RedistributeParams{Values: chapterQ, Index: 0, To: .9, Locked: []bool{false, true, false}}},
	{"redistribute", "without locks", Redistribute, RedistributeParams{Values: chapterQ, Index: 2, To: .1}},
	{"normalise", "counts", Normalise, NormaliseParams{Values: []float64{2, 3, 5}}},
	{"ternary", "lists in lists", Ternary, TernaryParams{P: chapterP, Q: chapterQ, Unit: Bits, Divergence: Reverse, Levels: []float64{.1, 2}, Rays: 4}},
	{"likelihood", "lists of whole numbers, a product that is 0", Likelihood, LikelihoodParams{Truth: []float64{.5, .5}, Model: []float64{.01, .99}, Rolls: 400, Seed: 3, Unit: Nats}},
	{"likelihoodCurve", "two curves over one axis", LikelihoodCurve, LikelihoodCurveParams{Counts: []int{3, 5, 2}, Model: []float64{.2, .3, .5}, Face: 1, Unit: Bits}},
	{"maxEntropy", "a temperature that is infinite", MaxEntropy, MaxEntropyParams{Mean: 3.5, Bend: .25, Face: 1, Unit: Bits}},
	{"maxEntropy", "Jaynes' die", MaxEntropy, MaxEntropyParams{Mean: 4.5, Bend: -1, Face: 4, Unit: Nats}},
	{"maxEntropyCurves", "two curves over all means", MaxEntropyCurves, MaxEntropyCurvesParams{Unit: Bits}},
	{"doctor", "broken rows, findings with lists", Doctor, DoctorParams{Fault: FaultFromOne, Rows: 60, Classes: 3, Skill: 6, Scale: 1, Seed: 2, Kind: ScoresLogits, Unit: Bits}},
	{"doctor", "own rows", Doctor, DoctorParams{Fault: FaultOwn, Classes: 2, Scores: []float64{1, 2, math.Inf(-1), 0}, Labels: []int{-100, 0}, Kind: ScoresUnknown, Unit: Nats}},
	{"lossMap", "a line of a log that convicts", LossMap, LossMapParams{Classes: 10, Loss: 1.49, Accuracy: .97, Samples: 3, Unit: Nats}},
	{"stableLoss", "steps that are infinite or no number", StableLoss, StabilityParams{True: 100, Format: Float32, Program: Naive, Step: 3, Unit: Bits}},
	{"flow", "structs in structs, a race of six steps", Flow, FlowParams{Net: FlowNet{Depth: 2, Width: 3, Activation: FlowTanh, Init: FlowXavier, Spread: 1, Loss: FlowBinary, Rate: .5, Seed: 2, Task: FlowRing}, Race: true, Steps: 6, Edge: FlowEdge{Example: 5, Layer: 2, From: 1, To: 2}, Unit: Bits}},
	{"flow", "a run that goes on, under squared error", Flow, FlowParams{Net: FlowNet{Depth: 1, Width: 1, Activation: FlowReLU, Init: FlowNormal, Spread: 2, Loss: FlowSquared, Rate: 2, Seed: 9, Task: FlowQuarters}, From: []FlowState{{Step: 7, Weights: []float64{.5, -1, .25, 2, -.5}}}, Steps: 2, Edge: FlowEdge{Layer: 9, To: 4}, Unit: Nats}},
	{"flowSurface", "the plane of two runs, and the line where each is undecided", FlowSurface, FlowSurfaceParams{Net: FlowNet{Depth: 1, Width: 2, Activation: FlowReLU, Init: FlowHe, Spread: 1, Loss: FlowBinary, Rate: .5, Seed: 4, Task: FlowHalves}, Race: true, From: []FlowState{{Weights: []float64{1, 0, -1, 0, 0, 0, 1, -1, -.3}}, {Weights: []float64{0, 1, 1, 0, 0, 0, 2, 2, -1}}}, Cells: 3}},
	{"perplexity", "an excluded token", Perplexity, PerplexityParams{Probs: []float64{.5, .1, 0}, Unit: Bits}},
	{"elbo", "densities, and sums that add up", ELBO, ELBOParams{X: 2, Noise: .5, Mean: 1, SD: .6, Unit: Bits}},
	{"ownRow", "more classes than an explorer takes", OwnRow, OwnRowParams{Scores: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, math.Inf(-1)}, Label: 1}},
	{"ownRow", "a probability of 0", OwnRow, OwnRowParams{Scores: []float64{.25, .75, 0}, Label: 2, Probs: true}},
	{"difference", "apart", Difference, DifferenceParams{A: .5, B: .25, SEA: .03, SEB: .04}},
	{"difference", "not known", Difference, DifferenceParams{A: math.Inf(1), B: .25}},
	{"inUnit", "nats in bits", InUnit, InUnitParams{Nats: []float64{1, math.Inf(1)}, Unit: Bits}},
	{"ternaryPoint", "outside the triangle", TernaryPoint, TernaryPointParams{X: .5, Y: -.2}},
}

// TestVectors holds the explorers to the file, and the file to the explorers.
func TestVectors(t *testing.T) {
	var made []vector
	for _, c := range calls {
		out := reflect.ValueOf(c.explorer).Call([]reflect.Value{reflect.ValueOf(c.params)})
		if err, _ := out[1].Interface().(error); err != nil {
			t.Fatalf("%s: %v", c.call, err)
		}
		made = append(made, vector{c.call, c.why, plain(reflect.ValueOf(c.params)), plain(out[0])})
	}
	if *update {
		content, err := json.MarshalIndent(made, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(vectorFile, append(content, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var read []vector
	if err := json.Unmarshal(content, &read); err != nil {
		t.Fatal(err)
	}
	if len(read) != len(made) || len(read) == 0 {
		t.Fatalf("%s holds %d vectors, want %d: go test ./lab -run TestVectors -update", vectorFile, len(read), len(made))
	}
	for i, v := range read {
		got, err := json.Marshal(made[i])
		if err != nil {
			t.Fatal(err)
		}
		var decoded vector
		if err := json.Unmarshal(got, &decoded); err != nil {
			t.Fatal(err)
		}
		if v.Call != decoded.Call || !reflect.DeepEqual(v.Params, decoded.Params) {
			t.Errorf("vector %d (%s: %s) was made from other parameters", i, v.Call, v.Why)
		}
		differ(t, v.Call+": "+v.Why, v.View, decoded.View)
	}
}

// differ reports where got is not want; numbers may differ in the last digits, as they do between machines.
func differ(t *testing.T, path string, want, got any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		if len(g) != len(w) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
		for key := range w {
			differ(t, path+"."+key, w[key], g[key])
		}
	case []any:
		g, _ := got.([]any)
		if len(g) != len(w) {
			t.Errorf("%s: %v, want %v", path, got, want)
			return
		}
		for i := range w {
			differ(t, element(path, i), w[i], g[i])
		}
	case float64:
		if g, ok := got.(float64); !ok || !(math.Abs(g-w) <= 1e-12*(1+math.Abs(w))) {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	default:
		if got != want {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
}

// plain turns a value into what JSON can hold, with the names of TypeScript.
func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Struct:
		fields := map[string]any{}
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if field.Tag.Get("lab") == "optional" && v.Field(i).IsZero() {
				continue
			}
			fields[typeScriptName(field.Name)] = plain(v.Field(i))
		}
		return fields
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i))
		}
		return list
	case reflect.Float64:
		switch x := v.Float(); {
		case math.IsInf(x, 1):
			return "Infinity"
		case math.IsInf(x, -1):
			return "-Infinity"
		}
	}
	return v.Interface()
}

// typeScriptName is the rule of internal/labgen: leading capitals are lowered, but for the first of a word.
func typeScriptName(name string) string {
	capitals := len(name) - len(strings.TrimLeftFunc(name, unicode.IsUpper))
	if capitals > 1 && capitals < len(name) {
		capitals--
	}
	return strings.ToLower(name[:capitals]) + name[capitals:]
}
