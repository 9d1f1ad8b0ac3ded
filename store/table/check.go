package table

import (
	"slices"
	"strconv"
)

// Check compares the indexes and sums with the rows and returns what does not
// agree, in words; nothing when all is well.
func (t *Table) Check() []string {
	var problems []string
	say := func(text string) { problems = append(problems, t.Model.Name+": "+text) }
	live, bytes := 0, 0
	for n := uint32(0); n < t.End(); n++ {
		if !t.Has(n) {
			continue
		}
		row := t.Row(n)
		live++
		bytes += len(row)
		if !t.Layout.Sound(row) {
			say("row " + strconv.Itoa(int(n)) + " has a broken header")
			continue
		}
		if found, ok := t.Find(t.Key(nil, row)); !ok || found != n {
			say("the primary-key index does not lead to row " + strconv.Itoa(int(n)))
		}
		for _, x := range t.indexes {
			key, ok := x.key(row)
			if ok && !slices.Contains(x.Rows(nil, key), n) {
				say("the index on " + t.names(x.Fields) + " lacks row " + strconv.Itoa(int(n)))
			}
		}
	}
	if live != t.live || bytes != t.bytes || t.primary.used != live {
		say("counts " + strconv.Itoa(t.live) + " rows, has " + strconv.Itoa(live))
	}
	for _, x := range t.indexes {
		if stray := x.stray(); stray != "" {
			say("the index on " + t.names(x.Fields) + " " + stray)
		}
	}
	return problems
}

// stray says what the index holds that it should not.
func (x *Index) stray() string {
	indexed := 0
	for n := uint32(0); n < x.table.End(); n++ {
		if x.table.Has(n) {
			if _, ok := x.key(x.table.Row(n)); ok {
				indexed++
			}
		}
	}
	held := 0
	for _, v := range x.slots.slot {
		if v == 0 {
			continue
		}
		g := x.groups[uint32(v)-1]
		length := 0
		for row := g.head; row != 0 && length <= int(g.count); row = x.links[row-1].next {
			if !x.table.Has(row - 1) {
				return "holds row " + strconv.Itoa(int(row-1)) + ", which is gone"
			}
			length++
		}
		if length != int(g.count) {
			return "has a chain of the wrong length"
		}
		held += length
	}
	if held != indexed {
		return "holds " + strconv.Itoa(held) + " rows where there are " + strconv.Itoa(indexed)
	}
	return ""
}

func (t *Table) names(fields []int) string {
	text := ""
	for i, f := range fields {
		if i > 0 {
			text += ", "
		}
		text += t.Model.Fields[f].Name
	}
	return text
}
