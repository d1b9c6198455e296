package xent_test

import (
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// imports reads packages from their source, each once.
var imports = sync.OnceValue(func() types.Importer {
	if build.Default.GOROOT == "" { // a test that was built with -trimpath does not know where Go is
		if out, err := exec.Command("go", "env", "GOROOT").Output(); err == nil {
			build.Default.GOROOT = strings.TrimSpace(string(out))
		}
	}
	return importer.ForCompiler(token.NewFileSet(), "source", nil)
})

// typeCheck compiles a file as far as its types and returns the first error, nil for a file without.
func typeCheck(t testing.TB, source string) error {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "snippet.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	_, err = (&types.Config{Importer: imports()}).Check("snippet", files, []*ast.File{file}, nil)
	return err
}
