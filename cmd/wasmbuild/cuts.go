package main

// Who changes a cut, or has a new toolchain, finds the fingerprints in what "build"
// says of cuts that do not fit, and looks at the functions again before writing them
// down: each cut takes away what a page never does, and nothing that keeps memory
// safe or tells of a crash.

const (
	safejs    = "github.com/hack-pad/safejs"
	indexeddb = "github.com/hack-pad/go-indexeddb/idb"
	syntax    = "github.com/vektah/gqlparser/v2/ast"
	faults    = "github.com/vektah/gqlparser/v2/gqlerror"
)

// cuts are made when the engine is compiled, in this order.
var cuts = []cut{messagesCut, parserCut, tracerCut, profilesCut, settingsCut, checksCut, dumpsCut, statisticsCut, textsCut, zonesCut, floatsCut, lookupCut, collectorCut, referencesCut}

// messagesCut takes fmt and log out of go-indexeddb, and all that they bring: os,
// reflection, the printing of anything.
var messagesCut = cut{name: "formatted messages", edits: []edit{
	{pkg: safejs + "/internal/stackerr", fn: "stackError.Format", was: "4f8083a4", body: removed},
	{pkg: safejs + "/internal/stackerr", fn: "stacktrace.String", was: "fa7e3c02", body: removed},
	{pkg: safejs + "/internal/stackerr", fn: "collectStacktrace", was: "1ff1c8ff", body: "return nil"},
	{pkg: safejs + "/internal/catch", fn: "recoverValueToError", was: "658a9644", swap: []string{
		`fmt.Errorf("%+v", value)`, `errors.New("a panic with a value that is no error")`}},
	{pkg: safejs, fn: "Value.InstanceOf", was: "6bc01709", swap: []string{
		`fmt.Errorf("invalid type for instanceof: %v", t.Type())`, `errors.New("invalid type for instanceof")`,
		`fmt.Errorf("invalid constructor type for instanceof: %v", err)`, `err`,
		`fmt.Errorf("invalid constructor type for instanceof: %v", prototype.Type())`, `errors.New("invalid constructor type for instanceof")`}},
	{pkg: indexeddb, fn: "openDBListenSuccess", was: "872ee768", swap: []string{
		`log.Println("Version change detected, closing DB...")`, ``,
		`log.Println("Error closing DB:", closeErr)`, `println("Error closing DB:", closeErr.Error())`}},
	{pkg: indexeddb, fn: "openDBUpgradeNeeded", was: "09ce0be2", swap: []string{
		`fmt.Errorf("Unexpected negative oldVersion or newVersion: %d, %d", oldVersion, newVersion)`,
		`errors.New("Unexpected negative oldVersion or newVersion")`}},
	{pkg: indexeddb, fn: "recoveryToError", was: "aa5b01a8", swap: []string{
		`fmt.Errorf("%+v", val)`, `errors.New("a panic with a value that is no error")`}},
	{pkg: indexeddb, fn: "Request.listen", was: "63c0bcaa", swap: []string{
		`log.Println("Failed resolving request results:", err)`, `println("Failed resolving request results:", err.Error())`}},
}}

