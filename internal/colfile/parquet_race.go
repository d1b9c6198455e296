//go:build race

package colfile

import "os"

// openParquet refuses: the reader shares no memory with anybody, and the race detector is spared its 60,000 lines.
func openParquet(*os.File, int64) (source, error) {
	return nil, refuse("a Parquet file", "one of another format", "a build for the race detector reads none")
}
