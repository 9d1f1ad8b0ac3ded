//go:build js && wasm

package idb

import (
	"context"
	"slices"
	"syscall/js"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// Read returns the manifest and all entries numbered above after, as one
// snapshot. It costs one transaction of six requests, however many entries there
// are: a cursor would cost an event for each. Where large values were among them it
// costs another one.
func (b *Backend) Read(ctx context.Context, after uint64) (snapshot log.Snapshot, err error) {
	above, err := keysAbove(after)
	if err != nil {
		return snapshot, undone("read", err)
	}
	var list requests
	list.add(storeManifest, "getAllKeys", nil, js.Undefined())
	list.add(storeManifest, "getAll", nil, js.Undefined())
	list.add(storeLog, "getAllKeys", nil, above)
	list.add(storeLog, "getAll", nil, above)
	list.add(storeGeneration, "get", nil, js.ValueOf(keyIdentity))
	list.add(storeGeneration, "getAllKeys", nil, js.Undefined())
	read := names(storeGeneration, storeManifest, storeLog)
	answers, err := b.perform(ctx, "read", asking, list, read)
	if err == nil && slices.ContainsFunc(answers, isPending) {
		answers, err = b.perform(ctx, "read", reading, list, read)
	}
	if err != nil {
		return snapshot, err
	}
	snapshot.Generation, snapshot.Manifest, err = manifestOf(answers[5], answers[0], answers[1])
	if err == nil {
		snapshot.Entries, err = records(answers[2], answers[3])
	}
	if err != nil {
		return log.Snapshot{}, failure(code.Corrupt, "read", "", err)
	}
	if snapshot.Identity, err = b.knows(answers[4]); err != nil {
		return log.Snapshot{}, failure(code.Corrupt, "read", "", err)
	}
	return snapshot, nil
}

// manifestOf returns the present generation and its manifest, nil when that is not
// there. Where no record says what the generation is, the manifest's is it.
func manifestOf(generations, keys, values js.Value) (generation uint64, manifest []byte, err error) {
	present, err := answer(generations)
	if err != nil {
		return 0, nil, err
	}
	manifests, err := records(keys, values)
	if n, ok := numberOf(present.Index(0)); ok {
		generation = n
	} else if len(manifests) > 0 {
		generation = manifests[len(manifests)-1].Sequence
	}
	for _, m := range manifests {
		if m.Sequence == generation {
			manifest = m.Data
		}
	}
	return generation, manifest, err
}

// records returns numbers and bytes of what was asked for with two requests, in
// the order of the numbers.
func records(keys, values js.Value) (list []log.Entry, err error) {
	keys, err = answer(keys)
	if err == nil {
		values, err = answer(values)
	}
	if err != nil {
		return nil, err
	}
	for i := range keys.Length() {
		if n, ok := numberOf(keys.Index(i)); ok { // or it is none of ours
			list = append(list, log.Entry{Sequence: n, Data: toGo(values.Index(i))})
		}
	}
	return list, nil
}
