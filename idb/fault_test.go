//go:build js && wasm

package idb_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/idb"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// aborted makes every write transaction end as the browser ends it when its
// commit fails: with the event abort and the given error, a JavaScript
// expression, but no request that fails.
func aborted(t *testing.T, with string) {
	patch(t, "IDBDatabase", "transaction", `const transaction = original.apply(this, args)
		if (transaction.mode !== "readwrite") return transaction
		let ended = false
		const end = () => {
			if (ended) return
			ended = true
			transaction.abort()
			Object.defineProperty(transaction, "error", {value: `+with+`})
		}
		transaction.commit = end
		queueMicrotask(end) // when it was left to end by itself
		return transaction`)
}

func TestWrites_ThatTheBrowserAbortsAreErrorsAndUndone(t *testing.T) {
	for _, test := range []struct {
		with string
		code code.Code
		says string
	}{
		{`new DOMException("full", "QuotaExceededError")`, code.Quota, "no room"},
		{`new DOMException("broken", "DataError")`, code.Unavailable, "nothing was changed: DataError: broken"},
		{`new DOMException("broken", "UnknownError")`, code.UnknownOutcome, "UnknownError: broken"}, // the storage is out of reach
		{`new DOMException("gone", "AbortError")`, code.Unavailable, "AbortError"},
		{`null`, code.UnknownOutcome, "the browser closed the connection"}, // what a forced close leaves
	} {
		t.Run(test.with, func(t *testing.T) {
			name := newName(t)
			b := open(t, name)
			require.NoError(t, b.Append(ctx, log.Append{Sequence: 1}))
			t.Run("faulty", func(t *testing.T) {
				aborted(t, test.with)
				for _, err := range []error{
					b.Append(ctx, log.Append{Sequence: 2}),
					b.Replace(ctx, log.Replace{Manifest: []byte("m"), Put: []log.Block{{ID: 1}}, Through: 1}),
				} {
					require.ErrorIs(t, err, test.code)
					require.ErrorContains(t, err, test.says)
				}
			})
			snapshot, err := b.Read(ctx, 0)
			require.NoError(t, err)
			require.Zero(t, snapshot.Generation)
			require.Equal(t, []log.Entry{{Sequence: 1, Data: []byte{}}}, snapshot.Entries)
			require.NoError(t, b.Append(ctx, log.Append{Sequence: 2}))
		})
	}
}

func TestWrites_OfWhichOneRequestThrowsAreUndone(t *testing.T) {
	appending := func(b *idb.Backend) error { return b.Append(ctx, log.Append{Sequence: 2}) }
	replacing := func(b *idb.Backend) error {
		return b.Replace(ctx, log.Replace{Manifest: []byte("m"), Put: []log.Block{{ID: 1}}, Drop: []uint64{1}, Through: 1})
	}
	for _, test := range []struct {
		store, method string
		write         func(*idb.Backend) error
	}{
		{"generation", "put", appending}, {"log", "add", appending},
		{"generation", "delete", replacing}, {"generation", "add", replacing}, {"log", "delete", replacing},
		{"manifest", "clear", replacing}, {"manifest", "put", replacing},
		{"blocks", "delete", replacing}, {"blocks", "put", replacing},
	} {
		t.Run(test.store+"."+test.method, func(t *testing.T) {
			b := open(t, newName(t))
			require.NoError(t, b.Append(ctx, log.Append{Sequence: 1}))
			t.Run("faulty", func(t *testing.T) {
				patch(t, "IDBObjectStore", test.method, `
					const result = original.apply(this, args)
					if (this.name === "`+test.store+`") throw new DOMException("broken", "DataError")
					return result`)
				err := test.write(b)
				require.ErrorIs(t, err, code.Unavailable)
				require.ErrorContains(t, err, "DataError: broken")
			})
			snapshot, err := b.Read(ctx, 0)
			require.NoError(t, err)
			require.Zero(t, snapshot.Generation)
			require.Equal(t, []log.Entry{{Sequence: 1, Data: []byte{}}}, snapshot.Entries)
			require.NoError(t, appending(b))
		})
	}
}