// parserCut takes out of gqlparser what brings fmt, log/slog, encoding/json and
// reflection: trees as JSON or as a dump, errors for a logger. Its messages have
// strings, kinds of tokens and numbers, which need no fmt.
var parserCut = cut{name: "dumps and logs of the parser", edits: []edit{
	{pkg: syntax, fn: "UnmarshalSelectionSet", was: "07521913", body: removed},
	{pkg: syntax, fn: "FragmentDefinition.UnmarshalJSON", was: "492a3f73", body: removed},
	{pkg: syntax, fn: "InlineFragment.UnmarshalJSON", was: "2b9002f5", body: removed},
	{pkg: syntax, fn: "OperationDefinition.UnmarshalJSON", was: "133ad51f", body: removed},
	{pkg: syntax, fn: "Field.UnmarshalJSON", was: "8a45ab11", body: removed},
	{pkg: syntax, fn: "Path.UnmarshalJSON", was: "ca9c70fa", body: removed},
	{pkg: syntax, fn: "Dump", was: "d2c497e6", body: removed},
	{pkg: syntax, fn: "dumper.dump", was: "a086d8d4", body: removed},
	{pkg: syntax, fn: "dumper.dumpArray", was: "76bd7243", body: removed},
	{pkg: syntax, fn: "dumper.dumpStruct", was: "96bee455", body: removed},
	{pkg: syntax, fn: "dumper.dumpPtr", was: "2df50e0f", body: removed},
	{pkg: syntax, fn: "typeName", was: "4fb21602", body: removed},
	{pkg: syntax, fn: "isZero", was: "afb904a8", body: removed},
	{pkg: faults, fn: "Error.Attrs", was: "88358d10", body: removed},
	{pkg: faults, fn: "ErrorWithSources.Attrs", was: "d7f8144d", body: removed},
	{pkg: faults, fn: "ErrorWithSources.UnmarshalJSON", was: "a0aacf8c", body: removed},
	{pkg: faults, fn: "gqlAttrs", was: "29a55282", body: removed},
	{pkg: faults, fn: "CollectAttrs", was: "596b2865", body: removed},
	{pkg: faults, fn: "collectAttrs", was: "4cc09ee0", body: removed},
	{pkg: faults, fn: "mergeAttrs", was: "efa5c8df", body: removed},
	{pkg: syntax, fn: "Path.String", was: "b8052505", swap: []string{
		`fmt.Fprintf(&str, "[%d]", v)`, `str.WriteString("[]")`,
		`fmt.Sprintf("unknown type: %T", v)`, `"unknown type"`}},
	{pkg: syntax, fn: "Value.Value", was: "9b242827", swap: []string{
		`fmt.Errorf("unknown value kind %d", v.Kind)`, `"unknown value kind"`}},
	{pkg: syntax, fn: "Value.String", was: "f533eb08", swap: []string{
		`fmt.Errorf("unknown value kind %d", v.Kind)`, `"unknown value kind"`}},
	{pkg: faults, fn: "NewErrorWithSources", was: "37287c93", body: `panic("gqlerror: errors have one source")`},
	{pkg: faults, fn: "ErrorPathf", was: "2a66f585", body: removed},
	{pkg: faults, fn: "Errorf", was: "35b2170a", swap: []string{"func Errorf(", `func format(message string, args []any) string {
	var text strings.Builder
	for _, arg := range args {
		before, after, _ := strings.Cut(message, "%")
		text.WriteString(before)
		verb := strings.IndexAny(after, "sdx")
		message = after[verb+1:]
		switch arg := arg.(type) {
		case string:
			text.WriteString(arg)
		case interface{ String() string }:
			text.WriteString(arg.String())
		case int:
			text.WriteString(strconv.Itoa(arg))
		case rune:
			hex := strconv.FormatInt(int64(arg), 16)
			text.WriteString("0000"[min(len(hex), 4):] + hex)
		}
	}
	return text.String() + message
}

func Errorf(`, `fmt.Sprintf(message, args...)`, `format(message, args)`}},
	{pkg: faults, fn: "ErrorLocf", was: "9e91b45e", swap: []string{`fmt.Sprintf(message, args...)`, `format(message, args)`}},
}, constants: []constant{
	{syntax, "_ json.Unmarshaler = (*Path)(nil)", "_ = 0"},
	{faults, "[]slog.Attr", "any"},
}}

// tracerCut takes out runtime/trace, which nobody can start in a page.
var tracerCut = cut{name: "execution tracer", edits: []edit{
	{pkg: "runtime", fn: "traceEnabled", was: "1efb4c59", body: "return false"},
	{pkg: "runtime", fn: "traceAllocFreeEnabled", was: "2ce8806f", body: "return false"},
	{pkg: "runtime", fn: "traceShuttingDown", was: "dcef802e", body: "return false"},
	{pkg: "runtime", fn: "traceAcquire", was: "dea7ff70", body: "return traceLocker{}"},
	{pkg: "runtime", fn: "traceLocker.ok", was: "02753863", body: "return false"},
	{pkg: "runtime", fn: "traceRelease", was: "f885194a", body: ""},
	{pkg: "runtime", fn: "traceReader", was: "bf492793", body: "return nil"},
	{pkg: "runtime", fn: "traceReaderAvailable", was: "3131c65f", body: "return nil"},
	{pkg: "runtime", fn: "traceExitingSyscall", was: "970c7cac", body: ""},
	{pkg: "runtime", fn: "traceExitedSyscall", was: "8882200a", body: ""},
	{pkg: "runtime", fn: "traceLocker.eventWriter", was: "a6f4edd3", body: "return traceEventWriter{tl}"},
	{pkg: "runtime", fn: "traceEventWriter.event", was: "9dd9e3ff", body: ""},
	{pkg: "runtime", fn: "traceLocker.SpanFree", was: "8d085414", body: ""},
}}

// lookupCut has the function of an address found without a table: under wasm the function
// table is in the order of addresses that are numbers of functions. The table is the larger
// part of a program's data, which a page loads, and keeps in memory; slim clears it.
var lookupCut = cut{name: "lookup table", edits: []edit{
	{pkg: "runtime", fn: "findfunc", was: "4bc5c72d", swap: []string{
		`ffb := (*findfuncbucket)(add(unsafe.Pointer(datap.findfunctab), b*unsafe.Sizeof(findfuncbucket{})))
	idx := ffb.idx + uint32(ffb.subbuckets[i])`, `_, _ = b, i
	idx := min(pcOff, uint32(len(datap.ftab)-2))
	for datap.ftab[idx].entryoff > pcOff {
		idx--
	}`}},
}}

