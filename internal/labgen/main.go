// Command labgen writes the bridge between package lab and the browser from the sources of package lab:
// the WebAssembly exports in Go, and the types and functions in TypeScript that call them.
//
//	go run xent/internal/labgen
//
// An explorer is an exported function of the shape func(Params) (View, error), where both are exported structs
// of package lab. Their fields are float64, int, bool, string, an enumeration (a string type with constants),
// such a struct, or slices of these; a parameter with the tag `lab:"optional"` may be left out in TypeScript and
// is then the zero value. Exported number constants of the package become the object "limits".
//
// There are two cores: explorers in files with the build constraint "!js || bench" are in the one that is built with
// -tags bench, those with the directive //lab:everywhere in both, all others in the one without.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The files, relative to the module's root.
const (
	source      = "lab"
	goBridge    = "cmd/xent-wasm/bridge.gen.go"
	benchBridge = "cmd/xent-wasm/bench.gen.go"
	typeScript  = "web/src/core/lab.gen.ts"
	limits      = "web/src/core/limits.gen.ts"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "labgen:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	files, err := generate(root)
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(root, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the content of the generated files.
func generate(root string) (map[string][]byte, error) {
	model, err := parse(filepath.Join(root, source))
	if err != nil {
		return nil, err
	}
	bridge, err := model.only(func(e explorer) bool { return e.core }).goBridge("!bench")
	if err != nil {
		return nil, err
	}
	bench, err := model.only(func(e explorer) bool { return e.bench }).goBridge("bench")
	if err != nil {
		return nil, err
	}
	return map[string][]byte{goBridge: bridge, benchBridge: bench, typeScript: model.typeScript(), limits: model.limitsFile()}, nil
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}
