package main

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"xent/cmd/xent/report"
	"xent/cmd/xent/site"
	"xent/eval"
	labs "xent/lab"
)

// explorers are those of the lab that open a row of somebody's own model, and whether their states hold names.
var explorers = []struct {
	id, page, text string
	names          bool
}{
	{"e1", "learn/1-code/", "cross-entropy", true},
	{"e3", "learn/3-softmax/", "temperature", false},
}

// maxName is the length of a name that a state holds, in characters.
const maxName = 24

// doors returns the ways into the lab at root for a row of r, with its scores and label as the explorer's
// state: none where the report does not hold the scores, or they have no softmax.
func doors(root string, r *eval.Report) func(eval.Surprise) []report.Door {
	return func(s eval.Surprise) []report.Door {
		if len(s.Scores) == 0 {
			return nil
		}
		row, err := labs.OwnRow(labs.OwnRowParams{Scores: s.Scores, Label: s.Label, Probs: r.Input.Kind == eval.Probs})
		if err != nil || len(row.Logits) == 0 {
			return nil
		}
		list := make([]report.Door, len(explorers))
		for i, e := range explorers {
			state := []site.Pair{{Key: e.id + ".z", Value: site.Numbers(row.Logits)}, {Key: e.id + ".y", Value: strconv.Itoa(row.Label)}}
			if e.names {
				state = append(state, site.Pair{Key: e.id + ".n", Value: names(r, row.Classes)})
			}
			list[i] = report.Door{Text: e.text, Title: strings.ToUpper(e.id) + ", " + e.text, Address: site.Link(root, e.page, state)}
		}
		return list
	}
}

// names writes those of classes as a list of a state: a comma ends a name there.
func names(r *eval.Report, classes []int) string {
	list := make([]string, len(classes))
	for i, k := range classes {
		switch {
		case k < 0:
			list[i] = "others"
		case k < len(r.Names):
			list[i] = shortName(r.Names[k])
		default:
			list[i] = strconv.Itoa(k)
		}
	}
	return strings.Join(list, ",")
}

// shortName is a name without what a state cannot hold.
func shortName(s string) string {
	clean := strings.Map(func(c rune) rune {
		if c == ',' || !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, s)
	if letters := []rune(clean); len(letters) > maxName {
		clean = string(letters[:maxName])
	}
	return strings.TrimSpace(clean)
}

// checkLab refuses an address that no link may hold.
func checkLab(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return usage("the lab's start page, as a browser shows it: --lab https://example.org/xent/", "--lab %q is no address", address)
	case u.RawQuery != "" || u.Fragment != "":
		return usage("the lab's start page, without a state", "--lab %q ends in %q", address, "?"+u.RawQuery+"#"+u.Fragment)
	}
	return nil
}
