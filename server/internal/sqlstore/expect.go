package sqlstore

import (
	"errors"

	"github.com/granarydb/granary/server"
)

// Expect fetches outcomes and records at once, where the database is far enough away
// that asking for each costs more.
func (t *tx) Expect(mutations []string, keys []server.Key) error {
	if t.st.dialect.Rows == "" {
		return nil
	}
	t.outcomes, t.rows = map[string]*server.Outcome{}, map[server.Key]*server.Row{}
	for _, id := range mutations {
		t.outcomes[id] = nil
	}
	models, ids := make([]string, 0, len(keys)), make([]string, 0, len(keys))
	for _, key := range keys {
		if _, twice := t.rows[key]; !twice {
			t.rows[key] = nil
			models, ids = append(models, key.Model), append(ids, key.ID)
		}
	}
	return errors.Join(t.fetchOutcomes(mutations), t.fetchRows(models, ids))
}

func (t *tx) fetchOutcomes(mutations []string) error {
	rows, err := t.query(statement(t.st.dialect.Outcomes), t.tenant, mutations)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		o := new(server.Outcome)
		if err = rows.Scan(&o.ID, &o.User, &o.Client, &o.Seen, &o.Text); err != nil {
			return err
		}
		t.outcomes[o.ID] = o
	}
	return rows.Err()
}

func (t *tx) fetchRows(models, ids []string) error {
	rows, err := t.query(statement(t.st.dialect.Rows), t.tenant, models, ids)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r := new(server.Row)
		if err = scan(rows, r); err != nil {
			return err
		}
		t.rows[server.Key{Model: r.Model, ID: r.ID}] = r
	}
	return rows.Err()
}

// Row returns a record, without asking when it is known.
func (t *tx) Row(model, id string) (*server.Row, error) {
	if r, known := t.rows[server.Key{Model: model, ID: id}]; known {
		return r, nil
	}
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.view.Row(model, id)
}

// Outcome returns what became of a mutation, without asking when that is known.
func (t *tx) Outcome(id string) (*server.Outcome, error) {
	if o, known := t.outcomes[id]; known {
		return o, nil
	}
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.view.Outcome(id)
}

// State is asked behind all that was written.
func (t *tx) State() (server.State, error) {
	if err := t.flush(); err != nil {
		return server.State{}, err
	}
	return t.view.State()
}

// Changes is asked behind all that was written.
func (t *tx) Changes(after int64, limit, bytes int) ([]server.Row, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.view.Changes(after, limit, bytes)
}

// Past is asked behind all that was written.
func (t *tx) Past(model, id string, after int64, limit int) ([][]byte, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.view.Past(model, id, after, limit)
}
