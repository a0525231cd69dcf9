package cabinet_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/core/messenger"
)

const (
	channels = "/cabinet/admin/channels"
	bot      = channels + "/telegram"
)

// connect gives the page a token, over the version that it shows.
func (b *browser) connect(token string, more ...string) (reply, string) {
	b.t.Helper()
	_, page := b.get(channels)
	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(page)
	require.Len(b.t, version, 2, page)
	return b.post(bot+"/connect", append([]string{"token", token, "mode", "polling", "version", version[1]}, more...)...)
}

func TestChannelsAreReadByThoseWhoAnswerForThemAndChangedBySecurity(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	for login, status := range map[string]int{"security": 200, "director": 200, "head": 200, "admin": 403, "doctor": 403, "cashier": 403, "marketing": 403} {
		b := o.enter(login)
		b.shows()
		answer, page := b.get(channels)
		assert.Equal(t, status, answer.StatusCode, login)
		assert.Equal(t, login == "security", regexp.MustCompile(`name="token"`).MatchString(page), login)
		for _, do := range []string{"connect", "mode", "webhook", "disconnect", "try"} {
			answer, _ = b.post(bot+"/"+do, "version", "0", "token", botstest.FakeToken, "mode", "polling")
			if login != "security" {
				assert.Equal(t, http.StatusForbidden, answer.StatusCode, "%s: %s", login, do)
			}
		}
	}
	answer, _ := o.enter("security").post(bot+"/connect", "version", "0", "token", botstest.FakeToken, "mode", "polling")
	assert.Contains(t, answer.Header.Get("Location"), "step-up")
}

func TestABotIsConnectedItsTokenSealedAndNeverShownAgain(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	s := o.enter("security")
	s.shows()
	answer, _ := s.connect(" " + botstest.FakeToken + "\n")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page := s.get(channels)
	assert.Contains(t, page, "@"+botstest.FakeUsername)
	assert.Contains(t, page, "Подключён здесь")
	assert.NotContains(t, page, "fake-token")
	var plain bool
	o.one("SELECT position('fake-token'::bytea IN token_sealed) > 0 OR token_sealed IS NULL FROM messenger", &plain)
	assert.False(t, plain, "the token lies sealed")
	held, err := messenger.Now(t.Context(), o.db, messenger.Telegram)
	require.NoError(t, err)
	token, err := held.Token(o.bots.Vault)
	require.NoError(t, err)
	assert.Equal(t, botstest.FakeToken, token)

	_, page = s.get(channels + "?ask=1")
	assert.Contains(t, page, "не включена", "no webhook is set")
	assert.NotContains(t, page, "fake-token")
	var on string
	o.one("SELECT string_agg(DISTINCT s.login || ' ' || a.action || ' ' || a.class, ',') FROM audit a JOIN staff s ON s.id = a.actor_id WHERE a.action LIKE 'channels.%'", &on)
	assert.Equal(t, "security channels.connect policies", on)

	answer, _ = s.post(bot+"/mode", "mode", "webhook", "version", "1")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, _ = s.post(bot+"/webhook", "version", "2")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	assert.Equal(t, "http://localhost/telegram/main", o.telegram.Webhook())
	_, page = s.get(channels + "?ask=1")
	assert.Contains(t, page, "на адрес клиники")
	assert.Contains(t, page, "Telegram присылает сообщения по адресу клиники.", "the page says how messages come now")
	assert.Contains(t, page, `value="webhook" selected`, "and the form begins with it")

	answer, page = s.post(bot+"/disconnect", "version", "1")
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "somebody changed it meanwhile")
	assert.Contains(t, page, "бота сменили")
	answer, _ = s.post(bot+"/disconnect", "version", "2")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	assert.Empty(t, o.telegram.Webhook(), "nothing is delivered to us any more")
	var gone bool
	o.one("SELECT token_sealed IS NULL FROM messenger", &gone)
	assert.True(t, gone)
}

