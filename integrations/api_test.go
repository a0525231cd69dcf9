package integrations_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/integration"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/integrations"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

func monday() time.Time { return time.Date(2026, 11, 23, 7, 56, 0, 0, time.UTC) }

// line is the API of the small demo clinic.
type line struct {
	t      *testing.T
	url    string
	owner  *pgx.Conn
	tokens integration.Tokens
	keys   map[string]string // of a token, where it signs
	now    core.Clock
	late   atomic.Int64
}

func open(t *testing.T) *line {
	t.Helper()
	db, address := storetest.Open(t, storetest.Seed{Key: "demo small 2026-11-23", Fill: func(ctx context.Context, owner string) error {
		_, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: monday()})
		return err
	}}, 4)
	l := &line{t: t, keys: map[string]string{}, now: monday}
	clock, ids := func() time.Time { return monday().Add(time.Duration(l.late.Load())) }, core.NewIDs(nil)
	catalog, err := clinic.Open(t.Context(), db)
	require.NoError(t, err)
	book, err := acts.New(db, acts.Note{Clock: clock, IDs: ids}, acts.All(acts.Means{DB: db, Clock: clock, IDs: ids, Vault: vaulttest.Vault(t), Catalog: catalog}))
	require.NoError(t, err)
	l.tokens = integration.Tokens{In: db, Vault: vaulttest.Vault(t), Clock: clock, IDs: ids, Random: rand.Reader}
	api := integrations.API{Acts: book, Guard: access.Default(), Tokens: l.tokens, Gate: edge.NewGate(0), Log: slog.New(slog.DiscardHandler)}
	r := chi.NewRouter()
	api.Routes(r)
	web := httptest.NewServer(r)
	t.Cleanup(web.Close)
	l.url = web.URL
	l.owner, err = pgx.Connect(t.Context(), address.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.owner.Close(context.Background()) })
	return l
}

func (l *line) token(name, scope string) string {
	l.t.Helper()
	made, err := l.tokens.Create(l.t.Context(), core.Sys("cli"), name, scope, 24*time.Hour)
	require.NoError(l.t, err)
	l.keys[made.Token] = made.Key
	return made.Token
}

// ask sends a request as an integration does: signed, where its contract wants that.
func (l *line) ask(token, method, path, body string) (int, string) {
	l.t.Helper()
	signature := ""
	if key := l.keys[token]; key != "" {
		signature = signed(key, l.now(), method+" "+path, body)
	}
	return l.send(token, signature, method, path, body)
}

func (l *line) send(token, signature, method, path, body string) (int, string) {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), method, l.url+path, strings.NewReader(body))
	require.NoError(l.t, err)
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if signature != "" {
		req.Header.Set("X-Zapis-Signature", signature)
	}
	answer, err := http.DefaultClient.Do(req)
	require.NoError(l.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(l.t, err)
	return answer.StatusCode, string(text)
}

func TestV1AForeignObjectAnswersByteForByteAsOneThatDoesNotExist(t *testing.T) {
	t.Parallel()
	l := open(t)
	ours, theirs := l.token("ours", "contacts appointments"), l.token("theirs", "contacts appointments payments results records")
	status, body := l.ask(ours, http.MethodPost, "/api/v1/contacts", `{"name":"Серов Олег","phone":"+79160001124"}`)
	require.Equal(t, http.StatusOK, status, body)
	id := body[strings.Index(body, `"id":"`)+6:][:36]
	status, _ = l.ask(ours, http.MethodGet, "/api/v1/contacts/"+id, "")
	require.Equal(t, http.StatusOK, status)

	var patient, visit uuid.UUID
	require.NoError(t, l.owner.QueryRow(t.Context(), "SELECT patient_id, id FROM visit WHERE status = 'booked' LIMIT 1").Scan(&patient, &visit))
	_, missing := l.ask(theirs, http.MethodGet, "/api/v1/contacts/"+uuid.NewString(), "")
	for _, path := range []string{"contacts/" + id, "contacts/" + patient.String(), "appointments/" + visit.String(), "contacts/none", "secrets/" + id, "feedback/" + id, "policies/" + id} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			status, text := l.ask(theirs, method, "/api/v1/"+path, "")
			assert.Equal(t, http.StatusNotFound, status, "%s %s", method, path)
			assert.Equal(t, missing, text, "%s %s", method, path)
		}
	}
}

func TestATokenIsShownOnceAndEnds(t *testing.T) {
	t.Parallel()
	l := open(t)
	token := l.token("site", "contacts")
	assert.Greater(t, len(token), 40)
	status, _ := l.ask(token, http.MethodGet, "/api/v1/contacts", "")
	require.Equal(t, http.StatusOK, status)
	var leaks int
	require.NoError(t, l.owner.QueryRow(t.Context(), "SELECT count(*) FROM api_token t WHERE t::text LIKE '%' || $1 || '%' OR encode(hash, 'escape') LIKE '%' || $1 || '%'", token).Scan(&leaks))
	assert.Zero(t, leaks)
	list, err := l.tokens.List(t.Context(), core.Sys("cli"))
	require.NoError(t, err)
	require.Len(t, list, 1)

	short := l.token("short", "contacts")
	l.late.Store(int64(24 * time.Hour))
	status, _ = l.ask(short, http.MethodGet, "/api/v1/contacts", "")
	assert.Equal(t, http.StatusUnauthorized, status)
	l.late.Store(0)
	require.NoError(t, l.tokens.Revoke(t.Context(), core.Sys("cli"), "site"))
	status, body := l.ask(token, http.MethodGet, "/api/v1/contacts", "")
	assert.Equal(t, http.StatusUnauthorized, status)
	status, unknown := l.ask("zapis_nobody", http.MethodGet, "/api/v1/contacts", "")
	assert.Equal(t, http.StatusUnauthorized, status)
	assert.Equal(t, unknown, body)
	status, _ = l.ask("", http.MethodGet, "/api/v1/contacts", "")
	assert.Equal(t, http.StatusUnauthorized, status)
}

func TestAContractNamesTheClasses(t *testing.T) {
	t.Parallel()
	l := open(t)
	for scope, key := range map[string]string{"": "token_scope", "everything": "token_scope", "contacts; DROP": "token_scope", "records:'": "token_scope"} {
		_, err := l.tokens.Create(t.Context(), core.Sys("cli"), "x", scope, time.Hour)
		require.NotNil(t, core.Refusal(err), scope)
		assert.Equal(t, key, core.Refusal(err).Key, scope)
	}
	only := l.token("only", "payments")
	for _, class := range []string{"contacts", "appointments", "results", "records", "policies", "audit", "settings", "feedback", "campaigns"} {
		status, body := l.ask(only, http.MethodGet, "/api/v1/"+class, "")
		assert.Equal(t, http.StatusForbidden, status, "%s: %s", class, body)
	}
}

func TestWhoeverGuessesTokensWaits(t *testing.T) {
	t.Parallel()
	l := open(t)
	good := l.token("good", "contacts")
	last := 0
	for range 40 {
		last, _ = l.ask("zapis_guess", http.MethodGet, "/api/v1/contacts", "")
	}
	assert.Equal(t, http.StatusTooManyRequests, last)
	status, _ := l.ask(good, http.MethodGet, "/api/v1/contacts", "")
	assert.Equal(t, http.StatusTooManyRequests, status, "the address waits, whatever it shows")
}
