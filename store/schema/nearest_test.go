package schema

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// plainDistance fills the whole table.
func plainDistance(a, b string) int {
	t := make([][]int, len(a)+1)
	for i := range t {
		t[i] = make([]int, len(b)+1)
		for j := range t[i] {
			switch {
			case i == 0 || j == 0:
				t[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				t[i][j] = t[i-1][j-1]
			default:
				t[i][j] = t[i-1][j-1] + 1
			}
			t[i][j] = min(t[i][j], t[i-1][j]+1, t[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				t[i][j] = min(t[i][j], t[i-2][j-2]+1)
			}
		}
	}
	return t[len(a)][len(b)]
}

func TestDistance_AgreesWithTheWholeTableUpToItsLimit(t *testing.T) {
	const seed = 1
	random := rand.New(rand.NewPCG(seed, seed))
	word := func() string {
		out := make([]byte, random.IntN(12))
		for i := range out {
			out[i] = "abc"[random.IntN(3)]
		}
		return string(out)
	}
	for range 50_000 {
		a, b, limit := word(), word(), random.IntN(6)
		want := plainDistance(a, b)
		got := distance(a, b, limit)
		if want <= limit {
			require.Equal(t, want, got, "%q %q limit %d", a, b, limit)
		} else {
			require.Greater(t, got, limit, "%q %q limit %d", a, b, limit)
		}
	}
}
