// Command xent is the cross-entropy workbench: what a loss is made of, whether it can be
// trusted, and what is broken, from the files one already has.
//
// Each verb is one file with one constructor (eval.go: newEval). A verb parses its flags, calls
// one function, renders one struct and returns an error; what an error prints and with what
// status the process ends is decided in fail.go alone.
package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"xent/cmd/xent/site"
	"xent/internal/rowfile"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run executes one command line and returns its exit status. Reports go to stdout, everything
// else to stderr.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	rowfile.ColumnReader = columnReader()
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(context.Background())
	return finish(stderr, cmd, err)
}

// newRoot is the command without a verb. A new verb is a constructor in its own file and one
// line here.
func newRoot() *cobra.Command {
	cobra.EnableCommandSorting = false // help lists the verbs in the order below
	root := &cobra.Command{
		Use:   "xent",
		Short: "The cross-entropy workbench",
		Long: `xent is the cross-entropy workbench: what a loss is made of, whether it can be
trusted, and what is broken - from the files you already have.`,
		Example: `  xent eval logits.npy labels.npy      what this model's loss is made of
  xent compare a.npy b.npy labels.npy  whether b loses less than a, and where
  xent doctor logits.npy labels.npy    what is wrong, and how sure that is
  xent gradflow grads.npz              how gradients flow through a network
  xent lab                             cross-entropy to drag and see, in the browser`,
		Args: cobra.ArbitraryArgs, // an unknown verb is answered below, with what was probably meant
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownVerb(cmd, args[0])
		},
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.AddCommand(
		newEval(),
		newMerge(),
		newCompare(),
		newDoctor(),
		newExplain(),
		newGradflow(),
		newInspect(),
		newTrain(),
		newData(),
		newLab(site.Embedded),
		newCompletion(),
		newVersion(),
		newReadColumns(),
	)
	root.SetHelpFunc(help)
	root.SetHelpCommand(&cobra.Command{Hidden: true, Use: "help [verb]", RunE: helpVerb})
	root.SetUsageFunc(func(*cobra.Command) error { return nil })
	root.SetFlagErrorFunc(flagError)
	return root
}
