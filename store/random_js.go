package store

// systemRandom is not linked into the page: crypto would cost more than the
// engine, and the page has a source of its own, handed in as Options.Random.
func systemRandom([]byte) { panic("store: Options.Random must be given under js") }
