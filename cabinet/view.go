package cabinet

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/glass"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// view is what every page needs.
type view struct {
	Lang     string
	Say      func(key string) string
	Demo     bool
	Built    bool
	Passkeys bool           // there can be passkeys at this address
	SignOn   bool           // the clinic has a sign-on of its own
	Zone     *time.Location // of the clinic's clock
	Member   *staff.Member  // nil while nobody is signed in
	Glass    []glass.Grant  // that they have broken, for the banner
	Path     string         // of the page
	Done     string         // what has just been done, said once
}

func (s *Server) view(r *http.Request) view {
	lang := langOf(r)
	return view{Lang: lang, Say: func(key string) string { return s.say.in(lang, key) }, Demo: s.Demo, Built: s.assets.built(), Zone: s.zone(), Passkeys: s.passkeys.Work(), SignOn: s.signOn != nil, Path: r.URL.Path}
}

// fill puts values into words: pairs of a name and its value. A value is put in as it is, whatever it looks like.
func (v view) fill(key string, pairs ...string) string {
	var in []string
	for i := 0; i+1 < len(pairs); i += 2 {
		in = append(in, "{"+pairs[i]+"}", pairs[i+1])
	}
	return strings.NewReplacer(in...).Replace(v.Say(key))
}

// number puts a number into words.
func (v view) number(key string, n int) string { return v.fill(key, "count", strconv.Itoa(n)) }

// orElse is a text, or words for where there is none.
func (v view) orElse(text, key string) string {
	if text == "" {
		return v.Say(key)
	}
	return text
}

// group is all words of a group as JSON, for the page's script.
func (s *Server) group(lang string, names ...string) string {
	out := map[string]string{}
	for key := range s.say[russian] {
		for _, name := range names {
			if strings.HasPrefix(key, name+".") {
				out[key] = s.say.in(lang, key)
			}
		}
	}
	data, err := json.Marshal(out)
	if err != nil { // a map of strings always is JSON
		return "{}"
	}
	return string(data)
}

// tellNext keeps a sentence for the next page: what has been done.
func (s *Server) tellNext(r *http.Request, sentence string) {
	s.sessions.Put(r.Context(), keyDone, sentence)
}

// render shows a page.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := page.Render(r.Context(), w); err != nil && r.Context().Err() == nil {
		s.Log.WarnContext(r.Context(), "page not shown in full", "error", err)
	}
}

// message shows a page with one sentence on it.
func (s *Server) message(w http.ResponseWriter, r *http.Request, status int, key string) {
	s.render(w, r, status, messagePage(s.view(r), key))
}

// refuse shows a refusal on a page of its own.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, why *core.Error) {
	v := s.view(r)
	s.render(w, r, s.refusedWith(w, why), sentencePage(v, s.sentence(v, why)))
}

// fault is the edge at which what went wrong on our side is logged, once.
func (s *Server) fault(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // nobody waits for an answer
	}
	s.Log.ErrorContext(r.Context(), "cabinet request not served", "route", edge.Route(r), "error", err)
	w.Header().Set("Retry-After", "5")
	s.message(w, r, http.StatusServiceUnavailable, "error.fault")
}

// show answers a page's script.
func (s *Server) show(w http.ResponseWriter, r *http.Request, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err := json.NewEncoder(w).Encode(v); err != nil && r.Context().Err() == nil {
		s.Log.WarnContext(r.Context(), "data not shown in full", "error", err)
	}
}
