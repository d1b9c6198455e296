package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// commandLine is the command as it can be typed again in a shell: its arguments, and the flags that were given, in
// the order of the help.
func commandLine(cmd *cobra.Command, args []string) string {
	words := strings.Fields(cmd.CommandPath())
	for _, a := range args {
		if strings.HasPrefix(a, "-") {
			a = "./" + a
		}
		words = append(words, quoted(a))
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Changed {
			return
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			for _, v := range list.GetSlice() {
				words = append(words, "--"+f.Name+" "+quoted(v))
			}
			return
		}
		switch v := f.Value.String(); {
		case f.Value.Type() != "bool":
			words = append(words, "--"+f.Name+" "+quoted(v))
		case v == "true":
			words = append(words, "--"+f.Name)
		default:
			words = append(words, "--"+f.Name+"="+v)
		}
	})
	return strings.Join(words, " ")
}

// quoted is a word that a POSIX shell reads as s.
func quoted(s string) string {
	plain := func(c rune) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("_-./:=,+@%", c)
	}
	if s != "" && strings.IndexFunc(s, func(c rune) bool { return !plain(c) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
