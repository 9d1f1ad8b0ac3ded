package log

// checksumTables are the tables of CRC-32C by which eight bytes are taken at once:
// table n holds the remainders of a byte with n zero bytes behind it. Elsewhere the
// standard library does this with the processor's help; in the page, where there is
// none, it would bring six times the code and take longer (1,366 against 817 MB/s).
var checksumTables = newChecksumTables()

func newChecksumTables() *[8][256]uint32 {
	const castagnoli = 0x82f63b78 // the polynomial, lowest bit first
	t := &[8][256]uint32{}
	for i := range t[0] {
		remainder := uint32(i)
		for range 8 {
			remainder = remainder>>1 ^ castagnoli&-(remainder&1)
		}
		t[0][i] = remainder
	}
	for n := range t[1:] {
		for i, remainder := range t[n] {
			t[n+1][i] = remainder>>8 ^ t[0][byte(remainder)]
		}
	}
	return t
}

// Checksum returns the CRC-32C of what has the CRC-32C sum, and of b behind it; that
// of nothing is 0.
func Checksum(sum uint32, b []byte) uint32 {
	t := checksumTables
	sum = ^sum
	for len(b) >= 8 {
		sum ^= uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		sum = t[0][b[7]] ^ t[1][b[6]] ^ t[2][b[5]] ^ t[3][b[4]] ^
			t[4][sum>>24] ^ t[5][byte(sum>>16)] ^ t[6][byte(sum>>8)] ^ t[7][byte(sum)]
		b = b[8:]
	}
	for _, c := range b {
		sum = sum>>8 ^ t[0][byte(sum)^c]
	}
	return ^sum
}
