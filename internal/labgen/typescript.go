package main

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// typeScript writes the types of parameters and views, and the functions that carry them over the tape.
func (m *model) typeScript() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nimport type { Call, Reader, Writer } from './tape';\n\nexport { limits } from './limits.gen';\n", header)
	for _, e := range m.usedEnums() {
		writeDoc(&b, "", e.doc)
		fmt.Fprintf(&b, "export type %s = '%s';\n", e.name, strings.Join(e.values, "' | '"))
	}
	for _, s := range m.bridged() {
		writeDoc(&b, "", s.doc)
		fmt.Fprintf(&b, "export interface %s {\n", s.name)
		for _, f := range s.fields {
			writeDoc(&b, "\t", f.doc)
			optional, undefined := "", ""
			if f.optional {
				optional, undefined = "?", " | undefined"
			}
			fmt.Fprintf(&b, "\treadonly %s%s: %s%s;\n", lowerCamel(f.name), optional, m.tsType(f.typ), undefined)
		}
		b.WriteString("}\n")
	}
	m.labInterface(&b)
	for _, e := range m.usedEnums() {
		fmt.Fprintf(&b, "\nconst constantsOf%s: readonly %s[] = ['%s'];\n", e.name, e.name, strings.Join(e.values, "', '"))
	}
	for _, s := range m.readStructs() {
		fmt.Fprintf(&b, "\nfunction write%s(w: Writer, v: %s): void {\n", s.name, s.name)
		for _, f := range s.fields {
			value := "v." + lowerCamel(f.name)
			if f.optional {
				value += " ?? " + m.tsZero(f.typ)
			}
			fmt.Fprintf(&b, "\t%s;\n", m.tsWrite(f.typ, value, lowerCamel(f.name)))
		}
		b.WriteString("}\n")
	}
	for _, s := range m.writtenStructs() {
		fmt.Fprintf(&b, "\nfunction read%s(r: Reader): %s {\n\treturn {\n", s.name, s.name)
		for _, f := range s.fields {
			fmt.Fprintf(&b, "\t\t%s: %s,\n", lowerCamel(f.name), m.tsRead(f.typ))
		}
		b.WriteString("\t};\n}\n")
	}
	return []byte(b.String())
}

// limitsFile writes the exported number constants: a file of its own, for pages that need no more before the core is there.
func (m *model) limitsFile() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n/** The bounds that package lab checks. */\nexport const limits = {\n", header)
	for _, l := range m.limits {
		writeDoc(&b, "\t", l.doc)
		fmt.Fprintf(&b, "\t%s: %s,\n", lowerCamel(l.name), l.value)
	}
	b.WriteString("} as const;\n")
	return []byte(b.String())
}

// labInterface writes the explorers as one object.
func (m *model) labInterface(b *strings.Builder) {
	b.WriteString("\n/** The explorers: each computes in WebAssembly, at once, and throws a LabError for wrong parameters. */\nexport interface Lab {\n")
	for _, e := range m.explorers {
		writeDoc(b, "\t", e.doc)
		fmt.Fprintf(b, "\t%s(params: %s): %s;\n", lowerCamel(e.name), e.params, e.view)
	}
	b.WriteString("}\n\n/** Binds the explorers to a way of calling them. */\nexport function bind(call: Call): Lab {\n\treturn {\n")
	for _, e := range m.explorers {
		name := lowerCamel(e.name)
		fmt.Fprintf(b, "\t\t%s: (params) => call('%s', params, write%s, read%s),\n", name, name, e.params, e.view)
	}
	b.WriteString("\t};\n}\n")
}

func (m *model) tsType(t fieldType) string {
	name := t.name
	switch name {
	case "float64", "int":
		name = "number"
	case "bool":
		name = "boolean"
	}
	for range t.slices {
		name = "readonly " + parenthesised(name) + "[]"
	}
	return name
}

func parenthesised(typ string) string {
	if strings.Contains(typ, " ") {
		return "(" + typ + ")"
	}
	return typ
}

func (m *model) tsZero(t fieldType) string {
	switch {
	case t.slices > 0:
		return "[]"
	case m.enums[t.name] != nil:
		return "'" + m.enums[t.name].values[0] + "'"
	case t.name == "bool":
		return "false"
	case t.name == "string":
		return "''"
	}
	return "0"
}

// tsWrite is a statement that writes the value v of type t; path names it in errors.
func (m *model) tsWrite(t fieldType, v, path string) string {
	switch {
	case t.slices == 1 && t.name == "float64":
		return fmt.Sprintf("w.numbers(%s, '%s')", v, path)
	case t.slices > 0:
		element := fieldType{t.slices - 1, t.name}
		return fmt.Sprintf("w.list(%s, '%s', (v) => %s)", v, path, m.tsWrite(element, "v", path))
	case m.enums[t.name] != nil:
		return fmt.Sprintf("w.constant(constantsOf%s, %s, '%s')", t.name, v, path)
	case t.name == "float64" || t.name == "int":
		return fmt.Sprintf("w.number(%s, '%s')", v, path)
	case isBasic(t.name):
		return fmt.Sprintf("w.%s(%s, '%s')", tsBasic[t.name], v, path)
	}
	return fmt.Sprintf("write%s(w, %s)", t.name, v)
}

var tsBasic = map[string]string{"bool": "boolean", "string": "text"}

// tsRead is an expression that reads a value of type t.
func (m *model) tsRead(t fieldType) string {
	switch {
	case t.slices == 1 && t.name == "float64":
		return "r.numbers()"
	case t.slices == 1 && t.name == "string":
		return "r.texts()"
	case t.slices > 0:
		return fmt.Sprintf("r.list((r) => %s)", m.tsRead(fieldType{t.slices - 1, t.name}))
	case m.enums[t.name] != nil:
		return fmt.Sprintf("r.constant(constantsOf%s)", t.name)
	case t.name == "float64" || t.name == "int":
		return "r.number()"
	case isBasic(t.name):
		return "r." + tsBasic[t.name] + "()"
	}
	return "read" + t.name + "(r)"
}

// lowerCamel turns LogProbs into logProbs, KL into kl and JSText into jsText.
func lowerCamel(name string) string {
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsUpper(r) || i > 0 && i+1 < len(runes) && unicode.IsLower(runes[i+1]) {
			break
		}
		runes[i] = unicode.ToLower(r)
	}
	return string(runes)
}

// docLink is a link of a Go comment: [Name] or [Type.Field].
var docLink = regexp.MustCompile(`\[\*?([A-Z]\w*(?:\.\w+)*)\]`)

// writeDoc writes a Go comment as a TypeScript one: links lose their brackets, formulas keep their lines.
func writeDoc(b *strings.Builder, indent, doc string) {
	doc = strings.TrimSpace(docLink.ReplaceAllString(doc, "`$1`"))
	if doc == "" {
		if indent == "" {
			b.WriteString("\n")
		}
		return
	}
	if indent == "" {
		b.WriteString("\n")
	}
	lines := strings.Split(doc, "\n")
	if len(lines) == 1 {
		fmt.Fprintf(b, "%s/** %s */\n", indent, lines[0])
		return
	}
	fmt.Fprintf(b, "%s/**\n", indent)
	for _, line := range lines {
		fmt.Fprintln(b, strings.TrimRight(indent+" * "+line, " "))
	}
	fmt.Fprintf(b, "%s */\n", indent)
}
