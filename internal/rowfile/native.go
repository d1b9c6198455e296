package rowfile

import "unsafe"

// Scores that lie in the file as they are used - float32 to be read as float32, or float64 as float64 - are read
// where they belong: a block's memory is lent to the array as bytes, and nothing is converted or copied.

// littleMachine tells whether this machine stores the lowest byte first, as the bytes of arrays are kept.
var littleMachine = func() bool {
	x := uint16(1)
	return *(*byte)(unsafe.Pointer(&x)) == 1
}()

// native returns the array whose elements are T as they lie in memory; nil when v is none.
func native[T float32 | float64](v values) *array {
	a, ok := v.(*array)
	if !ok || !littleMachine || a.dtype.kind != kindFloat || a.dtype.size != sizeOf[T]() {
		return nil
	}
	return a
}

// bytesOf views x as bytes.
func bytesOf[T float32 | float64](x []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*sizeOf[T]())
}