func TestATokenThatTelegramDoesNotKnowIsRefusedInWordsAndNotKept(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	s := o.enter("security")
	s.shows()
	for name, c := range map[string]struct {
		fault  *botstest.Fault
		token  string
		status int
		says   string
	}{
		"no token":  {nil, "hello", 422, "не похоже на токен"},
		"a markup":  {nil, `4242:"><svg onload=alert(1)>`, 422, "не похоже на токен"},
		"unknown":   {nil, "4242:stale-token", 422, "не знает такого токена"},
		"too many":  {fault(botstest.TooMany(17)), botstest.FakeToken, 409, "подождать 17 с"},
		"silent":    {fault(botstest.Lost()), botstest.FakeToken, 409, "не отвечает"},
		"down":      {fault(botstest.Page(502)), botstest.FakeToken, 409, "сейчас не работает"},
		"a proxy":   {fault(botstest.Page(200)), botstest.FakeToken, 409, "Ответил не Telegram"},
		"not a bot": {fault(botstest.Result([]string{"x"})), botstest.FakeToken, 409, "Ответил не Telegram"},
	} {
		if c.fault != nil {
			o.telegram.Fault("getMe", *c.fault)
		}
		answer, page := s.connect(c.token)
		assert.Equal(t, c.status, answer.StatusCode, name)
		assert.Contains(t, page, c.says, name)
		assert.NotContains(t, page, c.token, name)
	}
	var rows int
	o.one("SELECT count(*) FROM messenger", &rows)
	assert.Zero(t, rows)
}

func fault(f botstest.Fault) *botstest.Fault { return &f }

func TestATokenOfAnotherBotIsTakenOnlyWhereThatIsMeant(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	s := o.enter("security")
	s.shows()
	answer, _ := s.connect(botstest.FakeToken)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	answer, page := s.connect(botstest.OtherToken)
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "был @"+botstest.FakeUsername+", а это @"+botstest.OtherUsername)
	assert.Contains(t, page, `name="another"`)
	answer, _ = s.connect(botstest.OtherToken, "another", "1")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	_, page = s.get(channels)
	assert.Contains(t, page, "@"+botstest.OtherUsername)
	answer, _ = s.post(bot+"/connect", "token", botstest.OtherToken, "mode", "polling", "version", "1")
	assert.Equal(t, http.StatusConflict, answer.StatusCode, "over a page that is out of date nothing is connected")
}

func TestTheEnvironmentsTokenWinsAndThePageSaysSo(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	s := o.enter("security")
	s.shows()
	answer, _ := s.connect(botstest.OtherToken)
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	o.bots.Token = botstest.FakeToken
	_, page := s.get(channels + "?ask=1")
	assert.Contains(t, page, "ZAPIS_TELEGRAM_TOKEN")
	assert.Contains(t, page, "@"+botstest.OtherUsername+", но он не используется")
	assert.Contains(t, page, "@"+botstest.FakeUsername, "it is the environment's that is asked")
	assert.NotContains(t, page, `name="token"`)
	assert.NotContains(t, page, "fake-token")
}

func TestOneTriesTheBotOnOneselfAlone(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	s := o.enter("security")
	s.shows()
	_, _ = s.connect(botstest.FakeToken)
	answer, page := s.post(bot + "/try")
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "не привязан Telegram")
	chat := uuid.New()
	o.exec("INSERT INTO conversation (id, channel, account, external_id, created_at) VALUES ($1, 'telegram', 'telegram:main', '7', now())", chat)
	o.exec("INSERT INTO staff_link SELECT $1, id, 'telegram', 'telegram:main', '7', now() FROM staff WHERE login = 'security'", chat)
	answer, _ = s.post(bot+"/try", "chat", "8")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	assert.Len(t, o.telegram.Chat(7).Messages(), 1)
	assert.Empty(t, o.telegram.Chat(8).Messages(), "whom it goes to is not the page's to say")
	o.telegram.Fault("sendMessage", botstest.Refuse(403, "Forbidden: bot was blocked by the user"))
	answer, page = s.post(bot + "/try")
	assert.Equal(t, http.StatusConflict, answer.StatusCode)
	assert.Contains(t, page, "откройте бота")
}

func TestErrorsOfTheDayAreKindsAndCounts(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	o.exec("INSERT INTO conversation (id, channel, account, external_id, created_at) VALUES (gen_random_uuid(), 'telegram', 'telegram:main', '99700155', $1)", monday())
	o.exec(`INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, state, not_before, created_at, error)
SELECT gen_random_uuid(), c.id, 'telegram', 'reply', 'dialog', 'k' || n, '{"text":"Иванов, ваш результат"}', 'failed', $1, $1, 'blocked'
FROM conversation c, generate_series(1, 3) n WHERE c.external_id = '99700155'`, monday())
	_, page := o.enter("security").get(channels)
	assert.Contains(t, page, "чат заблокирован")
	assert.NotContains(t, page, "99700155")
	assert.NotContains(t, page, "ваш результат")
	assert.Contains(t, page, `/chat/widget.js`)
	assert.Contains(t, page, "https://clinic.example")
}
