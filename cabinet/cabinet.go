// Package cabinet decides what the clinic's staff see in a browser, and what a guest of the demo does.
package cabinet

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/knowledge"
	"github.com/zapis-clinic/zapis/core/messenger"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/upload"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/dialog/words"
	"github.com/zapis-clinic/zapis/jobs"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// Visitors is what the demo asks of the site's chat: whose chat the guest's left phone shows, and how to begin as somebody new.
type Visitors interface {
	Conversation(r *http.Request) (uuid.UUID, bool)
	Forget(w http.ResponseWriter)
}

// Config is what the cabinet is made of. Visitors is needed in the demo only.
type Config struct {
	DB        *store.DB
	Book      *clinic.Book
	Guard     *access.Guard // gives members the policies in force
	Acts      *acts.Book    // what can be done with the clinic's data
	Hub       *jobs.Hub
	Clock     core.Clock
	IDs       core.IDs
	Random    io.Reader
	Vault     *vault.Vault
	PublicURL string       // as staff see it; over https the session's cookie is Secure
	Demand    staff.Demand // whose role asks for a second factor
	Demo      bool         // the demo's logins work and /demo is there
	Visitors  Visitors
	Courier   Courier                       // nil: what staff say waits for the sweeper
	Drafts    Drafts                        // nil: no model writes for staff
	DeepLink  DeepLink                      // nil where there can be no bot
	HasBot    func() bool                   // whether there is one at the moment; nil: as DeepLink says
	Gifts     map[string]Gift               // what a patient's one-time link gives, by its purpose
	OIDC      OIDC                          // the clinic's own sign-on, where it has one
	Probes    func(context.Context) []Probe // what `zapis check` says; nil says nothing
	Keys      *vault.Desk                   // nil where the keys are not to be seen
	Channels  *messenger.Desk               // nil where no bot can be connected
	Queues    http.Handler                  // River's own pages, under QueuesPath; nil where there are none
	ChatSites []string                      // that may embed the site's chat
	Gate      *edge.Gate                    // nil lets everybody in at once
	Check     upload.Checker                // looks at files that staff bring
	Log       *slog.Logger
}

// Server is the cabinet.
type Server struct {
	Config
	roster   *staff.Roster
	passkeys *staff.Passkeys
	signOn   *signOn // nil where the clinic has none
	sessions *scs.SessionManager
	say      dictionary
	dates    *words.Book
	finder   *knowledge.Finder // of articles
	assets   assets
	looks    looks // at conversations
	stop     chan struct{}
	once     sync.Once
}

// New makes the cabinet.
func New(c Config) (*Server, error) {
	say, err := readDictionary()
	if err != nil {
		return nil, err
	}
	dates, err := words.Load()
	if err != nil {
		return nil, fmt.Errorf("words for dates: %w", err)
	}
	if c.Book != nil { // a preview is in the words that the bot says
		c.Book.Hear(func(now *clinic.Catalog) {
			if err := dates.Adopt(jobs.OwnWords(now)); err != nil {
				c.Log.Error("own words not shown", "error", err)
			}
		})
	}
	built, err := readAssets()
	if err != nil {
		return nil, err
	}
	s := &Server{
		Config: c, say: say, dates: dates, finder: knowledge.NewFinder(), assets: built, stop: make(chan struct{}),
		roster: staff.NewRoster(staff.Config{
			In: c.DB, Clock: c.Clock, IDs: c.IDs, Random: c.Random, Vault: c.Vault, Demand: c.Demand, Demo: c.Demo,
		}),
		sessions: newSessions(c.DB, c.Clock, strings.HasPrefix(c.PublicURL, "https://")),
	}
	s.sessions.ErrorFunc, s.Gifts = s.fault, s.giftsOf(s.gifts())
	if c.OIDC.Issuer != "" {
		s.signOn = &signOn{OIDC: c.OIDC, clock: c.Clock, back: c.PublicURL + "/cabinet/sso/callback"}
	}
	if s.passkeys, err = staff.NewPasskeys(s.roster, c.PublicURL); err != nil {
		return nil, err
	}
	return s, nil
}

// Close ends every stream, so that a server that shuts down need not wait for its watchers to go.
func (s *Server) Close() { s.once.Do(func() { close(s.stop) }) }

// Routes adds the cabinet's addresses, under /cabinet, and the demo's.
func (s *Server) Routes(r chi.Router) {
	own := edge.SameOrigin(func(w http.ResponseWriter, r *http.Request) {
		s.message(w, r, http.StatusForbidden, "error.foreign_origin")
	})
	page := edge.Page{Random: s.Random, Referrer: "same-origin"}
	pages, streams := s.Gate.Admit(edge.Pages), s.Gate.Admit(edge.Streams)
	r.Route("/cabinet", func(r chi.Router) {
		r.Use(page.Headers, own)
		r.Get("/assets/{name}", s.assets.serve)
		r.Group(func(r chi.Router) {
			r.Use(pages, bounded, s.sessions.LoadAndSave)
			r.Get("/", s.door)
			r.Post("/login", s.signIn)
			r.Post("/logout", s.signOut)
			r.Get("/invite/{token}", s.invited)
			r.Post("/invite/{token}", s.setPassword)
			s.scheduleRoutes(r)
			s.hoursRoutes(r)
			r.Post("/active", s.member(s.active, true))
			r.Get("/security/audit", s.member(s.journal, true))
			r.Post("/security/audit/export", s.member(s.fresh(s.journalExport), true))
			s.ownRoutes(r)
			s.securityRoutes(r)
			s.identityRoutes(r)
			s.dataRoutes(r)
			s.medicalRoutes(r)
			s.patientRoutes(r)
			s.taskRoutes(r)
			s.inboxRoutes(r)
			s.questionRoutes(r)
			s.adminRoutes(r)
			s.settingsRoutes(r)
			s.startRoutes(r)
			s.reportRoutes(r)
		})
		r.Group(func(r chi.Router) {
			r.Use(pages, edge.Body(maxSet), s.sessions.LoadAndSave)
			s.policyRoutes(r)
		})
		r.Group(func(r chi.Router) {
			r.Use(pages, edge.Body(maxArticle), s.sessions.LoadAndSave)
			s.houseRoutes(r)
		})
		r.Group(func(r chi.Router) {
			r.Use(pages, edge.Body(maxIntake), s.sessions.LoadAndSave)
			s.intakeRoutes(r)
		})
		r.With(streams, edge.Stream, s.sessions.LoadAndSave).Get("/events", s.member(s.events, false))
		r.With(streams, edge.Stream, s.sessions.LoadAndSave).Get("/tasks/events", s.member(s.taskEvents, false))
		r.With(streams, edge.Stream, s.sessions.LoadAndSave).Get("/inbox/events", s.member(s.inboxEvents, false))
	})
	s.ticketRoutes(r, own, pages)
	r.With(page.Headers, pages, bounded).Get("/calendar/{token}", s.calendarOut)
	r.Route("/p/data/{token}", func(r chi.Router) {
		r.Use(page.Headers, own, pages, bounded)
		s.copyRoutes(r)
	})
	if s.Demo && s.Visitors != nil {
		page.Frames = []string{"'self'"}
		r.Route("/demo", func(r chi.Router) {
			r.Use(page.Headers, own)
			r.With(pages).Get("/", s.demo)
			r.With(pages).Get("/state", s.demoState)
			r.With(streams, edge.Stream).Get("/events", s.demoEvents)
			r.With(pages).Post("/new", s.demoNew)
		})
	}
}
