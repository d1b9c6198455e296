package rowfile

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestSprintf(t *testing.T) {
	for _, tt := range []struct {
		format string
		args   []any
	}{
		{"plain", nil},
		{"%d bytes, want %d", []any{3, int64(-7)}},
		{"%d %d %d %d", []any{uint16(65535), uint32(math.MaxUint32), uint64(math.MaxUint64), byte(200)}},
		{"%s and %q", []any{"a b", "c\"d\n"}},
		{"%s", []any{dtype{kind: kindE4M3}}},
		{"%v is %v, not %v", []any{"name", uint16(8), 2.5}},
		{"%v %v %v", []any{1e21, math.NaN(), math.Inf(-1)}},
		{"%x %#x %#04x %08x", []any{255, uint32(0xd800), rune(0xe9), uint32(0x1234)}},
		{"method %d", []any{uint16(99)}},
	} {
		if got, want := sprintf(tt.format, tt.args...), fmt.Sprintf(tt.format, tt.args...); got != want {
			t.Errorf("%s: %q, fmt writes %q", tt.format, got, want)
		}
	}
}

// Every message has as many arguments as verbs: go vet looks at fmt's functions only.
func TestSprintfCalls(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.Ident); !ok || f.Name != "sprintf" || call.Ellipsis.IsValid() {
				return true
			}
			literal, ok := call.Args[0].(*ast.BasicLit)
			if !ok {
				t.Errorf("a format that is no literal: %v", call.Args[0])
				return true
			}
			format, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			calls++
			if verbs := strings.Count(format, "%"); verbs != len(call.Args)-1 {
				t.Errorf("%s has %d verbs and %d arguments", literal.Value, verbs, len(call.Args)-1)
			}
			return true
		})
	}
	if calls < 90 {
		t.Errorf("found %d messages, want those of the package", calls)
	}
}
