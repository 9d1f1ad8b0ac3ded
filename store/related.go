package store

import (
	"context"
	"iter"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// One returns the record that r belongs to or has one of, nil if there is none.
func (r *Record) One(ctx context.Context, relation string) (*Record, error) {
	rel, err := r.relation(relation, true)
	if err != nil {
		return nil, err
	}
	if given := r.given[relation]; given != nil {
		return given, nil
	}
	records, err := r.st.relatedTo(ctx, r, rel)
	if err != nil || len(records) == 0 {
		return nil, err
	}
	return records[0], nil
}

// Many returns the records that r has many of, those of the far side for a
// many-to-many relation. They are read when they are asked for, each time anew.
func (r *Record) Many(relation string) Collection { return Collection{r, relation} }

// Collection is the to-many relation of one record.
type Collection struct {
	record   *Record
	relation string
}

// Slice returns all records of the collection in order of insertion.
func (c Collection) Slice(ctx context.Context) ([]*Record, error) {
	rel, err := c.record.relation(c.relation, false)
	if err != nil {
		return nil, err
	}
	return c.record.st.relatedTo(ctx, c.record, rel)
}

// All goes through the records of the collection as they are when it starts.
func (c Collection) All(ctx context.Context) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		records, err := c.Slice(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (r *Record) relation(name string, one bool) (*schema.Relation, error) {
	rel := r.model.Relation(name)
	if rel == nil {
		return nil, wrap("query", noRelation(r.model, name))
	}
	if toOne := rel.Kind == schema.BelongsTo || rel.Kind == schema.HasOne; toOne != one {
		return nil, wrap("query", code.Fault(code.Invalid, r.model.Name, name, map[bool]string{true: "leads to many records: use Many", false: "leads to one record: use One"}[one]))
	}
	return rel, nil
}

// noRelation is the error for a relation that m does not have.
func noRelation(m *schema.Model, name string) error {
	var names []string
	for _, other := range m.Relations {
		names = append(names, other.Name)
	}
	return code.Fault(code.Invalid, m.Name, name, "is no relation of "+m.Name+schema.DidYouMean(name, names))
}

func (st *Store) relatedTo(ctx context.Context, r *Record, rel *schema.Relation) (list []*Record, err error) {
	err = st.ask(ctx, "query", func() error {
		if err := st.journal.failed; err != nil {
			return wrap("query", err)
		}
		if key, ok := r.layout.AppendKey(nil, r.row, rel.Fields); ok {
			list = st.records(st.related(rel, key))
		}
		return nil
	})
	return list, err
}

// FindRelated finds the records related to one whose fields of the relation have
// those values, a JSON array; null values are related to nothing.
func (st *Store) FindRelated(rel *schema.Relation, values []byte) (f Found, err error) {
	err = st.ask(context.Background(), "query", func() (err error) {
		f, err = st.findRelated(rel, values)
		return err
	})
	return f, err
}

func (st *Store) findRelated(rel *schema.Relation, values []byte) (Found, error) {
	if err := st.journal.failed; err != nil {
		return Found{}, wrap("query", err)
	}
	if hasNull(values) {
		return st.found(far(rel), nil), nil
	}
	key, err := parseValues(rel.Owner, rel.Fields, values)
	if err != nil {
		return Found{}, wrap("query", err)
	}
	return st.related(rel, key), nil
}

func (st *Store) related(rel *schema.Relation, key []byte) Found {
	return st.found(far(rel), st.relatedRows(nil, rel, key))
}

// relatedRows appends to dst the numbers of the rows that belong to one whose
// fields of the relation have that key, in ascending order.
func (st *Store) relatedRows(dst []uint32, rel *schema.Relation, key []byte) []uint32 {
	if rel.Kind != schema.ManyToMany {
		return st.table(rel.Target).Match(dst, rel.TargetFields, key)
	}
	join, end := st.table(rel.Target), st.table(rel.Far)
	start := len(dst)
	var scratch []byte
	for _, n := range join.Match(nil, rel.TargetFields, key) {
		var ok bool
		if scratch, ok = join.Layout.AppendKey(scratch[:0], join.Row(n), rel.Through.Fields); ok {
			dst = end.Match(dst, rel.Through.TargetFields, scratch)
		}
	}
	return dst[:start+len(table.Ascending(dst[start:]))]
}

// far is the model of the records that a relation leads to.
func far(rel *schema.Relation) *schema.Model {
	if rel.Kind == schema.ManyToMany {
		return rel.Far
	}
	return rel.Target
}

func hasNull(values []byte) bool {
	s := jsontext.New(values)
	for s.BeginArray(); s.NextElement(); {
		if s.Null() {
			return true
		}
		s.Raw()
	}
	return false
}
