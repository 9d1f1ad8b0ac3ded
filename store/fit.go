package store

import (
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// older reports whether the records are of an older version of the app.
func (d *dataset) older() bool { return d.found != nil && markedVersion(d.found) < d.wanted }

// fit returns the error for the first thing stored that the schema has no room for:
// a value of another type, a required one that is missing, another primary key, a
// reference that leads nowhere since the relation leads elsewhere. It asks records
// alone, so whatever no record stands against just works.
func (d *dataset) fit() error {
	if err := d.fitValues(); err != nil {
		return err
	}
	for _, t := range d.kept {
		if m := d.schema.Holder(t.Layout.Model); m != nil && t.Len() > 0 {
			return code.Fault(code.SchemaChanged, m.Name, "",
				"the primary key of stored records is another one: keep the old key, or save the records anew in a migration function")
		}
	}
	if d.found == nil || markedFingerprint(d.found) == d.schema.Fingerprint {
		return nil
	}
	return d.fitRelations(markedSchema(d.found))
}

func (d *dataset) fitValues() error {
	var first fate
	for at := range d.unfit {
		if first.table == nil || at.before(first) {
			first = at
		}
	}
	if first.table == nil {
		return nil
	}
	return d.unfit[first]
}

// before reports whether a row comes before another in the order of models and rows.
func (f fate) before(o fate) bool {
	return f.table.Model.Index < o.table.Model.Index || f.table == o.table && f.row < o.row
}

// fitRelations asks all records about the relations that were another schema's, or
// lead elsewhere than in the schema before.
func (d *dataset) fitRelations(before *schema.Schema) error {
	for _, t := range d.tables {
		for _, r := range t.Model.Relations {
			if r.Kind != schema.BelongsTo && r.Kind != schema.HasOne || !schema.Moved(before, r) {
				continue
			}
			if err := d.fitRelation(t, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *dataset) fitRelation(t *table.Table, r *schema.Relation) error {
	var key []byte
	for n := range t.End() {
		if !t.Has(n) {
			continue
		}
		var ok bool
		key, ok = t.Layout.AppendKey(key[:0], t.Row(n), r.Fields)
		if !ok && !r.Required {
			continue
		}
		if !ok {
			return code.Fault(code.SchemaChanged, r.Owner.Name, r.Name,
				"is required now, and stored records refer to none: make it optional, or set it in a migration function")
		}
		if _, found := d.tables[r.Target.Index].Find(key); !found {
			return code.Fault(code.SchemaChanged, r.Owner.Name, r.Name, "stored records refer to "+r.Target.Name+" "+shown(key)+
				", which is not there: give the relation a name of its own, or set it in a migration function")
		}
	}
	return nil
}
