package store

import (
	"slices"

	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/table"
)

// segment is what is stored of one table: blocks, each for a range of row numbers.
// Rows from the end of the last block on are in the log only.
type segment struct {
	blocks []blockRange
	recent []recent // rows that the log has changed since the manifest
}

type blockRange struct {
	info  log.BlockInfo
	end   uint32 // the row number after the last one of the range
	dirty bool   // rows of the range changed since the block was written
}

// recent is a row that an entry of the log has put or deleted.
type recent struct {
	sequence uint64
	row      uint32
	was, is  bool // whether it was there before, and is after
}

// note notes what an entry did to a row.
func (s *segment) note(sequence uint64, c table.Change) {
	s.touch(c.Row)
	s.recent = append(s.recent, recent{sequence, c.Row, c.Before() != nil, c.After() != nil})
}

// touch notes that a row changed.
func (s *segment) touch(row uint32) {
	if n := len(s.blocks); n == 0 || row >= s.blocks[n-1].end {
		return
	}
	i, _ := slices.BinarySearchFunc(s.blocks, row, func(b blockRange, row uint32) int {
		if b.end <= row {
			return -1
		}
		return 1
	})
	s.blocks[i].dirty = true
}

// since returns what entries after that one have changed.
func (s *segment) since(sequence uint64) []recent {
	i, _ := slices.BinarySearchFunc(s.recent, sequence+1, func(r recent, sequence uint64) int {
		if r.sequence < sequence {
			return -1
		}
		return 1
	})
	return slices.Clone(s.recent[i:])
}
