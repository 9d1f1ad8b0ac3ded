package store

import (
	"context"

	"github.com/granarydb/granary/store/log"
)

// reading is blocks on their way from storage, a few a request. While those of one
// request are looked at, the next ones are coming.
type reading struct {
	ctx     context.Context
	backend Backend
	rest    []log.BlockInfo // not asked for yet
	coming  []coming        // in the order of the blocks
}

// coming is what one request is for, and where its answer comes in.
type coming struct {
	list   []log.BlockInfo
	answer chan blocks
}

type blocks struct {
	data [][]byte
	err  error
}

func newReading(ctx context.Context, b Backend, segments []log.Segment) *reading {
	r := &reading{ctx: ctx, backend: b}
	for _, s := range segments {
		r.rest = append(r.rest, s.Blocks...)
	}
	for range requestsAtOnce {
		r.ask()
	}
	return r
}

// ask asks for the next blocks, if there are any.
func (r *reading) ask() {
	list := r.rest[:min(blocksAtOnce, len(r.rest))]
	if len(list) == 0 {
		return
	}
	r.rest = r.rest[len(list):]
	ids := make([]uint64, len(list))
	for i, block := range list {
		ids[i] = block.ID
	}
	c := coming{list, make(chan blocks, 1)}
	r.coming = append(r.coming, c)
	go func() {
		data, err := r.backend.Blocks(r.ctx, ids)
		c.answer <- blocks{data, err}
	}()
}

// next waits for the next blocks, of which there must be some, and asks for more.
func (r *reading) next() ([]log.BlockInfo, [][]byte, error) {
	c := r.coming[0]
	r.coming = r.coming[1:]
	got := <-c.answer
	if got.err == nil {
		r.ask()
	}
	return c.list, got.data, got.err
}
