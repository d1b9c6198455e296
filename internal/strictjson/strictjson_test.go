package strictjson

import (
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"
)

// all reads a text to its end.
func all(text string, nonFinite bool) error {
	d := New([]byte(text))
	d.NonFinite = nonFinite
	if err := d.Skip(); err != nil {
		return err
	}
	return d.End()
}

func TestRefusals(t *testing.T) {
	many := func(last string) string {
		var b strings.Builder
		for i := range 40 {
			b.WriteString(`"k` + string(rune('a'+i%26)) + string(rune('a'+i/26)) + `":0,`)
		}
		return "{" + b.String() + last + "}"
	}
	for _, tt := range []struct{ name, text, want, why string }{
		{"empty", "", "byte 0: the text ends, want a value", ""},
		{"two names", `{"a":1,"a":2}`, `byte 7: the name "a" stands twice in one object, want names that differ`, "the last wins in Go and Python, the first elsewhere"},
		{"two names, one escaped", `{"a":1,"\u0061":2}`, `byte 7: the name "a" stands twice in one object, want names that differ`, "escapes hide the second from a text search"},
		{"two of many", many(`"kbb":1`), `byte 321: the name "kbb" stands twice in one object, want names that differ`, "more names than are compared one by one"},
		{"depth", strings.Repeat("[", 1e6), "byte 64: values nested more than 64 deep", "a recursive parser dies of 1e6 levels"},
		{"behind", `{} {}`, `byte 3: found "{}" behind the value, want nothing more`, ""},
		{"BOM", "\xef\xbb\xbf{}", `byte 0: found "\ufeff{}", want a value`, ""},
		{"not UTF-8", "{\"a\xff\":1}", `byte 3: the byte "\xff" in a string, want UTF-8`, ""},
		{"NaN", "[NaN]", `byte 1: found "NaN]", want a value`, "JSON has none; allowed where asked for"},
		{"leading zero", "[01]", `byte 1: found "01]", want a number`, "octal to some"},
		{"no digits", "[1.]", `byte 1: found "1.]", want a number`, ""},
		{"plus", "[+1]", `byte 1: found "+1]", want a value`, ""},
		{"trailing comma", "[1,]", `byte 3: found "]", want a value`, ""},
		{"trailing comma in an object", `{"a":1,}`, `byte 7: found "}", want the name of a member`, ""},
		{"no colon", `{"a" 1}`, `byte 5: found "1}", want a colon`, ""},
		{"no comma", `[1 2]`, `byte 3: found "2]", want a comma or "]"`, ""},
		{"open string", `["a`, `byte 1: a string that does not end`, ""},
		{"control character", "[\"a\nb\"]", `byte 3: a control character in a string: "\n", want it escaped`, ""},
		{"half a pair", `["\ud800"]`, `byte 2: the escape "\\ud800", want one of JSON's`, ""},
		{"bad escape", `["\x41"]`, `byte 2: the escape "\\x41", want one of JSON's`, ""},
		{"word", "[nul]", `byte 1: found "nul]", want true, false or null`, ""},
		{"cut", `{"a":[1`, `byte 7: the text ends, want a comma or "]"`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := all(tt.text, false)
			var e *Error
			if !errors.As(err, &e) || e.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestValues(t *testing.T) {
	d := New([]byte(` {"a":[-1.5e3, "\u00e9\ud83d\ude00\n"], "b": {"c": null}, "d": NaN, "e": -Infinity} `))
	d.NonFinite = true
	var got []string
	take := func(b []byte, err error) error {
		got = append(got, string(b))
		return err
	}
	err := d.Object(func(name []byte) error {
		got = append(got, string(name))
		switch d.Kind() {
		case List:
			return d.List(func() error {
				if d.Kind() == Number {
					return take(d.Number())
				}
				return take(d.String())
			})
		case Number:
			return take(d.Number())
		}
		return d.Skip()
	})
	if err == nil {
		err = d.End()
	}
	if err != nil {
		t.Fatal(err)
	}
	want := "a|-1.5e3|é😀\n|b|d|NaN|e|-Infinity"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("%q, want %q", s, want)
	}
}

// What is read here, encoding/json reads too; what only encoding/json reads is one of the things refused on purpose.
func FuzzStrict(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e-3,true,null,"x\n\u00e9"]}`, `{"a":1,"a":2}`, "[[[]]]", "[NaN]", `["\ud83d\ude00"]`, strings.Repeat("[", 100), "\xef\xbb\xbf{}", `{"__metadata__":{}}`} {
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, nonFinite bool) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := all(s, nonFinite)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
			t.Errorf("%d bytes allocated", n)
		}
		if nonFinite {
			return
		}
		valid := json.Valid([]byte(s))
		if err == nil && (!valid || !utf8.ValidString(s)) {
			t.Errorf("%q is read, and is no JSON", s)
		}
		if err != nil && valid {
			text := err.Error()
			for _, on := range []string{"stands twice", "nested more", "want UTF-8", "the escape"} {
				if strings.Contains(text, on) {
					return
				}
			}
			t.Errorf("%q is JSON: %v", s, err)
		}
	})
}
