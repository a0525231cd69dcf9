package webchat_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/webchat"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/jobs"
)

// receiver keeps what comes in, or fails.
type receiver struct {
	mu   sync.Mutex
	got  []conversation.Incoming
	raw  [][]byte
	fail error
}

func (r *receiver) Receive(_ context.Context, raw []byte, in conversation.Incoming) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail == nil {
		r.got, r.raw = append(r.got, in), append(r.raw, raw)
	}
	return r.fail
}

// site is a chat behind a real server, and a browser in front of it.
type site struct {
	*webchat.Server
	t       *testing.T
	url     string
	hub     *jobs.Hub
	to      *receiver
	address storetest.Database
	browser *http.Client
}

func open(t *testing.T, change func(*webchat.Config)) *site {
	t.Helper()
	db, address := storetest.Open(t, storetest.Seed{}, 8)
	s := &site{t: t, hub: jobs.NewHub(), to: &receiver{}, address: address}
	c := webchat.Config{
		DB: db, Hub: s.hub, Receiver: s.to, Guard: access.Default(), Clock: time.Now, Random: rand.Reader, PublicURL: "http://127.0.0.1", Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&c)
	}
	var err error
	s.Server, err = webchat.New(c)
	require.NoError(t, err)
	r := chi.NewRouter()
	s.Routes(r)
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	t.Cleanup(s.Close)
	s.url = server.URL
	s.browser = s.somebody()
	return s
}

// somebody is a browser of its own.
func (s *site) somebody() *http.Client {
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	return &http.Client{Jar: jar}
}

// reply is an answer that was read to its end.
type reply struct {
	StatusCode int
	Header     http.Header
}

