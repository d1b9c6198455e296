package lab_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"xent/lab"
)

var updateFigures = flag.Bool("update-figures", false, "write web/src/data/figures.json anew")

const figuresFile = "../web/src/data/figures.json"

// pageFigures is what chapter 9 shows of real runs: texts of the numbers in lab/figures, and where they stand, in percent of a
// chart. It travels as HTML, so nothing of it is in a core or a script.
type pageFigures struct {
	Language  pageLanguage  `json:"language"`
	Distill   pageDistill   `json:"distill"`
	VAE       pageVAE       `json:"vae"`
	Diffusion pageDiffusion `json:"diffusion"`
}

type pageLanguage struct {
	Commands  []string      `json:"commands"`
	Text      string        `json:"text"`
	Documents int           `json:"documents"` // held out
	Nats      string        `json:"nats"`      // a token
	SE        string        `json:"se"`
	Bits      string        `json:"bits"` // a byte, and so of the programs
	BitsSE    string        `json:"bitsSE"`
	Gzip      string        `json:"gzip"` // each document alone
	Xz        string        `json:"xz"`
	Passages  []pagePassage `json:"passages"`
	Samples   []pageWriting `json:"samples"`
}

type pagePassage struct {
	Source     string      `json:"source"`
	Tokens     int         `json:"tokens"`
	Bits       string      `json:"bits"`       // mean, a token
	Perplexity string      `json:"perplexity"` // its exponential
	Runs       []pageRun   `json:"runs"`
	Dearest    []pageToken `json:"dearest"`
}

// pageRun is neighbouring tokens of one shade: 0 below 1 bit, then from 1, 2, 4 and 8.
type pageRun struct {
	Shade int    `json:"shade"`
	Text  string `json:"text"`
}

type pageToken struct {
	Before string `json:"before"` // what stands before it, from its line
	Text   string `json:"text"`
	Bits   string `json:"bits"`
	Odds   string `json:"odds"` // its probability
}

type pageWriting struct {
	Temperature string `json:"temperature"`
	Text        string `json:"text"`
}

type pageDistill struct {
	Teacher string           `json:"teacher"` // its command
	Correct string           `json:"accuracy"`
	Rows    string           `json:"rows"`
	Ticks   []pageTick       `json:"ticks"` // of the gain, in percentage points
	Zero    float64          `json:"zero"`
	Runs    []pageDistillRun `json:"runs"`
}

type pageTick struct {
	At   float64 `json:"at"`
	Text string  `json:"text"`
}

type pageDistillRun struct {
	Command string      `json:"command"`
	Rows    string      `json:"rows"`
	Labels  string      `json:"labels"` // accuracy of students of labels only
	Gains   []pageGains `json:"gains"`
}

type pageGains struct {
	Temperature string  `json:"temperature"`
	Accuracy    string  `json:"accuracy"`
	Gain        string  `json:"gain"`
	Low         string  `json:"low"`
	High        string  `json:"high"`
	KL          string  `json:"kl"`
	From        float64 `json:"from"`
	At          float64 `json:"at"`
	To          float64 `json:"to"`
	Told        bool    `json:"told"` // apart from 0
}

type pageVAE struct {
	Command        string          `json:"command"`
	ELBO           string          `json:"elbo"`
	Reconstruction string          `json:"reconstruction"`
	KL             string          `json:"kl"`
	Below          string          `json:"collapsedBelow"`
	Collapsed      int             `json:"collapsed"`
	Dimensions     []pageDimension `json:"dimensions"`
}

type pageDimension struct {
	Nats      string  `json:"nats"`
	Share     float64 `json:"share"`
	Collapsed bool    `json:"collapsed"`
}

type pageDiffusion struct {
	Command string     `json:"command"`
	Nats    string     `json:"nats"`
	Bits    string     `json:"bitsPerDim"`
	SE      string     `json:"se"`
	Most    string     `json:"most"`
	First   string     `json:"first"`
	Half    int        `json:"half"`  // of all steps, so many hold half of the bound
	Terms   []pageTerm `json:"terms"` // points of a line
}

type pageTerm struct {
	T    float64 `json:"x"`
	Nats float64 `json:"y"`
}

