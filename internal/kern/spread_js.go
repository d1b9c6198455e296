package kern

// The lab's rows are short and few: it goes from class to class, and is smaller without tiles.

func narrow[T Float]() bool                                { return false }
func scanCapped[T Float](*Row, []T) bool                   { return false }
func addTiled[T Float](*Tally, *Row, []T, *Target[T]) bool { return false }

func gradTiled[T Float]([]T, *Row, []T, *Target[T], Pull, float64) bool { return false }
