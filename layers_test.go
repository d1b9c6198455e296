package xent_test

import (
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// house is the import table of docs/architecture.md: what each package may import of the module,
// from the ground up. An arrow never runs upwards.
var house = map[string]string{
	"internal/par":        "",
	"internal/kern":       "",
	"internal/coder":      "",
	"internal/accfile":    "",
	"internal/exact":      "internal/coder",
	"internal/stat":       "",
	"internal/ref":        "",
	"internal/datasets":   "",
	"internal/inflate":    "",
	"internal/strictjson": "",
	"internal/pickle":     "",
	"internal/columnar":   "",
	"internal/colfile":    "internal/columnar",
	"internal/rowfile":    "internal/columnar internal/inflate internal/kern internal/strictjson internal/pickle",
	"internal/tensorfile": "internal/rowfile",
	"internal/curvefile":  "",
	"internal/eventfile":  "",
	"internal/idxfile":    "",
	"internal/bpe":        "",
	"internal/labgen":     "",
	"info":                "internal/kern",
	"":                    "info internal/kern internal/par", // xent itself
	"calib":               "xent info internal/exact internal/coder",
	"nn":                  "xent info internal/kern internal/par",
	"eval":                "xent info calib internal/coder internal/exact internal/kern internal/stat",
	"train":               "nn xent info calib internal/datasets internal/stat",
	"doctor":              "xent info calib eval internal/exact internal/stat",
	"lab":                 "xent info calib nn train doctor",
	"cmd/xent/report":     "eval doctor info",
	"cmd/xent/site":       "lab",
	"internal/evalfile":   "xent eval internal/rowfile",
	"cmd/xent":            "cmd/xent/report cmd/xent/site xent info calib eval doctor nn train lab internal/rowfile internal/colfile internal/tensorfile internal/curvefile internal/eventfile internal/idxfile internal/bpe internal/evalfile internal/accfile internal/datasets",
	"cmd/xent-wasm":       "lab eval internal/rowfile internal/evalfile",
	"bench":               "xent nn internal/kern", // a module of its own
}

// thirdParty are the modules that a package may import; packages not named import none.
var thirdParty = map[string]string{
	"internal/kern":    "golang.org/x/sys",
	"internal/rowfile": "golang.org/x/sys github.com/klauspost/compress",
	"internal/colfile": "golang.org/x/sys github.com/klauspost/compress github.com/parquet-go/parquet-go github.com/pierrec/lz4/v4",
	"cmd/xent":         "github.com/spf13/cobra github.com/spf13/pflag github.com/schollz/progressbar/v3 github.com/guptarohit/asciigraph github.com/bmatcuk/doublestar/v4 github.com/klauspost/compress golang.org/x/sys golang.org/x/term",
	"cmd/xent/report":  "github.com/rivo/uniseg github.com/guptarohit/asciigraph golang.org/x/term",
	"bench":            "golang.org/x/sys gonum.org/v1/gonum",
}

// loaded are the packages that a browser downloads. They format with strconv: fmt and reflect
// would add two fifths to the download.
var loaded = []string{"internal/par", "internal/kern", "internal/exact", "internal/stat", "info", "", "calib", "eval", "doctor", "nn", "train", "lab", "internal/inflate", "internal/evalfile", "cmd/xent-wasm"}

// heavy are the packages of the standard library, with all below them, that loaded ones avoid.
var heavy = []string{"fmt", "encoding", "reflect", "sort", "math/big", "os", "time", "log", "net", "syscall", "html", "regexp", "text"}

// native is an import that no browser loads: on amd64, kern asks the environment for XENT_SIMD.
const native = "internal/kern os"

const module = "xent"

// packages runs go list in dir and returns, for each package, what it imports outside tests.
func packages(t *testing.T, dir string, env []string, args ...string) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-f", `{{.ImportPath}} {{join .Imports " "}}`}, args...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		if ee, ok := err.(*exec.ExitError); ok {
			t.Fatalf("go list: %v\n%s", err, ee.Stderr)
		}
		t.Fatal(err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		all[f[0]] = f[1:]
	}
	return all
}

// short names a package of the module as the tables do, and tells whether it is one.
func short(path string) (string, bool) {
	if path == module {
		return "", true
	}
	return strings.CutPrefix(path, module+"/")
}

func TestLayers(t *testing.T) {
	all := packages(t, ".", nil, "./...")
	maps.Copy(all, packages(t, "bench", nil, "./..."))
	for path, imports := range all {
		pkg, ok := short(path)
		if !ok {
			t.Errorf("go list shows %s, which is not of the module", path)
			continue
		}
		allowed, ok := house[pkg]
		if !ok {
			t.Errorf("package %s has no line in the table of layers", path)
			continue
		}
		for _, imp := range imports {
			checkImport(t, pkg, allowed, imp)
		}
	}
	if len(all["xent"]) == 0 || len(all["xent/bench"]) == 0 {
		t.Fatal("checked only some packages")
	}
}

func checkImport(t *testing.T, pkg, allowed, imp string) {
	t.Helper()
	first, _, _ := strings.Cut(imp, "/")
	switch in, ours := short(imp); {
	case ours:
		if in == "" {
			in = module
		}
		if !slices.Contains(strings.Fields(allowed), in) {
			t.Errorf("%q imports %s, which the table of layers does not allow", pkg, imp)
		}
	case strings.Contains(first, "."):
		for _, mod := range strings.Fields(thirdParty[pkg]) {
			if imp == mod || strings.HasPrefix(imp, mod+"/") {
				return
			}
		}
		t.Errorf("%q imports %s, which the table of third parties does not allow", pkg, imp)
	case slices.Contains(loaded, pkg) && isHeavy(imp) && pkg+" "+imp != native:
		t.Errorf("%q imports %s: what a browser loads does without", pkg, imp)
	}
}

func isHeavy(path string) bool {
	for _, h := range heavy {
		if path == h || strings.HasPrefix(path, h+"/") {
			return true
		}
	}
	return false
}

// What the browser downloads is closed under imports: nothing heavy comes in through another
// package of the standard library either.
func TestBrowserStaysLight(t *testing.T) {
	for _, tags := range []string{"", "training", "practice", "bench"} {
		all := packages(t, ".", []string{"GOOS=js", "GOARCH=wasm"}, "-deps", "-tags", tags, "./cmd/xent-wasm")
		for path := range all {
			if isHeavy(path) {
				t.Errorf("cmd/xent-wasm, tags %q, depends on %s", tags, path)
			}
		}
		if _, ok := all[module+"/cmd/xent-wasm"]; !ok {
			t.Errorf("go list showed %d packages, but not cmd/xent-wasm", len(all))
		}
		if _, doctor := all[module+"/doctor"]; doctor != (tags == "practice") {
			t.Errorf("the core with tags %q has the doctor: %v", tags, doctor)
		}
	}
}

// The table itself has no way up: what a package may import stands on lower floors.
func TestHouseHasNoCycles(t *testing.T) {
	var visit func(pkg string, path []string)
	visit = func(pkg string, path []string) {
		if slices.Contains(path, pkg) {
			t.Fatalf("the table allows a cycle: %s", strings.Join(append(path, pkg), " → "))
		}
		for _, next := range strings.Fields(house[pkg]) {
			if next == module {
				next = ""
			}
			if _, ok := house[next]; !ok {
				t.Errorf("the table allows %q to import %q, which it does not list", pkg, next)
			}
			visit(next, append(path, pkg))
		}
	}
	for pkg := range house {
		visit(pkg, nil)
	}
}