func (s *site) do(b *http.Client, method, path, body string, headers ...string) (reply, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(s.t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	answer, err := b.Do(req)
	require.NoError(s.t, err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	require.NoError(s.t, err)
	return reply{answer.StatusCode, answer.Header}, string(data)
}

// visit opens the page, which gives the browser its cookie, and returns the conversation.
func (s *site) visit(b *http.Client) uuid.UUID {
	s.t.Helper()
	answer, _ := s.do(b, http.MethodGet, "/chat", "")
	require.Equal(s.t, http.StatusOK, answer.StatusCode)
	u, err := url.Parse(s.url)
	require.NoError(s.t, err)
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, "/", nil)
	for _, c := range b.Jar.Cookies(u) {
		r.AddCookie(c)
	}
	id, ok := s.Conversation(r)
	require.True(s.t, ok)
	return id
}

// say puts a message of the clinic into the outbox as sent.
func (s *site) say(chat uuid.UUID, at time.Time, external string, out conversation.Outgoing) uuid.UUID {
	s.t.Helper()
	body, err := json.Marshal(out)
	require.NoError(s.t, err)
	conn, err := pgx.Connect(s.t.Context(), s.address.OwnerURL)
	require.NoError(s.t, err)
	defer conn.Close(context.Background())
	id := uuid.New()
	_, err = conn.Exec(s.t.Context(), `
INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, state, not_before, external_id, created_at, sent_at)
VALUES ($1::uuid, $2, 'webchat', 'reply', 'dialog', $1::uuid::text, $3, 'sent', $4, $5, $4, $4)`, id, chat, body, at, external)
	require.NoError(s.t, err)
	return id
}

func text(id, words string) string { return `{"id":"` + id + `","text":"` + words + `"}` }

func TestAMessageSentTwiceIsTheSameMessage(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	chat := s.visit(s.browser)
	id := uuid.NewString()
	for range 2 {
		answer, body := s.do(s.browser, http.MethodPost, "/chat/messages", text(id, "к кардиологу"))
		require.Equal(t, http.StatusNoContent, answer.StatusCode, body)
	}
	require.Len(t, s.to.got, 2)
	assert.Equal(t, s.to.got[0].ExternalID, s.to.got[1].ExternalID)
	assert.Equal(t, chat, s.to.got[0].ConversationID())
	assert.Equal(t, conversation.Text, s.to.got[0].Kind)
	assert.Equal(t, "к кардиологу", s.to.got[0].Text)

	again, err := s.Parse(s.to.raw[0])
	require.NoError(t, err)
	assert.Equal(t, s.to.got[0].ExternalID, again[0].ExternalID, "the journal can be read again")
}

func TestTwoVisitorsWithOneIDAreTwo(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	id := uuid.NewString()
	for range 2 {
		b := s.somebody()
		s.visit(b)
		answer, _ := s.do(b, http.MethodPost, "/chat/messages", text(id, "привет"))
		require.Equal(t, http.StatusNoContent, answer.StatusCode)
	}
	assert.NotEqual(t, s.to.got[0].ExternalID, s.to.got[1].ExternalID)
	assert.NotEqual(t, s.to.got[0].Chat, s.to.got[1].Chat)
}

func TestWhatAPageSendsBecomesAMessage(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	s.visit(s.browser)
	id := uuid.NewString()
	for body, want := range map[string]conversation.Incoming{
		`{"id":"` + id + `","button":"abc.1","message":"m1"}`:      {Kind: conversation.Button, Button: "abc.1", MessageID: "m1"},
		`{"id":"` + id + `","start":"","lang":"en-GB"}`:            {Kind: conversation.Opened, Lang: "en-GB"},
		`{"id":"` + id + `","start":"doctor1"}`:                    {Kind: conversation.Opened, Start: "doctor1"},
		`{"id":"` + id + `","phone":"+79161234567"}`:               {Kind: conversation.Text, Text: "+79161234567"},
		`{"id":"` + id + `","text":"` + "a\\u0000b <b>&" + `"}`:    {Kind: conversation.Text, Text: "a\x00b <b>&"},
		text(id, strings.Repeat("ы", 4096)):                        {Kind: conversation.Text, Text: strings.Repeat("ы", 4096)},
		`{"id":"` + id + `","text":"и","lang":"` + long(17) + `"}`: {Kind: conversation.Text, Text: "и"},
	} {
		s.to.got = nil
		answer, why := s.do(s.browser, http.MethodPost, "/chat/messages", body)
		require.Equal(t, http.StatusNoContent, answer.StatusCode, why)
		got := s.to.got[0]
		assert.WithinDuration(t, time.Now(), got.At, time.Minute)
		assert.Equal(t, got.At.UnixMicro(), got.Position)
		assert.Equal(t, want, conversation.Incoming{
			Kind: got.Kind, Text: got.Text, Button: got.Button, Start: got.Start, Lang: got.Lang, MessageID: strings.TrimPrefix(got.MessageID, got.ExternalID),
		})
	}
}

func long(n int) string { return strings.Repeat("x", n) }

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	s.visit(s.browser)
	id := uuid.NewString()
	for body, want := range map[string]int{
		`not json`:                                    http.StatusBadRequest,
		`{"text":"without id"}`:                       http.StatusUnprocessableEntity,
		`{"id":"1","text":"a bad id"}`:                http.StatusUnprocessableEntity,
		`{"id":"` + id + `"}`:                         http.StatusUnprocessableEntity,
		`{"id":"` + id + `","text":"   "}`:            http.StatusUnprocessableEntity,
		text(id, strings.Repeat("ы", 4097)):           http.StatusUnprocessableEntity,
		text(id, strings.Repeat("x", 33<<10)):         http.StatusRequestEntityTooLarge,
		`{"id":"` + id + `","text":7}`:                http.StatusBadRequest,
		`{"id":"` + id + `","text":"a","button":"b"}`: http.StatusUnprocessableEntity,
	} {
		answer, _ := s.do(s.browser, http.MethodPost, "/chat/messages", body)
		assert.Equal(t, want, answer.StatusCode, "%.60s", body)
	}
	assert.Empty(t, s.to.got)
}

func TestWhatCannotBeTakenNowMayComeAgain(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	s.visit(s.browser)
	s.to.fail = errors.New("the database is away")
	answer, body := s.do(s.browser, http.MethodPost, "/chat/messages", text(uuid.NewString(), "привет"))
	assert.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
	assert.NotEmpty(t, answer.Header.Get("Retry-After"))
	assert.JSONEq(t, `{"error":"unavailable"}`, body)
}

