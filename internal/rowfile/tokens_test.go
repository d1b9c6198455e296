package rowfile

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

const chat = `{"id":"a","choices":[{"logprobs":{"content":[
 {"token":"Hi","logprob":-0.5,"bytes":[72,105],"top_logprobs":[{"token":"Hi","logprob":-0.5},{"token":"Yo","logprob":-1.5}]},
 {"token":" é","logprob":-2.0,"bytes":[32,195,169],"top_logprobs":[{"token":"!","logprob":-0.25},{"token":",","logprob":-3.0}]}]}}]}
{"choices":[{"logprobs":{"content":[{"token":"<x>","logprob":-9999.0,"bytes":null,"top_logprobs":[{"token":"y","logprob":-4.0}]}]}}]}`

func tokensOf(t testing.TB, text string) ([]Token, *TokenLog, error) {
	t.Helper()
	l, err := OpenTokens(write(t, "log.jsonl", []byte(text)), Options{})
	if l == nil || err != nil {
		return nil, nil, err
	}
	defer l.Close()
	var all []Token
	for {
		next, err := l.Next()
		if errors.Is(err, io.EOF) {
			return all, l, nil
		}
		if err != nil {
			return all, l, err
		}
		all = append(all, *next)
	}
}

func TestTokens(t *testing.T) {
	inf := math.Inf(-1)
	for _, tt := range []struct {
		name, text string
		want       []Token
		why        string
	}{
		{"chat", chat, []Token{
			{Sequence: 0, Position: 0, Text: "Hi", Bytes: 2, LogProb: -.5, Top: []float64{-.5, -1.5}, Listed: true, Best: "Hi", BestProb: -.5},
			{Sequence: 0, Position: 1, Text: " é", Bytes: 3, LogProb: -2, Top: []float64{-.25, -3, -2}, Listed: true, Best: "!", BestProb: -.25},
			{Sequence: 1, Position: 0, Text: "<x>", Bytes: 3, LogProb: -9999, Censored: true, Top: []float64{-4}, Listed: true, Best: "y", BestProb: -4},
		}, "one that is not among the likeliest is told beside; -9999 is no log-probability"},
		{"list of objects", "[" + strings.Replace(chat, "}\n{", "},\n{", 1) + "]", []Token{{Text: "Hi"}, {Text: " é"}, {Text: "<x>", Censored: true}}, "an array of answers"},
		{"completion", `{"choices":[{"logprobs":{"tokens":["a"," b"],"token_logprobs":[null,-0.5],"top_logprobs":[null,{" b":-0.5," c":-1.5}],"text_offset":[0,1]}}]}`, []Token{
			{Text: "a", Bytes: 1, Missing: true, BestProb: inf},
			{Position: 1, Text: " b", Bytes: 2, LogProb: -.5, Top: []float64{-.5, -1.5}, Listed: true, Best: " b", BestProb: -.5},
		}, "nothing predicts the first token of an echo"},
		{"completion without alternatives", `{"choices":[{"logprobs":{"tokens":["a"],"token_logprobs":[-2],"top_logprobs":null}}]}`, []Token{
			{Text: "a", Bytes: 1, LogProb: -2, Top: []float64{-2}, Best: "a", BestProb: -2}}, ""},
		{"vLLM", `{"prompt_logprobs":[null,{"88":{"logprob":-3,"rank":7,"decoded_token":" y"},"11":{"logprob":-0.5,"rank":1,"decoded_token":" y"}}]}`, []Token{
			{Missing: true, BestProb: inf},
			{Position: 1, Text: " y", Bytes: 2, LogProb: -3, Top: []float64{-.5, -3}, Listed: true, Best: " y", BestProb: -.5},
		}, "two tokens may look alike; the first is that of the prompt"},
		{"null later", `{"logprobs":{"tokens":["a","b"],"token_logprobs":[-1,null],"top_logprobs":[]}}`, []Token{
			{Text: "a", Bytes: 1, LogProb: -1, Top: []float64{-1}, Best: "a", BestProb: -1}, {Position: 1, Text: "b", Bytes: 1, Censored: true, BestProb: inf}}, "SGLang writes null"},
		{"-Infinity and -100", `{"logprobs":{"tokens":["a","b"],"token_logprobs":[-Infinity,-100],"top_logprobs":[{"x":-1},{"x":-1}]}}`, []Token{
			{Text: "a", Censored: true, Listed: true}, {Position: 1, Text: "b", Censored: true, Listed: true}}, "never averaged"},
	} {
		got, l, err := tokensOf(t, tt.text)
		if err != nil || l == nil || len(got) != len(tt.want) {
			t.Errorf("%s: %d tokens, %v; want %d (%s)", tt.name, len(got), err, len(tt.want), tt.why)
			continue
		}
		for i, w := range tt.want {
			g := got[i]
			if g.Text != w.Text || g.Censored != w.Censored {
				t.Errorf("%s: token %d is %+v, want %+v (%s)", tt.name, i, g, w, tt.why)
			}
			if w.Bytes == 0 { // looked at by name alone
				continue
			}
			same(t, tt.name+", top", g.Top, w.Top...)
			if g.Sequence != w.Sequence || g.Position != w.Position || g.Bytes != w.Bytes || g.Missing != w.Missing || g.Listed != w.Listed || g.Best != w.Best || g.BestProb != w.BestProb || !w.Censored && g.LogProb != w.LogProb {
				t.Errorf("%s: token %d is %+v, want %+v (%s)", tt.name, i, g, w, tt.why)
			}
		}
	}
}

