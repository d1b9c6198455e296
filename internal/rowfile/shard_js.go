package rowfile

// A browser reads all rows.
type shard struct{}

func (*Rows) within(most int) (int, error) { return most, nil }
