//go:build !js || sdl

package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/granarydb/granary/store"
)

// ledger remembers what was acknowledged, to ask at the end where it is.
type ledger struct {
	intents  []*intent
	answered map[string]bool // tokens that the app was told of, in what was taken back
	said     strings.Builder // the same, as text
	deleted  map[*profile]map[string][]deletion
	serial   int
}

// intent is a value that was written to a field of a record, or a deletion.
type intent struct {
	p             *profile
	at, field     string
	token         string
	serial        int
	writes        int // of the profile's medium when it was acknowledged
	acked, excuse bool
	whole         bool // all fields of the record were written
}

func newLedger() ledger { return ledger{deleted: map[*profile]map[string][]deletion{}} }

func (l *ledger) add(p *profile, at, field, token string) *intent {
	l.serial++
	i := &intent{p: p, at: at, field: field, token: token, serial: l.serial}
	l.intents = append(l.intents, i)
	return i
}

// deletes notes that a record was deleted in a profile.
func (l *ledger) deletes(p *profile, at string) {
	if l.deleted[p] == nil {
		l.deleted[p] = map[string][]deletion{}
	}
	l.serial++
	l.deleted[p][at] = append(l.deleted[p][at], deletion{l.serial, p.medium.Writes()})
}

// deletion is one that a tab was told of, when its medium had so many writes.
type deletion struct{ serial, writes int }

// wasDeleted reports whether a record was deleted after that.
func (l *ledger) wasDeleted(p *profile, at string, serial int) bool {
	for _, d := range l.deleted[p][at] {
		if d.serial > serial {
			return true
		}
	}
	return false
}

func (l *ledger) tell(text []byte) { l.said.Write(text) }

// excuse notes that a profile has lost all but so many of its writes.
func (l *ledger) excuse(p *profile, writes int) {
	for _, i := range l.intents {
		i.excuse = i.excuse || i.p == p && i.writes > writes
	}
	for at, list := range l.deleted[p] {
		l.deleted[p][at] = slices.DeleteFunc(list, func(d deletion) bool { return d.writes > writes })
	}
}

// write has a tab do something an app may do.
func (w *world) write() {
	p := w.profiles[w.random.Intn(len(w.profiles))]
	if len(p.tabs) == 0 {
		return
	}
	t := p.tabs[w.random.Intn(len(p.tabs))]
	if t.frozen || w.random.Intn(3) > 0 && !t.follow() || w.stop != nil {
		return
	}
	switch n := w.random.Intn(10); {
	case n < 3:
		t.create()
	case n < 7:
		t.edit()
	case n < 8:
		t.several()
	default:
		t.remove()
	}
	p.stir()
}

func (w *world) token() string {
	w.ledger.serial++
	return fmt.Sprintf("t%d", w.ledger.serial)
}

// fieldOf is the field of a model that is written.
var fieldOf = map[string][]string{"Blog": {"name"}, "Post": {"title", "text"}, "Comment": {"text"}}

// finish notes how a commit of intents ended.
func (t *tab) finish(err error, intents ...*intent) {
	w := t.p.w
	for _, i := range intents {
		i.acked = err == nil
		i.writes = t.p.medium.Writes()
		w.trace("tab %s writes %s %s = %s: %v", t.name, i.at, i.field, i.token, err)
	}
	if err == nil {
		w.Acked += len(intents)
		for _, i := range intents { // a tab reads what it wrote
			r, err := t.st.Get(ctx, strings.Fields(i.at)[0], strings.Trim(strings.Fields(i.at)[1], `"`))
			if err != nil || r == nil || r.String(i.field) != i.token {
				w.fail("tab %s wrote %s to %s of %s and reads %v", t.name, i.token, i.field, i.at, r)
			}
		}
	}
}

func (t *tab) create() {
	w := t.p.w
	model := []string{"Blog", "Post", "Post", "Comment"}[w.random.Intn(4)]
	w.ledger.serial++
	id := fmt.Sprintf("%s-%d", t.name, w.ledger.serial)
	if w.random.Intn(6) == 0 {
		id = fmt.Sprintf("shared-%d", w.random.Intn(3)) // several clients make it
	}
	token, field := w.token(), fieldOf[model][0]
	fields := store.Fields{"id": id, field: token}
	if parent := map[string]string{"Post": "Blog", "Comment": "Post"}[model]; parent != "" {
		r := t.any(parent)
		if r == nil && parent == "Post" {
			return // a comment cannot be without
		}
		if r != nil {
			fields[strings.ToLower(parent)] = r
		}
	}
	r, err := t.st.New(model, fields)
	if err != nil {
		w.fail("tab %s cannot make %s: %v", t.name, model, err)
		return
	}
	i := w.ledger.add(t.p, place(r), field, token)
	i.whole = true
	_, err = t.st.Save(ctx, r)
	t.finish(err, i)
}

// any returns a record of a model, nil when there is none.
func (t *tab) any(model string) *store.Record {
	list, err := t.st.Query(ctx, model)
	if err != nil || len(list) == 0 {
		return nil
	}
	return list[t.p.w.random.Intn(len(list))]
}

func (t *tab) change(model string) (*store.Record, *intent) {
	w := t.p.w
	r := t.any(model)
	if r == nil {
		return nil, nil
	}
	fields := fieldOf[model]
	field, token := fields[w.random.Intn(len(fields))], w.token()
	next, err := r.With(store.Fields{field: token})
	if err != nil {
		w.fail("tab %s cannot change %s: %v", t.name, place(r), err)
		return nil, nil
	}
	return next, w.ledger.add(t.p, place(r), field, token)
}

func (t *tab) edit() {
	model := []string{"Blog", "Post", "Post", "Comment"}[t.p.w.random.Intn(4)]
	if r, i := t.change(model); r != nil {
		_, err := t.st.Save(ctx, r)
		t.finish(err, i)
	}
}

// several changes some records in one transaction.
func (t *tab) several() {
	var intents []*intent
	var records []*store.Record
	for _, model := range []string{"Blog", "Post", "Comment"} {
		if r, i := t.change(model); r != nil {
			records, intents = append(records, r), append(intents, i)
		}
	}
	err := t.st.Transaction(ctx, func(tx *store.Tx) error {
		_, err := tx.SaveAll(ctx, records)
		return err
	})
	t.finish(err, intents...)
}

func (t *tab) remove() {
	r := t.any([]string{"Blog", "Post", "Comment", "Comment"}[t.p.w.random.Intn(4)])
	if r == nil {
		return
	}
	err := t.st.Delete(ctx, r)
	t.p.w.trace("tab %s deletes %s: %v", t.name, place(r), err)
}