// Rows 44 to 47 of the table of bad inputs.
func TestBadTokens(t *testing.T) {
	one := func(own, top string) string {
		return `{"logprobs":{"content":[{"token":"a","logprob":` + own + `,"top_logprobs":[` + top + `]}]}}`
	}
	for _, tt := range []struct{ name, text, says, why string }{
		{"sum", one("-0.1", `{"token":"a","logprob":-0.1},{"token":"b","logprob":-0.1}`), `:1: token 0, "a": the probabilities told sum to 1.8097, want log-probabilities of the model`, "temperature or top-p applied"},
		{"positive", one("0.5", ""), "a log-probability is 0.5", "a probability, not its logarithm"},
		{"NaN", one("NaN", ""), "a log-probability is NaN", "vLLM lets it through"},
		{"text", "{\"logprobs\":{\"content\":[{\"token\":\"a\",\"logprob\":-1}]}}\n" + one(`"NaN"`, ""), ":2:48: ", "a string is no number"},
		{"overflow", "{\"logprobs\":{\"content\":[{\"token\":\"a\",\"logprob\":-1}]}}\n" + one("1e400", ""), ":2: the log-probability \"1e400\" is out of range", ""},
		{"lengths", `{"a":` + one("-1", "") + `,"logprobs":{"tokens":["a","b"],"token_logprobs":[-1]}}`, "2 tokens with 1 token_logprobs and 0 top_logprobs", ""},
		{"names twice", chat + "\n" + `{"logprobs":{"content":[]},"logprobs":{"content":[]}}`, "stands twice", "readers would disagree"},
	} {
		_, l, err := tokensOf(t, tt.text)
		var e *Error
		if l == nil || !errors.As(err, &e) || !strings.Contains(e.Error(), tt.says) {
			t.Errorf("%s: %v, want %q (%s)", tt.name, err, tt.says, tt.why)
		}
	}
	got, l, err := tokensOf(t, chat+"\n"+chat[:100])
	if err != nil || len(got) != 3 || !l.Partial {
		t.Errorf("cut short: %d tokens, %v", len(got), err)
	}
	for name, text := range map[string]string{
		"rows":      `{"logprobs":[-0.1,-2.3],"label":0}`,
		"table":     "a,b\n1,2\n",
		"no tokens": `{"logprobs":{"content":[]}}`,
		"other":     `{"choices":[{"logprobs":null}]}`,
	} {
		if _, l, err := tokensOf(t, text); l != nil || err != nil {
			t.Errorf("%s is taken for a log (%v)", name, err)
		}
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{chat, "[" + chat + "]", `{"prompt_logprobs":[null,{"88":{"logprob":-3}}]}`, `{"logprobs":{"tokens":["a"],"token_logprobs":[null],"top_logprobs":[{"x":-1}]}}`} {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		path := putFile(t, dir, "log.jsonl", data)
		bytes := allocated(func() {
			l, err := OpenTokens(path, Options{MaxMem: 16 << 20})
			for l != nil && err == nil {
				var next *Token
				if next, err = l.Next(); err == nil && (math.IsNaN(next.LogProb) || next.Position < 0 || next.Bytes < 0) {
					t.Fatalf("%+v", next)
				}
			}
			if e := (*Error)(nil); err != nil && !errors.Is(err, io.EOF) && (!errors.As(err, &e) || e.Got == "") {
				t.Fatalf("%T: %v, want *Error", err, err)
			}
			if l != nil {
				l.Close()
			}
		})
		if bytes > 64<<20 {
			t.Errorf("%d bytes allocated", bytes)
		}
	})
}
