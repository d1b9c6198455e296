package main

import (
	"os"

	"github.com/spf13/cobra"

	"xent/internal/colfile"
)

// readColumns is the verb by which xent starts itself once more to read a Parquet or Arrow file; see package colfile.
const readColumns = "read-columns"

// columnReader is the command that reads such files; nil where this program does not know where it stands.
func columnReader() []string {
	self, err := os.Executable()
	if err != nil {
		return nil
	}
	return []string{self, readColumns}
}

// newReadColumns returns `xent read-columns REQUEST`, which no user needs.
func newReadColumns() *cobra.Command {
	return &cobra.Command{
		Use:    readColumns + " REQUEST",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if status := colfile.Main(args[0], os.Stdin, os.Stdout); status != 0 {
				os.Exit(status)
			}
			return nil
		},
	}
}
