package telegram

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestEveryPartFitsAndNothingIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("абв \n😀e"))).Draw(t, "text")
		limit := rapid.IntRange(2, 12).Draw(t, "limit")
		parts := split(text, limit)
		for _, part := range parts {
			if part == "" || !utf8.ValidString(part) || len(utf16.Encode([]rune(part))) > limit {
				t.Fatalf("part %q of %q", part, text)
			}
		}
		bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if bare(strings.Join(parts, "")) != bare(text) {
			t.Fatalf("%q became %q", text, parts)
		}
	})
}

func TestTextsAreCutWhereTheyBreathe(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"один два", "три"}, split("один два три", 10))
	require.Equal(t, []string{"раз два\nтри", "четыре"}, split("раз два\nтри\nчетыре", 16))
	require.Equal(t, []string{"😀😀", "😀"}, split("😀😀😀", 5))
	require.Equal(t, []string{"\uFFFD"}, split("\xff", 5))
	require.Empty(t, split(" \n ", 5))
}
