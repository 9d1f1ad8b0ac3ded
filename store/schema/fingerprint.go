package schema

// formatVersion is the version of the compiled form, its member "granary".
const formatVersion = 1

// Every compiled schema begins with head, fingerprintSize digits and a quote.
const (
	head            = `{"granary":1,"fingerprint":"`
	fingerprintSize = 16
)

// fingerprintOf returns hexadecimal digits that depend on the whole graph: the
// 64-bit FNV-1a hash of its compiled form without the fingerprint itself, given
// as the text before it and the text behind it.
func fingerprintOf(before, behind []byte) string {
	hash := uint64(14695981039346656037)
	for _, part := range [2][]byte{before, behind} {
		for _, c := range part {
			hash = (hash ^ uint64(c)) * 1099511628211
		}
	}
	const digits = "0123456789abcdef"
	var out [fingerprintSize]byte
	for i := range out {
		out[fingerprintSize-1-i] = digits[hash>>(4*i)&15]
	}
	return string(out[:])
}
