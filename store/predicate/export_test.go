package predicate

// Untold returns how many of the tests that must all hold the best way to the rows leaves
// to be asked of each.
func Untold(f *Filter, tables Tables) int {
	return len(f.root.path(tables, tables.Of(f.Model)).rest(f.root.conjuncts(nil)))
}