// collectorCut has the collector begin at 8 MB, whatever part of the heap may be garbage. With
// half of what is in use, it would begin at 2 MB, and then stop a page several times
// that opens a store and asks its first questions.
var collectorCut = cut{name: "early collections", edits: []edit{
	{pkg: "runtime", fn: "gcControllerState.setGCPercent", was: "77101c86", swap: []string{`defaultHeapMinimum * uint64(in) / 100`, `8 << 20`}},
}}

// referencesCut gives each reference to an object of JavaScript 64 bytes. The runtime keeps a
// list of finalizers for each 8 kB of the heap and goes through it for each that is
// added, which is 128 of them so, and 512 with the eight bytes that a reference needs.
var referencesCut = cut{name: "long lists of finalizers", edits: []edit{
	{pkg: "syscall/js", fn: "makeValue", was: "3b2803f1", swap: []string{`new(ref)`, `&new([8]ref)[0]`}},
}}

// profilesCut takes out the profiles of memory and of locks, which nothing reads.
var profilesCut = cut{name: "profiles", edits: []edit{
	{pkg: "runtime", fn: "profilealloc", was: "70949ed0", body: ""},
	{pkg: "runtime", fn: "mProf_Malloc", was: "5912d91a", body: ""},
	{pkg: "runtime", fn: "mProf_Free", was: "3e5946ee", body: ""},
	{pkg: "runtime", fn: "mProf_NextCycle", was: "b93d36cd", body: ""},
	{pkg: "runtime", fn: "mProf_Flush", was: "1337af17", body: ""},
	{pkg: "runtime", fn: "mProf_PostSweep", was: "19084377", body: ""},
	{pkg: "runtime", fn: "blockevent", was: "2cb447ec", body: ""},
	{pkg: "runtime", fn: "mutexevent", was: "066009e5", body: ""},
	{pkg: "runtime", fn: "saveblockevent", was: "b5276b76", body: ""},
	{pkg: "runtime", fn: "tryRecordGoroutineProfile", was: "d277d034", body: ""},
}}

// settingsCut takes out $GODEBUG: a page has no environment.
var settingsCut = cut{name: "settings of GODEBUG", edits: []edit{
	{pkg: "internal/godebug", fn: "Setting.Value", was: "6dd9bed5", body: `return ""`},
	{pkg: "internal/godebug", fn: "Setting.IncNonDefault", was: "69854cfa", body: ""},
	{pkg: "internal/godebug", fn: "init", was: "8cc86192", body: removed},
	{pkg: "runtime", fn: "godebugInc.IncNonDefault", was: "38c5b276", body: ""},
	{pkg: "runtime", fn: "godebugNotify", was: "0d1ef6b2", body: ""},
	{pkg: "runtime", fn: "parsegodebug", was: "edeb397c", body: ""},
	{pkg: "internal/cpu", fn: "processOptions", was: "bfdb3382", body: ""},
}, constants: []constant{
	{"runtime", "debug.asynctimerchan.Load()", "int32(0)"},
	{"runtime", "debug.checkfinalizers", "int32(0)"},
	{"runtime", "debug.clobberfree", "int32(0)"},
	{"runtime", "debug.dontfreezetheworld", "int32(0)"},
	{"runtime", "debug.efence", "int32(0)"},
	{"runtime", "debug.gccheckmark", "int32(0)"},
	{"runtime", "debug.gcstoptheworld", "int32(0)"},
	{"runtime", "debug.gctrace", "int32(0)"},
	{"runtime", "debug.inittrace", "int32(0)"},
	{"runtime", "debug.malloc", "false"},
	{"runtime", "debug.panicnil.Load()", "int32(0)"},
	{"runtime", "debug.sbrk", "int32(0)"},
	{"runtime", "debug.scavtrace", "int32(0)"},
	{"runtime", "debug.scheddetail", "int32(0)"},
	{"runtime", "debug.schedtrace", "int32(0)"},
	{"runtime", "debug.tracebackancestors", "int32(0)"},
}}

// checksCut takes out what the runtime checks of its compiler and linker each time
// it starts; and what plugins need, which a wasm program cannot load.
var checksCut = cut{name: "checks of the toolchain", edits: []edit{
	{pkg: "runtime", fn: "moduledataverify1", was: "caf64ef4", body: ""},
	{pkg: "runtime", fn: "check", was: "e51e22f7", body: ""},
	{pkg: "runtime", fn: "typelinksinit", was: "3e73e710", body: ""},
}}

