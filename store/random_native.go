//go:build !js

package store

import "crypto/rand"

// systemRandom is the machine's source of random bytes.
func systemRandom(b []byte) { _, _ = rand.Read(b) } // never fails
