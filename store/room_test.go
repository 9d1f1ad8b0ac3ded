//go:build !js || sdl

package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/internal/require"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

// bounded is a storage with room for so many bytes, of which nothing comes back but
// the reserve.
type bounded struct {
	*memory.Backend
	mu       sync.Mutex
	room     int
	reserved int
	kept     chan struct{} // closed when there is a reserve
}

var errRoom = &code.Error{Code: code.Quota, Message: "there is no room"}

func (b *bounded) Append(ctx context.Context, a log.Append) error {
	if !b.take(len(a.Data)) {
		return errRoom
	}
	return b.Backend.Append(ctx, a)
}

func (b *bounded) Reserve(_ context.Context, bytes int) (kept int, err error) {
	if bytes > 0 && !b.take(bytes-b.reserved) {
		return 0, errRoom
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.reserved
	b.reserved = bytes
	if bytes == 0 {
		b.room += before
	} else if before == 0 && b.kept != nil {
		close(b.kept)
		b.kept = nil
	}
	if bytes > 0 {
		before = 0
	}
	return before, nil
}

func (b *bounded) take(bytes int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.room < bytes {
		return false
	}
	b.room -= bytes
	return true
}

// leave makes the room so small.
func (b *bounded) leave(bytes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.room = bytes
}

func fullStore(t *testing.T) (*bounded, *store.Store) {
	kept := make(chan struct{})
	b := &bounded{Backend: memory.New(), room: 1 << 30, kept: kept}
	st := storetest.OpenWith(t, store.Small(store.Options{Schema: storetest.Schema(t, storetest.Library), Backend: b}, 1<<20, 1<<20))
	name := strings.Repeat("Ada ", 10_000)
	for i := range 40 {
		create(t, st, "Author", store.Fields{"id": fmt.Sprint("a", i), "name": name})
	}
	<-kept // a tenth of more than a megabyte
	b.leave(10)
	return b, st
}

func TestRoom_DeletesGoOnWhereSavesFindNone(t *testing.T) {
	b, st := fullStore(t)
	one := store.Fields{"id": "new", "name": "Ada"}
	save := func() error {
		r, err := st.New("Author", one)
		require.NoError(t, err)
		_, err = st.Save(ctx, r)
		return err
	}
	require.ErrorIs(t, save(), store.ErrQuota)
	for i := range 10 {
		_, err := st.DeleteKey(ctx, "Author", fmt.Sprint("a", i))
		require.NoError(t, err)
		require.ErrorIs(t, save(), store.ErrQuota, "the room is for deletes")
	}
	require.Equal(t, 0, b.reserved)
	require.Len(t, ids(t, st, "Author"), 30)

	b.leave(1 << 30)
	require.NoError(t, save())
	require.Greater(t, b.reserved, 100_000, "it is kept aside again first")
	require.Len(t, ids(t, st, "Author"), 31)
}
