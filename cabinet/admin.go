package cabinet

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/staff"
)

// adminPath is where the clinic's security looks after people, rights and machinery.
const adminPath = "/cabinet/admin"

// seesAdmin says whose navigation leads there: the rules decide what of it opens.
func seesAdmin(m *staff.Member) bool {
	return m != nil && (m.Role == roleSecurity || m.Role == roleDirector || m.Role == roleHead)
}

func (s *Server) adminRoutes(r chi.Router) {
	r.Get("/admin", s.member(s.admin, true))
	s.staffRoutes(r)
	s.channelRoutes(r)
	s.healthRoutes(r)
	s.queueRoutes(r)
}

// admin is GET /cabinet/admin: it leads to the first part.
func (s *Server) admin(w http.ResponseWriter, r *http.Request, m staff.Member) {
	if _, ok := s.policyReader(w, r, m); ok {
		http.Redirect(w, r, staffPath, http.StatusSeeOther)
	}
}

// policyReader is a member who may read policies; whoever may not is told so.
func (s *Server) policyReader(w http.ResponseWriter, r *http.Request, m staff.Member) (core.Actor, bool) {
	who := s.acting(r, m)
	if _, err := access.Require(who, core.Ask{Action: core.Read, Class: core.Policies}); err != nil {
		s.refuse(w, r, &core.Error{Code: core.Denied, Key: "admin_not_yours"})
		return who, false
	}
	return who, true
}

// adminTabs are the parts of administration that somebody's role has.
func adminTabs(v view) []tab {
	return []tab{
		{Path: staffPath, Label: v.Say("staff.title"), Here: strings.HasPrefix(v.Path, staffPath)},
		{Path: policiesPath, Label: v.Say("admin.policies"), Here: v.Path == policiesPath},
		{Path: policiesPath + "/history", Label: v.Say("admin.history"), Here: strings.HasPrefix(v.Path, policiesPath+"/")},
		{Path: channelsPath, Label: v.Say("channels.title"), Here: strings.HasPrefix(v.Path, channelsPath)},
		{Path: healthPath, Label: v.Say("health.title"), Here: v.Path == healthPath || strings.HasPrefix(v.Path, keysPath)},
	}
}
