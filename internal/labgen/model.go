package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// model is what package lab declares, in the order of its files.
type model struct {
	explorers []explorer
	structs   map[string]*structType
	enums     map[string]*enumType
	limits    []limit
}

// explorer is a function from parameters to a view.
type explorer struct {
	name, doc    string
	params, view string
	core         string // the core that has it; "" for all
}

type structType struct {
	name, doc string
	fields    []field
}

type field struct {
	name, doc string
	typ       fieldType
	optional  bool
}

// fieldType is a basic type, or the name of a struct or an enumeration, behind a number of slices.
type fieldType struct {
	slices int
	name   string
}

type enumType struct {
	name, doc string
	constants []string // Go names
	values    []string
}

type limit struct{ name, doc, value string }

// parse reads the package in dir.
func parse(dir string) (*model, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	m := &model{structs: map[string]*structType{}, enums: map[string]*enumType{}}
	files := token.NewFileSet()
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.GenDecl:
				if err := m.declaration(d); err != nil {
					return nil, fmt.Errorf("%s: %w", path, err)
				}
			case *ast.FuncDecl:
				m.function(d, coreOf(file))
			}
		}
	}
	slices.SortFunc(m.explorers, func(a, b explorer) int { return cmp.Compare(a.name, b.name) })
	if len(m.explorers) == 0 {
		return nil, fmt.Errorf("%s holds no explorer", dir)
	}
	return m, m.check()
}

func (m *model) declaration(d *ast.GenDecl) error {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			doc := s.Doc
			if doc == nil {
				doc = d.Doc
			}
			switch t := s.Type.(type) {
			case *ast.StructType:
				fields, err := structFields(t)
				if err == nil {
					m.structs[s.Name.Name] = &structType{s.Name.Name, doc.Text(), fields}
				} else if s.Name.IsExported() && isBridged(s.Name.Name) {
					return fmt.Errorf("%s: %w", s.Name.Name, err)
				}
			case *ast.Ident:
				if t.Name == "string" && s.Name.IsExported() {
					m.enums[s.Name.Name] = &enumType{name: s.Name.Name, doc: doc.Text()}
				}
			}
		case *ast.ValueSpec:
			if d.Tok == token.CONST {
				m.constants(s)
			}
		}
	}
	return nil
}

// isBridged says by its name that a struct was meant to cross the bridge.
func isBridged(name string) bool {
	return strings.HasSuffix(name, "Params") || strings.HasSuffix(name, "View")
}

// constants collects those of an enumeration, and exported numbers.
func (m *model) constants(s *ast.ValueSpec) {
	for i, name := range s.Names {
		if !name.IsExported() || i >= len(s.Values) {
			continue
		}
		value, negative := s.Values[i], ""
		if u, ok := value.(*ast.UnaryExpr); ok && u.Op == token.SUB {
			value, negative = u.X, "-"
		}
		literal, ok := value.(*ast.BasicLit)
		if !ok {
			continue
		}
		if typ, ok := s.Type.(*ast.Ident); ok {
			if enum := m.enums[typ.Name]; enum != nil && literal.Kind == token.STRING {
				enum.constants = append(enum.constants, name.Name)
				enum.values = append(enum.values, constant.StringVal(constant.MakeFromLiteral(literal.Value, literal.Kind, 0)))
			}
			continue
		}
		if literal.Kind == token.INT || literal.Kind == token.FLOAT {
			doc := s.Comment.Text()
			if doc == "" {
				doc = s.Doc.Text()
			}
			m.limits = append(m.limits, limit{name.Name, doc, negative + literal.Value})
		}
	}
}

// usual is the core of files that name none.
const usual = "chapters"

// coreOf returns the core that a file of package lab is for, by its build constraint.
func coreOf(file *ast.File) string {
	for _, group := range file.Comments {
		for _, c := range group.List {
			if name, ok := strings.CutPrefix(c.Text, "//go:build !js || "); ok && c.Pos() < file.Package {
				return name
			}
		}
	}
	return usual
}

// everywhere reports whether a function is to be in all cores.
func everywhere(d *ast.FuncDecl) bool {
	return d.Doc != nil && slices.ContainsFunc(d.Doc.List, func(c *ast.Comment) bool { return c.Text == "//lab:everywhere" })
}

// cores returns the names of the cores, in order.
func (m *model) cores() []string {
	var names []string
	for _, e := range m.explorers {
		if e.core != "" && !slices.Contains(names, e.core) {
			names = append(names, e.core)
		}
	}
	slices.Sort(names)
	return names
}

// constraint returns the build constraint of a core's bridge.
func (m *model) constraint(core string) string {
	if core != usual {
		return core
	}
	others := slices.DeleteFunc(m.cores(), func(name string) bool { return name == usual })
	return "!" + strings.Join(others, " && !")
}

// only returns the model of one core.
func (m *model) only(core string) *model {
	part := *m
	part.explorers = slices.DeleteFunc(slices.Clone(m.explorers), func(e explorer) bool { return e.core != "" && e.core != core })
	return &part
}

