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

// repairLog reads the entries of a log some of which are damaged. Layouts go by
// numbers that the entries hand out in their order, so an entry that is gone takes
// the names of its layouts along; they are found again where what is written under
// them leaves no choice.
type repairLog struct {
	*repair
	entries []repairEntry
	layouts map[uint64]*record.Layout   // by number
	guesses map[uint64][]*record.Layout // by number: what damaged bytes say
	holders map[uint64]map[string]bool  // by number of which only keys are known: models that have had records with those
	trusted bool                        // nothing is missing so far: next is certain
	before  uint64                      // the nonce of the entry before; 0 when that was void
	unsure  bool                        // nobody knows that nonce
	next    uint64                      // the number of the next layout to be named
}

type repairEntry struct {
	log.Entry
	parts   *log.Parts // nil when it is damaged
	partial bool       // not all of it could be kept
}

// readEntries finds out which entries are whole and returns them, numbered anew
// behind all that there are; and whether the log is whole as it is.
func (r *repair) readEntries(ctx context.Context) (fresh []log.Entry, whole bool, err error) {
	l := &repairLog{repair: r, layouts: map[uint64]*record.Layout{}, guesses: map[uint64][]*record.Layout{},
		holders: map[uint64]map[string]bool{}}
	l.begin()
	whole = r.manifest != nil
	head := uint64(0)
	if r.manifest != nil {
		head = r.manifest.Through
	}
	for _, e := range r.survey.Entries {
		if r.manifest != nil && e.Sequence <= head {
			continue // of before, and no harm
		}
		missing := r.manifest != nil && e.Sequence != head+1
		if _, after := log.Head(e.Data); missing && after != 0 && whole {
			break // the log ends before it: dataset.next says why
		}
		if missing {
			l.missing()
			whole = false
		}
		head = e.Sequence
		ok, err := l.read(ctx, e)
		if err != nil {
			return nil, false, err
		}
		whole = whole && ok
	}
	if whole && l.sound() {
		return nil, true, nil
	}
	if err = l.infer(ctx); err != nil {
		return nil, false, err
	}
	fresh, err = l.write(ctx, r.last())
	return fresh, false, err
}

// begin takes the layouts that the manifest names.
func (l *repairLog) begin() {
	if l.manifest != nil {
		l.trusted, l.before = true, l.manifest.Nonce
		l.name(l.manifest.Layouts)
		return
	}
	l.unsure = true
	if l.guess != nil {
		for i, layout := range l.guess.Layouts {
			l.guesses[uint64(i)] = append(l.guesses[uint64(i)], layout)
		}
		l.next = uint64(len(l.guess.Layouts))
	}
}

// name gives layouts the next numbers.
func (l *repairLog) name(layouts []*record.Layout) {
	for _, layout := range layouts {
		l.layouts[l.next] = layout
		l.know(layout)
		l.next++
	}
}

// missing notes that an entry is gone.
func (l *repairLog) missing() {
	l.trusted, l.unsure = false, true
	l.report.Uncertain = true
}

// read takes an entry, and sets it aside when it is damaged.
func (l *repairLog) read(ctx context.Context, e log.Entry) (ok bool, err error) {
	parts, err := log.ReadParts(e)
	mended := log.Mended(e.Data, 'E')
	if err != nil && mended != nil {
		var mendedErr error
		if parts, mendedErr = log.ReadParts(log.Entry{Sequence: e.Sequence, Data: mended}); mendedErr != nil && errors.Is(err, code.Format) {
			return false, err
		}
		err = mendedErr
	}
	if err == nil && parts.After != 0 && parts.After != l.before && !l.unsure {
		l.before = 0 // it is void
		return mended == nil, nil
	}
	if err == nil && l.numbered(parts) {
		l.before, l.unsure = parts.Nonce, false
		l.entries = append(l.entries, repairEntry{Entry: e, parts: parts})
		return mended == nil, nil
	}
	if err == nil {
		err = code.Fault(code.Corrupt, "", "", "names layouts that contradict those of others")
	}
	for i, layout := range log.GuessLayouts(e.Data) {
		at := l.next + uint64(i)
		l.guesses[at] = append(l.guesses[at], layout)
	}
	l.missing()
	return false, l.setAside(ctx, entryName(e), "", e.Data, reasonOf(err))
}

func entryName(e log.Entry) string { return "log entry " + strconv.FormatUint(e.Sequence, 10) }

// numbered gives the layouts that an entry names their numbers. Each of them is used
// in it, in their order, so the highest number in it is that of the last of them.
func (l *repairLog) numbered(p *log.Parts) bool {
	if len(p.Layouts) == 0 {
		return true
	}
	highest := uint64(0)
	for _, commit := range p.Commits {
		for _, part := range commit {
			highest = max(highest, part.Layout)
		}
	}
	n := uint64(len(p.Layouts))
	if highest+1 < n || l.trusted && highest+1-n != l.next {
		return false
	}
	first := highest + 1 - n
	for i, layout := range p.Layouts {
		if known := l.layouts[first+uint64(i)]; known != nil && !known.Equal(layout) {
			return false
		}
	}
	l.next = first
	l.name(p.Layouts)
	return true
}

// sound reports whether every operation fits its layout, which is known.
func (l *repairLog) sound() bool {
	for _, e := range l.entries {
		for _, commit := range e.parts.Commits {
			for _, part := range commit {
				if layout := l.layouts[part.Layout]; layout == nil || !fits(layout, part) {
					return false
				}
			}
		}
	}
	return true
}

// fits reports whether an operation can be one of rows of that layout.
func fits(layout *record.Layout, part log.Part) bool {
	return part.Row == nil || soundRow(layout, part.Row)
}

