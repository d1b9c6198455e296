package main

import (
	"bytes"
	"compress/gzip"
	"crypto/md5" // the checksum that the data's authors give
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"xent/internal/datasets"
)

// A known data set of images in four IDX files.
type dataset struct {
	name, title, licence string
	from                 string   // where its authors offer it
	packages             []string // ways to get it by a package manager
	folders              []string // names of the folders that programs keep it in
	classes              []string
	files                [4]dataFile // training images and labels, test images and labels
}

type dataFile struct {
	name   string // without .gz
	md5    string // of the packed file, as its authors give it
	sha256 string // of what is in it; "" where it is not known
}

var knownData = []dataset{
	{
		name: "fashion", title: "Fashion-MNIST, 60,000 + 10,000 images of clothes, 28 × 28", licence: "MIT, Zalando SE",
		from:     "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
		packages: []string{"apt install dataset-fashion-mnist"},
		folders:  []string{"fashion-mnist", "FashionMNIST/raw", "fashion"},
		classes:  []string{"T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"},
		files: [4]dataFile{
			{"train-images-idx3-ubyte", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
			{"train-labels-idx1-ubyte", "25c81989df183df01b3e8a0aad5dffbe", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
			{"t10k-images-idx3-ubyte", "bef4ecab320f06d8554ea6380940ec79", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
			{"t10k-labels-idx1-ubyte", "bb300cfdad3c16e7a12a480ee83cd310", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
		},
	},
	{
		name: "mnist", title: "MNIST, 60,000 + 10,000 handwritten digits, 28 × 28", licence: "Y. LeCun, C. Cortes and C. Burges",
		from:    "https://ossci-datasets.s3.amazonaws.com/mnist/",
		folders: []string{"mnist", "MNIST/raw"},
		files: [4]dataFile{
			{"train-images-idx3-ubyte", "f68b3c2dcbeaaa9fbdd348bbdeb94873", ""},
			{"train-labels-idx1-ubyte", "d53e105ee54ea40749a09fcbcd1e9432", ""},
			{"t10k-images-idx3-ubyte", "9fb629c4189551a2d022fa330f9573f3", ""},
			{"t10k-labels-idx1-ubyte", "ec29112dd5afa0611ce80d1b7f02629c", ""},
		},
	},
}

func knownDataset(name string) *dataset {
	for i := range knownData {
		if knownData[i].name == name {
			return &knownData[i]
		}
	}
	return nil
}

// dataHome is where fetched data go: $XENT_DATA, else the user's cache.
func dataHome() string {
	if home := os.Getenv("XENT_DATA"); home != "" {
		return home
	}
	if cache, err := os.UserCacheDir(); err == nil {
		return filepath.Join(cache, "xent")
	}
	return "data"
}

// places are the folders where the data set is looked for, in this order.
func (d *dataset) places() []string {
	roots := []string{dataHome(), "data", "/usr/share/datasets", "/usr/local/share/datasets"}
	if home, err := os.UserHomeDir(); err == nil {
		roots = append(roots, filepath.Join(home, "data"), filepath.Join(home, ".keras", "datasets"))
	}
	var all []string
	for _, root := range roots {
		for _, f := range d.folders {
			all = append(all, filepath.Join(root, filepath.FromSlash(f)))
		}
	}
	return all
}

// find returns the first folder that holds all four files, "" if none does.
func (d *dataset) find() string {
	for _, p := range d.places() {
		if _, err := idxFiles(p); err == nil {
			return p
		}
	}
	return ""
}

// idxFiles finds the four files of a folder, packed or not, under the names that MNIST and its kin use.
func idxFiles(dir string) (paths [4]string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return paths, err
	}
	what := [4]string{"images to train on", "their labels", "images to test with", "their labels"}
	for i := range paths {
		for _, e := range entries {
			n := strings.ToLower(e.Name())
			test := strings.HasPrefix(n, "t10k") || strings.HasPrefix(n, "test") || strings.Contains(n, "-test-")
			train := strings.HasPrefix(n, "train") || strings.Contains(n, "-train-")
			labels := strings.Contains(n, "labels")
			if (labels || strings.Contains(n, "images")) && strings.Contains(n, "ubyte") && labels == (i%2 == 1) && (i < 2 && train || i >= 2 && test) {
				paths[i] = filepath.Join(dir, e.Name())
			}
		}
		if paths[i] == "" {
			return paths, fmt.Errorf("%s holds no IDX file of %s (train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, or the same with .gz)", dir, what[i])
		}
	}
	return paths, nil
}

// checked compares a file with its checksums: "ok", "unknown", or what is wrong.
func (f *dataFile) checked(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	if sum := md5.Sum(b); hex.EncodeToString(sum[:]) == f.md5 {
		return "ok"
	}
	if z, err := gzip.NewReader(bytes.NewReader(b)); err == nil {
		if b, err = io.ReadAll(io.LimitReader(z, 1<<30)); err != nil {
			return err.Error()
		}
	}
	sum := sha256.Sum256(b)
	switch got := hex.EncodeToString(sum[:]); {
	case got == f.sha256:
		return "ok"
	case f.sha256 == "":
		return "unknown: packed by somebody else"
	default:
		return "differs: SHA-256 of its contents is " + got
	}
}

// newData returns `xent data`.
func newData() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "data",
		Short: "List the data that xent trains on, where they are and where to get them",
		Long: `Data lists what xent train knows by name, where it was found, whether its
checksums are right, and where to get what is missing. Nothing is fetched unless
xent data fetch asks for it.`,
		Example: `  xent data
  xent data fetch fashion`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return listData(cmd.OutOrStdout()) },
	}
	var from, to string
	fetch := &cobra.Command{
		Use:     "fetch NAME",
		Short:   "Fetch a data set from its authors' address, and check it",
		Long:    "Fetch gets the four files of a data set, compares their checksums, and keeps them\nwhere xent train finds them: in $XENT_DATA, or xent's folder of the user's cache.",
		Example: "  xent data fetch fashion\n  xent data fetch mnist --to ~/data/mnist",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || knownDataset(args[0]) == nil {
				return usage("xent data fetch fashion", "want one name of fashion, mnist")
			}
			return nil
		},
		ValidArgs: []string{"fashion", "mnist"},
		RunE: func(cmd *cobra.Command, args []string) error {
			d := knownDataset(args[0])
			dir := to
			if dir == "" {
				dir = filepath.Join(dataHome(), d.folders[0])
			}
			return d.fetch(cmd, first(from, d.from), dir)
		},
	}
	fetch.Flags().StringVar(&from, "from", "", "`address` of another place that offers the same files")
	fetch.Flags().StringVar(&to, "to", "", "`folder` to keep them in")
	cmd.AddCommand(fetch)
	return cmd
}