func (m *model) function(d *ast.FuncDecl, core string) {
	if everywhere(d) {
		core = ""
	}
	if d.Recv != nil || !d.Name.IsExported() || d.Type.TypeParams != nil {
		return
	}
	in, out := d.Type.Params.List, d.Type.Results
	if len(in) != 1 || out == nil || len(out.List) != 2 {
		return
	}
	params, ok1 := in[0].Type.(*ast.Ident)
	view, ok2 := out.List[0].Type.(*ast.Ident)
	last, ok3 := out.List[1].Type.(*ast.Ident)
	if ok1 && ok2 && ok3 && last.Name == "error" && params.IsExported() && view.IsExported() {
		m.explorers = append(m.explorers, explorer{d.Name.Name, d.Doc.Text(), params.Name, view.Name, core})
	}
}

func structFields(t *ast.StructType) ([]field, error) {
	var fields []field
	for _, f := range t.Fields.List {
		if len(f.Names) == 0 {
			return nil, fmt.Errorf("an embedded field cannot cross the bridge")
		}
		typ, err := parseType(f.Type)
		if err != nil {
			return nil, err
		}
		doc := f.Comment.Text()
		if doc == "" {
			doc = f.Doc.Text()
		}
		optional := f.Tag != nil && reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("lab") == "optional"
		for _, name := range f.Names {
			fields = append(fields, field{name.Name, doc, typ, optional})
		}
	}
	return fields, nil
}

func parseType(e ast.Expr) (fieldType, error) {
	switch t := e.(type) {
	case *ast.Ident:
		return fieldType{0, t.Name}, nil
	case *ast.ArrayType:
		if t.Len == nil {
			element, err := parseType(t.Elt)
			return fieldType{element.slices + 1, element.name}, err
		}
	}
	return fieldType{}, fmt.Errorf("a field of type %T cannot cross the bridge", e)
}

// check wants every type that is used to be known, and no pair of names to meet in TypeScript.
func (m *model) check() error {
	for _, e := range m.explorers {
		for _, name := range []string{e.params, e.view} {
			if m.structs[name] == nil {
				return fmt.Errorf("%s: %s is no struct of package lab", e.name, name)
			}
		}
	}
	for _, s := range m.bridged() {
		for _, f := range s.fields {
			if !isBasic(f.typ.name) && m.structs[f.typ.name] == nil && m.enums[f.typ.name] == nil {
				return fmt.Errorf("%s.%s: the type %s cannot cross the bridge", s.name, f.name, f.typ.name)
			}
			if f.optional && f.typ.slices == 0 && f.typ.name != "float64" && f.typ.name != "int" {
				return fmt.Errorf("%s.%s: only a number or a list is optional", s.name, f.name)
			}
		}
	}
	for _, e := range m.enums {
		if len(e.values) == 0 {
			return fmt.Errorf("%s has no constants", e.name)
		}
		if slices.ContainsFunc(e.values, func(value string) bool { return value == "" || strings.ContainsAny(value, " \n") }) {
			return fmt.Errorf("%s: a constant is a word", e.name)
		}
	}
	return nil
}

func isBasic(name string) bool {
	return name == "float64" || name == "int" || name == "bool" || name == "string"
}

// reach adds name and the structs it holds to found.
func (m *model) reach(name string, found map[string]bool) {
	s := m.structs[name]
	if s == nil || found[name] {
		return
	}
	found[name] = true
	for _, f := range s.fields {
		m.reach(f.typ.name, found)
	}
}

// used returns the structs that parameters (or views) are made of, by name.
func (m *model) used(of func(explorer) string) []*structType {
	found := map[string]bool{}
	for _, e := range m.explorers {
		m.reach(of(e), found)
	}
	var used []*structType
	for name := range found {
		used = append(used, m.structs[name])
	}
	slices.SortFunc(used, func(a, b *structType) int { return cmp.Compare(a.name, b.name) })
	return used
}

func (m *model) readStructs() []*structType {
	return m.used(func(e explorer) string { return e.params })
}
func (m *model) writtenStructs() []*structType {
	return m.used(func(e explorer) string { return e.view })
}

// bridged returns every struct that crosses the bridge, by name.
func (m *model) bridged() []*structType {
	all := append(m.readStructs(), m.writtenStructs()...)
	slices.SortFunc(all, func(a, b *structType) int { return cmp.Compare(a.name, b.name) })
	return slices.Compact(all)
}

// usedEnums returns the enumerations of the bridged structs, by name.
func (m *model) usedEnums() []*enumType {
	var used []*enumType
	for _, s := range m.bridged() {
		for _, f := range s.fields {
			if e := m.enums[f.typ.name]; e != nil && !slices.Contains(used, e) {
				used = append(used, e)
			}
		}
	}
	slices.SortFunc(used, func(a, b *enumType) int { return cmp.Compare(a.name, b.name) })
	return used
}
