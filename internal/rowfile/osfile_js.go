package rowfile

import "errors"

// openStored finds nothing: in a browser files are what Options.Open gives.
func openStored(string, *Options) (Stored, error) { return nil, errors.New("does not exist") }
