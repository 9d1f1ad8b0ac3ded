package table

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// broken returns a table of a few rows, to be broken.
func broken(t *testing.T) *Table {
	m := &schema.Model{Name: "Thing", Key: []int{0}, Fields: []*schema.Field{{Name: "id", Index: 0}, {Name: "a", Index: 1}}}
	tab := New(m)
	tab.AddIndex([]int{1})
	tab.AddOrdered([]int{1})
	for _, id := range []string{`"1"`, `"2"`, `"3"`} {
		row := tab.Layout.Append(nil, [][]byte{[]byte(id), []byte(`"x"`)})
		tab.Insert(record.Row(row), 1)
	}
	require.Empty(t, tab.Check())
	return tab
}

func TestCheck_FindsWhatIsBroken(t *testing.T) {
	for want, damage := range map[string]func(*Table){
		"counts 4 rows":            func(t *Table) { t.live++ },
		"has a broken header":      func(t *Table) { t.arena.row(t.places[0])[5] = 99 },
		"does not lead to row":     func(t *Table) { clear(t.primary.slot) },
		"lacks row 0":              func(t *Table) { clear(t.indexes[0].slots.slot) },
		"row 1, which is gone":     func(t *Table) { t.places[1] = place{} },
		"in the wrong place":       func(t *Table) { t.indexes[0].links[1].prev = 0 },
		"chain of the wrong":       func(t *Table) { t.indexes[0].groups[0].count = 2 },
		"holds row 0 in the wrong": func(t *Table) { t.indexes[0].links[2].next = 1 },
		"holds row 0 where it":     func(t *Table) { r := t.ordered[0].rows; r[0], r[1] = r[1], r[0] },
		"holds row 1 where it":     func(t *Table) { t.ordered[0].rows[2] = 1 },
		"lacks rows":               func(t *Table) { t.ordered[0].rows = t.ordered[0].rows[:2] },
	} {
		t.Run(want, func(t *testing.T) {
			tab := broken(t)
			damage(tab)
			problems := tab.Check()
			require.NotEmpty(t, problems)
			text := ""
			for _, p := range problems {
				text += p + "\n"
			}
			require.Contains(t, text, want)
		})
	}
}

func TestSlots_TellApartIdsWithTheSameHash(t *testing.T) {
	var s slots
	const same = 7
	for id := range uint32(100) {
		s.insert(same, id)
	}
	find := func(id uint32) bool {
		got, ok := s.find(same, func(other uint32) bool { return other == id })
		return ok && got == id
	}
	for id := uint32(0); id < 100; id += 2 {
		s.remove(same, id)
	}
	for id := range uint32(100) {
		require.Equal(t, id%2 == 1, find(id))
	}
	for hash := range uint32(300) { // others around and behind them, over the end of the array
		s.insert(hash|0xffffff00, 1000+hash)
	}
	for id := uint32(1); id < 100; id += 2 {
		require.True(t, find(id))
		s.remove(same, id)
		require.False(t, find(id))
	}
	for hash := range uint32(300) {
		_, ok := s.find(hash|0xffffff00, func(other uint32) bool { return other == 1000+hash })
		require.True(t, ok)
	}
	require.Equal(t, 300, s.used)
}
