// Command labgen writes the bridge between package lab and the browser from the sources of package lab:
// the WebAssembly exports in Go, and the types and functions in TypeScript that call them.
//
//	go run xent/internal/labgen
//
// An explorer is an exported function of the shape func(Params) (View, error), where both are exported structs
// of package lab. Their fields are float64, int, bool, string, an enumeration (a string type with constants),
// such a struct, or slices of these; a number or slice with the tag `lab:"optional"` may be left out of the
// parameters in TypeScript and is then the zero value. Exported number constants of the package become the object "limits".
//
// The browser loads the explorers in several cores. A file with the build constraint "!js || NAME" has its explorers
// in the core NAME, a file without in the core chapters; a function with the directive //lab:everywhere is
// in all of them. Each core has a bridge of its own, cmd/xent-wasm/NAME.gen.go, with the build tag NAME; that of the
// chapters is the one without a tag.
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
	source     = "lab"
	goBridges  = "cmd/xent-wasm"
	typeScript = "web/src/core/lab.gen.ts"
	limits     = "web/src/core/limits.gen.ts"
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
	files := map[string][]byte{typeScript: model.typeScript(), limits: model.limitsFile()}
	for _, core := range model.cores() {
		bridge, err := model.only(core).goBridge(model.constraint(core))
		if err != nil {
			return nil, err
		}
		files[filepath.Join(goBridges, core+".gen.go")] = bridge
	}
	return files, nil
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}
