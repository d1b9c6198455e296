//go:build !js

package rowfile

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"

	"xent/internal/strictjson"
)

// A Token is one of a text with what a server told of it.
type Token struct {
	Sequence int64  // the object of JSON that it stands in, from 0
	Position int    // in its text, from 0
	Text     string // as the server writes it
	Bytes    int    // of its text
	LogProb  float64
	Missing  bool      // the first of a prompt, which nothing predicts
	Censored bool      // the server does not tell LogProb, which is at most the least of Top
	Top      []float64 // log-probabilities of different tokens, this one's among them if known; in no order
	Listed   bool      // alternatives were told
	Best     string    // the likeliest of these and its log-probability
	BestProb float64
}

// TokenLog reads logs of token probabilities: objects of JSON, one a line or otherwise, as servers answer them. Wherever they stand,
//
//	"logprobs": {"content": [{"token", "logprob", "bytes", "top_logprobs": [{"token", "logprob"}...]}...]}   chat completions of OpenAI
//	"logprobs": {"tokens": [], "token_logprobs": [], "top_logprobs": [{token: logprob}...]}                  completions
//	"prompt_logprobs": [null, {id: {"logprob", "rank", "decoded_token"}...}...]                              vLLM, whose first is the token
//
// A log-probability of null (but for a text's first), -Infinity, -100 or at most -9999 says that the token is not among those told.
type TokenLog struct {
	Path    string
	Bytes   int64
	Partial bool // the last object was cut short and left out

	file    *file
	records *records
	walk    tokenWalk
	queue   []Token
	objects int64
}

// OpenTokens opens the file at path; nil if it begins with something else than such a log. Errors: *Error.
// Memory: twice the longest object, which has at most 64 MiB.
func OpenTokens(path string, opt Options) (*TokenLog, error) {
	if path == Stdin {
		return nil, nil
	}
	f, err := openFile(path, &opt)
	if err != nil {
		return nil, err
	}
	l := &TokenLog{Path: path, Bytes: f.size, file: f}
	head, err := f.head(4096)
	if err == nil && jsonText(head) {
		if l.records, err = newRecords(f); err == nil {
			l.records.whole, l.records.values = true, true
			if r, bad := l.records.next(); bad == nil && bytes.Contains(r.text, []byte("logprobs")) {
				l.walk.parse(r.text)
			}
		}
	}
	if err != nil || len(l.walk.tokens) == 0 {
		f.f.Close()
		return nil, err
	}
	l.walk = tokenWalk{}
	l.records.rewind()
	return l, nil
}

// Close releases the file.
func (l *TokenLog) Close() error { return l.file.f.Close() }

// Next returns the next token, or io.EOF after the last. Errors: *Error.
func (l *TokenLog) Next() (*Token, error) {
	for len(l.queue) == 0 {
		r, err := l.records.next()
		if err != nil {
			return nil, err
		}
		if !r.closed && len(bytes.TrimSpace(r.text)) > 0 {
			if l.Partial = l.walk.parse(r.text) != nil; l.Partial {
				return nil, io.EOF
			}
		} else if err := l.walk.parse(r.text); err != nil {
			return nil, l.located(r, err)
		}
		l.queue = l.walk.tokens
		for i := range l.queue {
			l.queue[i].Sequence = l.objects
			if err := l.queue[i].check(); err != "" {
				return nil, l.file.line(r.line, 0, sprintf("token %d, %s: %s", i, quote(l.queue[i].Text), err), "log-probabilities of the model", "with a temperature or top-p applied they are not its own; ask for raw log-probabilities")
			}
		}
		l.objects++
	}
	t := &l.queue[0]
	l.queue = l.queue[1:]
	return t, nil
}

// located says where in the file an error of an object is.
func (l *TokenLog) located(r record, err error) error {
	var e *strictjson.Error
	if !errors.As(err, &e) {
		return l.file.line(r.line, 0, err.Error(), "", "")
	}
	at := min(int(e.Offset), len(r.text))
	line := r.line + bytes.Count(r.text[:at], []byte{'\n'})
	return l.file.line(line, at-bytes.LastIndexByte(r.text[:at], '\n'), e.Got, e.Want, "")
}

// check tells what is wrong with a token; "" if nothing is.
func (t *Token) check() string {
	total := 0.0
	for _, p := range t.Top {
		switch {
		case math.IsNaN(p):
			return "a log-probability is NaN"
		case p > 1e-3:
			return sprintf("a log-probability is %v", p)
		}
		total += math.Exp(p)
	}
	if total > 1.001 {
		return sprintf("the probabilities told sum to %s", strconv.FormatFloat(total, 'g', 5, 64))
	}
	return ""
}

// untold reports whether a log-probability stands for one that is not told.
func untold(p float64) bool { return p <= -9999 || p == -100 }

// tokenWalk finds the tokens of an object.
type tokenWalk struct {
	d      strictjson.Decoder
	tokens []Token
	begin  int // where the tokens of the text that is read begin
}

func (w *tokenWalk) parse(text []byte) error {
	w.tokens = nil
	w.d.NonFinite = true
	w.d.Reset(text)
	if err := w.value(); err != nil {
		return err
	}
	return w.d.End()
}

// value walks a value of any kind.
func (w *tokenWalk) value() error {
	switch w.d.Kind() {
	case strictjson.List:
		return w.d.List(w.value)
	case strictjson.Object:
	default:
		return w.d.Skip()
	}
	return w.d.Object(func(name []byte) error {
		w.begin = len(w.tokens)
		switch kind := w.d.Kind(); {
		case string(name) == "logprobs" && kind == strictjson.Object:
			return w.logprobs()
		case string(name) == "prompt_logprobs" && kind == strictjson.List:
			return w.prompt()
		}
		return w.value()
	})
}