func TestCalls_ThatAreNeverAnsweredEnd(t *testing.T) {
	name := newName(t)
	b, err := idb.Open(ctx, name, idb.Options{OpenTimeout: patience, AnswerTimeout: 50 * time.Millisecond})
	require.NoError(t, err)
	defer b.Close()
	generation := uint64(1)
	t.Run("faulty", func(t *testing.T) {
		patch(t, "EventTarget", "addEventListener", `
			if (!(this instanceof IDBTransaction)) return original.apply(this, args)`)
		require.ErrorIs(t, b.Append(ctx, log.Append{Sequence: 1}), code.UnknownOutcome)
		err := b.Replace(ctx, log.Replace{})
		if errors.Is(err, code.Unavailable) {
			generation = 0 // Firefox, with no commit before the answers, let us abort it
		} else {
			require.ErrorIs(t, err, code.UnknownOutcome)
		}
		_, err = b.Read(ctx, 0)
		require.ErrorIs(t, err, code.Unavailable)
		_, err = b.Blocks(ctx, []uint64{1})
		require.ErrorIs(t, err, code.Unavailable)
	})
	snapshot, err := open(t, name).Read(ctx, 0)
	require.NoError(t, err)
	require.Equal(t, generation, snapshot.Generation)
	require.Len(t, snapshot.Entries, 1)
}

// told keeps what a Backend tells its watcher.
type told chan string

func (w told) Written(p log.Position) { w <- fmt.Sprint("written ", p.Generation, " ", p.Sequence) }
func (w told) Lost(error)             { w <- "lost" }
func (w told) Restored()              { w <- "restored" }
func (w told) Ended(cause error)      { w <- string(code.Of(cause)) }

// hears waits until the watcher is told these, one after the other.
func (w told) hears(t *testing.T, list ...string) {
	t.Helper()
	for _, want := range list {
		select {
		case got := <-w:
			require.Equal(t, want, got)
		case <-time.After(patience):
			require.FailNow(t, "never told", want)
		}
	}
}

func TestConnection_ThatTheBrowserClosesIsReplaced(t *testing.T) {
	for how, script := range map[string]string{
		"with an event":    `db.close(); db.dispatchEvent(new Event("close"))`,
		"without an event": `db.close()`,
	} {
		t.Run(how, func(t *testing.T) {
			b, w := open(t, newName(t)), make(told, 10)
			b.Watch(w)
			require.NoError(t, b.Append(ctx, log.Append{Sequence: 1}))
			for n := range uint64(3) {
				function("db", script).Invoke(connectionOf(t, b))
				require.NoError(t, b.Append(ctx, log.Append{Sequence: n + 2}))
				w.hears(t, "lost", "restored")
			}
			snapshot, err := b.Read(ctx, 0)
			require.NoError(t, err)
			require.Len(t, snapshot.Entries, 4)
		})
	}
}

func TestConnection_ThatIsClosedUnderAWriteHasAnUnknownOutcome(t *testing.T) {
	b := open(t, newName(t))
	require.NoError(t, b.Append(ctx, log.Append{Sequence: 1}))
	t.Run("faulty", func(t *testing.T) {
		aborted(t, "null")
		require.ErrorIs(t, b.Append(ctx, log.Append{Sequence: 2}), code.UnknownOutcome)
	})
	snapshot, err := b.Read(ctx, 0)
	require.NoError(t, err)
	require.Len(t, snapshot.Entries, 1)
}

func TestConnection_ThatCannotBeReplacedIsUnavailableAndTriedAgain(t *testing.T) {
	b := open(t, newName(t))
	t.Run("faulty", func(t *testing.T) {
		raw := connectionOf(t, b)
		patch(t, "IDBFactory", "open", `throw new DOMException("denied", "UnknownError")`)
		function("db", `db.close()`).Invoke(raw)
		require.ErrorIs(t, b.Append(ctx, log.Append{Sequence: 1}), code.Unavailable)
	})
	require.NoError(t, b.Append(ctx, log.Append{Sequence: 1}))
}

