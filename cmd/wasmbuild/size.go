package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

const sizeHelp = `Prints what a page loads from the package, as it is and compressed, and compares
the brotli form with its budget; 1 kB is 1000 bytes. Compressed files that a fast
build left out are made. Exits with 1 when a file is over its budget or missing.`

// budget is the most that a file may take in brotli, in bytes.
type budget struct {
	file string
	most int64
}

// budgets may only shrink. The toolchain's runtime is not ours to make smaller
// and has none; late.js has none because no page waits for it.
var budgets = []budget{
	{"granary.wasm", 740_000},
	{"granary-sdl.wasm", 920_000},
	{"index.js", 15_000},
	{"granary.js", 15_000},
}

// sizeRow is one line of the report. Sizes are in bytes.
type sizeRow struct {
	File   string `json:"file"`
	Size   int64  `json:"size"`
	Gzip   int64  `json:"gz"`
	Brotli int64  `json:"br"`
	Budget int64  `json:"budget,omitempty"` // of the brotli form; absent when there is none
	Holds  bool   `json:"holds"`
}

// size is the verb "size".
func size(ctx context.Context, std streams, args []string) error {
	set := flags(std, "size", sizeHelp)
	dir := set.String("dir", "", "the `directory` of the package (default web/dist of this module)")
	asJSON := set.Bool("json", false, "print JSON")
	if err := parse(set, args); err != nil {
		return err
	}
	if *dir == "" {
		root, err := moduleRoot()
		if err != nil {
			return err
		}
		*dir = packageDir(root)
	}
	if _, err := compressAll(ctx, *dir); err != nil {
		return fmt.Errorf("%w: run 'wasmbuild build' first", err)
	}
	made, err := readPackage(*dir)
	if err != nil {
		return err
	}
	rows := sizeRows(made)
	if *asJSON {
		err = printJSON(std.out, rows)
	} else {
		err = printSizes(std.out, rows)
	}
	if err != nil {
		return err
	}
	return judge(std.err, rows)
}

// sizeRows puts the files with a budget first, missing ones too, the rest after.
func sizeRows(made manifest) []sizeRow {
	var rows []sizeRow
	budgeted := map[string]bool{}
	for _, b := range budgets {
		budgeted[b.file] = true
		row := rowOf(b.file, made.Files[b.file])
		row.Budget = b.most
		row.Holds = row.Size > 0 && row.Brotli <= b.most
		rows = append(rows, row)
	}
	for _, name := range sortedNames(made) {
		if !budgeted[name] {
			rows = append(rows, rowOf(name, made.Files[name]))
		}
	}
	return rows
}

func rowOf(name string, item manifestItem) sizeRow {
	return sizeRow{File: name, Size: item.Size, Gzip: item.Gzip, Brotli: item.Brotli, Holds: true}
}

func printSizes(w io.Writer, rows []sizeRow) error {
	const columns = "%-17s %10s %10s %10s %10s   %s\n"
	_, err := fmt.Fprintf(w, columns, "file", "as it is", "gzip", "brotli", "budget", "verdict")
	for _, r := range rows {
		_, failed := fmt.Fprintf(w, columns, r.File, kilobytes(r.Size), kilobytes(r.Gzip),
			kilobytes(r.Brotli), r.limit(), r.verdict())
		err = errors.Join(err, failed)
	}
	return err
}

func printJSON(w io.Writer, rows []sizeRow) error {
	text, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", text)
	return err
}

// judge fails when a budget does not hold, and names each that does not.
func judge(w io.Writer, rows []sizeRow) error {
	var broken []string
	for _, r := range rows {
		if !r.Holds {
			broken = append(broken, r.File+" is "+r.verdict())
		}
	}
	if len(broken) == 0 {
		return nil
	}
	fmt.Fprintf(w, "wasmbuild size: %s\n", strings.Join(broken, "; "))
	return errReported
}

func (r sizeRow) limit() string {
	if r.Budget == 0 {
		return "none"
	}
	return kilobytes(r.Budget)
}

func (r sizeRow) verdict() string {
	switch {
	case r.Size == 0:
		return "missing"
	case r.Budget == 0:
		return "no budget"
	case !r.Holds:
		return kilobytes(r.Brotli-r.Budget) + " over its budget"
	}
	return "holds, " + kilobytes(r.Budget-r.Brotli) + " to spare"
}

// kilobytes formats a number of bytes; 1 kB is 1000 bytes.
func kilobytes(bytes int64) string { return fmt.Sprintf("%.1f kB", float64(bytes)/1000) }
