package access

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/ast"

	"github.com/zapis-clinic/zapis/core"
)

// MaxPolicies is how many policies a set may have: a decision's cost grows with them (60: 20 µs, 200: 89 µs, measured of cedar-go).
const MaxPolicies = 100

// maxText bounds a set's text, in bytes.
const maxText = 256 << 10

// SetError is why a set of policies is refused. Line counts from 1; 0 is the set as a whole.
type SetError struct {
	Line   int
	Policy string
	Why    string
}

// Error is one line for whoever wrote the set.
func (p *SetError) Error() string {
	var at []string
	if p.Line > 0 {
		at = append(at, fmt.Sprintf("line %d", p.Line))
	}
	if p.Policy != "" {
		at = append(at, p.Policy)
	}
	if len(at) == 0 {
		return p.Why
	}
	return strings.Join(at, ", ") + ": " + p.Why
}

// Parse makes rules of a set of policies, under the laws. What is not sound Cedar over the known roles, actions, classes and facts is
// refused with a *SetError; whether the set says what the matrix says is Matrix.Try's to see.
func Parse(text string) (*Rules, error) {
	laws, err := read(forbidsText)
	if err != nil {
		return nil, fmt.Errorf("compiled-in policies: %w", err)
	}
	own, err := read(text)
	if err != nil {
		return nil, err
	}
	if len(own) > MaxPolicies {
		return nil, &SetError{Why: fmt.Sprintf("%d policies; at most %d are allowed", len(own), MaxPolicies)}
	}
	for _, p := range own {
		if slices.ContainsFunc(laws, func(l policy) bool { return l.id == p.id }) {
			return nil, problem(p.rule, p.id, "this name is a compiled-in policy's; compiled-in policies cannot be replaced")
		}
	}
	return assemble(text, append(laws, own...)), nil
}

func assemble(text string, all []policy) *Rules {
	return &Rules{text: text, at: layOut(all), contexts: &contexts{most: servedContexts}}
}

// read is a text as policies whose names and annotations are sound.
func read(text string) ([]policy, error) {
	if len(text) > maxText {
		return nil, &SetError{Why: fmt.Sprintf("the text has %d bytes; at most %d are allowed", len(text), maxText)}
	}
	list, err := cedar.NewPolicyListFromBytes("", []byte(text))
	if err != nil {
		return nil, unreadable(err)
	}
	check, err := newChecker()
	if err != nil {
		return nil, err
	}
	out := make([]policy, 0, len(list))
	seen := map[string]bool{}
	for _, rule := range list {
		p, err := named(rule)
		if err != nil {
			return nil, err
		}
		if seen[p.id] {
			return nil, problem(rule, p.id, "another policy of the set has the same name")
		}
		seen[p.id] = true
		if err := check.sound(p); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

var parserPlace = regexp.MustCompile(`parse error at [^:]*:(\d+):\d+ (.*)`)

// unreadable finds the line in the parser's words.
func unreadable(err error) error {
	p := &SetError{Why: err.Error()}
	if m := parserPlace.FindStringSubmatch(err.Error()); m != nil {
		_, _ = fmt.Sscan(m[1], &p.Line)
		p.Why = "not Cedar: " + m[2]
	}
	return p
}

func problem(rule *cedar.Policy, id, why string) error {
	return &SetError{Line: rule.Position().Line, Policy: id, Why: why}
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9-]{1,63}$`)

// named reads a policy's annotations: @id on every one, @view on a permit, @above on a forbid that leaves something.
func named(rule *cedar.Policy) (policy, error) {
	notes := rule.Annotations()
	p := policy{id: string(notes["id"]), rule: rule, of: reads((*ast.Policy)(rule.AST()))}
	if !idForm.MatchString(p.id) {
		return p, problem(rule, "", `every policy has a name: @id("small-letters-and-hyphens")`)
	}
	viewed, hasView := notes["view"]
	above, hasAbove := notes["above"]
	permit := rule.Effect() == cedar.Permit
	switch {
	case permit && hasAbove:
		return p, problem(rule, p.id, "@above is for forbids")
	case permit && rank(string(viewed)) == len(Views()):
		return p, problem(rule, p.id, "a permit says how much is seen: @view with one of "+strings.Join(Views(), ", "))
	case !permit && hasView:
		return p, problem(rule, p.id, "@view is for permits")
	case hasAbove && rank(string(above)) == len(Views()):
		return p, problem(rule, p.id, "@above takes one of "+strings.Join(Views(), ", "))
	}
	p.view = string(viewed + above)
	for note := range notes {
		if !slices.Contains([]types.AnnotationKey{"id", "view", "above"}, note) {
			return p, problem(rule, p.id, fmt.Sprintf("@%s is not known; there are @id, @view and @above", note))
		}
	}
	return p, nil
}

// layOut sorts policies by the places at which their scope lets them speak. A place that no permit reaches is left out: there the answer
// is no.
func layOut(all []policy) map[place]slice {
	out := map[place]slice{}
	for _, role := range Roles() {
		for _, action := range core.Actions() {
			for _, class := range core.Classes() {
				at := place{role, action, class}
				if s, ok := sliceAt(all, at); ok {
					out[at] = s
				}
			}
		}
	}
	return out
}

func sliceAt(all []policy, at place) (s slice, permits bool) {
	for _, p := range all {
		tree := (*ast.Policy)(p.rule.AST())
		if !within(tree.Principal, roleType, at.role) || !within(tree.Action, actionType, string(at.action)) ||
			!within(tree.Resource, classType, string(at.class)) {
			continue
		}
		switch {
		case p.rule.Effect() == cedar.Permit:
			permits = true
			s.strict = append(s.strict, p)
		case p.view != "":
			s.ceilings = append(s.ceilings, p)
		default:
			s.strict = append(s.strict, p)
		}
	}
	return s, permits
}

// within says whether a policy's scope has an entity in it. No entity here has parents, so that "in" is "==".
func within(scope ast.IsScopeNode, kind cedar.EntityType, id string) bool {
	uid := cedar.NewEntityUID(kind, cedar.String(id))
	switch s := scope.(type) {
	case ast.ScopeTypeEq:
		return s.Entity == uid
	case ast.ScopeTypeIn:
		return s.Entity == uid
	case ast.ScopeTypeInSet:
		return slices.Contains(s.Entities, uid)
	case ast.ScopeTypeIs:
		return s.Type == kind
	case ast.ScopeTypeIsIn:
		return s.Type == kind && s.Entity == uid
	default:
		return true
	}
}

// asProblem finds the reason why a set was refused.
func asProblem(err error) *SetError {
	var p *SetError
	if errors.As(err, &p) {
		return p
	}
	return nil
}
