// Package rowfile streams rows of scores, labels and weights from files that nobody vouches for:
// .npy, .npz, .csv and .tsv; and, except in a browser, .safetensors, also in several files, .pt, Parquet, Arrow, and rows of
// JSON, all of them compressed or not, or from the standard input.
//
// What it promises: no code runs from any file; nothing is allocated because a header claims it;
// memory stays under Options.MaxMem whatever the file's size; time is linear in the bytes; every
// refusal is an [*Error] that names the file, the offset, what was found and what was wanted.
package rowfile

// Options say how to read; the zero value reads what the file declares and guesses nothing.
type Options struct {
	DType          string // element type for bytes that do not declare one (V1, V2): "bf16", "f8_e4m3", "f8_e5m2"
	ScoresKey      string // member of an archive, or prefix of CSV columns, that holds the scores; "" chooses by name, then shape
	LabelsKey      string // member or CSV column that holds the labels; "" chooses by name, then shape
	WeightsKey     string // member or CSV column that holds row weights; "" means no weights in this file
	Field          string // field of a structured dtype
	Decimal        byte   // decimal separator of CSV numbers; 0 means '.'
	AllowTruncated bool   // use the whole rows of a file that is cut short
	IgnoreTrailing bool   // accept bytes behind the array
	MaxMem         int64  // bound on memory in bytes; 0 means 1 GiB
	MaxBytes       int64  // bound on bytes read after decompression; 0 means none

	Missing *int64 // the label of rows of a table that have none; nil refuses them

	Open func(path string) (Stored, error) // where files are; nil means those of the operating system
}

// Header describes one array before its rows are read.
type Header struct {
	Path   string  `json:"path"`             // as given
	Member string  `json:"member,omitempty"` // of an archive, or the columns of a table
	Format string  `json:"format"`           // "npy", "npz", "csv", "tsv", "safetensors", "pt", "jsonl"...
	DType  string  `json:"dtype"`            // "float32", "bfloat16", "int64", "bool", "string", "decimal" (numbers written as text) ...
	Shape  []int64 `json:"shape,omitempty"`  // as stored; absent for text
	Rows   int64   `json:"-"`                // rows as read; -1 when only the end of the file will tell
	Cols   int     `json:"-"`                // values per row; 1 for a vector
	Bytes  int64   `json:"-"`                // size of the file
}

// Source says where scores, labels and weights come from. Labels may be empty when the scores'
// file holds both; Weights may be empty.
//
// Groups and By are keys of the rows: what a row belongs to, such as its document, and by what it is told apart, such as
// its language. Each is a column or member of the scores' or labels' file, or else a file of its own.
type Source struct {
	Scores, Labels, Weights string
	Groups                  string   // "" for none, [ByRow] for none whatever Sequences says
	By                      []string // in the order of Block.By
	ID                      string   // what names each row; "" for nothing
	Sequences               bool     // without Groups, rows belong to the sequences of the scores' shape, where it has some
	Shift                   bool     // scores of a sequence's position are about the label of the next; so for Mask and Weights
	Mask                    string   // an array of 0 for rows to leave out, else 1; "" for none
}

// Rows streams scores with their labels and weights in step. It is made by [Open].
type Rows struct {
	Scores  Header
	Labels  *Header // nil without labels
	Weights *Header // nil without weights
	Groups  *Header // nil without groups
	Mask    *Header // nil without a mask
	By      []*Header
	ID      *Header // nil without names of rows

	Classes []string // names of the classes, where the files give them: CSV header, or sorted string labels
	Notes   []string // choices made, for the user to see: "scores: member \"logits\" [899, 10] float32"

	state
}

// Block is a run of consecutive rows. Its buffers are made by the caller's first Next and reused.
type Block[T float32 | float64] struct {
	First   int64      // index of the first row in the file
	Rows    int        // rows filled
	Scores  []T        // Rows × Scores.Cols
	Labels  []int64    // Rows; nil when there are none or they are soft
	Targets []float64  // Rows × Scores.Cols: one-hot or soft labels (two-dimensional label files)
	Weights []float64  // Rows; nil without weights
	Groups  []uint64   // Rows: one number for each text of the key; nil without groups
	IDs     []uint64   // so, for each name of a row; nil without names
	By      [][]string // for each of Source.By, Rows texts, which live on
}

// Open opens what src names and checks everything that can be known without reading the rows:
// headers, sizes, and that scores, labels and weights have the same number of rows.
//
// What a file is, its first bytes say, not its name. In an archive the members, and in a table the
// columns, are chosen by the keys of opt, else by name, else by shape and content; Rows.Notes tells
// the choice, and two that would do are an error. Labels that are words are read once beforehand, to
// number them in order.
//
// Errors: *Error.
// Memory: headers, and for tables a sample of 64 KiB or two lines.
func Open(src Source, opt Options) (*Rows, error) { return open(src, opt) }

// Wide reports whether scores hold more digits than float32 keeps, so that Next[float64] must be used.
func (r *Rows) Wide() bool { return r.wide }

// Truncated reports whether rows that a file should hold are missing and the others were used
// (Options.AllowTruncated): the result is partial.
func (r *Rows) Truncated() bool { return r.partial() }

// Rewind goes back to the first row, for a second pass.
func (r *Rows) Rewind() error {
	for _, f := range r.feeds {
		if err := f.rewind(); err != nil {
			return err
		}
	}
	r.first = 0
	return nil
}

// Progress returns the bytes of the scores consumed so far, and their total: those of the file, or of
// a compressed member after decompression.
func (r *Rows) Progress() (done, total int64) { return r.feeds[0].progress() }

// Warnings returns what turned out while reading: rows cut off, a file that grew.
func (r *Rows) Warnings() []string { return r.warnings }

// Close releases the files.
func (r *Rows) Close() error {
	var first error
	for _, f := range r.files {
		if err := f.f.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// An Error refuses a file.
type Error struct {
	Path   string
	Member string // "" when the file is no archive
	Offset int64  // in bytes; -1 when the place is a line or the whole file
	Line   int    // of text, from 1; 0 when the place is an offset
	Column int    // of text, from 1
	Got    string // what was found
	Want   string // what was expected; "" when Got says it all
	Hint   string // one action that would help, in words and flags of the command; "" when there is none
}

func (o *Options) maxMem() int64 {
	if o.MaxMem <= 0 {
		return 1 << 30
	}
	return o.MaxMem
}
