//go:build js && wasm

package idb_test

import (
	"context"
	"runtime"
	"syscall/js"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/idb"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

func TestOpen_SaysWhyThereIsNoIndexedDB(t *testing.T) {
	for _, test := range []struct{ name, getter, says string }{
		{"undefined", `return undefined`, "there is no IndexedDB here"},
		{"null", `return null`, "there is no IndexedDB here"},
		{"the getter throws", `throw new DOMException("denied", "SecurityError")`, "denies IndexedDB to this page"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.NoError(t, idb.Probe())
			offered(t, test.getter)
			_, err := idb.Open(ctx, "x", idb.Options{})
			for _, err := range []error{err, idb.Probe(), idb.Destroy(ctx, "x")} {
				require.ErrorIs(t, err, code.Unavailable)
				require.ErrorContains(t, err, test.says)
				require.ErrorContains(t, err, "keep the store in memory")
			}
		})
	}
}

func TestOpen_SaysWhyTheBrowserRefuses(t *testing.T) {
	for _, test := range []struct {
		exception string
		code      code.Code
		says      string
	}{
		{"SecurityError", code.Unavailable, "sandboxed frame"},
		{"InvalidStateError", code.Unavailable, "private windows"},
		{"UnknownError", code.Unavailable, "files damaged"},
		{"QuotaExceededError", code.Quota, "no room"},
	} {
		t.Run("thrown "+test.exception, func(t *testing.T) {
			patch(t, "IDBFactory", "open", `throw new DOMException("denied", "`+test.exception+`")`)
			_, err := idb.Open(ctx, "x", idb.Options{})
			require.ErrorIs(t, err, test.code)
			require.ErrorContains(t, err, test.says)
		})
		t.Run("answered "+test.exception, func(t *testing.T) {
			name := newName(t)
			h := hold(t, name, 2, ``) // a real request that fails, with this exception in its place
			h.close()
			patch(t, "IDBFactory", "open", `const request = original.apply(this, args)
				Object.defineProperty(request, "error", {value: new DOMException("denied", "`+test.exception+`")})
				return request`)
			_, err := idb.Open(ctx, name, idb.Options{})
			require.ErrorIs(t, err, test.code)
			require.ErrorContains(t, err, test.says)
		})
	}
}

func TestOpen_OfANewerLayoutIsRefused(t *testing.T) {
	name := newName(t)
	hold(t, name, 2, `db.createObjectStore("log").add("kept", 1)`).close()
	_, err := idb.Open(ctx, name, idb.Options{})
	require.ErrorIs(t, err, code.Format)
	require.ErrorContains(t, err, "newer version")
}

func TestOpen_OfAForeignDatabaseIsCorrupt(t *testing.T) {
	name := newName(t)
	hold(t, name, 1, `db.createObjectStore("log")`).close()
	_, err := idb.Open(ctx, name, idb.Options{})
	require.ErrorIs(t, err, code.Corrupt)
	require.ErrorContains(t, err, "no object store generation")
	require.NoError(t, idb.Destroy(ctx, name), "the refused connection was left open")
}

func TestOpen_WhoseUpgradeFailsLeavesNothingBehind(t *testing.T) {
	name := newName(t)
	t.Run("upgrade fails", func(t *testing.T) {
		patch(t, "IDBDatabase", "createObjectStore", `
			if (args[0] === "blocks") throw new DOMException("full", "QuotaExceededError")
			return original.apply(this, args)`)
		_, err := idb.Open(ctx, name, idb.Options{})
		require.ErrorIs(t, err, code.Quota)
	})
	require.NoError(t, open(t, name).Append(ctx, log.Append{Sequence: 1}))
}

func TestOpen_ThatIsNeverAnsweredEndsAndLeavesAWholeDatabase(t *testing.T) {
	name := newName(t)
	h := hold(t, name, 1, ``)
	function("name", `indexedDB.deleteDatabase("granary:" + name)`).Invoke(name) // waits for the holder, and an open waits for it

	_, err := idb.Open(ctx, name, idb.Options{OpenTimeout: 50 * time.Millisecond})
	require.ErrorIs(t, err, code.Unavailable)
	require.ErrorContains(t, err, "the browser did not answer in time")
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	_, err = idb.Open(short, name, idb.Options{})
	require.ErrorIs(t, err, context.DeadlineExceeded)

	// Now the browser gets to the two opens that nobody waits for, and creates the
	// database for the first.
	h.close()
	require.NoError(t, open(t, name).Append(ctx, log.Append{Sequence: 1}))
}

func TestOpen_ThatIsCancelledLeavesNoConnection(t *testing.T) {
	name := newName(t)
	js.Global().Set("connections", js.Global().Get("Set").New())
	patch(t, "IDBFactory", "open", `const request = original.apply(this, args)
		request.addEventListener("success", () => globalThis.connections.add(request.result))
		return request`)
	patch(t, "IDBDatabase", "close", `globalThis.connections.delete(this); return original.apply(this, args)`)
	abandoned := 0
	for round := range 100 {
		ctx, cancel := context.WithCancel(ctx)
		go func() {
			for range round {
				runtime.Gosched()
			}
			cancel()
		}()
		b, err := idb.Open(ctx, name, idb.Options{})
		if err == nil {
			require.NoError(t, b.Close())
			continue
		}
		require.ErrorIs(t, err, context.Canceled)
		abandoned++
	}
	require.Positive(t, abandoned)
	require.NoError(t, open(t, name).Close()) // answered after all the others
	require.Zero(t, js.Global().Get("connections").Get("size").Int(), "connections left open")
}

func TestDestroy_AsksOpenBackendsToClose(t *testing.T) {
	name := newName(t)
	b := open(t, name)
	require.NoError(t, b.Append(ctx, log.Append{Sequence: 1}))
	require.NoError(t, idb.Destroy(ctx, name))
	err := b.Append(ctx, log.Append{Sequence: 2})
	require.ErrorIs(t, err, code.Closed)
	require.ErrorContains(t, err, "another tab has removed the database")
	_, err = b.Read(ctx, 0)
	require.ErrorIs(t, err, code.Closed)
}

func TestDestroy_BlockedByAnotherTabSaysSoAndIsDoneLater(t *testing.T) {
	name := newName(t)
	require.NoError(t, open(t, name).Append(ctx, log.Append{Sequence: 1}))
	h := hold(t, name, 1, ``)
	err := idb.Destroy(ctx, name)
	require.ErrorIs(t, err, code.Unavailable)
	require.ErrorContains(t, err, "another tab has the store "+name+" open")

	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, idb.Destroy(short, name), code.UnknownOutcome)

	h.close()
	snapshot, err := open(t, name).Read(ctx, 0)
	require.NoError(t, err)
	require.Empty(t, snapshot.Entries)
}
