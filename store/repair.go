package store

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
)

// RepairReport says what a repair found and did.
type RepairReport struct {
	Repaired bool // anything was changed

	// Settled is false when records are of an older version of the app. Then nobody
	// looked for references that lead nowhere, and nothing is counted as kept: open
	// the store, which migrates it, and repair once more.
	Settled bool

	Models []RepairedModel
	Aside  []AsidePart // what was set aside; Backend.Aside has the bytes

	// Uncertain is true when changes were lost of which nobody knows what they
	// were: records may be missing, records that were deleted be there again, and
	// fields have older values.
	Uncertain bool
}

// RepairedModel is what became of a model's records.
type RepairedModel struct {
	Model    string
	Kept     int
	Lost     int // in blocks that were damaged or gone
	Removed  int // could not be without a record that was lost, or broke the schema
	Dangling int // kept, with a reference that leads nowhere
}

// AsidePart is a piece of storage that was set aside.
type AsidePart struct {
	Name   string // "block 7 of generation 3"
	Model  string // of a block; may be empty
	Bytes  int
	Reason string // lower case: what is wrong with it
}

// Repair makes whatever lies in storage a store that opens. It may be called while
// the store cannot be opened; nobody should have it open. Blocks and entries of the
// log that fail their checksum or their structure, and a manifest that does, are
// copied to where Backend.Aside finds them, and left out. All else is kept: every
// other block, also when the manifest that named it is gone, and the changes of
// every other entry, by key. Then records that cannot be without one that was lost
// go, as the schema says; optional references to it stay as they are.
//
// Of a whole store nothing is changed. The Backend is closed at the end. Repair fails
// with ErrFormat when the storage was written by a newer version, and with an error
// of storage; then nothing was changed either, or the repair can be run again.
func Repair(ctx context.Context, o Options) (RepairReport, error) {
	if o.Schema == nil || o.Backend == nil {
		return RepairReport{}, wrap("repair", code.Fault(code.Invalid, "", "", "Options need a Schema and a Backend"))
	}
	if o.Random == nil {
		o.Random = systemRandom
	}
	r := &repair{options: o}
	err := error(log.ErrTaken)
	for tries := 0; errors.Is(err, log.ErrTaken) && tries < maxReload; tries++ {
		err = r.salvage(ctx)
	}
	if err != nil {
		_ = o.Backend.Close()
	} else {
		err = r.settle(ctx)
	}
	if errors.Is(err, log.ErrTaken) {
		err = code.Fault(code.Unavailable, "", "", "others kept writing; close the store everywhere else and try again")
	}
	if err != nil {
		return r.report, wrap("repair", err)
	}
	return r.report, nil
}

// repair is one repair under way.
type repair struct {
	options Options
	report  RepairReport

	survey   log.Survey       // without the keys of blocks, which are in keys
	keys     []uint64         // ids
	manifest *log.Manifest    // the sound one, or nil
	guess    *log.Manifest    // what a damaged one seems to say, or nil
	blocks   []keptBlock      // in their order
	put      []log.Block      // blocks to be written in their place
	stray    []log.Block      // whole blocks that lay in another one's place
	drop     []uint64         // blocks
	pool     []*record.Layout // that are known for certain
	changed  bool             // storage is not whole as it is
}

// keptBlock is a block that is whole.
type keptBlock struct {
	info   log.BlockInfo
	layout *record.Layout
}

// model returns what is reported of a model.
func (r *repair) model(name string) *RepairedModel {
	for i := range r.report.Models {
		if r.report.Models[i].Model == name {
			return &r.report.Models[i]
		}
	}
	r.report.Models = append(r.report.Models, RepairedModel{Model: name})
	return &r.report.Models[len(r.report.Models)-1]
}

// setAside keeps a copy of a piece.
func (r *repair) setAside(ctx context.Context, name, model string, data []byte, reason string) error {
	name += " of generation " + strconv.FormatUint(r.survey.Generation, 10)
	r.report.Aside = append(r.report.Aside, AsidePart{name, model, len(data), reason})
	return r.options.Backend.SetAside(ctx, []log.Piece{{Name: name, Data: data}})
}