func listData(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "digits   the optical digits, %d images of 8 × 8; E. Alpaydin and C. Kaynak, CC BY 4.0\n", datasets.DigitImages)
	b.WriteString("         in this program: nothing to fetch\n")
	for i := range knownData {
		d := &knownData[i]
		fmt.Fprintf(&b, "\n%-8s %s; %s\n", d.name, d.title, d.licence)
		if dir := d.find(); dir != "" {
			paths, err := idxFiles(dir)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "         found in %s\n", dir)
			for k := range paths {
				fmt.Fprintf(&b, "         %-30s %s\n", filepath.Base(paths[k]), d.files[k].checked(paths[k]))
			}
			continue
		}
		fmt.Fprintf(&b, "         not found; looked in %s\n", strings.Join(d.places(), ", "))
		fmt.Fprintf(&b, "         get it: %s\n", strings.Join(append(d.packages, "xent data fetch "+d.name), ", or "))
		fmt.Fprintf(&b, "         from    %s\n", d.from)
		for _, f := range d.files {
			fmt.Fprintf(&b, "         %-30s MD5 %s\n", f.name+".gz", f.md5)
		}
	}
	b.WriteString("\nAny folder of such IDX files, or a table with a column of labels: xent train classify --data PATH\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// fetch gets the files of d and keeps those whose checksum is right.
func (d *dataset) fetch(cmd *cobra.Command, from, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	client := &http.Client{Timeout: 10 * time.Minute}
	for _, f := range d.files {
		path := filepath.Join(dir, f.name+".gz")
		if _, err := os.Stat(path); err == nil && f.checked(path) == "ok" {
			fmt.Fprintf(cmd.OutOrStdout(), "%s is there\n", path)
			continue
		}
		address := strings.TrimSuffix(from, "/") + "/" + f.name + ".gz"
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return usage("an address such as "+d.from, "--from %q: %w", from, err)
		}
		resp, err := client.Do(req)
		if err != nil {
			hint := "--from names another address"
			if d.packages != nil {
				hint = d.packages[0] + ", or " + hint
			}
			return &failure{err: fmt.Errorf("%s: %w", address, err), hint: hint, status: statusUsage}
		}
		b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<30))
		resp.Body.Close()
		if err == nil && resp.StatusCode != http.StatusOK {
			err = errors.New("the server says " + resp.Status)
		}
		if sum := md5.Sum(b); err == nil && hex.EncodeToString(sum[:]) != f.md5 {
			err = fmt.Errorf("MD5 is %x, want %s: not kept", sum, f.md5)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", address, err)
		}
		if err := writeFile("--to", path, func(w io.Writer) error { _, err := w.Write(b); return err }); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s  %d bytes, MD5 as its authors give it\n", path, len(b))
	}
	return nil
}