func TestNobodySpeaksWithoutACookieOrFromAnotherSite(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for _, path := range []string{"/chat/history", "/chat/events"} {
		answer, _ := s.do(s.somebody(), http.MethodGet, path, "")
		assert.Equal(t, http.StatusUnauthorized, answer.StatusCode, path)
	}
	answer, _ := s.do(s.somebody(), http.MethodPost, "/chat/messages", text(uuid.NewString(), "привет"))
	assert.Equal(t, http.StatusUnauthorized, answer.StatusCode)

	s.visit(s.browser)
	for _, headers := range [][]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}} {
		answer, _ = s.do(s.browser, http.MethodPost, "/chat/messages", text(uuid.NewString(), "привет"), headers...)
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, headers)
	}
	assert.Empty(t, s.to.got)
}

func TestTheCookieFitsWhereTheChatRuns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ address, name, want string }{
		{"http://127.0.0.1:8080", "zapis_chat", "SameSite=Lax"},
		{"https://clinic.example", "__Host-zapis_chat", "Secure; SameSite=None; Partitioned"},
	} {
		s := open(t, func(cfg *webchat.Config) { cfg.PublicURL = c.address })
		answer, _ := s.do(s.somebody(), http.MethodGet, "/chat", "")
		cookie := answer.Header.Get("Set-Cookie")
		assert.True(t, strings.HasPrefix(cookie, c.name+"="), cookie)
		assert.Contains(t, cookie, "HttpOnly")
		assert.Contains(t, cookie, c.want)
		assert.NotContains(t, cookie, "Domain")
	}
}

func TestOnlyListedSitesMayFrameTheChat(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	answer, _ := s.do(s.browser, http.MethodGet, "/chat", "")
	policy := answer.Header.Get("Content-Security-Policy")
	assert.True(t, strings.HasSuffix(policy, "frame-ancestors 'self'"), policy)
	assert.NotContains(t, policy, "unsafe-inline")

	s = open(t, func(c *webchat.Config) { c.Sites = []string{"https://clinic.example", "https://www.clinic.example/"} })
	answer, _ = s.do(s.browser, http.MethodGet, "/chat", "")
	assert.Contains(t, answer.Header.Get("Content-Security-Policy"), "frame-ancestors 'self' https://clinic.example https://www.clinic.example")

	for _, bad := range []string{"clinic.example", "https://a.example; script-src *", "*", "https://a.example/path", ""} {
		_, err := webchat.New(webchat.Config{Sites: []string{bad}})
		assert.ErrorContains(t, err, "ZAPIS_CHAT_SITES", bad)
	}
}

func TestAnAddressThatTheClientMakesUpDoesNotResetTheLimit(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	s.visit(s.browser)
	last := 0
	for i := range 61 {
		answer, _ := s.do(s.browser, http.MethodPost, "/chat/messages", text(uuid.NewString(), "привет"),
			"X-Forwarded-For", "10.0.0."+string(rune('0'+i%10)), "X-Real-IP", "10.1.0."+string(rune('0'+i%10)), "Forwarded", "for=10.2.0.1")
		last = answer.StatusCode
		if last == http.StatusTooManyRequests {
			assert.NotEmpty(t, answer.Header.Get("Retry-After"))
		}
	}
	assert.Equal(t, http.StatusTooManyRequests, last)
	assert.Len(t, s.to.got, 60)
}

func TestTheDeliveredMessageKeepsItsIDThroughEdits(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	one, err := s.Send(t.Context(), conversation.To{}, conversation.Outgoing{Text: "a"})
	require.NoError(t, err)
	two, err := s.Send(t.Context(), conversation.To{}, conversation.Outgoing{Text: "b"})
	require.NoError(t, err)
	assert.NotEqual(t, one.MessageID, two.MessageID)
	edited, err := s.Send(t.Context(), conversation.To{}, conversation.Outgoing{Text: "c", Edit: one.MessageID})
	require.NoError(t, err)
	assert.Equal(t, one, edited)
}

func TestTheWidgetIsThereForEverySite(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	answer, body := s.do(s.somebody(), http.MethodGet, "/chat/widget.js", "")
	assert.Equal(t, "cross-origin", answer.Header.Get("Cross-Origin-Resource-Policy"))
	assert.Contains(t, answer.Header.Get("Content-Type"), "javascript")
	assert.NotEmpty(t, body)
	again, _ := s.do(s.somebody(), http.MethodGet, "/chat/widget.js", "", "If-None-Match", answer.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, again.StatusCode)
}
