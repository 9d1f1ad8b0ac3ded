package code_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/code"
)

func TestQuote_ShowsEveryByte(t *testing.T) {
	for in, want := range map[string]string{
		"":               `""`,
		"title":          `"title"`,
		"Zoë 🌍":          `"Zoë 🌍"`,
		`say "a\b"`:      `"say \"a\\b\""`,
		"a\nb\x00\x7f":   `"a\x0ab\x00\x7f"`,
		"\xff\xed\xa0z":  `"\xff\xed\xa0z"`,
		"\uFFFD is text": "\"\uFFFD is text\"",
	} {
		require.Equal(t, want, code.Quote(in))
	}
}
