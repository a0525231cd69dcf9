package access

import (
	"fmt"
	"strings"

	"github.com/zapis-clinic/zapis/core"
)

// Finding is a question to which a set of policies answers otherwise than the matrix and the laws.
type Finding struct {
	Class    core.Class
	Role     string
	Action   core.Action
	Kind     string
	Facts    string // those that hold
	Expected Expected
	Got      Expected
	Because  []string // the policies that decided
}

// String is one line for whoever wrote the set.
func (f Finding) String() string {
	kind := ""
	if f.Kind != "" {
		kind = " (" + f.Kind + ")"
	}
	facts := f.Facts
	if facts == "" {
		facts = "nothing known"
	}
	return fmt.Sprintf("%s, %s %s%s with %s: the matrix says %s, the policies say %s (%s)",
		f.Role, f.Action, f.Class, kind, facts, f.Expected, f.Got, strings.Join(f.Because, ", "))
}

// String is "no", or how much is seen.
func (e Expected) String() string {
	if !e.Allowed {
		return "no"
	}
	return "yes, " + e.View
}

// maxFindings is how many are listed: whoever mends them tries again.
const maxFindings = 20

// Try puts every cell of the matrix to a set of policies, and around each cell what the laws and the words of the cell turn upon. It
// returns the differences, at most twenty; none means that the set says what the matrix says.
func (m *Matrix) Try(r *Rules) []Finding {
	r = r.as(r.version, Watch{}) // a trial denies much; nobody need hear of it
	r.contexts.most = triedContexts
	var out []Finding
	for _, class := range core.Classes() {
		for _, role := range Roles() {
			for _, action := range core.Actions() {
				out = append(out, m.tryAt(r, place{role, action, class}, maxFindings-len(out))...)
				if len(out) >= maxFindings {
					return out
				}
			}
		}
	}
	return out
}

// tryAt is Try of one cell and action.
func (m *Matrix) tryAt(r *Rules, at place, limit int) []Finding {
	if !m.mentions(at) && !r.permits(at) {
		return nil // both say no to everything
	}
	var out []Finding
	for _, q := range m.probes(at, r.of(at)) {
		want := m.expect(q)
		v := q.put(r)
		got := Expected{Allowed: v.Allowed, View: v.View}
		if got == want {
			continue
		}
		out = append(out, Finding{
			Class: q.class, Role: q.role, Action: q.action, Kind: q.kind, Facts: q.facts.String(), Expected: want, Got: got, Because: v.Because,
		})
		if len(out) >= limit {
			break
		}
	}
	return out
}

func (m *Matrix) mentions(at place) bool {
	for _, g := range m.Classes[at.class].Cells[at.role] {
		for _, a := range g.May {
			if a == at.action {
				return true
			}
		}
	}
	return false
}

func (r *Rules) permits(at place) bool {
	_, ok := r.at[at]
	return ok
}

// of are the facts that the answers at a place may turn upon.
func (r *Rules) of(at place) facts {
	var out facts
	for _, list := range [][]policy{r.at[at].strict, r.at[at].ceilings} {
		for _, p := range list {
			out |= p.of
		}
	}
	return out
}
