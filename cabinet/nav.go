package cabinet

import (
	"strings"

	"github.com/zapis-clinic/zapis/core/staff"
)

// place is a part of the cabinet that the navigation leads to. Sees says whose navigation has it; what a page shows is for the page and
// the policies to say.
type place struct {
	Path string
	Key  string // of its words, page.…
	Icon string
	Sees func(m *staff.Member) bool
}

// places are the parts of the cabinet in the order of the navigation, the daily work first.
func places() []place {
	return []place{
		{"/cabinet/schedule", "page.schedule", "calendar", seesSchedule},
		{inboxPath, "page.inbox", "chat", answersChats},
		{hoursPath, "page.hours", "clock", seesHours},
		{tasksPath, "page.tasks", "task", seesTasks},
		{"/cabinet/patients", "page.patients", "people", seesPatients},
		{questionsPath, "page.questions", "help", settlesQuestions},
		{reportsPath, "page.reports", "chart", seesReports},
		{"/cabinet/glass", "page.glass", "pane", judgesGlass},
		{securityPath, "page.security", "shield", keepsData},
		{settingsPath, "page.settings", "settings", seesSettings},
		{adminPath, "page.admin", "people-gear", seesAdmin},
		{"/cabinet/security/audit", "page.journal", "journal", readsJournal},
	}
}

// seesSchedule says whose work is in the calendar.
func seesSchedule(m *staff.Member) bool {
	return m != nil && (staff.Clinical(m.Role) || m.Role == roleAdmin || m.Role == roleTill)
}

// seen are the places of the member's own navigation.
func (v view) seen() []place {
	var out []place
	for _, p := range places() {
		if p.Sees(v.Member) {
			out = append(out, p)
		}
	}
	return out
}

// here says that a place is where the page is: the longest of the places' addresses that the page's own begins with.
func (v view) here(p place) bool {
	longest := ""
	for _, other := range places() {
		if (v.Path == other.Path || strings.HasPrefix(v.Path, other.Path+"/")) && len(other.Path) > len(longest) {
			longest = other.Path
		}
	}
	return longest == p.Path
}
