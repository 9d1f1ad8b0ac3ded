//go:build !js || sdl

package record_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/storetest"
)

func TestLayout_OffsetsAreAsWideAsTheyMustBe(t *testing.T) {
	e := encoder(t, "Item")
	for width, size := range map[byte]int{1: 1, 2: 300, 4: 70_000} {
		text := item + `,"extra":["` + strings.Repeat("x", size) + `"]}`
		row, err := encode(e, text)
		require.NoError(t, err)
		require.Equal(t, width, row[4])
		require.True(t, e.Layout.Sound(row))
		require.Equal(t, `["`+strings.Repeat("x", size)+`"]`, string(e.Layout.Value(row, e.Layout.Field("extra"))))
		require.Equal(t, `"s"`, string(e.Layout.Value(row, e.Layout.Field("shopItemsId"))))
	}
	for size := range 700 { // over the edge from one width to the next, byte by byte
		row, err := encode(e, item+`,"extra":["`+strings.Repeat("x", size)+`"]}`)
		require.NoError(t, err)
		require.True(t, e.Layout.Sound(row))
		require.Equal(t, `"s"`, string(e.Layout.Value(row, e.Layout.Field("shopItemsId"))))
	}
}

func TestAppendKey_JoinsValuesAndStopsAtNull(t *testing.T) {
	e := encoder(t, "Item")
	row, err := encode(e, item+`}`)
	require.NoError(t, err)
	key, ok := e.Layout.AppendKey(nil, row, []int{0, 1})
	require.True(t, ok)
	require.Equal(t, `"1","t"`, string(key))
	_, ok = e.Layout.AppendKey(nil, row, []int{0, e.Layout.Field("price")})
	require.False(t, ok)
}

func TestSound_RefusesEveryCutAndNeverPanics(t *testing.T) {
	e := encoder(t, "Item")
	row, err := encode(e, item+`}`)
	require.NoError(t, err)
	for n := range len(row) {
		require.False(t, e.Layout.Sound(row[:n]))
		require.Zero(t, record.Length(row[:n]))
	}
	other := record.LayoutOf(storetest.Schema(t, shop).Model("Shop"))
	require.False(t, other.Sound(row))
}

func TestSound_WhatItLetsThroughCanBeRead(t *testing.T) {
	e := encoder(t, "Item")
	random := rand.New(rand.NewPCG(7, 7))
	row, err := encode(e, item+`}`)
	require.NoError(t, err)
	passed := 0
	for range 200_000 {
		bad := append(record.Row(nil), row...)
		for range 1 + random.IntN(3) {
			bad[random.IntN(min(len(bad), 40))] ^= byte(1 << random.IntN(8))
		}
		passed += readAll(e.Layout, bad)
	}
	for offset := range len(row) { // also a value without bytes
		bad := append(record.Row(nil), row...)
		bad[5+14] = byte(offset)
		readAll(e.Layout, bad)
	}
	require.Less(t, passed, 200_000)
}

func FuzzSound(f *testing.F) {
	e := encoder(f, "Item")
	row, err := encode(e, item+`}`)
	require.NoError(f, err)
	f.Add([]byte(row))
	f.Fuzz(func(t *testing.T, data []byte) { readAll(e.Layout, data) })
}

// readAll reads every value of a row that is sound.
func readAll(l *record.Layout, row record.Row) int {
	if n := record.Length(row); n == 0 || n != len(row) || !l.Sound(row) {
		return 0
	}
	for i := range l.Names {
		l.IsNull(row, i)
		if len(l.Value(row, i)) == 0 {
			panic("a value without bytes")
		}
	}
	l.AppendKey(nil, row, []int{0, 1, 2})
	return 1
}
