//go:build !js || sdl

package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/jsontext"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/storetest"
)

// The record of an import that is measured in the browser too, and one whose every
// value has a format of its own to be checked.
const measured = `
type City @model(timestamps: null) {
  id: ID! name: String! search: String! population: Int! lat: Float! lon: Float! countryCode: ID!
}
enum Kind { A B C }
type Strict @model(timestamps: null) {
  id: ID! kind: Kind! day: AWSDate! at: AWSDateTime! mail: AWSEmail! page: AWSURL! data: AWSJSON! tags: [String!]!
}`

var measuredRows = map[string]string{
	"City": `["1000000","San Francisco","san francisco",864816,37.77493,-122.41942,"US"]`,
	"Strict": `["1000000","B","2024-02-29","2024-02-29T12:30:00.000Z","ada@example.com","https://example.com/ada",` +
		`{"a":[1,2,3]},["x","y"]]`,
}

// BenchmarkEncoder shows what validation costs: the text of a record only read, and
// read, checked and made a row.
func BenchmarkEncoder(b *testing.B) {
	for _, m := range storetest.Schema(b, measured).Models {
		text := []byte(measuredRows[m.Name])
		b.Run(m.Name+"/scanned", func(b *testing.B) {
			b.ReportAllocs()
			s := jsontext.New(text)
			for b.Loop() {
				s.Reset(text)
				if len(s.Raw()) != len(text) {
					b.Fatal("the text is not JSON")
				}
			}
		})
		b.Run(m.Name+"/validated", func(b *testing.B) {
			b.ReportAllocs()
			e := record.NewEncoder(m)
			for b.Loop() {
				require.NoError(b, e.Read(text))
				require.NoError(b, e.Complete())
				_, err := e.Row()
				require.NoError(b, err)
			}
		})
	}
}