// An option is a token that could have come.
type option struct {
	name string
	p    float64
	null bool // p is not told
}

// logprobs reads a choice's.
func (w *tokenWalk) logprobs() error {
	var tokens []string
	var probs []option
	var tops [][]option
	err := w.d.Object(func(name []byte) error {
		if w.d.Kind() != strictjson.List {
			return w.d.Skip()
		}
		switch string(name) {
		case "content":
			return w.d.List(w.content)
		case "tokens":
			return w.d.List(func() error {
				s, err := w.text()
				tokens = append(tokens, s)
				return err
			})
		case "token_logprobs":
			return w.d.List(func() error {
				var o option
				err := w.number(&o)
				probs = append(probs, o)
				return err
			})
		case "top_logprobs":
			return w.d.List(func() error {
				top, err := w.named(false)
				tops = append(tops, top)
				return err
			})
		}
		return w.d.Skip()
	})
	if err != nil {
		return err
	}
	if n := len(tokens); len(probs) != n || len(tops) != 0 && len(tops) != n {
		return errors.New(sprintf("%d tokens with %d token_logprobs and %d top_logprobs", n, len(probs), len(tops)))
	}
	for i, text := range tokens {
		own := probs[i]
		own.name = text
		var top []option
		if len(tops) > 0 {
			top = tops[i]
		}
		w.add(own, len(text), top)
	}
	return nil
}

// content reads a token of a chat completion.
func (w *tokenWalk) content() error {
	own := option{null: true}
	size := -1
	var top []option
	err := w.d.Object(func(name []byte) (err error) {
		switch kind := w.d.Kind(); {
		case string(name) == "bytes" && kind == strictjson.List:
			size = 0
			return w.d.List(func() error { size++; return w.d.Skip() })
		case string(name) == "top_logprobs" && kind == strictjson.List:
			return w.d.List(func() error {
				o := option{null: true}
				err := w.option(&o)
				top = append(top, o)
				return err
			})
		}
		return w.member(name, &own)
	})
	if size < 0 {
		size = len(own.name)
	}
	w.add(own, size, top)
	return err
}

// option reads {"token": ..., "logprob": ...}, or what vLLM calls "decoded_token".
func (w *tokenWalk) option(o *option) error {
	return w.d.Object(func(name []byte) error { return w.member(name, o) })
}

func (w *tokenWalk) member(name []byte, o *option) (err error) {
	switch string(name) {
	case "token", "decoded_token":
		o.name, err = w.text()
		return err
	case "logprob":
		return w.number(o)
	}
	return w.d.Skip()
}

// named reads an object of log-probabilities by tokens, or, for nested ones, of options; null is none.
func (w *tokenWalk) named(nested bool) (all []option, err error) {
	if w.d.Kind() == strictjson.Null {
		return nil, w.d.Skip()
	}
	err = w.d.Object(func(name []byte) error {
		o := option{name: string(name), null: true}
		defer func() { all = append(all, o) }()
		if nested {
			return w.option(&o)
		}
		return w.number(&o)
	})
	return all, err
}

// prompt reads what vLLM tells of a prompt: at each place the token that stands there, first, and the likeliest.
func (w *tokenWalk) prompt() error {
	return w.d.List(func() error {
		all, err := w.named(true)
		if err != nil {
			return err
		}
		own := option{null: true}
		if len(all) > 0 {
			own = all[0]
			all = all[1:]
		}
		if !own.null && len(all) > 0 { // it has a number of its own, whatever it is called
			all = append(all, own)
		}
		w.add(own, len(own.name), all)
		return nil
	})
}

// text reads a string, as which some servers write the numbers of tokens.
func (w *tokenWalk) text() (string, error) {
	if w.d.Kind() == strictjson.String {
		s, err := w.d.String()
		return string(s), err
	}
	s, err := w.d.Raw()
	return string(s), err
}

// number reads a log-probability.
func (w *tokenWalk) number(o *option) error {
	if o.null = w.d.Kind() == strictjson.Null; o.null {
		return w.d.Skip()
	}
	text, err := w.d.Number()
	if err != nil {
		return err
	}
	if o.p, err = strconv.ParseFloat(string(text), 64); err != nil {
		return errors.New("the log-probability " + quote(text) + " is out of range")
	}
	o.null = untold(o.p)
	return nil
}

// add adds a token of so many bytes and the options told of its place, among which it stands or not.
func (w *tokenWalk) add(own option, size int, top []option) {
	t := Token{Position: len(w.tokens) - w.begin, Text: own.name, Bytes: size, LogProb: own.p, BestProb: math.Inf(-1), Listed: len(top) > 0}
	told := false
	for _, o := range top {
		if o.null {
			continue
		}
		told = told || o.name == own.name
		t.Top = append(t.Top, o.p)
		if o.p > t.BestProb {
			t.Best, t.BestProb = o.name, o.p
		}
	}
	switch {
	case own.null && t.Position == 0 && len(top) == 0:
		t.Missing = true
	case own.null:
		t.Censored = true
	case !told:
		t.Top = append(t.Top, own.p)
		if own.p > t.BestProb {
			t.Best, t.BestProb = own.name, own.p
		}
	}
	w.tokens = append(w.tokens, t)
}
