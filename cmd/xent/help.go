package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpColumns is the width help texts are wrapped to.
const helpColumns = 80

// groupOf names the annotation of a flag that says under which heading help lists it.
const groupOf = "xent_group"

// group puts the flags that define adds to flags under a heading of the help text.
func group(flags *pflag.FlagSet, heading string, define func(f *pflag.FlagSet)) {
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	set.SortFlags = false
	define(set)
	set.VisitAll(func(f *pflag.Flag) {
		if f.Annotations == nil {
			f.Annotations = map[string][]string{}
		}
		f.Annotations[groupOf] = []string{heading}
	})
	flags.SortFlags = false
	flags.AddFlagSet(set)
}

// help prints what a command is for, how it is called, its verbs or flags, and examples.
func help(cmd *cobra.Command, _ []string) {
	w := cmd.OutOrStdout()
	fmt.Fprintf(w, "%s\n\n", strings.TrimSpace(first(cmd.Long, cmd.Short)))
	if cmd.HasAvailableSubCommands() {
		fmt.Fprint(w, verbs(cmd))
		return
	}
	fmt.Fprintf(w, "Usage\n  %s\n", cmd.UseLine())
	if cmd.Example != "" {
		fmt.Fprintf(w, "\nExamples\n%s\n", strings.TrimRight(cmd.Example, "\n "))
	}
	fmt.Fprint(w, flagGroups(cmd.LocalFlags()))
}

func verbs(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nVerbs\n", strings.TrimRight(cmd.Example, "\n "))
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			fmt.Fprintf(&b, "  %-12s %s\n", c.Name(), c.Short)
		}
	}
	fmt.Fprintf(&b, "\n%s VERB --help explains a verb, with examples.\n", cmd.CommandPath())
	b.WriteString("Exit status: 0 fine, 1 a gate failed or an error was found,\n2 wrong usage or unreadable input, 3 partial.\n")
	return b.String()
}

// flagGroups lists flags under their headings, in the order of their definition.
func flagGroups(flags *pflag.FlagSet) string {
	var order []string
	groups := map[string]*pflag.FlagSet{}
	flags.VisitAll(func(f *pflag.Flag) {
		heading := "Flags"
		if g := f.Annotations[groupOf]; len(g) > 0 {
			heading = g[0]
		} else if f.Name == "help" {
			return // whoever reads this knows
		}
		if groups[heading] == nil {
			groups[heading] = pflag.NewFlagSet("", pflag.ContinueOnError)
			groups[heading].SortFlags = false
			order = append(order, heading)
		}
		groups[heading].AddFlag(f)
	})
	var b strings.Builder
	for _, heading := range order {
		fmt.Fprintf(&b, "\n%s\n%s", heading, groups[heading].FlagUsagesWrapped(helpColumns))
	}
	return b.String()
}

// helpVerb is `xent help VERB`.
func helpVerb(cmd *cobra.Command, args []string) error {
	target := cmd.Root()
	if len(args) > 0 {
		found, rest, err := cmd.Root().Find(args)
		if err != nil || len(rest) > 0 || found == cmd.Root() {
			return unknownVerb(cmd.Root(), args[0])
		}
		target = found
	}
	target.InitDefaultHelpFlag()
	return target.Help()
}
