package store

// Random fills b with random bytes of cryptographic quality.
type Random func(b []byte)

const hex = "0123456789abcdef"

// uuid returns the JSON text of a new UUID of version 4.
func (r Random) uuid() []byte {
	var b [16]byte
	r(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return append(appendUUID(append(make([]byte, 0, 38), '"'), b), '"')
}

func appendUUID(dst []byte, b [16]byte) []byte {
	for i, c := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hex[c>>4], hex[c&15])
	}
	return dst
}

// number returns 64 random bits.
func (r Random) number() uint64 {
	var b [8]byte
	r(b[:])
	n := uint64(0)
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}
