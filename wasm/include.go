//go:build js && wasm

package main

import "github.com/granarydb/granary/store"

// appendTree writes what granary_query answers to a query with relations: the
// number of models that occur; for each its position, its number of rows, the epoch,
// row and version of each; then the levels.
func appendTree(dst []byte, t *store.Tree) []byte {
	dst = appendUint32(dst, uint32(len(t.Rows)))
	for _, f := range t.Rows {
		dst = appendUint32(dst, uint32(f.Model.Index))
		dst = appendFound(appendUint32(dst, uint32(len(f.Refs))), f)
	}
	return appendLevel(dst, t.Root)
}

// appendLevel writes the number of a level's records and their places among the
// rows of their model; then, for each relation below, that level, and who leads to
// which of its records. It calls itself no deeper than store.MaxIncludeDepth.
func appendLevel(dst []byte, l *store.Level) []byte {
	dst = appendNumbers(appendUint32(dst, uint32(len(l.Records))), l.Records)
	for _, below := range l.Below {
		dst = appendNumbers(appendLevel(dst, below), below.Links)
	}
	return dst
}

func appendNumbers(dst []byte, list []uint32) []byte {
	for _, n := range list {
		dst = appendUint32(dst, n)
	}
	return dst
}
