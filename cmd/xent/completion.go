package main

import (
	"strings"

	"github.com/spf13/cobra"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

// newCompletion returns `xent completion SHELL`.
func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print the script that completes xent's verbs and flags in a shell",
		Long:  "Completion prints a script that teaches a shell to complete xent's verbs, flags and\nfiles. The shell reads it once, at its start.",
		Example: `  bash        xent completion bash > ~/.local/share/bash-completion/completions/xent
  zsh         xent completion zsh > "${fpath[1]}/_xent"
  fish        xent completion fish > ~/.config/fish/completions/xent.fish
  powershell  xent completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: shells,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("xent completion bash", "want one shell of %s, got %d arguments", strings.Join(shells, ", "), len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, w := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(w, true)
			case "zsh":
				return root.GenZshCompletion(w)
			case "fish":
				return root.GenFishCompletion(w, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(w)
			}
			return usage("", "no completion for %q, want one of %s", args[0], strings.Join(shells, ", "))
		},
	}
}

// noArguments is the Args of a verb that takes none.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(cmd.CommandPath()+" --help", "takes no arguments, got %q", args[0])
	}
	return nil
}
