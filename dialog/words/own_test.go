package words_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/dialog/words"
)

func TestAClinicsOwnWordsAreSaidUntilTheyAreTakenBack(t *testing.T) {
	t.Parallel()
	book, err := words.Load()
	require.NoError(t, err)
	was := book.Say("ru", "thanks")
	days := map[string]string{"one": "завтра, {{.Count}} день", "few": "{{.Count}} дня", "many": "{{.Count}} дней ждать", "other": "{{.Count}} дня"}
	require.NoError(t, book.Adopt([]words.Own{{Key: "thanks", Lang: "ru", Forms: map[string]string{"other": "Всегда рады!"}}, {Key: "in_days", Lang: "ru", Forms: days}}))
	require.Equal(t, "Всегда рады!", book.Say("ru", "thanks"))
	require.NotEqual(t, "Всегда рады!", book.Say("en", "thanks"))
	require.Equal(t, "5 дней ждать", book.Say("ru", "in_days", "Count", 5))
	require.NoError(t, book.Adopt(nil))
	require.Equal(t, was, book.Say("ru", "thanks"))
}

func TestOwnWordsThatTellOtherFactsAreRefusedAndNeverSaid(t *testing.T) {
	t.Parallel()
	book, err := words.Load()
	require.NoError(t, err)
	for key, own := range map[string]words.Own{
		"word_facts":   {Key: "ready_for", Lang: "ru", Forms: map[string]string{"other": "Пациент"}},
		"word_form":    {Key: "in_days", Lang: "ru", Forms: map[string]string{"other": "{{.Count}} дней"}},
		"word_unknown": {Key: "months", Lang: "ru", Forms: map[string]string{"other": "ничего"}},
	} {
		require.Equal(t, key, core.Refusal(book.Check(own)).Key)
		before := book.Say("ru", own.Key, "Count", 5, "Name", "И")
		require.NoError(t, book.Adopt([]words.Own{own}))
		require.Equal(t, before, book.Say("ru", own.Key, "Count", 5, "Name", "И"))
	}
	require.Error(t, book.Check(words.Own{Key: "thanks", Lang: "ru", Forms: map[string]string{"other": "{{if .X}}a{{end}}"}}))
}
