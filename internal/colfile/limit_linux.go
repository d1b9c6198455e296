package colfile

import (
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// limitMemory has the kernel refuse this process more than most bytes beyond what it has. Go ends with "out of memory" then.
func limitMemory(most int64) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return // the watch is left
	}
	fields := strings.Fields(string(text)) // total, resident, shared, text, 0, data, in pages
	if len(fields) < 6 {
		return
	}
	pages, err := strconv.ParseUint(fields[5], 10, 64)
	if err != nil {
		return
	}
	limit := pages*uint64(os.Getpagesize()) + uint64(most)
	unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: limit, Max: limit})
	unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}

// busy is the CPU time of this process.
func busy() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
