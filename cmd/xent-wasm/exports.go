package main

//lint:file-ignore U1000 JavaScript calls these

import "unsafe"

//go:wasmexport tapeAddress
func tapeAddress() unsafe.Pointer { return unsafe.Pointer(&shared.slots) }

//go:wasmexport textAddress
func textAddress() unsafe.Pointer { return unsafe.Pointer(&shared.text) }

//go:wasmexport tapeSlots
func tapeLength() int32 { return tapeSlots }

//go:wasmexport textBytes
func textLength() int32 { return textBytes }

// describe tells the host what the explorers take and give.
//
//go:wasmexport describe
func describe() status {
	return call(func(t *tape) error {
		t.startView()
		t.writeString(shapes)
		t.endView()
		return nil
	})
}
