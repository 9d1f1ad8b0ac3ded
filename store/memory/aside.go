package memory

import (
	"context"

	"github.com/granarydb/granary/store/internal/mergesort"
	"github.com/granarydb/granary/store/log"
)

// Survey returns all that is there but the bytes of the blocks.
func (b *Backend) Survey(ctx context.Context) (log.Survey, error) {
	b.storage.mu.Lock()
	defer b.storage.mu.Unlock()
	if err := b.usable(ctx, "survey"); err != nil {
		return log.Survey{}, err
	}
	s := b.storage.read(0)
	survey := log.Survey{Generation: s.Generation, Manifest: s.Manifest, Entries: s.Entries}
	for id := range b.storage.blocks {
		survey.Blocks = append(survey.Blocks, id)
	}
	mergesort.Sort(survey.Blocks, func(a, b uint64) bool { return a < b })
	return survey, nil
}

// SetAside keeps copies of the pieces.
func (b *Backend) SetAside(ctx context.Context, pieces []log.Piece) error {
	b.storage.mu.Lock()
	defer b.storage.mu.Unlock()
	if err := b.usable(ctx, "set aside"); err != nil {
		return err
	}
	for _, p := range pieces {
		b.storage.aside[p.Name] = copied(p.Data)
	}
	return nil
}

// Aside returns copies of what was set aside, in the order of the names.
func (b *Backend) Aside(ctx context.Context) ([]log.Piece, error) {
	b.storage.mu.Lock()
	defer b.storage.mu.Unlock()
	if err := b.usable(ctx, "aside"); err != nil {
		return nil, err
	}
	var list []log.Piece
	for name, data := range b.storage.aside {
		list = append(list, log.Piece{Name: name, Data: copied(data)})
	}
	mergesort.Sort(list, func(a, b log.Piece) bool { return a.Name < b.Name })
	return list, nil
}

// Reserve keeps nothing: what ends memory is known to nobody.
func (b *Backend) Reserve(ctx context.Context, _ int) (kept int, err error) {
	b.storage.mu.Lock()
	defer b.storage.mu.Unlock()
	return 0, b.usable(ctx, "reserve")
}
