// Package integrations decides how other machines speak to the clinic.
package integrations

import (
	"context"
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

type actorKey struct{}

// Routes adds the API's addresses.
func (a *API) Routes(r chi.Router) {
	r.Route("/api/v1", func(r chi.Router) {
		r.Use(a.Gate.Admit(edge.Webhook), a.identify(), httprate.LimitBy(perMinute, time.Minute, byToken, httprate.WithLimitHandler(slower)))
		entry.Routes(r, a.serve)
	})
}

// identify lets in who shows a good token. Wrong ones are counted by address.
func (a *API) identify() func(http.Handler) http.Handler {
	wrong := httprate.NewRateLimiter(triesPerMinute, time.Minute)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			from, err := edge.ByAddress(r)
			if _, rate, counted := wrong.Status(from); err != nil || counted != nil || rate >= triesPerMinute {
				slower(w, r)
				return
			}
			token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			who, err := a.Tokens.Find(r.Context(), token)
			if err != nil && core.Refusal(err) == nil {
				a.fault(w, r, err)
				return
			}
			if err != nil || !bearer {
				if wrong.OnLimit(w, r, from) {
					slower(w, r)
					return
				}
				w.Header().Set("WWW-Authenticate", "Bearer")
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			who = a.Guard.Admit(who).During(r.Context())
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), actorKey{}, who)))
		})
	}
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
