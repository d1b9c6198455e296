// Package eventfile writes event files of TensorBoard: scalars and histograms by step. Package curvefile reads them.
//
// An event file is a row of records,
//
//	length uint64, masked CRC-32C of it uint32, that many bytes, masked CRC-32C of them uint32
//
// all little-endian, each an Event as a protocol buffer. Source: TensorFlow, core/lib/io/record_writer.h,
// core/util/event.proto and core/framework/summary.proto.
package eventfile

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"
)

// A Scalar is a number by its tag.
type Scalar struct {
	Tag   string
	Value float64 // written as float32
}

// Writer writes events.
type Writer struct {
	w   io.Writer
	buf []byte
	in  []byte
}

// NewWriter returns a writer; what is new begins with the version that readers want.
func NewWriter(w io.Writer, now float64) (*Writer, error) {
	e := &Writer{w: w}
	e.in = appendTime(e.in[:0], now)
	e.in = appendBytes(e.in, 3, []byte("brain.Event:2"))
	return e, e.record(e.in)
}

// Append returns a writer behind what stands already.
func Append(w io.Writer) *Writer { return &Writer{w: w} }

// Scalars writes one event of a step. now is in seconds since 1970.
func (e *Writer) Scalars(now float64, step int64, all []Scalar) error {
	var summary, value []byte
	for _, s := range all {
		value = appendBytes(value[:0], 1, []byte(s.Tag))
		value = append(value, 2<<3|5)
		value = binary.LittleEndian.AppendUint32(value, math.Float32bits(float32(s.Value)))
		summary = appendBytes(summary, 1, value)
	}
	return e.summary(now, step, summary)
}

// Histogram writes how the finite values are spread, in buckets of a tenth of their size on either side of 0.
func (e *Writer) Histogram(now float64, step int64, tag string, values []float64) error {
	var least, most, sum, squares, n float64
	counts := map[int]float64{}
	for _, v := range values {
		if v-v != 0 {
			continue
		}
		if n == 0 {
			least, most = v, v
		}
		least, most = min(least, v), max(most, v)
		sum, squares, n = sum+v, squares+v*v, n+1
		counts[bucket(v)]++
	}
	var limits, buckets []byte
	for b := -lastBucket; b <= lastBucket; b++ {
		c, ok := counts[b]
		_, next := counts[b+1]
		_, before := counts[b-1]
		if ok || next || before { // an empty bucket beside each that is not, as the viewer draws between them
			limits = binary.LittleEndian.AppendUint64(limits, math.Float64bits(limit(b)))
			buckets = binary.LittleEndian.AppendUint64(buckets, math.Float64bits(c))
		}
	}
	var h []byte
	for i, v := range []float64{least, most, n, sum, squares} {
		h = append(h, byte(i+1)<<3|1)
		h = binary.LittleEndian.AppendUint64(h, math.Float64bits(v))
	}
	h = appendBytes(h, 6, limits)
	h = appendBytes(h, 7, buckets)
	value := appendBytes(nil, 1, []byte(tag))
	value = appendBytes(value, 5, h)
	return e.summary(now, step, appendBytes(nil, 1, value))
}

// Buckets are 0, and 20 a decade from 1e-20 to 1e20 on either side.
const (
	perDecade  = 20
	lastBucket = 40 * perDecade
)

// bucket is the number of v's bucket, 0 for what is as good as 0.
func bucket(v float64) int {
	a := math.Abs(v)
	if a < 1e-20 {
		return 0
	}
	b := min(max(int(math.Ceil((math.Log10(a)+20)*perDecade)), 1), lastBucket-1)
	if v < 0 {
		return -b
	}
	return b
}

// limit is the right end of a bucket.
func limit(b int) float64 {
	switch {
	case b > 0:
		return math.Pow(10, float64(b)/perDecade-20)
	case b < 0:
		return -math.Pow(10, float64(-b-1)/perDecade-20)
	}
	return 1e-20
}

func (e *Writer) summary(now float64, step int64, summary []byte) error {
	e.in = appendTime(e.in[:0], now)
	e.in = append(e.in, 2<<3)
	e.in = binary.AppendUvarint(e.in, uint64(step))
	e.in = appendBytes(e.in, 5, summary)
	return e.record(e.in)
}

// record writes one record.
func (e *Writer) record(event []byte) error {
	e.buf = binary.LittleEndian.AppendUint64(e.buf[:0], uint64(len(event)))
	e.buf = binary.LittleEndian.AppendUint32(e.buf, masked(e.buf[:8]))
	e.buf = append(e.buf, event...)
	e.buf = binary.LittleEndian.AppendUint32(e.buf, masked(event))
	_, err := e.w.Write(e.buf)
	return err
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func masked(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

func appendTime(b []byte, now float64) []byte {
	return binary.LittleEndian.AppendUint64(append(b, 1<<3|1), math.Float64bits(now))
}

func appendBytes(b []byte, field int, v []byte) []byte {
	b = binary.AppendUvarint(b, uint64(field)<<3|2)
	b = binary.AppendUvarint(b, uint64(len(v)))
	return append(b, v...)
}
