//go:build !linux

package colfile

import "time"

var started = time.Now()

// limitMemory leaves it to the watch.
func limitMemory(int64) {}

// busy is the time since the start.
func busy() time.Duration { return time.Since(started) }
