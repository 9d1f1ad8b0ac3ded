package table

import "strconv"

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
			return problems // what else is wrong cannot be read
		}
		if found, ok := t.Find(t.Key(nil, row)); !ok || found != n {
			say("the primary-key index does not lead to row " + strconv.Itoa(int(n)))
		}
	}
	if live != t.live || bytes != t.bytes || t.primary.used != live {
		say("counts " + strconv.Itoa(t.live) + " rows, has " + strconv.Itoa(live))
	}
	for _, x := range t.indexes {
		if problem := x.check(); problem != "" {
			say("the index on " + t.names(x.Fields) + " " + problem)
		}
	}
	for _, x := range t.ordered {
		if problem := x.check(); problem != "" {
			say("the order by " + t.names(x.Fields) + " " + problem)
		}
	}
	return problems
}

// check says what the index holds that it should not, or lacks. It looks at every
// row twice, however long the chains are.
func (x *Index) check() string {
	if !x.built {
		x.build()
	}
	held := make([]bool, x.table.End())
	for _, v := range x.slots.slot {
		if v == 0 {
			continue
		}
		if problem := x.checkGroup(uint32(v)-1, held); problem != "" {
			return problem
		}
	}
	for n := range x.table.End() {
		if !x.table.Has(n) || held[n] {
			continue
		}
		if _, ok := x.key(x.table.Row(n)); ok {
			return "lacks row " + strconv.Itoa(int(n))
		}
	}
	return ""
}

// checkGroup follows the chain of one key and notes its rows in held.
func (x *Index) checkGroup(number uint32, held []bool) string {
	g := x.groups[number]
	var key []byte
	length, last := uint32(0), uint32(0)
	for row := g.head; row != 0; last, row = row, x.links[row-1].next {
		if !x.table.Has(row - 1) {
			return "holds row " + strconv.Itoa(int(row-1)) + ", which is gone"
		}
		own, ok := x.key(x.table.Row(row - 1))
		if length == 0 {
			key = own
		}
		if !ok || string(own) != string(key) || held[row-1] || x.links[row-1].prev != last {
			return "holds row " + strconv.Itoa(int(row-1)) + " in the wrong place"
		}
		held[row-1] = true
		length++
	}
	if found, ok := x.find(key); !ok || found != number || length != g.count || last != g.tail {
		return "has a chain of the wrong length or in the wrong place"
	}
	return ""
}

// check says whether the index holds each row once, in its place.
func (x *Ordered) check() string {
	t := x.order.Table
	rows := x.Rows()
	for i, n := range rows {
		if !t.Has(n) || i > 0 && x.place(rows[i-1:i], n) == 0 {
			return "holds row " + strconv.Itoa(int(n)) + " where it does not belong"
		}
	}
	if len(rows) != t.live {
		return "lacks rows"
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
