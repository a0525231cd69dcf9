package access

import (
	"iter"
	"slices"

	cedar "github.com/cedar-policy/cedar-go"

	"github.com/zapis-clinic/zapis/core"
)

// Decide answers one question. Zapis itself is not asked. For everybody else: what no policy permits is denied, a forbid wins over every
// permit, and a policy that cannot be evaluated denies. An actor through whom a model acts may do no more than the person may, of that
// only what their Agent lists, and of that what the laws leave to a model.
func (r *Rules) Decide(who core.Actor, ask core.Ask) core.Verdict {
	if who.Kind == core.System && who.Agent == nil {
		return core.Verdict{Allowed: true, View: Full, Because: []string{"system"}, Version: r.Version()}
	}
	if r == nil {
		return core.Verdict{Because: []string{"no-rules"}}
	}
	v := r.weigh(who, ask)
	if !v.Allowed && r.watch.Denied != nil {
		r.watch.Denied(roleOf(who), ask)
	}
	return v
}

func (r *Rules) weigh(who core.Actor, ask core.Ask) core.Verdict {
	role := roleOf(who)
	s, ok := r.at[place{role, ask.Action, ask.Class}]
	if !ok {
		return r.no("no-permit")
	}
	if who.Agent != nil && !slices.Contains(who.Agent, string(ask.Action)+" "+string(ask.Class)) {
		return r.no("agent-list")
	}
	req := r.request(role, who, ask)
	decision, why := cedar.Authorize(listed(s.strict), nil, req)
	if len(why.Errors) > 0 {
		return r.broken(why)
	}
	if decision != cedar.Allow {
		v := r.no("no-permit")
		if len(why.Reasons) > 0 {
			v.Because = reasons(why)
		}
		return v
	}
	return r.under(s, req, why)
}

// under is what is left of the permits under the ceilings that apply.
func (r *Rules) under(s slice, req cedar.Request, permits cedar.Diagnostic) core.Verdict {
	top, by := 0, ""
	if len(s.ceilings) > 0 {
		_, why := cedar.Authorize(listed(s.ceilings), nil, req)
		if len(why.Errors) > 0 {
			return r.broken(why)
		}
		for _, x := range why.Reasons {
			if at := rank(view(s.ceilings, x)); at >= top {
				top, by = at, string(x.PolicyID)
			}
		}
	}
	v := core.Verdict{Version: r.version}
	for _, x := range permits.Reasons {
		seen := view(s.strict, x)
		if rank(seen) < top {
			continue
		}
		v.Because = append(v.Because, string(x.PolicyID))
		if !v.Allowed || rank(seen) < rank(v.View) {
			v.Allowed, v.View = true, seen
		}
	}
	if !v.Allowed {
		return r.no(by)
	}
	return v
}

func (r *Rules) no(because string) core.Verdict {
	return core.Verdict{Because: []string{because}, Version: r.version}
}

// broken denies, whatever the others say: Cedar itself would skip a forbid that cannot be evaluated.
func (r *Rules) broken(why cedar.Diagnostic) core.Verdict {
	v := core.Verdict{Version: r.version}
	for _, x := range why.Errors {
		v.Because = append(v.Because, string(x.PolicyID))
		if r.watch.Broken != nil {
			r.watch.Broken(r.version, string(x.PolicyID))
		}
	}
	return v
}

func reasons(why cedar.Diagnostic) []string {
	out := make([]string, 0, len(why.Reasons))
	for _, x := range why.Reasons {
		out = append(out, string(x.PolicyID))
	}
	return out
}

func view(list []policy, x cedar.DiagnosticReason) string {
	for i := range list {
		if list[i].id == string(x.PolicyID) {
			return list[i].view
		}
	}
	return ""
}

// listed are policies as Cedar takes them.
type listed []policy

// All implements cedar.PolicyIterator.
func (l listed) All() iter.Seq2[cedar.PolicyID, *cedar.Policy] {
	return func(yield func(cedar.PolicyID, *cedar.Policy) bool) {
		for i := range l {
			if !yield(cedar.PolicyID(l[i].id), l[i].rule) {
				return
			}
		}
	}
}

// The types of Cedar's entities.
const (
	roleType   = "Role"
	actionType = "Action"
	classType  = "Class"
)

// request is the question in Cedar's words.
func (r *Rules) request(role string, who core.Actor, ask core.Ask) cedar.Request {
	known := setting{facts: given(who, ask), kind: ask.Facts.Kind}
	if who.Kind == core.Service {
		known.scope = who.Role
	}
	return cedar.Request{
		Principal: cedar.NewEntityUID(roleType, cedar.String(role)),
		Action:    cedar.NewEntityUID(actionType, cedar.String(ask.Action)),
		Resource:  cedar.NewEntityUID(classType, cedar.String(ask.Class)),
		Context:   r.contexts.of(known),
	}
}
