package table

// Noted returns how many changes the index has still to take in.
func Noted(x *Ordered) int { return len(x.dirty) }

// GiveUp makes the table build its indexes anew when they are next asked for.
func GiveUp(t *Table) {
	for _, x := range t.indexes {
		*x = Index{Fields: x.Fields, table: t}
	}
	for _, x := range t.ordered {
		x.forget()
	}
}