// A database that the browser removed beneath us is made anew, with another identity.
func TestConnection_ToADatabaseThatIsGoneHasAnotherIdentity(t *testing.T) {
	name := newName(t)
	b := open(t, name)
	before, err := b.Position(ctx)
	require.NoError(t, err)
	function("db", `db.close()`).Invoke(connectionOf(t, b))
	await(t, function("name", `return new Promise((resolve, reject) => {
		const request = indexedDB.deleteDatabase("granary:" + name)
		request.onsuccess = resolve
		request.onerror = () => reject(request.error)
	})`).Invoke(name))
	after, err := b.Position(ctx)
	require.NoError(t, err)
	require.NotEqual(t, before.Identity, after.Identity)
	require.Len(t, after.Identity, 32)
}

// A write that waits while the browser removes the database does not get into the one
// that is made anew.
func TestConnection_ToADatabaseThatIsGoneTakesNoWriteForIt(t *testing.T) {
	name := newName(t)
	b := open(t, name)
	before, err := b.Read(ctx, 0)
	require.NoError(t, err)
	require.NoError(t, b.Append(ctx, log.Append{Identity: before.Identity, Sequence: 1}))
	function("db", `db.close()`).Invoke(connectionOf(t, b))
	await(t, function("name", `return new Promise((resolve, reject) => {
		const request = indexedDB.deleteDatabase("granary:" + name)
		request.onsuccess = resolve
		request.onerror = () => reject(request.error)
	})`).Invoke(name))
	require.ErrorIs(t, b.Append(ctx, log.Append{Identity: before.Identity, Sequence: 2}), log.ErrTaken)
	require.ErrorIs(t, b.Replace(ctx, log.Replace{Identity: before.Identity}), log.ErrTaken)
	after, err := b.Read(ctx, 0)
	require.NoError(t, err)
	require.Empty(t, after.Entries)
	require.NoError(t, b.Append(ctx, log.Append{Identity: after.Identity, Sequence: 1}))
}

func TestWatch_SaysWhenAnotherTabRemovesOrUpgradesTheDatabase(t *testing.T) {
	t.Run("removes", func(t *testing.T) {
		name := newName(t)
		b, w := open(t, name), make(told, 10)
		b.Watch(w)
		require.NoError(t, idb.Destroy(ctx, name))
		w.hears(t, string(code.Closed))
		require.ErrorIs(t, b.Append(ctx, log.Append{Sequence: 1}), code.Closed)
	})
	t.Run("upgrades", func(t *testing.T) {
		name := newName(t)
		b, w := open(t, name), make(told, 10)
		b.Watch(w)
		hold(t, name, 2, ``)
		w.hears(t, string(code.Format))
		require.ErrorIs(t, b.Append(ctx, log.Append{Sequence: 1}), code.Format)
	})
}

func TestWatch_PassesBySomebodyElsesMessages(t *testing.T) {
	name := newName(t)
	one, other, w := open(t, name), open(t, name), make(told, 10)
	one.Watch(w)
	other.Watch(make(told, 10))
	_, err := other.Read(ctx, 0)
	require.NoError(t, err)
	function("name", `const c = new BroadcastChannel("granary:" + name)
		for (const data of [null, 5, {}, "", "a b c", "a 1", "a -1 2", " 1 2", "a 1 2 3", "a 99999999999999999999 1"]) c.postMessage(data)
		c.close()`).Invoke(name)
	require.NoError(t, other.Append(ctx, log.Append{Sequence: 1}))
	w.hears(t, "written 0 1")
}

