package store

import "github.com/granarydb/granary/store/log"

// Backend is the port to storage; package log has its contract. There is one in
// package memory and one on IndexedDB in package idb.
type Backend = log.Backend
