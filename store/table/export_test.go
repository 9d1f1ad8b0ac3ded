package table

// Noted returns how many changes the index has still to take in.
func Noted(x *Ordered) int { return len(x.dirty) }