// infer finds the layouts of numbers that nobody names any more: the one layout
// that is known by other ways, has no number yet, and fits everything that is
// written under the number; where several do, the one that the damaged bytes give.
// Of a number with deletions only, that is the layout whose blocks have records with
// all those keys, unless a block is lost.
func (l *repairLog) infer(ctx context.Context) error {
	rows := map[uint64][]log.Part{}
	for _, e := range l.entries {
		for _, commit := range e.parts.Commits {
			for _, part := range commit {
				if l.layouts[part.Layout] == nil {
					rows[part.Layout] = append(rows[part.Layout], part)
				}
			}
		}
	}
	for number, parts := range rows {
		if onlyKeys(parts) && len(l.drop) == 0 {
			if err := l.findKeys(ctx, number, parts); err != nil {
				return err
			}
		}
	}
	for again := true; again; {
		again = false
		for number, parts := range rows {
			if layout := l.soleLayout(number, parts); layout != nil && l.layouts[number] == nil {
				l.layouts[number] = layout
				again = true
			}
		}
	}
	return nil
}

// onlyKeys reports whether operations are deletions, all of them.
func onlyKeys(parts []log.Part) bool {
	return !slices.ContainsFunc(parts, func(p log.Part) bool { return p.Row != nil })
}

// findKeys finds the models whose blocks have records with the keys of all these
// deletions.
func (l *repairLog) findKeys(ctx context.Context, number uint64, parts []log.Part) error {
	wanted := map[string]bool{}
	for _, p := range parts {
		wanted[string(p.Key)] = true
	}
	found := map[string]map[string]bool{} // keys by model
	for _, b := range l.blocks {
		rows, err := l.rows(ctx, b.info.ID)
		if err != nil {
			return err
		}
		for ; len(rows) > 0; rows = rows[record.Length(rows):] {
			key, _ := b.layout.AppendKey(nil, record.Row(rows[:record.Length(rows)]), b.layout.Key)
			if !wanted[string(key)] {
				continue
			}
			if found[b.layout.Model] == nil {
				found[b.layout.Model] = map[string]bool{}
			}
			found[b.layout.Model][string(key)] = true
		}
	}
	l.holders[number] = map[string]bool{}
	for model, keys := range found {
		l.holders[number][model] = len(keys) == len(wanted)
	}
	return nil
}

// rows returns the rows of a block that was found whole, or was made so.
func (l *repairLog) rows(ctx context.Context, id uint64) ([]byte, error) {
	at := slices.IndexFunc(l.put, func(b log.Block) bool { return b.ID == id })
	if at >= 0 {
		_, rows, err := log.ReadBlock(id, l.put[at].Data)
		return rows, err
	}
	data, err := l.options.Backend.Blocks(ctx, []uint64{id})
	if err != nil {
		return nil, err
	}
	_, rows, err := log.ReadBlock(id, data[0])
	return rows, err
}

// soleLayout is the one layout that a number can stand for, nil when nobody knows.
func (l *repairLog) soleLayout(number uint64, parts []log.Part) *record.Layout {
	var found []*record.Layout
	for _, layout := range l.pool {
		if l.free(layout) && l.fitAll(layout, parts) {
			found = append(found, layout)
		}
	}
	for _, guess := range l.guesses[number] {
		if at := slices.IndexFunc(found, guess.Equal); at >= 0 {
			return found[at]
		}
	}
	if onlyKeys(parts) {
		found = slices.DeleteFunc(found, func(layout *record.Layout) bool { return !l.holders[number][layout.Model] })
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// free reports whether no number stands for the layout yet.
func (l *repairLog) free(layout *record.Layout) bool {
	for _, known := range l.layouts {
		if known.Equal(layout) {
			return false
		}
	}
	return true
}

func (l *repairLog) fitAll(layout *record.Layout, parts []log.Part) bool {
	m := l.options.Schema.Model(layout.Model)
	var e *record.Encoder
	if m != nil && record.LayoutOf(m).Equal(layout) {
		e = record.NewEncoder(m)
	}
	for _, part := range parts {
		if !fits(layout, part) {
			return false
		}
		if e != nil && part.Row != nil && (e.Read(layout.Values(part.Row)) != nil || e.Complete() != nil) {
			return false
		}
	}
	return true
}

// write writes the entries anew, without the operations that cannot be told.
func (l *repairLog) write(ctx context.Context, head uint64) ([]log.Entry, error) {
	var list []log.Entry
	var known []*record.Layout
	for i := range l.entries {
		e := &l.entries[i]
		w := log.NewEntryWriter(known, len(e.Data))
		for _, commit := range e.parts.Commits {
			kept := slices.DeleteFunc(slices.Clone(commit), func(p log.Part) bool {
				layout := l.layouts[p.Layout]
				return layout == nil || !fits(layout, p)
			})
			e.partial = e.partial || len(kept) < len(commit)
			l.writeCommit(w, kept)
		}
		if e.partial {
			l.report.Uncertain = true
			if err := l.setAside(ctx, entryName(e.Entry), "", e.Data, "has changes of a model that nobody names any more"); err != nil {
				return nil, err
			}
		}
		var data []byte
		sequence := head + uint64(i) + 1
		data, known = w.Bytes(e.parts.Nonce, 0, sequence)
		list = append(list, log.Entry{Sequence: sequence, Data: data})
	}
	return list, nil
}

func (l *repairLog) writeCommit(w *log.EntryWriter, parts []log.Part) {
	w.Commit(len(parts))
	for _, p := range parts {
		if p.Row != nil {
			w.Put(l.layouts[p.Layout], p.Row)
		} else {
			w.Delete(l.layouts[p.Layout], p.Key)
		}
	}
}
