package telegram_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/core/conversation"
)

func parser() *telegram.Bot {
	return telegram.New(telegram.Config{Token: "1:x", Account: botstest.TelegramAccount})
}

func TestEveryUpdateMeansWhatTheTableSays(t *testing.T) {
	t.Parallel()
	for _, row := range botstest.TelegramIncoming() {
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			got, err := parser().Parse([]byte(row.Raw))
			if row.Bad {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, row.Want, got)
		})
	}
}

func TestMonstrousUpdatesAreRefusedOrBounded(t *testing.T) {
	t.Parallel()
	deep := `{"update_id":1,"message":{"x":` + strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001) + `}}`
	_, err := parser().Parse([]byte(deep))
	require.Error(t, err)
	long := `{"update_id":1,"message":{"chat":{"id":5,"type":"private"},"text":"` + strings.Repeat("щ", 1<<19) + `"}}`
	got, err := parser().Parse([]byte(long))
	require.NoError(t, err)
	require.LessOrEqual(t, len(got[0].Text), conversation.MaxText)
}

func TestAnUnreadableUpdatesErrorQuotesNobody(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`{"update_id":1,"message":{"text":["тайна"]}}`, `{"update_id":1,"message":{"text":"тайна`, `тайна`} {
		_, err := parser().Parse([]byte(raw))
		require.Error(t, err)
		require.NotContains(t, err.Error(), "тайна")
		require.NotContains(t, err.Error(), "Ñ")
	}
}

func FuzzParse(f *testing.F) {
	for _, row := range botstest.TelegramIncoming() {
		f.Add([]byte(row.Raw))
	}
	bot := parser()
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := bot.Parse(raw)
		if err != nil && got != nil {
			t.Fatal("both an error and a message")
		}
		for _, in := range got {
			all := in.Text + in.Button + in.CallbackID + in.Start + in.Phone + in.Album + in.Lang
			if !utf8.ValidString(all) || strings.Contains(all, "\x00") {
				t.Fatal("unclean", in)
			}
			if in.Chat == "" || in.Kind == "" || in.ExternalID == "" {
				t.Fatal("unfinished", in)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	bot, raw := parser(), []byte(botstest.TelegramIncoming()[0].Raw)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bot.Parse(raw); err != nil {
			b.Fatal(err)
		}
	}
}
