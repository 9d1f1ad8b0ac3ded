package store

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
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
// Of a whole store nothing is changed. The Backend is closed at the end. Repair fails with ErrFormat when the storage was
// written by a newer version, and with an error of storage; then nothing was
// changed either, or the repair can be run again.
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

	survey   log.Survey
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

// namedBlock is a block that a manifest names, or that is there without a name.
type namedBlock struct {
	log.BlockInfo
	model string // "" for one without a name
}

// named are the blocks that are to be looked at: those of a sound manifest; or all
// that there are, in the order that a damaged one seems to give them.
func (r *repair) named() []namedBlock {
	var list []namedBlock
	known := map[uint64]bool{}
	m := r.manifest
	if m == nil {
		m = r.guess
	}
	for i := 0; m != nil && i < len(m.Segments); i++ {
		for _, b := range m.Segments[i].Blocks {
			if r.manifest == nil {
				b.Rows = 0 // who knows
				if known[b.ID] || !slices.Contains(r.survey.Blocks, b.ID) {
					continue
				}
			}
			known[b.ID] = true
			list = append(list, namedBlock{b, m.Segments[i].Model})
		}
	}
	for _, id := range r.survey.Blocks {
		if r.manifest == nil && !known[id] {
			list = append(list, namedBlock{log.BlockInfo{ID: id}, ""})
		}
	}
	return list
}

// readBlocks finds out which blocks are whole.
func (r *repair) readBlocks(ctx context.Context) error {
	list := r.named()
	for start := 0; start < len(list); start += blocksAtOnce {
		part := list[start:min(start+blocksAtOnce, len(list))]
		ids := make([]uint64, len(part))
		for i, b := range part {
			ids[i] = b.ID
		}
		data, err := r.options.Backend.Blocks(ctx, ids)
		if err != nil {
			return err
		}
		for i, b := range part {
			if err := r.readBlock(ctx, b, data[i]); err != nil {
				return err
			}
		}
	}
	r.returnStray(list)
	for _, b := range list {
		if r.kept(b.ID) == nil {
			r.changed = true
			if b.Rows > 0 && b.model != "" {
				r.model(b.model).Lost += b.Rows
			}
		}
	}
	return nil
}

// readBlock finds out whether a block is whole.
func (r *repair) readBlock(ctx context.Context, b namedBlock, data []byte) error {
	if data == nil {
		return nil
	}
	err := r.take(b.ID, data)
	if err == nil {
		return nil
	}
	if whole := log.Mended(data, 'B'); whole != nil {
		if r.take(b.ID, whole) == nil {
			r.changed = true
			r.put = append(r.put, log.Block{ID: b.ID, Data: whole})
			return nil
		}
		if errors.Is(err, code.Format) {
			return err
		}
	}
	if id, ok := log.BlockID(data); ok && id != b.ID {
		r.stray = append(r.stray, log.Block{ID: id, Data: data})
	}
	r.drop = append(r.drop, b.ID)
	r.report.Uncertain = r.report.Uncertain || r.manifest == nil
	return r.setAside(ctx, "block "+strconv.FormatUint(b.ID, 10), b.model, data, reasonOf(err))
}

// take keeps a block if it is whole.
func (r *repair) take(id uint64, data []byte) error {
	layout, rows, err := log.ReadBlock(id, data)
	if err != nil {
		return err
	}
	n := soundRows(layout, rows)
	if n < 0 {
		return code.Fault(code.Corrupt, "", "", "block "+strconv.FormatUint(id, 10)+" has broken rows")
	}
	r.know(layout)
	r.blocks = append(r.blocks, keptBlock{log.BlockInfo{ID: id, Rows: n, Size: len(data)}, layout})
	return nil
}

// returnStray puts whole blocks that lay in another one's place back into their
// own, if that has no whole one.
func (r *repair) returnStray(list []namedBlock) {
	for _, b := range r.stray {
		named := r.manifest == nil || slices.ContainsFunc(list, func(n namedBlock) bool { return n.ID == b.ID })
		if named && r.kept(b.ID) == nil && r.take(b.ID, b.Data) == nil {
			r.changed = true
			r.put = append(r.put, b)
			r.drop = slices.DeleteFunc(r.drop, func(id uint64) bool { return id == b.ID })
		}
	}
}

// kept returns the whole block of that id, or nil.
func (r *repair) kept(id uint64) *keptBlock {
	for i := range r.blocks {
		if r.blocks[i].info.ID == id {
			return &r.blocks[i]
		}
	}
	return nil
}

// know takes a layout into the pool.
func (r *repair) know(l *record.Layout) {
	if !slices.ContainsFunc(r.pool, l.Equal) {
		r.pool = append(r.pool, l)
	}
}

// soundRows counts the rows of a block; -1 when they do not fill it, or one of them
// has another layout or no key.
func soundRows(l *record.Layout, rows []byte) int {
	n := 0
	for ; len(rows) > 0; n++ {
		size := record.Length(rows)
		if size == 0 || !soundRow(l, record.Row(rows[:size])) {
			return -1
		}
		rows = rows[size:]
	}
	return n
}

