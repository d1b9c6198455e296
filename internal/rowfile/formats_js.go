package rowfile

// What a browser reads; the other formats would make its download larger. See formats.go.

const everywhere = false

const readable = ".npy, .npz, .csv or .tsv"

func more([]byte, *file) format                       { return 0 }
func (*opener) openMore(*file) (*bundle, error)       { return nil, nil }
func openTorch(*file, *archive) (*bundle, error)      { return nil, nil }
func foreignElsewhere([]byte, *file) (string, string) { return "", "" }
func unpack(f *file, _ *Options) (*file, error)       { return f, nil }

func isPattern(string, *Options) bool         { return false }
func openSet(string, *Options) (*file, error) { return nil, nil }
func (*opener) noteSet(*file)                 {}

// columnRows are none here.
type columnRows struct{}

func openColumns(*file, *Options) (*table, error)  { return nil, nil }
func (*table) columnRewind() error                 { return nil }
func (*table) columnProgress() (done, total int64) { return 0, 0 }
func (*table) columnLoad(int) (int, error)         { return 0, nil }
func (*table) columnLearn(*dictionary, int) error  { return nil }
func (*table) columnNote() string                  { return "" }
func (*table) unread() string                      { return "" }
func (*table) width(int) int                       { return 0 }
func (*Rows) columnTyped(*table)                   {}
func (*Rows) columnClasses(*table, int)            {}

type columnScores struct{ *table }

func (columnScores) float32s([]float32) {}
func (columnScores) float64s([]float64) {}

// jsonRows are none here.
type jsonRows struct{}

func (*table) openJSON() (bool, error)                    { return false, nil }
func (*table) jsonRow(record) error                       { return nil }
func (*table) jsonShort(record) bool                      { return false }
func (*table) jsonLabel(record, int) ([]byte, int, error) { return nil, 0, nil }
func (*table) jsonNote() string                           { return "" }
func (*records) value() (record, error)                   { return record{}, nil }
func (*Rows) softLabels(*table) bool                      { return false }
