package edge_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/logs"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

func TestARequestsIdIsOursAndStandsOnRecord(t *testing.T) {
	t.Parallel()
	var actor core.Actor
	served := edge.Wrap(config(), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { actor = core.Sys("x").During(r.Context()) }))
	w := httptest.NewRecorder()
	served.ServeHTTP(w, request(http.MethodGet, "127.0.0.1:1", "X-Request-Id", "<script>theirs"))
	require.NoError(t, uuid.Validate(w.Header().Get("X-Request-Id")))
	require.Equal(t, w.Header().Get("X-Request-Id"), actor.Request)
}

func TestAPanicEndsOneRequestAndTellsNothing(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := config()
	c.Log = slog.New(logs.New(slog.NewJSONHandler(&out, nil)))
	w := httptest.NewRecorder()
	edge.Wrap(c, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("Канарейкина") })).ServeHTTP(w, request(http.MethodGet, "127.0.0.1:1"))
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.Contains(t, out.String(), "panic with a string")
	require.NotContains(t, out.String()+w.Body.String(), "анарейк")
	require.Panics(t, func() {
		edge.Wrap(c, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })).
			ServeHTTP(httptest.NewRecorder(), request(http.MethodGet, "127.0.0.1:1"))
	})
}

func TestABodyIsBoundedUnlessItsRouteSaysHow(t *testing.T) {
	t.Parallel()
	take := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	})
	for _, x := range []struct {
		with func(http.Handler) http.Handler
		size int
		want int
	}{
		{func(h http.Handler) http.Handler { return h }, 1 << 20, http.StatusOK},
		{func(h http.Handler) http.Handler { return h }, 1<<20 + 1, http.StatusRequestEntityTooLarge},
		{edge.Body(4 << 20), 4 << 20, http.StatusOK},
		{edge.Body(4 << 20), 4<<20 + 1, http.StatusRequestEntityTooLarge},
		{edge.Body(10), 11, http.StatusRequestEntityTooLarge},
	} {
		w := httptest.NewRecorder()
		edge.Wrap(config(), x.with(take)).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(strings.Repeat("x", x.size))))
		require.Equal(t, x.want, w.Code, x.size)
	}
}

func TestV16AnotherSitesPageChangesNothing(t *testing.T) {
	t.Parallel()
	done := 0
	served := edge.SameOrigin(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })(
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { done++ }))
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"},
	} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			w := httptest.NewRecorder()
			served.ServeHTTP(w, request(method, "127.0.0.1:1", headers...))
			require.Equal(t, http.StatusForbidden, w.Code, "%s %v", method, headers)
		}
	}
	require.Zero(t, done)
	served.ServeHTTP(httptest.NewRecorder(), request(http.MethodPost, "127.0.0.1:1", "Sec-Fetch-Site", "same-origin"))
	require.Equal(t, 1, done)
}

func TestAPageMayRunItsOwnScriptsAndNothingElse(t *testing.T) {
	t.Parallel()
	page := func(p edge.Page) (http.Header, string) {
		var own string
		c := config()
		c.HTTPS = true
		w := httptest.NewRecorder()
		p.Random = rand.Reader
		edge.Wrap(c, p.Headers(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { own = templ.GetNonce(r.Context()) }))).
			ServeHTTP(w, request(http.MethodGet, "127.0.0.1:1"))
		return w.Header(), own
	}
	h, own := page(edge.Page{})
	policy := h.Get("Content-Security-Policy")
	require.Len(t, own, 22)
	for _, part := range []string{
		"default-src 'none'", "script-src 'self' 'nonce-" + own + "'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "frame-src 'none'",
	} {
		require.Contains(t, policy, part)
	}
	require.NotContains(t, policy, "unsafe")
	for name, want := range map[string]string{
		"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age=63072000",
	} {
		require.Equal(t, want, h.Get(name), name)
	}
	require.Contains(t, h.Get("Permissions-Policy"), "camera=()")
	_, second := page(edge.Page{})
	require.NotEqual(t, own, second)

	framed, _ := page(edge.Page{FramedBy: []string{"'self'", "https://clinic.example"}, TrustedTypes: true, NoForms: true})
	require.Contains(t, framed.Get("Content-Security-Policy"), "require-trusted-types-for 'script'; frame-ancestors 'self' https://clinic.example")
	require.Empty(t, framed.Get("X-Frame-Options"))
}

func TestAFileIsSavedAndNeverRun(t *testing.T) {
	t.Parallel()
	for _, mime := range []string{"text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "text/javascript", "", "TEXT/HTML; charset=utf-8"} {
		w := httptest.NewRecorder()
		edge.Attachment(w, request(http.MethodGet, "127.0.0.1:1"), edge.File{Name: "a.html", MIME: mime, Data: []byte("<script>alert(1)</script>")})
		require.Equal(t, "application/octet-stream", w.Header().Get("Content-Type"), mime)
		require.Contains(t, w.Header().Get("Content-Disposition"), "attachment;")
		require.Contains(t, w.Header().Get("Content-Security-Policy"), "sandbox")
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	}
	for name, want := range map[string]string{
		"Выписка 12.pdf":                  `attachment; filename="_______ 12.pdf"; filename*=UTF-8''%D0%92%D1%8B%D0%BF%D0%B8%D1%81%D0%BA%D0%B0%2012.pdf`,
		"../../etc/passwd":                `attachment; filename="passwd"; filename*=UTF-8''passwd`,
		`C:\Windows\x.exe`:                `attachment; filename="x.exe"; filename*=UTF-8''x.exe`,
		"a\r\nSet-Cookie: x=1":            `attachment; filename="aSet-Cookie_ x=1"; filename*=UTF-8''aSet-Cookie_%20x%3D1`,
		`"; filename="evil.exe`:           `attachment; filename="_; filename=_evil.exe"; filename*=UTF-8''_%3B%20filename%3D_evil.exe`,
		"photo\u202Egpj.exe":              `attachment; filename="photogpj.exe"; filename*=UTF-8''photogpj.exe`,
		"":                                `attachment; filename="file"; filename*=UTF-8''file`,
		"...":                             `attachment; filename="file"; filename*=UTF-8''file`,
		strings.Repeat("a", 300) + ".pdf": `attachment; filename="` + strings.Repeat("a", 56) + `.pdf"; filename*=UTF-8''` + strings.Repeat("a", 56) + ".pdf",
	} {
		require.Equal(t, want, edge.Disposition(name), name)
	}
}