func TestWitness_RemembersTheMostOfOneIdentity(t *testing.T) {
	name := newName(t)
	w := idb.NewWitness(name)
	seen := func(want string, n uint64) {
		t.Helper()
		identity, sequence := w.Seen()
		require.Equal(t, want, identity)
		require.Equal(t, n, sequence)
	}
	seen("", 0)
	w.Saw("a", 5)
	w.Saw("a", 3)
	seen("a", 5)
	w.Saw("b", 1)
	seen("a", 5)
	w.Lost("b", 1)
	seen("b", 1)
	function("name", `localStorage.setItem("granary:" + name, "nonsense")`).Invoke(name)
	seen("", 0)
	w.Saw("b", 2)
	require.NoError(t, idb.Destroy(ctx, name))
	seen("", 0)
	t.Run("denied", func(t *testing.T) {
		// The getter itself cannot be replaced in WebKit; whoever calls it can.
		reflect := js.Global().Get("Reflect")
		denying := function("get", `return (target, name) => {
			if (name === "localStorage") throw new DOMException("denied", "SecurityError")
			return get(target, name)
		}`)
		replace(t, reflect, "get", js.ValueOf(map[string]any{"value": denying.Invoke(reflect.Get("get")), "writable": true}))
		w.Saw("a", 1)
		seen("", 0)
	})
}

func TestWitness_OfADatabaseThatWasRemovedIsForgotten(t *testing.T) {
	name := newName(t)
	b := open(t, name)
	snapshot, err := b.Read(ctx, 0)
	require.NoError(t, err)
	// A tab that has just noted what it wrote when the database is removed, and notes
	// more before it has understood.
	patch(t, "IDBFactory", "deleteDatabase", `localStorage.setItem(args[0], "`+snapshot.Identity+` 7")
		return original.apply(this, args)`)
	require.NoError(t, idb.Destroy(ctx, name))
	identity, _ := b.Witness().Seen()
	require.Empty(t, identity)
	b.Witness().Saw(snapshot.Identity, 8)
	identity, _ = b.Witness().Seen()
	require.Empty(t, identity)
}

func TestNames_WithHalfASurrogatePairAreRefused(t *testing.T) {
	for _, name := range []string{"\xed\xa0\x80", "a\xed\xbf\xbf", "\xff"} {
		_, err := idb.Open(ctx, name, idb.Options{})
		require.ErrorIs(t, err, code.Invalid)
		require.ErrorIs(t, idb.Destroy(ctx, name), code.Invalid)
	}
}

func TestRead_OfForeignValuesGivesThemAsText(t *testing.T) {
	b := open(t, newName(t))
	put := function("db", `return new Promise((resolve, reject) => {
		const t = IDBDatabase.prototype.transaction.call(db, ["log", "blocks"], "readwrite")
		t.objectStore("log").put("text", 1)
		t.objectStore("log").put(1n, 2)
		t.objectStore("log").put("under a name", "name")
		t.objectStore("log").put("between two numbers", 1.5)
		t.objectStore("blocks").put({length: 1e9}, 1)
		t.oncomplete = resolve
		t.onabort = () => reject(t.error)
	})`)
	await(t, put.Invoke(connectionOf(t, b)))
	snapshot, err := b.Read(ctx, 0)
	require.NoError(t, err)
	require.Equal(t, []log.Entry{{Sequence: 1, Data: []byte(`"text"`)}, {Sequence: 2, Data: []byte("[object BigInt]")}}, snapshot.Entries)
	blocks, err := b.Blocks(ctx, []uint64{1})
	require.NoError(t, err)
	require.Equal(t, `{"length":1000000000}`, string(blocks[0]))
	_, err = log.ReadEntry(snapshot.Entries[0], nil, nil)
	require.ErrorIs(t, err, code.Corrupt)
	survey, err := b.Survey(ctx)
	require.NoError(t, err)
	require.Equal(t, log.Survey{Entries: snapshot.Entries, Blocks: []uint64{1}}, survey)
}

