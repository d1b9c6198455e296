// Command xent-wasm is package lab for the browser: every explorer is a WebAssembly export.
//
// An export takes its parameters from a tape, a shared array of float64, and leaves its view there; strings
// lie in a second shared array of bytes. Neither array moves, so the host addresses them by tapeAddress and
// textAddress, asked once. The order of values is that of the fields of package lab's types: chapters.gen.go
// writes what web/src/core/lab.gen.ts reads, and both are generated from the same source. Built with -tags training
// or -tags practice it exports the explorers of that core instead.
//
//	number, boolean      one slot
//	enumeration          one slot: the index of the constant
//	string               two slots: its length in bytes and in UTF-16 units; its bytes follow the last ones
//	slice                one slot: its length; then its elements
//	struct               its fields
//
// Slot 0 of a result is the number of bytes of all its strings. An export returns a status: 0 for a view,
// 1 for a *lab.ParamError (three strings: parameter, got, want; then the whole message as a fourth), 2 for a
// defect of the program (one string). It never panics into the host.
package main

import "runtime"

// main blocks: the exports are called while it waits.
func main() {
	if runtime.GOOS != "js" {
		panic("xent-wasm runs in a browser: build it with GOOS=js GOARCH=wasm")
	}
	select {}
}