// dumpsCut takes out what the runtime prints of memory and of the scheduler when it
// finds itself broken, and the arguments in a trace; the fault and the names stay.
var dumpsCut = cut{name: "memory dumps", edits: []edit{
	{pkg: "runtime", fn: "hexdumpWords", was: "c507e33d", body: ""},
	{pkg: "runtime", fn: "gcDumpObject", was: "753eaae1", body: ""},
	{pkg: "runtime", fn: "mspan.reportZombies", was: "07c9b605", body: `throw("found pointer to free object")`},
	{pkg: "runtime", fn: "printArgs", was: "76f6d1c9", body: ""},
	{pkg: "runtime", fn: "printAncestorTraceback", was: "f421591c", body: ""},
	{pkg: "runtime", fn: "printCgoTraceback", was: "2cad7e38", body: ""},
	{pkg: "runtime", fn: "tracebackHexdump", was: "778ca86a", body: ""},
	{pkg: "runtime", fn: "printanycustomtype", was: "44f5dd9e", body: ""},
	{pkg: "runtime", fn: "schedtrace", was: "73fc7286", body: ""},
	{pkg: "runtime", fn: "tracebackothers", was: "5586a2cd", body: ""},
	{pkg: "runtime", fn: "dumpgstatus", was: "2e046ee6", body: ""},
}}

// statisticsCut leaves of the runtime's statistics the one that the engine reads.
var statisticsCut = cut{name: "statistics", edits: []edit{
	{pkg: "runtime", fn: "readmemstats_m", was: "e3e5e30a", body: "stats.HeapAlloc = gcController.heapLive.Load()"},
}}

// zonesCut takes out the files of time zones, and with them the file system: all times
// are UTC.
var zonesCut = cut{name: "time zones", edits: []edit{
	{pkg: "time", fn: "interrupt", was: "3fd640ee", body: ""},
	{pkg: "time", fn: "open", was: "4f62479b", body: "return 0, errBad"},
	{pkg: "time", fn: "read", was: "b6ad7977", body: "return 0, errBad"},
	{pkg: "time", fn: "closefd", was: "a100fd75", body: ""},
	{pkg: "time", fn: "preadn", was: "9190e672", body: "return errBad"},
	{pkg: "time", fn: "initLocal", was: "b14880f3", body: `localLoc.name = "UTC"`},
	{pkg: "time", fn: "LoadLocation", was: "e539f56f", body: "return nil, errLocation"},
	{pkg: "time", fn: "loadTzinfo", was: "d8c060a7", body: "return nil, errBad"},
	{pkg: "time", fn: "loadTzinfoFromDirOrZip", was: "3f0c3a0b", body: "return nil, errBad"},
	{pkg: "time", fn: "loadTzinfoFromZip", was: "419aec0f", body: "return nil, errBad"},
	{pkg: "time", fn: "loadLocation", was: "2b20e691", body: "return nil, errBad"},
}}

// floatsCut leaves of numbers as text the decimal ones, as short as they are exact,
// which is all that JSON has; and their parsing to 64 bits.
var floatsCut = cut{name: "other forms of numbers", edits: []edit{
	{pkg: "internal/strconv", fn: "fmtB", was: "500eb6c0", body: `panic("strconv: decimal numbers only")`},
	{pkg: "internal/strconv", fn: "fmtX", was: "5fc95aa3", body: `panic("strconv: decimal numbers only")`},
	{pkg: "internal/strconv", fn: "genericFtoa", was: "dd395764", swap: []string{"if digits <= 18 {", "if false {"}},
	{pkg: "internal/strconv", fn: "parseFloatPrefix", was: "4ec376fa", body: `
	if bitSize == 32 {
		panic("strconv: 64 bits only")
	}
	return atof64(s)`},
	{pkg: "internal/strconv", fn: "atof64", was: "1fbdd3e4", swap: []string{
		"f, err := atofHex(s[:n], &float64info, mantissa, exp, neg, trunc)\n\t\treturn f, n, err", "return 0, n, ErrSyntax"}},
	{pkg: "internal/strconv", fn: "dboxFtoa", was: "dc56cd26", body: `
	if bitSize == 32 {
		panic("strconv: 64 bits only")
	}
	dboxFtoa64(d, mant, exp, denorm)`},
}}

// textsCut takes out texts of times and numbers that only an interface reaches.
var textsCut = cut{name: "texts of times", edits: []edit{
	{pkg: "time", fn: "Time.String", was: "c4551dd6", body: `return ""`},
	{pkg: "strconv", fn: "NumError.Error", was: "4c7057cd", body: `return "strconv." + e.Func + ": " + e.Err.Error()`},
}}
