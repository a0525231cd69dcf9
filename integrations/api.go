// Package integrations decides how other machines speak to the clinic.
package integrations

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/integration"
	"github.com/zapis-clinic/zapis/jobs/edge"
	"github.com/zapis-clinic/zapis/jobs/entry"
)

// API is /api/v1: acts, for whoever shows a token, within its contract.
type API struct {
	Acts   *acts.Book
	Guard  *access.Guard
	Tokens integration.Tokens
	Gate   *edge.Gate
	Log    *slog.Logger
}

// perMinute is how many requests one token may make; tries without a good token count by address, and are fewer.
const (
	perMinute      = 600
	triesPerMinute = 30
)

// maxSigned is how many bytes a signed request has at most.
const maxSigned = 64 << 10

type actorKey struct{}

// Routes adds the API's addresses.
func (a *API) Routes(r chi.Router) {
	r.Route("/api/v1", func(r chi.Router) {
		r.Use(a.Gate.Admit(edge.Webhook), a.identify(), httprate.LimitBy(perMinute, time.Minute, byToken, httprate.WithLimitHandler(slower)))
		entry.Routes(r, a.serve)
	})
}

// identify lets in who shows a good token and signs where its contract asks for that. Wrong ones are counted by address.
func (a *API) identify() func(http.Handler) http.Handler {
	wrong := httprate.NewRateLimiter(triesPerMinute, time.Minute)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			from, err := edge.ByAddress(r)
			if _, rate, counted := wrong.Status(from); err != nil || counted != nil || rate >= triesPerMinute {
				slower(w, r)
				return
			}
			who, err := a.caller(r)
			if err == nil {
				admitted := a.Guard.Admit(who.Actor).During(r.Context())
				next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), actorKey{}, admitted)))
				return
			}
			switch why := core.Refusal(err); {
			case why == nil:
				a.fault(w, r, err)
			case why.Code == core.Invalid:
				entry.Refusal(w, why, "")
			case wrong.OnLimit(w, r, from):
				slower(w, r)
			default:
				w.Header().Set("WWW-Authenticate", "Bearer")
				w.WriteHeader(http.StatusUnauthorized)
			}
		})
	}
}

// caller is who sends a request. What must be signed is read whole before it is believed.
func (a *API) caller(r *http.Request) (integration.Caller, error) {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		return integration.Caller{}, core.Refuse(core.Denied, "token_unknown")
	}
	who, err := a.Tokens.Find(r.Context(), token)
	if err != nil || !who.Signs() || r.Method == http.MethodGet {
		return who, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxSigned))
	if err != nil {
		return who, core.Refuse(core.Invalid, "body_invalid")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return who, who.Vouch(a.Tokens.Clock(), r.Header.Get("X-Zapis-Signature"), r.Method+" "+r.URL.Path, body)
}

func byToken(r *http.Request) (string, error) {
	who, _ := r.Context().Value(actorKey{}).(core.Actor)
	return who.ID.String(), nil
}

func slower(w http.ResponseWriter, _ *http.Request) {
	entry.Refusal(w, &core.Error{Code: core.TooMany, Key: "too_many", Args: map[string]any{"Wait": time.Minute}}, "")
}

func (a *API) serve(w http.ResponseWriter, r *http.Request) {
	who, _ := r.Context().Value(actorKey{}).(core.Actor)
	q, err := entry.Ask(r)
	if err == nil {
		var out acts.Output
		if out, err = a.Acts.Do(r.Context(), who, q.Class, q.Action, q.In); err == nil {
			entry.Answer(w, out)
			return
		}
	}
	if why := core.Refusal(err); why != nil {
		entry.Refusal(w, why, "")
		return
	}
	a.fault(w, r, err)
}

func (a *API) fault(w http.ResponseWriter, r *http.Request, err error) {
	a.Log.ErrorContext(r.Context(), "integration request failed", "route", edge.Route(r), "error", err)
	w.WriteHeader(http.StatusInternalServerError)
}
