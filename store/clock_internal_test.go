package store

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimestamp_AgreesWithTheCalendar(t *testing.T) {
	t.Parallel()
	const seed = 1
	random := rand.New(rand.NewPCG(seed, seed))
	first := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	last := time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC).UnixMilli()
	check := func(at int64) {
		want := time.UnixMilli(at).UTC().Format(`"2006-01-02T15:04:05.000Z"`)
		if got := string(timestamp(at)); got != want {
			require.Equal(t, want, got, "%d milliseconds", at)
		}
	}
	for at := first; at <= last; at += 86_400_000 {
		check(at)
	}
	for range 100_000 {
		check(first + random.Int64N(last-first+1))
	}
	check(last)
	require.Equal(t, timestamp(first), timestamp(-1<<63))
	require.Equal(t, timestamp(last), timestamp(1<<63-1))
}
