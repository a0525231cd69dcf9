package telegram_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/core/conversation"
)

const secret = "s3cret_of-the-hook"

func deliver(t *testing.T, h http.Handler, method, secret, body string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, "/telegram/main", strings.NewReader(body))
	if secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

const hello = `{"update_id":5,"message":{"message_id":1,"from":{"id":7},"chat":{"id":7,"type":"private"},"date":1795420800,"text":"привет"}}`

func TestOnlyTheSecretOpensTheDoor(t *testing.T) {
	t.Parallel()
	in := newInbox()
	h := parser().Webhook(secret, in, quiet())
	for _, wrong := range []string{"", "wrong", secret + "x", secret[1:]} {
		require.Equal(t, http.StatusUnauthorized, deliver(t, h, http.MethodPost, wrong, hello).Code)
	}
	nobody := parser().Webhook("", in, quiet())
	require.Equal(t, http.StatusUnauthorized, deliver(t, nobody, http.MethodPost, "", hello).Code, "no secret lets nobody in")
	require.Equal(t, http.StatusMethodNotAllowed, deliver(t, h, http.MethodGet, secret, "").Code)
	require.Empty(t, in.all())
	require.Equal(t, http.StatusOK, deliver(t, h, http.MethodPost, secret, hello).Code)
	require.Len(t, in.all(), 1)
}

func TestAPoisonUpdateIsCountedAndDoesNotBlock(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	bot, in := parser(), newInbox()
	h := bot.Webhook(secret, in, slog.New(slog.NewJSONHandler(&logged, nil)))
	require.Equal(t, http.StatusOK, deliver(t, h, http.MethodPost, secret, `{"update_id":6,"message":{"text":["тайна"]}}`).Code)
	require.EqualValues(t, 1, bot.Unreadable())
	require.Contains(t, logged.String(), `"code":"unreadable"`)
	require.NotContains(t, logged.String(), "тайна")
	require.Empty(t, in.all())
}

func TestAnUpdateThatConcernsNobodyIsTaken(t *testing.T) {
	t.Parallel()
	bot := parser()
	h := bot.Webhook(secret, newInbox(), quiet())
	require.Equal(t, http.StatusOK, deliver(t, h, http.MethodPost, secret, `{"update_id":6,"poll":{}}`).Code)
	require.Zero(t, bot.Unreadable())
}

func TestAnEndlessBodyIsCutOff(t *testing.T) {
	t.Parallel()
	h := parser().Webhook(secret, newInbox(), quiet())
	require.Equal(t, http.StatusRequestEntityTooLarge, deliver(t, h, http.MethodPost, secret, strings.Repeat("x", 1<<20+1)).Code)
}

func TestWhatIsNotCommittedComesAgain(t *testing.T) {
	t.Parallel()
	fake, bot := start(t)
	in := newInbox()
	broken := true
	in.refuse = func(conversation.Incoming) error {
		if broken {
			return errors.New("no database")
		}
		return nil
	}
	server := httptest.NewServer(bot.Webhook(secret, in, quiet()))
	t.Cleanup(server.Close)
	require.NoError(t, bot.SetWebhook(quickly(t), server.URL, secret))
	sent, err := fake.Chat(7).Text("привет")
	require.Equal(t, botstest.NotTakenError(http.StatusServiceUnavailable), err)
	broken = false
	require.NoError(t, fake.Push(sent))
	require.Equal(t, "привет", in.all()[0].Text)
	w := deliver(t, bot.Webhook(secret, refusing{}, quiet()), http.MethodPost, secret, hello)
	require.NotEmpty(t, w.Header().Get("Retry-After"))
}

func TestTheBotSaysWhoItIsAndSetsItsMenu(t *testing.T) {
	t.Parallel()
	ctx := quickly(t)
	fake, bot := start(t)
	name, err := bot.Me(ctx)
	require.NoError(t, err)
	require.Equal(t, botstest.FakeUsername, name)
	require.NoError(t, bot.SetCommands(ctx, "", []telegram.Command{{Name: "book", About: "Записаться"}}))
	require.NoError(t, bot.SetCommands(ctx, "en", []telegram.Command{{Name: "book", About: "Book a visit"}}))
	require.JSONEq(t, `[{"command":"book","description":"Записаться"}]`, fake.Menu(""))
	require.JSONEq(t, `[{"command":"book","description":"Book a visit"}]`, fake.Menu("en"))
}

func TestDeepLinksThatTelegramWouldDropAreErrors(t *testing.T) {
	t.Parallel()
	link, err := telegram.DeepLink("zapis_fake_bot", "dr_7Kx-2")
	require.NoError(t, err)
	require.Equal(t, "https://t.me/zapis_fake_bot?start=dr_7Kx-2", link)
	for _, token := range []string{"", "врач", "a b", strings.Repeat("a", 65)} {
		_, err := telegram.DeepLink("zapis_fake_bot", token)
		require.Error(t, err)
	}
	_, err = telegram.DeepLink("@zapis_fake_bot", "a")
	require.Error(t, err)
}
