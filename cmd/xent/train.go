package main

import (
	"slices"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newTrain returns `xent train`.
func newTrain() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train small networks and see what a loss does to them",
		Long: `Train runs experiments with small networks on real data, and shows what a loss
does to them: to the loss, to the accuracy, and to the gradient of every layer.
Every run follows from its seed, bit by bit.`,
		Example: `  xent train classify                  a network on the embedded digits
  xent train race --sweep lr           squared error against cross-entropy
  xent train distill --teacher FOLDER  students of a run's network
  xent train lm                        a language model on text files
  xent train vae                       codes for images, and what each number costs
  xent train diffusion                 images from noise, and the bound step by step
  xent train maxent                    Jaynes' die`,
		Args:              cobra.ArbitraryArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return refuseZeros(cmd.Flags()) },
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownVerb(cmd, args[0])
		},
	}
	cmd.AddCommand(newClassify(), newRace(), newDistill(), newLM(), newVAE(), newDiffusion(), newMaxent())
	return cmd
}

// nonzero are settings whose 0 would stand, in a configuration, for the usual value.
var nonzero = []string{"rate", "batch", "epochs", "focus", "smoothing", "seeds", "vocab", "length", "width", "heads", "blocks", "latent", "noise-steps"}

// refuseZeros refuses a 0 that was asked for where it can mean nothing, so that the usual value is not taken in silence.
func refuseZeros(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		if x, number := strconv.ParseFloat(f.Value.String(), 64); number == nil && x == 0 && err == nil && slices.Contains(nonzero, f.Name) {
			err = usage("leave it out for the usual value", "--%s %s, want more than 0", f.Name, f.Value)
		}
	})
	return err
}
