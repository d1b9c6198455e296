package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Machine is what the figures hold for.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory int64  `json:"memory_bytes"`
	System string `json:"system"`
	Go     string `json:"go"`
	Kernel string `json:"kernel"` // xent's, as chosen
	Probe  string `json:"probe"`  // how the limits are measured
}

func describe(kernel string) Machine {
	m := Machine{CPU: runtime.GOARCH, Cores: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), Kernel: kernel, Probe: probes.name}
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		m.CPU = cpuOf(string(b))
	}
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		m.Memory = memoryOf(string(b))
	}
	return m
}

// cpuOf names the processor, with the numbers of its family and model, as the name may tell little.
func cpuOf(cpuinfo string) string {
	field := func(name string) string {
		for line := range strings.Lines(cpuinfo) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
				return strings.TrimSpace(value)
			}
		}
		return "?"
	}
	return field("model name") + " (family " + field("cpu family") + ", model " + field("model") + ")"
}

// memoryOf returns the bytes of memory.
func memoryOf(meminfo string) int64 {
	_, rest, _ := strings.Cut(meminfo, "MemTotal:")
	if f := strings.Fields(rest); len(f) > 0 {
		n, _ := strconv.ParseInt(f[0], 10, 64)
		return n << 10
	}
	return 0
}