// A manifest that is gone is not the same as one that never was.
func TestRead_KnowsTheGenerationOfAManifestThatIsGone(t *testing.T) {
	b := open(t, newName(t))
	require.NoError(t, b.Replace(ctx, log.Replace{Manifest: []byte("m")}))
	remove := function("db", "store", `return new Promise((resolve, reject) => {
		const t = IDBDatabase.prototype.transaction.call(db, [store], "readwrite")
		t.objectStore(store).clear()
		t.oncomplete = resolve
		t.onabort = () => reject(t.error)
	})`)
	await(t, remove.Invoke(connectionOf(t, b), "generation"))
	snapshot, err := b.Read(ctx, 0)
	require.NoError(t, err)
	require.Equal(t, uint64(1), snapshot.Generation, "the manifest tells")
	require.Equal(t, "m", string(snapshot.Manifest))
	require.NoError(t, b.Replace(ctx, log.Replace{Generation: 1, Manifest: []byte("n")}))
	await(t, remove.Invoke(connectionOf(t, b), "manifest"))
	snapshot, err = b.Read(ctx, 0)
	require.NoError(t, err)
	require.Equal(t, uint64(2), snapshot.Generation)
	require.Nil(t, snapshot.Manifest)
}

func TestRead_OfWhichARequestFailsIsAnErrorThoughTheTransactionIsComplete(t *testing.T) {
	b := open(t, newName(t))
	require.NoError(t, b.Append(ctx, log.Append{Sequence: 1}))
	t.Run("faulty", func(t *testing.T) { // as Chromium does where a file of its own is damaged
		patch(t, "IDBObjectStore", "getAllKeys", `original.apply(this, args)
			return {readyState: "done", error: new DOMException("damaged", "UnknownError")}`)
		_, err := b.Read(ctx, 0)
		require.ErrorIs(t, err, code.Unavailable)
		_, err = b.Position(ctx)
		require.ErrorIs(t, err, code.Unavailable)
	})
	snapshot, err := b.Read(ctx, 0)
	require.NoError(t, err)
	require.Len(t, snapshot.Entries, 1)
}

func TestRead_LosesNoRace(t *testing.T) {
	b := open(t, newName(t))
	patch(t, "IDBObjectStore", "getAll", `throw new DOMException("planted", "ConstraintError")`)
	_, err := b.Read(ctx, 0)
	require.ErrorIs(t, err, code.Unavailable)
	require.NotErrorIs(t, err, log.ErrTaken)
}

func TestWrites_AskForTheDurabilityTheyPromise(t *testing.T) {
	b := open(t, newName(t))
	js.Global().Set("asked", js.Global().Get("Array").New())
	patch(t, "IDBDatabase", "transaction", `const transaction = original.apply(this, args)
		globalThis.asked.push(transaction.durability)
		return transaction`)
	require.NoError(t, b.Append(ctx, log.Append{Sequence: 1}))
	require.NoError(t, b.Append(ctx, log.Append{Sequence: 2, Strict: true}))
	require.NoError(t, b.Replace(ctx, log.Replace{}))
	require.Equal(t, "relaxed,strict,strict", js.Global().Get("asked").Call("join").String())
}

// In the middle of a transaction a request that fails, as one does for which there is
// no room, must undo the others too, whatever the browser makes of a commit.
func TestReplace_OfWhichARequestFailsIsUndone(t *testing.T) {
	for _, failing := range []string{"manifest", "blocks"} {
		t.Run(failing, func(t *testing.T) {
			b := open(t, newName(t))
			require.NoError(t, b.Append(ctx, log.Append{Sequence: 1, Data: []byte("kept")}))
			require.NoError(t, b.Replace(ctx, log.Replace{Manifest: []byte("m"), Put: []log.Block{{ID: 1, Data: []byte("b")}}}))
			t.Run("faulty", func(t *testing.T) {
				patch(t, "IDBObjectStore", "put", `
					if (this.name !== "`+failing+`") return original.apply(this, args)
					original.apply(this, args)
					return this.add(...args)`) // the key is in use
				err := b.Replace(ctx, log.Replace{
					Generation: 1, Manifest: []byte("n"), Drop: []uint64{1}, Put: []log.Block{{ID: 2}, {ID: 3}}, Through: 1,
				})
				require.Error(t, err)
			})
			snapshot, err := b.Read(ctx, 0)
			require.NoError(t, err)
			require.Equal(t, log.Snapshot{
				Identity: snapshot.Identity, Generation: 1, Manifest: []byte("m"), Entries: []log.Entry{{Sequence: 1, Data: []byte("kept")}},
			}, snapshot)
			blocks, err := b.Blocks(ctx, []uint64{1, 2, 3})
			require.NoError(t, err)
			require.Equal(t, [][]byte{[]byte("b"), nil, nil}, blocks)
		})
	}
}