// salvage makes storage one that can be read: a manifest of the blocks that are
// whole, and a log of the entries that are.
func (r *repair) salvage(ctx context.Context) (err error) {
	*r = repair{options: r.options}
	for _, m := range r.options.Schema.Models {
		r.pool = append(r.pool, record.LayoutOf(m))
		r.model(m.Name)
	}
	if r.survey, err = r.options.Backend.Survey(ctx); err != nil {
		return err
	}
	r.survey.Blocks = slices.DeleteFunc(r.survey.Blocks, func(id uint64) bool {
		if log.IsKeys(id) {
			r.keys = append(r.keys, id)
		}
		return log.IsKeys(id)
	})
	if err = r.readManifest(ctx); err != nil {
		return err
	}
	if err = r.readBlocks(ctx); err != nil {
		return err
	}
	entries, whole, err := r.readEntries(ctx)
	if err != nil || whole && !r.changed {
		return err
	}
	r.report.Repaired = true
	return r.options.Backend.Replace(ctx, r.replacement(entries, whole))
}

// readManifest finds out what the manifest says.
func (r *repair) readManifest(ctx context.Context) error {
	data := r.survey.Manifest
	if data == nil && r.survey.Generation == 0 && len(r.survey.Blocks) == 0 {
		r.manifest = &log.Manifest{NextBlock: 1}
		return nil
	}
	m, err := log.ReadManifest(data)
	if data != nil && err == nil {
		r.manifest = m
		return nil
	}
	r.changed = true
	if whole := log.Mended(data, 'M'); whole != nil {
		m, mendedErr := log.ReadManifest(whole)
		if mendedErr == nil {
			r.manifest = m
			return nil
		}
		if errors.Is(err, code.Format) {
			return err
		}
	}
	r.report.Uncertain = true
	if data == nil {
		return nil // it is gone
	}
	r.guess = log.GuessManifest(data)
	return r.setAside(ctx, "manifest", "", data, reasonOf(err))
}

// reasonOf is what an error says is wrong.
func reasonOf(err error) string {
	if e, ok := err.(*code.Error); ok {
		return e.Message
	}
	return err.Error()
}

// replacement is the exchange that makes storage whole. The log stays as it is
// when it can.
func (r *repair) replacement(entries []log.Entry, logStays bool) log.Replace {
	m := &log.Manifest{NextBlock: 1}
	if r.manifest != nil {
		*m = *r.manifest
	} else if r.guess != nil && r.guess.NextBlock < likely {
		m.NextBlock = max(1, r.guess.NextBlock)
	}
	for _, id := range r.survey.Blocks {
		m.NextBlock = max(m.NextBlock, id+1)
	}
	m.Segments = r.segments()
	for _, id := range r.keys {
		if !slices.ContainsFunc(r.blocks, func(b keptBlock) bool { return log.KeysID(b.info.ID) == id }) {
			r.drop = append(r.drop, id)
		}
	}
	replace := log.Replace{Generation: r.survey.Generation, Drop: r.drop, Put: r.put, Through: m.Through}
	if !logStays {
		m.Through, m.Nonce, m.Layouts = r.last(), 0, nil
		replace.Through, replace.Add, replace.Alone = m.Through, entries, true
	}
	replace.Manifest = m.Bytes()
	return replace
}

// likely is what numbers of entries and blocks stay below.
const likely = 1 << 40

// last returns the number of the last entry that there was, as far as can be told.
func (r *repair) last() uint64 {
	last := uint64(0)
	if r.manifest != nil {
		last = r.manifest.Through
	} else if r.guess != nil && r.guess.Through < likely {
		last = r.guess.Through
	}
	for _, e := range r.survey.Entries {
		last = max(last, e.Sequence)
	}
	return last
}
