package cabinet

import (
	"context"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/start"
)

const startPath = "/cabinet/start"

func (s *Server) startRoutes(r chi.Router) {
	r.Get("/start", s.member(s.starting, true))
}

func (s *Server) startDesk() start.Desk {
	return start.Desk{In: s.DB, Clock: s.Clock, Bot: s.Demo || len(s.ChatSites) > 0 || (s.HasBot != nil && s.HasBot())}
}

// startFrame is what the page of a new clinic is drawn from.
type startFrame struct {
	List    start.List
	Chat    string // the chat's page
	Address string // of the cabinet
}

// starting is GET /cabinet/start: what the clinic lacks before its first patient can book.
func (s *Server) starting(w http.ResponseWriter, r *http.Request, m staff.Member) {
	list, err := s.startDesk().Look(r.Context(), s.acting(r, m))
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, startPage(s.viewOf(r, m), startFrame{List: list, Chat: s.PublicURL + "/chat", Address: s.PublicURL}))
}

// lacks is what the clinic lacks, for the first page of whoever may do something about it; nil where nothing is missing. That it cannot be
// told keeps nobody from their work.
func (s *Server) lacks(ctx context.Context, who core.Actor) start.List {
	if !start.May(who) {
		return nil
	}
	list, err := s.startDesk().Look(ctx, who)
	if err != nil {
		if ctx.Err() == nil {
			s.Log.WarnContext(ctx, "what the clinic lacks not shown", "error", err)
		}
		return nil
	}
	if list.Complete() {
		return nil
	}
	return list
}

// startWay leads to where a step is taken. Roles are those whom the page opens to.
type startWay struct {
	Path  string
	Label string // a key
	Roles []string
}

// startWays are where a step is taken: by whoever does it first, then by whoever decides.
func startWays(name start.Name) []startWay {
	desk := []string{roleAdmin}
	switch name {
	case start.Staff:
		return []startWay{{staffPath, "start.to_staff", []string{roleSecurity}}}
	case start.Branch:
		return []startWay{{branchesPath, "settings.tab_branch", desk}}
	case start.Specialty:
		return []startWay{{specialtiesPath, "settings.tab_specialty", desk}}
	case start.Service:
		return []startWay{{servicesPath, "settings.services", desk}}
	case start.Doctor:
		return []startWay{{doctorsPath, "settings.tab_doctor", desk}, {roomsPath, "settings.tab_room", desk}}
	case start.Hours:
		return []startWay{{hoursPath, "page.hours", []string{roleAdmin, roleHead, roleDirector}}}
	case start.Consent:
		return []startWay{{consentsPath + "/processing.ru", "start.to_consent", desk}}
	case start.Channel:
		return []startWay{{channelsPath, "channels.title", []string{roleSecurity}}}
	default:
		return []startWay{{schedulePath, "page.schedule", []string{roleAdmin, roleHead}}}
	}
}

// ways are a step's own for a member; where it waits for a decision, whoever decides is led there.
func (f startFrame) ways(m *staff.Member, step start.Step) []startWay {
	if step.Proposed {
		at := startWay{proposalsPath, "settings.proposals", []string{roleAdmin, roleHead, roleDirector}}
		if step.Name == start.Hours {
			at = startWay{hoursPath, "page.hours", at.Roles}
		}
		return slices.DeleteFunc([]startWay{at}, func(x startWay) bool { return !slices.Contains(x.Roles, m.Role) })
	}
	return slices.DeleteFunc(startWays(step.Name), func(x startWay) bool { return !slices.Contains(x.Roles, m.Role) })
}

// command is what is typed where the program runs, for what nobody can do in the cabinet yet; "" where there is nothing to type.
func (f startFrame) command(step start.Step) string {
	switch {
	case step.Done:
		return ""
	case step.Name == start.Staff:
		return "zapis staff add --login LOGIN --role security"
	case step.Name == start.Channel:
		return "ZAPIS_CHAT_SITES=https://www.clinic.example"
	}
	return ""
}
