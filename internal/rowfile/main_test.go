package rowfile

import (
	"os"
	"testing"

	"xent/internal/colfile"
)

// The tests' own program reads Parquet and Arrow files when it is started for that, as the command does.
func TestMain(m *testing.M) {
	const verb = "read-columns"
	if len(os.Args) == 3 && os.Args[1] == verb {
		os.Exit(colfile.Main(os.Args[2], os.Stdin, os.Stdout))
	}
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	ColumnReader = []string{self, verb}
	os.Exit(m.Run())
}
