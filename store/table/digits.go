package table

import (
	"math"

	"github.com/granarydb/granary/store/record"
)

// digits returns a number that is never greater for a value that comes before
// another; values with the same number may still differ. Of a text it holds some
// eight bytes from that place on, before which the texts compared are the same.
func digits(v record.Value, at int) uint64 {
	switch v.Kind {
	case record.Number:
		bits := math.Float64bits(v.Number + 0) // -0 is 0
		if bits>>63 != 0 {
			return ^bits
		}
		return bits | 1<<63
	case record.String:
		return 1<<63 | leading(v.Text[at:])>>1
	}
	return uint64(v.Kind)
}

// leading returns the first eight bytes as a number. From U+D000 on the order of
// bytes is not that of code units: there all that follows counts as the same.
func leading(text []byte) (n uint64) {
	for i := range 8 {
		n <<= 8
		if i >= len(text) {
			continue
		}
		if text[i] >= 0xed {
			return (n+0x100)<<(56-8*i) - 1
		}
		n |= uint64(text[i])
	}
	return n
}
