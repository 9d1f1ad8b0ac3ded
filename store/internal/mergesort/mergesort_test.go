package mergesort

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSort_AgreesWithTheStandardLibraryAndIsStable(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	type item struct{ key, place int }
	for n := range 300 {
		list := make([]item, n)
		for i := range list {
			list[i] = item{random.IntN(1 + n/3), i}
		}
		want := slices.Clone(list)
		slices.SortStableFunc(want, func(a, b item) int { return a.key - b.key })
		Sort(list, func(a, b item) bool { return a.key < b.key })
		require.Equal(t, want, list)
	}
}
