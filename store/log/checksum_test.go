package log

import (
	"hash/crc32"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChecksum_IsCRC32C(t *testing.T) {
	require.Equal(t, uint32(0xe3069283), checksum([]byte("123456789"))) // the check value of the catalogues
	require.Equal(t, uint32(0xe3069283), Checksum(Checksum(Checksum(0, nil), []byte("12345")), []byte("6789")))
	table := crc32.MakeTable(crc32.Castagnoli)
	random := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 300)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	for from := range 9 {
		for to := from; to <= len(data); to++ {
			require.Equal(t, crc32.Checksum(data[from:to], table), checksum(data[from:to]))
		}
	}
}
