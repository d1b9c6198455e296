package xent_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// exported returns the exported functions of the package with the names of their parameters, and
// all exported names.
func exported(t *testing.T) (funcs map[string][]string, names []string) {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	funcs = map[string][]string{}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if !d.Name.IsExported() || d.Recv != nil && d.Name.Name == "Error" {
					continue
				}
				if d.Doc == nil {
					t.Errorf("%s has no comment", d.Name.Name)
				}
				if d.Recv != nil {
					names = append(names, "method "+d.Name.Name)
					continue
				}
				names = append(names, d.Name.Name)
				for _, p := range d.Type.Params.List {
					for _, n := range p.Names {
						funcs[d.Name.Name] = append(funcs[d.Name.Name], n.Name)
					}
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						if s.Name.IsExported() {
							names = append(names, s.Name.Name)
						}
					case *ast.ValueSpec:
						for _, n := range s.Names {
							if n.IsExported() {
								names = append(names, n.Name)
							}
						}
					}
				}
			}
		}
	}
	return funcs, names
}

// Every loss X has XGrad and XRows, which take a destination first and then what X takes.
func TestGrammar(t *testing.T) {
	funcs, names := exported(t)
	losses := 0
	for name, params := range funcs {
		base, isGrad := strings.CutSuffix(name, "Grad")
		if rows, isRows := strings.CutSuffix(name, "Rows"); isRows {
			base = rows
		} else if !isGrad {
			continue
		}
		losses++
		for _, form := range []string{"Grad", "Rows"} {
			if funcs[base+form] == nil {
				t.Errorf("%s has no %s%s", base, base, form)
			}
		}
		switch want, ok := funcs[base]; {
		case !ok:
			t.Errorf("%s stands without %s", name, base)
		case isGrad && params[0] != "grad", !isGrad && params[0] != "loss":
			t.Errorf("%s takes %v; a destination, grad or loss, comes first", name, params)
		case !slices.Equal(params[1:], want):
			t.Errorf("%s takes %v after its destination, %s takes %v", name, params[1:], base, want)
		case want[len(want)-1] != "opt":
			t.Errorf("%s ends in %s, not in opt", base, want[len(want)-1])
		}
	}
	if losses == 0 {
		t.Fatal("no loss found")
	}
	t.Logf("exported surface: %d functions, %d names in all: %s", len(funcs), len(names), strings.Join(names, " "))
}

// The map of the package, in doc.go, names every function but the forms that the grammar gives.
func TestMapIsComplete(t *testing.T) {
	page, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.FieldsFunc(string(page), func(r rune) bool { return !unicode.IsLetter(r) })
	funcs, _ := exported(t)
	checked := 0
	for name := range funcs {
		base := strings.TrimSuffix(strings.TrimSuffix(name, "Grad"), "Rows")
		if strings.HasSuffix(name, "Of") || name == "Fixed" {
			continue // constructors of views and options
		}
		checked++
		if !slices.Contains(words, base) {
			t.Errorf("doc.go does not name %s", base)
		}
	}
	if checked == 0 {
		t.Fatal("no function found")
	}
}
