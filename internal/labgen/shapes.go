package main

import (
	"fmt"
	"strings"
)

// shapes writes how parameters and views lie on the tape, for the host, which asks the core for it: a line each,
//
//	Unit= nats bits                     an enumeration and its constants
//	Point label$ x y                    a record and its fields, in order
//	curve: CurveParams CurveView        an explorer and the records that it takes and gives
//
// where a name was declared above. A field has signs behind its name: ? if it may be left out, * for each list that
// it is in, and then ! for a boolean, $ for a text, @ and a name for an enumeration or a record; without, it is a number.
func (m *model) shapes() string {
	var b strings.Builder
	for _, e := range m.usedEnums() {
		fmt.Fprintf(&b, "%s= %s\n", e.name, strings.Join(e.values, " "))
	}
	done := map[string]bool{}
	for _, s := range m.bridged() {
		m.shape(&b, s, done)
	}
	for _, e := range m.explorers {
		fmt.Fprintf(&b, "%s: %s %s\n", lowerCamel(e.name), e.params, e.view)
	}
	return b.String()
}

// shape writes the line of a record below those of the records that it holds.
func (m *model) shape(b *strings.Builder, s *structType, done map[string]bool) {
	if done[s.name] {
		return
	}
	done[s.name] = true
	line := s.name
	for _, f := range s.fields {
		line += " " + lowerCamel(f.name)
		if f.optional {
			line += "?"
		}
		line += strings.Repeat("*", f.typ.slices)
		if isBasic(f.typ.name) {
			line += sign[f.typ.name]
			continue
		}
		line += "@" + f.typ.name
		if part := m.structs[f.typ.name]; part != nil {
			m.shape(b, part, done)
		}
	}
	b.WriteString(line + "\n")
}

// sign marks a field of a basic type that is no number.
var sign = map[string]string{"bool": "!", "string": "$"}
