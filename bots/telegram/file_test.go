package telegram_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/bots/fetch"
	"github.com/zapis-clinic/zapis/bots/telegram"
)

func TestV12AFileIsFetchedFromTelegramAndFromNowhereElse(t *testing.T) {
	t.Parallel()
	fake, err := botstest.NewFakeTelegram(time.Now)
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	bot := telegram.New(telegram.Config{Token: botstest.FakeToken, API: fake.URL(), Account: botstest.TelegramAccount})
	fake.PutFile("one", "documents/file_1.pdf", []byte("%PDF-1.7"))
	data, err := bot.File(t.Context(), "one")
	require.NoError(t, err)
	require.Equal(t, "%PDF-1.7", string(data))

	for _, path := range []string{
		"http://169.254.169.254/latest", "//evil.example/x", "../../etc/passwd", "documents/../../x", "/var/lib/telegram/x", "a?b=c", "a#b", "@evil.example/x", "", "a//b", "a\\b",
	} {
		fake.PutFile("bad", path, []byte("secret"))
		_, err := bot.File(t.Context(), "bad")
		require.Error(t, err, path)
		require.NotContains(t, err.Error(), botstest.FakeToken)
	}
	fake.PutFile("large", "documents/large.bin", make([]byte, telegram.MaxFile+1))
	_, err = bot.File(t.Context(), "large")
	require.ErrorIs(t, err, fetch.ErrTooLarge)
	_, err = bot.File(t.Context(), "unknown")
	require.Error(t, err)
}
