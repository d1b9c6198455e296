package rowfile

// texts are pieces of text, one behind the other.
type texts struct {
	all  []byte
	ends []int
}

func (t *texts) clear()       { t.all, t.ends = t.all[:0], t.ends[:0] }
func (t *texts) add(s []byte) { t.all = append(t.all, s...); t.ends = append(t.ends, len(t.all)) }

func (t *texts) at(i int) []byte {
	from := 0
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.all[from:t.ends[i]]
}
