package table

// Leave says that the rows of the table, which is empty, are elsewhere. Whoever
// looks for rows finds none, and Asked tells of it, so that what was made of the
// answer can be dropped. It costs a table that has its rows nothing.
func (t *Table) Leave() { t.absent, t.keyed = true, false }

// Stay says that the table, of which nothing was asked while it was empty, has all
// its rows.
func (t *Table) Stay() { t.absent, t.asked = false, false }

// Ask looks for rows: whoever does not need them now will.
func (t *Table) Ask() { t.asked = t.asked || t.absent }

// WasAsked reports whether somebody has looked for rows that are elsewhere.
func (t *Table) WasAsked() bool { return t.asked }

// Asked is WasAsked, and forgets it.
func (t *Table) Asked() bool {
	asked := t.asked
	t.asked = false
	return asked
}

// Absent reports whether the rows are elsewhere.
func (t *Table) Absent() bool { return t.absent }
