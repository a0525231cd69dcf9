package access

import (
	"slices"

	"github.com/zapis-clinic/zapis/core"
)

// Change is what one set of policies would answer otherwise than another, at one place of the matrix: the simplest question that shows it,
// and how many more of that place show the same.
type Change struct {
	Class core.Class
	Role  string
	Does  core.Action
	Kinds []string // of the class; "" is none in particular
	Facts []string // that hold in the simplest question; none is "nothing is known"
	Was   Expected
	Would Expected
	More  int
}

// Wider says that the role would get more.
func (c Change) Wider() bool {
	return c.Would.Allowed && (!c.Was.Allowed || rank(c.Would.View) < rank(c.Was.View))
}

// maxChanges is how many are listed: a set that changes more is read whole.
const maxChanges = 200

// sheets are two matrices and the policies beside each.
type sheets struct {
	old, next     *Matrix
	before, after *Rules
}

// changes lists where the policies after would answer otherwise than those before: every place of both matrices is asked what its cells,
// the laws and the policies turn upon.
func (s sheets) changes() []Change {
	s.before, s.after = s.before.as(s.before.version, Watch{}), s.after.as(s.after.version, Watch{})
	s.before.contexts.most, s.after.contexts.most = triedContexts, triedContexts
	var out []Change
	for _, class := range core.Classes() {
		for _, role := range Roles() {
			for _, action := range core.Actions() {
				if out = append(out, s.at(place{role, action, class})...); len(out) >= maxChanges {
					return out[:maxChanges]
				}
			}
		}
	}
	return out
}

// at is changes of one place, a line for each pair of answers.
func (s sheets) at(at place) []Change {
	if !s.before.permits(at) && !s.after.permits(at) {
		return nil
	}
	of := s.before.of(at) | s.after.of(at)
	var out []Change
	for _, q := range append(s.next.probes(at, of), s.old.probes(at, of)...) {
		was, would := expected(q.put(s.before)), expected(q.put(s.after))
		if was != would {
			out = noted(out, q, was, would)
		}
	}
	return out
}

// noted adds a question to the line of its pair of answers: the first stands for it, for probes begin with the simplest.
func noted(list []Change, q question, was, would Expected) []Change {
	for i := range list {
		c := &list[i]
		if c.Was != was || c.Would != would {
			continue
		}
		if !slices.Contains(c.Kinds, q.kind) && q.kind != unheard && q.facts&^medical == c.facts() {
			c.Kinds = append(c.Kinds, q.kind)
		} else {
			c.More++
		}
		return list
	}
	var known []string
	for i, name := range factNames()[:inputs] {
		if q.facts.has(1 << i) {
			known = append(known, name)
		}
	}
	kinds := []string{q.kind}
	if q.kind == unheard {
		kinds = nil
	}
	return append(list, Change{Class: q.class, Role: q.role, Does: q.action, Kinds: kinds, Facts: known, Was: was, Would: would})
}

func (c Change) facts() facts {
	f, _ := factsOf(c.Facts) // names of ours
	return f
}

func expected(v core.Verdict) Expected {
	if !v.Allowed {
		return Expected{}
	}
	return Expected{Allowed: true, View: v.View}
}
