package report

import (
	"io"
	"strings"

	"xent/doctor"
)

// Explain writes how a finding is found, what it means and what to do about it.
func Explain(w io.Writer, e doctor.Explanation) error {
	sections := [][]string{{e.ID + " (" + e.Code + "): " + e.Summary}}
	for _, part := range []struct{ title, text string }{
		{"How it is found", e.How}, {"What it means", e.Why}, {"What to do", e.Do},
	} {
		lines := []string{part.title}
		for _, line := range wrap(part.text, 78) {
			lines = append(lines, "  "+line)
		}
		sections = append(sections, lines)
	}
	_, err := io.WriteString(w, strings.Join(join(sections...), "\n")+"\n")
	return err
}