// The figures of chapter 9 are those of the runs in lab/figures.
func TestPageFigures(t *testing.T) {
	var page pageFigures
	page.Language = languageFigures(t)
	page.Distill = distillFigures(t)
	page.VAE = vaeFigures(t)
	page.Diffusion = diffusionFigures(t)
	want, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *updateFigures {
		if err := os.WriteFile(figuresFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(figuresFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not that of lab/figures: go test ./lab -run PageFigures -update-figures (%v)", figuresFile, err)
	}
}

// figure reads a file of lab/figures.
func figure(t *testing.T, name string, v any) {
	t.Helper()
	content, err := os.ReadFile("figures/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// dearest is how many tokens of a passage are listed by what they cost.
const dearest = 5

func languageFigures(t *testing.T) (p pageLanguage) {
	var run struct {
		Command, Shown string
		Model          struct {
			Text                         string
			NatsPerToken, NatsPerTokenSE float64
		}
		HeldOut struct {
			BitsPerByte, SE, Gzip, Xz float64
			Documents                 int
		}
		Passages []struct {
			Source string
			Tokens []struct {
				Text string
				Nats float64
			}
		}
		Samples []struct {
			Temperature  float64
			Prompt, Text string
		}
	}
	figure(t, "lm.json", &run)
	held := run.HeldOut
	p = pageLanguage{Commands: []string{run.Command, run.Shown}, Text: run.Model.Text, Documents: held.Documents, Nats: lab.Fixed(run.Model.NatsPerToken, 2), SE: lab.Fixed(run.Model.NatsPerTokenSE, 2),
		Bits: lab.Fixed(held.BitsPerByte, 2), BitsSE: lab.Fixed(held.SE, 2), Gzip: lab.Fixed(held.Gzip, 2), Xz: lab.Fixed(held.Xz, 2)}
	for _, passage := range run.Passages {
		one := pagePassage{Source: passage.Source, Tokens: len(passage.Tokens)}
		sum, line := 0., ""
		order := make([]int, len(passage.Tokens))
		before := make([]string, len(passage.Tokens))
		for i, token := range passage.Tokens {
			if !(token.Nats >= 0) || token.Text == "" {
				t.Fatalf("lm.json: %q costs %v", token.Text, token.Nats)
			}
			order[i], before[i] = i, line
			if line += token.Text; strings.Contains(line, "\n") {
				line = line[strings.LastIndexByte(line, '\n')+1:]
			}
			sum += token.Nats
			bits, shade := token.Nats/math.Ln2, 0
			for _, from := range []float64{1, 2, 4, 8} {
				if bits >= from {
					shade++
				}
			}
			if n := len(one.Runs); n > 0 && one.Runs[n-1].Shade == shade {
				one.Runs[n-1].Text += token.Text
			} else {
				one.Runs = append(one.Runs, pageRun{shade, token.Text})
			}
		}
		if len(order) < dearest {
			t.Fatalf("lm.json: %d tokens of %s", len(order), passage.Source)
		}
		mean := sum / float64(len(order))
		one.Bits, one.Perplexity = lab.Fixed(mean/math.Ln2, 2), lab.Fixed(math.Exp(mean), 1)
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(passage.Tokens[b].Nats, passage.Tokens[a].Nats) })
		for _, i := range order[:dearest] {
			token := passage.Tokens[i]
			one.Dearest = append(one.Dearest, pageToken{Before: lastOf(strings.TrimSpace(before[i]), 20), Text: strings.TrimSpace(token.Text), Bits: lab.Fixed(token.Nats/math.Ln2, 1), Odds: lab.Significant(math.Exp(-token.Nats), 2)})
		}
		p.Passages = append(p.Passages, one)
	}
	for _, s := range run.Samples {
		p.Samples = append(p.Samples, pageWriting{lab.Shortest(s.Temperature), s.Prompt + s.Text})
	}
	if len(p.Passages) == 0 || len(p.Samples) == 0 {
		t.Fatal("lm.json: nothing to show")
	}
	return p
}

// lastOf is the end of a text, of n characters at most.
func lastOf(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return "…" + string(r[len(r)-n:])
	}
	return text
}

func distillFigures(t *testing.T) (p pageDistill) {
	var run struct {
		Teacher struct {
			Command  string
			Accuracy float64
		}
		Rows int
		Runs []struct {
			Command  string
			Rows     int
			Students []struct {
				Name                string
				Temperature         float64
				Accuracy            []float64
				Gain, Low, High, KL float64
			}
		}
	}
	figure(t, "distill.json", &run)
	const from, to = -2.0, 3.0 // percentage points that the chart has
	at := func(gain float64) float64 { return rounded(100 * (100*gain - from) / (to - from)) }
	p = pageDistill{Teacher: run.Teacher.Command, Correct: lab.Fixed(100*run.Teacher.Accuracy, 1), Rows: grouped(run.Rows), Zero: at(0)}
	for _, tick := range []float64{-2, -1, 0, 1, 2, 3} {
		p.Ticks = append(p.Ticks, pageTick{at(tick / 100), signed(tick, 0)})
	}
	for _, r := range run.Runs {
		one := pageDistillRun{Command: r.Command, Rows: grouped(r.Rows)}
		for _, s := range r.Students {
			mean := 0.
			for _, a := range s.Accuracy {
				mean += a / float64(len(s.Accuracy))
			}
			if s.Name == "labels" {
				one.Labels = lab.Fixed(100*mean, 1)
				continue
			}
			if !(s.Low <= s.Gain && s.Gain <= s.High && 100*s.Low >= from && 100*s.High <= to) {
				t.Fatalf("distill.json: gain %v to %v does not fit", s.Low, s.High)
			}
			one.Gains = append(one.Gains, pageGains{Temperature: lab.Shortest(s.Temperature), Accuracy: lab.Fixed(100*mean, 1), Gain: signed(100*s.Gain, 2),
				Low: signed(100*s.Low, 2), High: signed(100*s.High, 2), KL: lab.Fixed(s.KL, 3), From: at(s.Low), At: at(s.Gain), To: at(s.High), Told: s.Low > 0 || s.High < 0})
		}
		if len(one.Gains) == 0 || one.Labels == "" {
			t.Fatalf("distill.json: %d students", len(r.Students))
		}
		p.Runs = append(p.Runs, one)
	}
	return p
}

func vaeFigures(t *testing.T) (p pageVAE) {
	type amount struct{ Nats float64 }
	var all struct {
		Runs []struct {
			Command                  string
			ELBO, Reconstruction, KL amount
			CollapsedBelow           float64
			Dimensions               []struct{ KL float64 }
		}
	}
	figure(t, "vae.json", &all)
	if len(all.Runs) == 0 {
		t.Fatal("vae.json: no run")
	}
	run := all.Runs[0]
	for _, r := range all.Runs { // the one of the most numbers
		if len(r.Dimensions) > len(run.Dimensions) {
			run = r
		}
	}
	p = pageVAE{Command: run.Command, ELBO: lab.Fixed(run.ELBO.Nats, 1), Reconstruction: lab.Fixed(run.Reconstruction.Nats, 1), KL: lab.Fixed(run.KL.Nats, 2), Below: lab.Shortest(run.CollapsedBelow)}
	sum, most := 0., 0.
	for _, d := range run.Dimensions {
		sum += d.KL
		most = max(most, d.KL)
	}
	if !(math.Abs(sum-run.KL.Nats) < .01) || !(math.Abs(run.ELBO.Nats+run.Reconstruction.Nats+run.KL.Nats) < .01) {
		t.Fatalf("vae.json: dimensions sum to %v of %v, and the bound is %v", sum, run.KL.Nats, run.ELBO.Nats)
	}
	for _, d := range run.Dimensions {
		gone := d.KL < run.CollapsedBelow
		if gone {
			p.Collapsed++
		}
		p.Dimensions = append(p.Dimensions, pageDimension{lab.Fixed(d.KL, 3), rounded(100 * d.KL / most), gone})
	}
	return p
}

func diffusionFigures(t *testing.T) (p pageDiffusion) {
	var run struct {
		Command        string
		BitsPerDim, SE float64
		Bound          struct{ Nats float64 }
		Terms          []struct {
			T    int
			Nats float64
		}
	}
	figure(t, "diffusion.json", &run)
	p = pageDiffusion{Command: run.Command, Nats: lab.Fixed(run.Bound.Nats, 1), Bits: lab.Fixed(run.BitsPerDim, 2), SE: lab.Fixed(run.SE, 2)}
	sum, most := 0., 0.
	for _, d := range run.Terms {
		if sum += d.Nats; sum < run.Bound.Nats/2 {
			p.Half = d.T + 1
		}
		most = max(most, d.Nats)
	}
	if !(math.Abs(sum-run.Bound.Nats) < .05) || len(run.Terms) < 2 {
		t.Fatalf("diffusion.json: %d terms sum to %v of %v", len(run.Terms), sum, run.Bound.Nats)
	}
	p.Most, p.First = lab.Fixed(most, 1), lab.Fixed(run.Terms[0].Nats, 1)
	for _, d := range run.Terms {
		p.Terms = append(p.Terms, pageTerm{float64(d.T), d.Nats})
	}
	return p
}

// rounded is a place in a chart to a hundredth of a percent.
func rounded(percent float64) float64 { return math.Round(100*percent) / 100 }

// signed has a plus in front of what is above 0.
func signed(x float64, decimals int) string {
	if x > 0 {
		return "+" + lab.Fixed(x, decimals)
	}
	return lab.Fixed(x, decimals)
}

// grouped is a count with commas.
func grouped(n int) string {
	if n < 1000 {
		return lab.Shortest(float64(n))
	}
	rest := lab.Shortest(float64(n % 1000))
	return grouped(n/1000) + "," + strings.Repeat("0", 3-len(rest)) + rest
}
