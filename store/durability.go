package store

// Durability says what the end of a commit promises.
type Durability uint8

const (
	// AsTheStore is what Options.Strict says.
	AsTheStore Durability = iota
	// Relaxed: the commit survives the end of the program and of the browser.
	Relaxed
	// Strict: it is on the medium, and survives a loss of power too.
	Strict
)

// Durably makes a save as durable as that.
func Durably(d Durability) SaveOption {
	return func(p *Put) error {
		p.Durability = d
		return nil
	}
}

// DeletedDurably makes a delete as durable as that.
func DeletedDurably(d Durability) DeleteOption {
	return func(x *Deletion) error {
		x.Durability = d
		return nil
	}
}

// CommittedDurably makes a transaction as durable as that.
func CommittedDurably(d Durability) TransactionOption {
	return func(o *transactionOptions) { o.durability = d }
}

// lasts notes how durable a part of the change is to be; the most durable counts.
func (x *tx) lasts(d Durability) { x.durability = max(x.durability, d) }

// strict reports whether a commit has to be on the medium. One that no server has
// yet has to be, unless it was said otherwise.
func (st *Store) strict(c *Commit) bool {
	return c.durability == Strict || c.durability == AsTheStore && (st.options.Strict || len(c.mutations) > 0)
}