// A write that waited for an answer on its way would be lost with a page that is
// left, and would hold up other tabs in a page that is frozen. Firefox can have no
// other with Replace.
func TestWrites_AreCommittedInTheTurnThatStartsThem(t *testing.T) {
	b := open(t, newName(t))
	js.Global().Set("turns", js.Global().Get("Array").New())
	patch(t, "IDBDatabase", "transaction", `globalThis.turns.push("start")
		queueMicrotask(() => globalThis.turns.push("turn ended"))
		return original.apply(this, args)`)
	patch(t, "IDBTransaction", "commit", `globalThis.turns.push("commit"); return original.apply(this, args)`)
	require.NoError(t, b.Append(ctx, log.Append{Sequence: 1}))
	require.NoError(t, b.Replace(ctx, log.Replace{Put: []log.Block{{ID: 1}, {ID: 2}}, Drop: []uint64{3}}))
	require.ErrorIs(t, b.Append(ctx, log.Append{Sequence: 2}), log.ErrTaken)
	want := [][]string{{"start", "commit", "turn ended"}, {"start", "commit", "turn ended"}, {"start", "commit", "turn ended"}}
	if strings.Contains(js.Global().Get("navigator").Get("userAgent").String(), "Firefox") {
		want[1] = []string{"start", "turn ended"}
	}
	require.Equal(t, strings.Join(slices.Concat(want...), ","), js.Global().Get("turns").Call("join").String())
}

func TestAppend_LosingARaceIsNoErrorOfThePage(t *testing.T) {
	b := open(t, newName(t))
	seen := js.FuncOf(func(_ js.Value, args []js.Value) any {
		t.Error("the page saw", args[0].Get("message"))
		return nil
	})
	defer seen.Release()
	js.Global().Call("addEventListener", "error", seen)
	defer js.Global().Call("removeEventListener", "error", seen)
	require.NoError(t, b.Append(ctx, log.Append{Sequence: 1}))
	for range 10 {
		require.ErrorIs(t, b.Append(ctx, log.Append{Sequence: 1}), log.ErrTaken)
		require.ErrorIs(t, b.Replace(ctx, log.Replace{Generation: 1}), log.ErrTaken)
	}
}

// A store that is closed while its connection is being made again waits no longer.
func TestClose_EndsCallsThatWaitForANewConnection(t *testing.T) {
	b := open(t, newName(t))
	t.Run("faulty", func(t *testing.T) {
		raw := connectionOf(t, b)
		asked := make(chan struct{}, 100)
		ask := js.FuncOf(func(js.Value, []js.Value) any { asked <- struct{}{}; return nil })
		defer ask.Release()
		js.Global().Set("asked", ask)
		patch(t, "IDBFactory", "open", `globalThis.asked(); throw new DOMException("denied", "UnknownError")`)
		function("db", `db.close()`).Invoke(raw)
		ended := make(chan error)
		go func() { ended <- b.Append(ctx, log.Append{Sequence: 1}) }()
		for range 4 {
			<-asked // the last pause, the longest, is now
		}
		require.NoError(t, b.Close())
		require.ErrorIs(t, <-ended, code.Closed)
		require.Empty(t, asked, "it did not wait for the last attempt")
	})
}
