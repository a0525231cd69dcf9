package cabinet

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/settings"
	"github.com/zapis-clinic/zapis/core/staff"
)

const (
	settingsPath  = "/cabinet/settings"
	servicesPath  = settingsPath + "/services"
	proposalsPath = settingsPath + "/proposals"
	kindPrices    = settings.Prices
)

// seesSettings says whose navigation leads to the clinic's settings: those who propose changes, and those who decide.
func seesSettings(m *staff.Member) bool {
	return m != nil && (m.Role == roleAdmin || m.Role == roleCashier || m.Role == roleHead || m.Role == roleDirector)
}

func (s *Server) settingsRoutes(r chi.Router) {
	r.Get("/settings", s.member(s.settingsHome, true))
	r.Get("/settings/services", s.member(s.serviceList, true))
	r.Get("/settings/services/{id}", s.member(s.serviceOne, true))
	r.Post("/settings/services/{id}", s.member(s.serviceSet, true))
	r.Post("/settings/services/{id}/price", s.member(s.priceSet, true))
	r.Get("/settings/proposals", s.member(s.proposals, true))
	r.Post("/settings/proposals/{id}/{decision}", s.member(s.proposalDecided, true))
}

func (s *Server) settingsDesk() settings.Desk {
	return settings.Desk{Office: settings.Office{Clock: s.Clock, IDs: s.IDs, Book: s.Book}, In: s.DB}
}

// rights are what somebody may do with the clinic's settings.
type rights struct {
	House, Prices       bool // sees them
	SetHouse, SetPrices bool // proposes changes of them
	Decides             bool
}

func settingRights(who core.Actor) rights {
	return rights{
		House: settings.Sees(who, kindSchedule), Prices: settings.Sees(who, kindPrices), SetHouse: settings.May(who, core.Update, kindSchedule),
		SetPrices: settings.May(who, core.Update, kindPrices), Decides: settings.May(who, core.Approve, kindSchedule),
	}
}

// settler is a member who sees settings; whoever does not is told so.
func (s *Server) settler(w http.ResponseWriter, r *http.Request, m staff.Member) (core.Actor, rights, bool) {
	who := s.acting(r, m)
	may := settingRights(who)
	if !may.House && !may.Prices {
		s.refuse(w, r, &core.Error{Code: core.Denied, Key: "settings_not_yours"})
		return who, may, false
	}
	return who, may, true
}

// settingsHome is GET /cabinet/settings: it leads to the first part.
func (s *Server) settingsHome(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if _, _, ok := s.settler(w, r, m); ok {
		http.Redirect(w, r, servicesPath, http.StatusSeeOther)
	}
}

// settingsTabs are the parts of the settings that somebody sees.
func settingsTabs(v view, may rights) []tab {
	list := []tab{{Path: servicesPath, Label: v.Say("settings.services"), Here: strings.HasPrefix(v.Path, servicesPath)}}
	if may.House {
		for _, p := range houseParts() {
			list = append(list, tab{Path: p.Path, Label: v.Say("settings.tab_" + p.Word), Here: strings.HasPrefix(v.Path, p.Path)})
		}
	}
	if v.Member != nil && v.Member.Role != roleCashier {
		list = append(list, tab{Path: intakePath, Label: v.Say("intake.title"), Here: strings.HasPrefix(v.Path, intakePath)})
	}
	return append(list, tab{Path: proposalsPath, Label: v.Say("settings.proposals"), Here: strings.HasPrefix(v.Path, proposalsPath)})
}

// propose asks for a change of the house, of what stood there when the form was drawn.
func (s *Server) propose(r *http.Request, who core.Actor, a settings.Ask) error {
	text, err := json.Marshal(a.Change)
	if err != nil {
		return err
	}
	fields := map[string]string{"house": string(text), "subject": a.Subject.String(), "seen": a.Seen}
	_, err = s.Acts.Do(r.Context(), who, core.Settings, core.Update, acts.Input{Kind: kindSchedule, Button: true, Fields: fields})
	return err
}

// proposed answers a change that was put up for decision: one goes on to next and is told so.
func (s *Server) proposed(w http.ResponseWriter, r *http.Request, next string) {
	s.tellNext(r, s.view(r).Say("settings.asked"))
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// proposalFrame is what the page of proposals is drawn from.
type proposalFrame struct {
	May  rights
	List []settings.Proposal
	More bool
	Past int
	All  bool
}

// proposals is GET /cabinet/settings/proposals?all=&past=: what waits for a decision and what is planned, or all there was.
func (s *Server) proposals(w http.ResponseWriter, r *http.Request, m staff.Member) {
	who, may, ok := s.settler(w, r, m)
	if !ok {
		return
	}
	f := proposalFrame{May: may, All: r.URL.Query().Get("all") != ""}
	f.Past, _ = strconv.Atoi(r.URL.Query().Get("past")) // from the newest, where it is no number
	var err error
	if f.List, f.More, err = s.settingsDesk().Proposals(r.Context(), who, settings.Wanted{Open: !f.All, Past: f.Past}); err != nil {
		s.failed(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, proposalsPage(s.viewOf(r, m), s.Book.Current(), f))
}

// proposalDecided is POST /cabinet/settings/proposals/{id}/{decision}: approved or refused by another, withdrawn by its author.
func (s *Server) proposalDecided(w http.ResponseWriter, r *http.Request, m staff.Member) {
	decision, who := chi.URLParam(r, "decision"), s.acting(r, m)
	var err error
	if decision == "withdrawn" {
		err = s.settingsDesk().Withdraw(r.Context(), who, subject(r))
	} else {
		_, err = s.Acts.Do(r.Context(), who, core.Settings, core.Approve, acts.Input{ID: subject(r), Button: true, Fields: map[string]string{"decision": decision}})
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.tellNext(r, s.view(r).Say("settings.said_"+decision))
	next := proposalsPath
	if back := r.PostFormValue("back"); strings.HasPrefix(back, settingsPath+"/") {
		next = back
	}
	http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // an address of the cabinet's own
}
