package curvefile

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"strconv"
)

// An event file is a row of records,
//
//	length uint64, masked CRC-32C of it uint32, that many bytes, masked CRC-32C of them uint32
//
// all little-endian, each an Event: step = 2, summary = 5, with values = 1 of tag = 1 and simple_value = 2 or tensor = 8.
// Source: TensorFlow, core/lib/io/record_writer.h and core/util/event.proto.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func masked(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// isEvents reports whether text begins with a record.
func isEvents(text []byte) bool {
	return len(text) >= 12 && masked(text[:8]) == binary.LittleEndian.Uint32(text[8:])
}

// events reads records up to the first that is cut short or does not keep its checksum.
func (f *File) events(b []byte) error {
	f.Format = "tfevents"
	for offset := 0; len(b) > 0; {
		if len(b) < 16 || !isEvents(b) {
			return f.stop(offset)
		}
		n := binary.LittleEndian.Uint64(b)
		if n > uint64(len(b)-16) {
			return f.stop(offset)
		}
		event, sum := b[12:12+n], binary.LittleEndian.Uint32(b[12+n:])
		if masked(event) != sum || !f.event(event) {
			return f.stop(offset)
		}
		b = b[16+n:]
		offset += 16 + int(n)
	}
	return nil
}

// stop ends reading at a record that is not whole, as the last one is while a run goes on.
func (f *File) stop(offset int) error {
	if f.Points == 0 {
		return errors.New("byte " + strconv.Itoa(offset) + ": a record that does not keep its checksum")
	}
	f.Notes = append(f.Notes, "read up to byte "+strconv.Itoa(offset)+": the record there is cut short or does not keep its checksum")
	return nil
}

// event adds the scalars of one Event.
func (f *File) event(b []byte) bool {
	step, summaries := 0.0, [][]byte(nil)
	ok := fields(b, func(field int, number uint64, bytes []byte) {
		switch {
		case field == 2 && bytes == nil:
			step = float64(int64(number))
		case field == 5 && bytes != nil:
			summaries = append(summaries, bytes)
		}
	})
	any := false
	for _, s := range summaries {
		ok = ok && fields(s, func(field int, _ uint64, value []byte) {
			if field != 1 || value == nil {
				return
			}
			if tag, x, scalar := scalar(value); scalar {
				if !any {
					f.add("step", f.Points, step)
				}
				any = true
				f.add(tag, f.Points, x)
			}
		})
	}
	if any {
		f.Points++
	}
	return ok
}

// scalar returns a Value that is one number.
func scalar(b []byte) (tag string, x float64, ok bool) {
	fields(b, func(field int, number uint64, bytes []byte) {
		switch {
		case field == 1 && bytes != nil:
			tag = string(bytes)
		case field == 2 && bytes == nil:
			x, ok = float64(math.Float32frombits(uint32(number))), true
		case field == 8 && bytes != nil && !ok:
			x, ok = tensor(bytes)
		}
	})
	return tag, x, ok && tag != ""
}

// tensor returns a TensorProto that is one float (dtype 1) or double (dtype 2).
func tensor(b []byte) (x float64, ok bool) {
	dtype := uint64(0)
	var content []byte
	fields(b, func(field int, number uint64, bytes []byte) {
		switch {
		case field == 1 && bytes == nil:
			dtype = number
		case (field == 4 || field == 5 || field == 6) && bytes != nil:
			content = bytes
		case field == 5 && bytes == nil:
			x, ok = float64(math.Float32frombits(uint32(number))), true
		case field == 6 && bytes == nil:
			x, ok = math.Float64frombits(number), true
		}
	})
	switch {
	case ok:
	case dtype == 1 && len(content) == 4:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(content))), true
	case dtype == 2 && len(content) == 8:
		return math.Float64frombits(binary.LittleEndian.Uint64(content)), true
	}
	return x, ok
}

// fields walks over the fields of a protocol buffer: numbers, or bytes, which are not nil then. It returns false where
// the buffer is malformed.
func fields(b []byte, visit func(field int, number uint64, bytes []byte)) bool {
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		if n <= 0 {
			return false
		}
		b = b[n:]
		field := int(key >> 3)
		switch key & 7 {
		case 0:
			v, n := binary.Uvarint(b)
			if n <= 0 {
				return false
			}
			visit(field, v, nil)
			b = b[n:]
		case 1:
			if len(b) < 8 {
				return false
			}
			visit(field, binary.LittleEndian.Uint64(b), nil)
			b = b[8:]
		case 2:
			size, n := binary.Uvarint(b)
			if n <= 0 || size > uint64(len(b)-n) {
				return false
			}
			visit(field, 0, b[n:n+int(size):n+int(size)])
			b = b[n+int(size):]
		case 5:
			if len(b) < 4 {
				return false
			}
			visit(field, uint64(binary.LittleEndian.Uint32(b)), nil)
			b = b[4:]
		default:
			return false
		}
	}
	return true
}