func soundRow(l *record.Layout, row record.Row) bool {
	if !l.Sound(row) {
		return false
	}
	key, ok := l.AppendKey(nil, row, l.Key)
	return ok && len(key) > 0
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

// segments are the blocks that are whole, by model, in the order in which they were
// named.
func (r *repair) segments() []log.Segment {
	var list []log.Segment
	add := func(model string, b log.BlockInfo) {
		at := slices.IndexFunc(list, func(s log.Segment) bool { return s.Model == model })
		if at < 0 {
			at, list = len(list), append(list, log.Segment{Model: model})
		}
		list[at].Blocks = append(list[at].Blocks, b)
	}
	if r.manifest == nil {
		for _, b := range r.blocks {
			add(b.layout.Model, b.info)
		}
		return list
	}
	for _, s := range r.manifest.Segments {
		for _, b := range s.Blocks {
			if kept := r.kept(b.ID); kept != nil {
				add(s.Model, kept.info)
			}
		}
	}
	return list
}

// settle opens the store that was made whole, removes what breaks the schema, and
// counts the rest.
func (r *repair) settle(ctx context.Context) error {
	st, migration, err := BeginOpen(ctx, r.options)
	if err != nil || migration != nil {
		_ = r.options.Backend.Close()
		return err
	}
	defer func() { _ = st.Close() }()
	for _, m := range r.options.Schema.Models {
		if err := st.Load(ctx, m.Name); err != nil {
			return err
		}
	}
	if err := r.remove(ctx, st); err != nil {
		return err
	}
	r.count(st)
	r.report.Settled = true
	return nil
}

// remove deletes what breaks the schema and what goes with it, in one commit,
// after its rows were set aside.
func (r *repair) remove(ctx context.Context, st *Store) error {
	var gone []table.Change
	find := func(x *tx) error {
		x.now, x.force = timestamp(st.options.Clock()), true
		x.mergeTwins()
		if err := x.cascade(st.homeless()); err != nil {
			return err
		}
		gone = x.changes
		return nil
	}
	var pieces []*log.BlockWriter // by model, as they were
	var models []string
	var removed []int
	st.mu.Lock()
	x := &tx{st: st, version: st.version}
	err := find(x)
	for _, c := range gone {
		if c.Before() == nil {
			continue
		}
		at := slices.Index(models, c.Table.Model.Name)
		if at < 0 {
			at, models = len(models), append(models, c.Table.Model.Name)
			pieces = append(pieces, log.NewBlockWriter(0, c.Table.Layout))
			removed = append(removed, 0)
		}
		pieces[at].Add(c.Before())
		if c.After() == nil {
			removed[at]++
		}
	}
	x.undo(0, 0)
	st.mu.Unlock()
	if err != nil || len(models) == 0 {
		return err
	}
	for i, name := range models {
		r.model(name).Removed = removed[i]
		reason := strconv.Itoa(pieces[i].Rows) + " records that could not be without one that was lost, or broke the schema, as they were"
		if err := r.setAside(ctx, "records of "+name, name, pieces[i].Bytes(), reason); err != nil {
			return err
		}
	}
	r.report.Repaired = true
	c, err := st.begin(ctx, "repair", find)
	if err != nil {
		return err
	}
	return c.Wait(ctx)
}

// mergeTwins leaves one of several rows with the same key: the newest, which is the
// last. The log knows rows by their keys; read back, the deletions leave any one of
// them, and what is written then makes it the newest.
func (x *tx) mergeTwins() {
	for _, t := range x.st.tables() {
		var twins []uint32
		for n := range t.End() {
			if t.Has(n) {
				if found, ok := t.Find(t.Key(nil, t.Row(n))); !ok || found != n {
					twins = append(twins, n)
				}
			}
		}
		for _, n := range twins {
			newest := t.Row(n)
			x.delete(t, n)
			if first, ok := t.Find(t.Key(nil, newest)); ok {
				if first > n {
					newest = t.Row(first)
				}
				x.update(t, first, newest)
			}
		}
	}
}

// homeless are the rows that break the schema by themselves, or require a record
// that is not there. The caller holds mu.
func (st *Store) homeless() []fate {
	var list []fate
	for _, t := range st.tables() {
		for n := range t.End() {
			if t.Has(n) && !st.stands(t, n) {
				list = append(list, fate{t, n})
			}
		}
	}
	return list
}

// stands reports whether a row is valid and leads where it must.
func (st *Store) stands(t *table.Table, n uint32) bool {
	row := t.Row(n)
	e := st.encoders[t.Model.Index]
	if e.Read(t.Layout.Values(row)) != nil || e.Complete() != nil {
		return false
	}
	if again, err := e.Row(); err != nil || string(again) != string(row) {
		return false
	}
	for _, rel := range t.Model.Relations {
		if rel.Kind == schema.BelongsTo && requires(rel) && !st.leads(t, row, rel, false) {
			return false
		}
	}
	return true
}

// leads reports whether a reference leads to a record; one without a value does if
// that may be.
func (st *Store) leads(t *table.Table, row record.Row, rel *schema.Relation, mayLack bool) bool {
	key, ok := t.Layout.AppendKey(nil, row, rel.Fields)
	if !ok {
		return mayLack
	}
	_, found := st.table(rel.Target).Find(key)
	return found
}

// count counts what is there now.
func (r *repair) count(st *Store) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, t := range st.tables() {
		m := r.model(t.Model.Name)
		m.Kept = t.Len()
		for n := range t.End() {
			if t.Has(n) && slices.ContainsFunc(t.Model.Relations, func(rel *schema.Relation) bool {
				return rel.Kind == schema.BelongsTo && !st.leads(t, t.Row(n), rel, true)
			}) {
				m.Dangling++
			}
		}
	}
}
