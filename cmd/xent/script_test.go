package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what is produced as the wanted output")

// models are the outputs of real models, and columns small tables of columns, copied into the folder of every script.
const (
	models  = "../../testdata/models"
	columns = "../../internal/rowfile/testdata/columns"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"xent":   main,
		"mkfile": makeFile,
	})
}

// TestScripts runs sessions with the command: what it prints, on which stream, and its exit
// status. Scripts make their bad files with mkfile (mkfile_test.go).
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(scripts) < 10 {
		t.Fatalf("%d scripts, %v: want at least 10", len(scripts), err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup:               func(env *testscript.Env) error { return copyModels(env.WorkDir) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": statusIs,
			"json":  jsonHolds,
		},
	})
}

func copyModels(to string) error {
	for _, from := range []string{models, columns} {
		if err := copyFiles(from, to); err != nil {
			return err
		}
	}
	return nil
}

func copyFiles(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, d.Name()), b, 0o644)
	})
}

// statusIs runs a command and wants its exit status: exits 2 xent eval nothing.npy.
func statusIs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND [ARG]...")
	}
	got := 0
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if want := args[0]; strconv.Itoa(got) != want {
		ts.Fatalf("exit status %d, want %s", got, want)
	}
}

// jsonHolds wants a value at a path of a JSON file: json stdout loss.nats 0.1284972858751474.
// Numbers may differ by 1e-12 of themselves; "length" asks for that of a list, and a number in
// the path for an element.
func jsonHolds(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: json FILE PATH VALUE")
	}
	var at any
	if err := json.Unmarshal([]byte(ts.ReadFile(args[0])), &at); err != nil {
		ts.Fatalf("%s: %v", args[0], err)
	}
	for _, step := range strings.Split(args[1], ".") {
		switch v := at.(type) {
		case map[string]any:
			next, ok := v[step]
			if !ok {
				ts.Fatalf("%s: nothing at %q of %s", args[0], step, args[1])
			}
			at = next
		case []any:
			if step == "length" {
				at = float64(len(v))
				continue
			}
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				ts.Fatalf("%s: no element %q of %s, which has %d", args[0], step, args[1], len(v))
			}
			at = v[i]
		default:
			ts.Fatalf("%s: %v holds nothing at %q of %s", args[0], v, step, args[1])
		}
	}
	if got, ok := at.(float64); ok {
		want, err := strconv.ParseFloat(args[2], 64)
		if err != nil || !(math.Abs(got-want) <= 1e-12*math.Abs(want)) {
			ts.Fatalf("%s is %v, want %s", args[1], got, args[2])
		}
		return
	}
	if got := fmt.Sprint(at); got != args[2] {
		ts.Fatalf("%s is %s, want %s", args[1], got, args[2])
	}
}
