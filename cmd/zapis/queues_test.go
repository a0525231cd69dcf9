package main

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// member is somebody of the demo's staff at a replica.
type member struct {
	t    *testing.T
	base string
	http *http.Client
}

func (r *replica) signIn(t *testing.T, login string) member {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	m := member{t, "http://" + r.addr, &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	got := m.ask(http.MethodPost, "/cabinet/login", url.Values{"login": {login}, "password": {demo.Password}}.Encode(), form)
	require.Equal(t, http.StatusSeeOther, got.status)
	return m
}

func (m member) ask(method, path, body, kind string) answer {
	m.t.Helper()
	request, err := http.NewRequestWithContext(m.t.Context(), method, m.base+path, strings.NewReader(body))
	require.NoError(m.t, err)
	request.Header.Set("Accept", "text/html, application/json")
	request.Header.Set("Content-Type", kind)
	response, err := m.http.Do(request)
	require.NoError(m.t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(m.t, err)
	return answer{response.StatusCode, response.Header.Get("Location"), string(text), response.Header}
}

func TestTheQueueIsLookedAtAndWhatFailedTriedAgainBySecurityAlone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	clinic := storetest.New(t, clinicSeed())
	owner, err := pgx.Connect(ctx, clinic.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	var failed int64
	require.NoError(t, owner.QueryRow(ctx, `
INSERT INTO river.river_job (args, kind, queue, state, max_attempts, attempt, finalized_at, errors, priority, scheduled_at)
VALUES ('{}', 'sweep_holds', 'maintenance', 'discarded', 3, 3, now(), ARRAY['{"at":"2026-11-24T00:00:00Z","attempt":3,"error":"a database connection","trace":""}'::jsonb], 1, now())
RETURNING id`).Scan(&failed))
	r := serve(ctx, t, clinic, "ZAPIS_DEMO=1")
	const queue = "/cabinet/admin/queues"
	id, json := strconv.FormatInt(failed, 10), "application/json"
	again := `{"ids":["` + id + `"]}`
	for _, login := range []string{"admin", "doctor", "head", "cashier", "marketing", "director"} {
		m := r.signIn(t, login)
		for _, path := range []string{"", "/", "/api/jobs", "/api/jobs/" + id, "/jobs"} {
			require.Equal(t, http.StatusForbidden, m.ask(http.MethodGet, queue+path, "", form).status, "%s: %s", login, path)
		}
		require.Equal(t, http.StatusForbidden, m.ask(http.MethodPost, queue+"/api/jobs/retry", again, json).status, login)
	}
	s := r.signIn(t, "security")
	page := s.ask(http.MethodGet, queue+"/", "", form)
	require.Equal(t, http.StatusOK, page.status)
	require.Contains(t, page.body, "<title>River</title>")
	policy := page.header.Get("Content-Security-Policy")
	require.Contains(t, policy, "script-src 'self';")
	require.Contains(t, policy, "frame-ancestors 'none'")
	require.NotContains(t, s.ask(http.MethodGet, "/cabinet/admin/health", "", form).header.Get("Content-Security-Policy"), "unsafe", "on this path only")
	require.Contains(t, s.ask(http.MethodGet, queue+"/api/jobs/"+id, "", form).body, "sweep_holds")
	for _, c := range [][2]string{{"POST", "/api/jobs/delete"}, {"POST", "/api/jobs/cancel"}, {"PUT", "/api/queues/notices/pause"}, {"PATCH", "/api/queues/notices"}} {
		require.Equal(t, http.StatusMethodNotAllowed, s.ask(c[0], queue+c[1], again, json).status, c)
	}
	require.Equal(t, http.StatusUnprocessableEntity, s.ask(http.MethodPost, queue+"/api/jobs/retry", `{"ids":"all"}`, json).status)
	require.Equal(t, http.StatusOK, s.ask(http.MethodPost, queue+"/api/jobs/retry", again, json).status)
	var record string
	require.NoError(t, owner.QueryRow(ctx, "SELECT string_agg(role || ' ' || class || ' ' || objects, ',') FROM audit WHERE action = 'queues.retry'").Scan(&record))
	require.Equal(t, "security policies 1", record)
	require.Eventually(t, func() bool {
		var state string
		err := owner.QueryRow(ctx, "SELECT state FROM river.river_job WHERE id = $1", failed).Scan(&state)
		return err == nil && state == "completed"
	}, 20*time.Second, 100*time.Millisecond)
	r.stop(t)
}
