package table

// Ordered is all rows of a table in the order of some fields, least first; rows
// that tie stand in the order of insertion. It costs four bytes a row, and nothing
// until it is first asked for. Rows that change later are noted, and put in their
// places when it is asked again, which costs a pass over its numbers.
type Ordered struct {
	Fields []int // positions in the model's fields
	order  Order
	rows   []uint32
	dirty  []uint32 // rows that changed since, some perhaps twice
	end    uint32   // the table's End when rows was right: rows has none from there on
	built  bool
	missed int // rows that were looked at for want of it
}

// AddOrdered makes sure that there is an ordered index over those fields, which
// hold single values. The table must be empty.
func (t *Table) AddOrdered(fields []int) {
	x := &Ordered{Fields: fields, order: Order{t, make([]Key, len(fields))}}
	for i, f := range fields {
		x.order.Keys[i].Field = f
	}
	t.ordered = append(t.ordered, x)
}

// Ordered returns the ordered indexes of the table.
func (t *Table) Ordered() []*Ordered { return t.ordered }

// touch notes that a row was put, changed or taken away. An index that would have
// to take in too much is given up and built anew when it is asked for: an import
// costs it nothing.
func (x *Ordered) touch(number uint32) {
	if !x.built {
		return
	}
	x.dirty = append(x.dirty, number)
	if len(x.dirty) > len(x.rows)/8+64 {
		x.forget()
	}
}

// forget gives up what is built.
func (x *Ordered) forget() { x.rows, x.dirty, x.built, x.missed = nil, nil, false, 0 }

// Pays reports whether the index is built, or as many rows would have been looked at
// for want of it, these included, as building it looks at.
func (x *Ordered) Pays(rows int) bool {
	x.missed += rows
	return x.built || x.missed >= x.order.Table.Len()
}

// Rows returns the numbers of all rows in order. They are right until the table
// changes, and not to be written to.
func (x *Ordered) Rows() []uint32 {
	if !x.built {
		x.build()
	} else if len(x.dirty) > 0 {
		x.merge()
	}
	return x.rows
}

func (x *Ordered) build() {
	t := x.order.Table
	x.rows = make([]uint32, 0, t.Len())
	for n := range t.End() {
		if t.Has(n) {
			x.rows = append(x.rows, n)
		}
	}
	x.order.Sort(x.rows)
	x.built, x.end = !t.absent, t.End()
}

// merge takes the rows that changed out and puts those that live in again.
func (x *Ordered) merge() {
	t := x.order.Table
	changed := Ascending(x.dirty)
	if changed[0] < x.end {
		x.drop(changed)
	}
	live := changed[:0]
	for _, n := range changed {
		if t.Has(n) {
			live = append(live, n)
		}
	}
	x.order.Sort(live)
	end := len(x.rows)
	x.rows = append(x.rows, live...)
	for i := len(live) - 1; i >= 0; i-- {
		at := x.place(x.rows[:end], live[i])
		copy(x.rows[at+i+1:], x.rows[at:end])
		x.rows[at+i] = live[i]
		end = at
	}
	x.dirty, x.end = x.dirty[:0], t.End()
}

// drop takes rows out, wherever they stand.
func (x *Ordered) drop(gone []uint32) {
	marks := make([]uint64, x.end/64+1)
	for _, n := range gone {
		if n < x.end {
			marks[n/64] |= 1 << (n % 64)
		}
	}
	kept := x.rows[:0]
	for _, n := range x.rows {
		if marks[n/64]&(1<<(n%64)) == 0 {
			kept = append(kept, n)
		}
	}
	x.rows = kept
}

// place returns where in rows a row belongs that is not among them.
func (x *Ordered) place(rows []uint32, number uint32) int {
	return firstOf(0, len(rows), func(i int) bool {
		c := x.order.compare(rows[i], number, 0)
		return c > 0 || c == 0 && rows[i] >= number
	})
}
