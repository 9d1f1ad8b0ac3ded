package table

import "hash/maphash"

// hashWords is how many words of four bytes a key may have to be hashed here.
const hashWords = 16

var (
	seed    = maphash.MakeSeed()
	factors = newFactors()
)

// newFactors returns a random number for each word, for the bytes behind the last and for
// the length.
func newFactors() (list [hashWords + 2]uint64) {
	for i := range list {
		list[i] = maphash.Bytes(seed, []byte{byte(i)})
	}
	return list
}

// hash is the same for equal bytes within one run of the program. It is the upper half
// of the sum of the words, each times a random number of its own, so that nobody can
// make keys that meet (Lemire and Kaser, Strongly universal string hashing is fast). In
// the page that costs a fraction of what the standard library's hash does, which is for
// long keys only.
func hash(key []byte) uint32 {
	if len(key) > 4*hashWords {
		return uint32(maphash.Bytes(seed, key))
	}
	sum := factors[0] * uint64(len(key))
	i := 1
	for ; len(key) >= 4; key = key[4:] {
		word := uint32(key[0]) | uint32(key[1])<<8 | uint32(key[2])<<16 | uint32(key[3])<<24
		sum += factors[i] * uint64(word)
		i++
	}
	word := uint64(0)
	for _, c := range key {
		word = word<<8 | uint64(c)
	}
	return uint32((sum + factors[i]*word) >> 32)
}
