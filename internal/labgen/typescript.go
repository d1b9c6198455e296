package main

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// typeScript writes the types of parameters and views.
func (m *model) typeScript() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", header)
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
	b.WriteString("}\n")
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
