package rowfile

// A browser is asked for no keys of rows. With what reads them, and the groups of package eval, its download would be 14 KB
// larger.

type (
	key struct {
		in   *container
		part *part
	}
	keyTexts any
)

func (*opener) findKeys(_, _ *container, _ Source) error           { return nil }
func (*opener) keysIn(*container) []*key                           { return nil }
func (*opener) openKeys(map[*container]*part) error                { return nil }
func (*table) planKeys(*planned, wanted) error                     { return nil }
func (*Rows) setKeys(*part, []*key) error                          { return nil }
func readKeys(*Rows, *[]uint64, *[]uint64, *[][]string, int) error { return nil }
func (*Rows) leaveOut(*[]float64, int) error                       { return nil }
func (*opener) sequences(_, _ *part, _ Source) error               { return nil }
func keyOf(keyTexts) feed                                          { return nil }
