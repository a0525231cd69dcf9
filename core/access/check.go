package access

import (
	"fmt"
	"slices"
	"strings"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"

	"github.com/zapis-clinic/zapis/core"
)

// checker sees that a policy speaks of what there is.
type checker struct {
	types *validate.Validator
	ids   map[cedar.EntityType][]string
}

func newChecker() (*checker, error) {
	actions, classes := words(core.Actions()), words(core.Classes())
	var context []string
	for _, f := range factNames() {
		context = append(context, f+": Bool")
	}
	text := fmt.Sprintf("entity %s enum [%s];\nentity %s enum [%s];\naction %s appliesTo { principal: %s, resource: %s, context: { %s, kind: String, scope: String } };",
		roleType, quoted(Roles()), classType, quoted(classes), quoted(actions), roleType, classType, strings.Join(context, ", "))
	var s schema.Schema
	if err := s.UnmarshalCedar([]byte(text)); err != nil {
		return nil, fmt.Errorf("schema of policies: %w", err)
	}
	resolved, err := s.Resolve()
	if err != nil {
		return nil, fmt.Errorf("schema of policies: %w", err)
	}
	return &checker{
		types: validate.New(resolved), ids: map[cedar.EntityType][]string{roleType: Roles(), actionType: actions, classType: classes},
	}, nil
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return out
}

func quoted(list []string) string { return `"` + strings.Join(list, `", "`) + `"` }

// sound refuses unknown names, wrong types, and permits that do not say to whom.
func (c *checker) sound(p policy) error {
	tree := (*ast.Policy)(p.rule.AST())
	for _, uid := range mentioned(tree) {
		if ids, ok := c.ids[uid.Type]; !ok || !slices.Contains(ids, string(uid.ID)) {
			return problem(p.rule, p.id, fmt.Sprintf("%s is not known", uid))
		}
	}
	if _, one := tree.Principal.(ast.ScopeTypeEq); !one && p.rule.Effect() == cedar.Permit {
		return problem(p.rule, p.id, `a permit is for one role: principal == Role::"…"`)
	}
	if err := c.types.Policy("", tree); err != nil {
		return problem(p.rule, p.id, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return nil
}

// mentioned are the entities a policy names.
func mentioned(tree *ast.Policy) []cedar.EntityUID {
	var out []cedar.EntityUID
	for _, scope := range []ast.IsScopeNode{tree.Principal, tree.Action, tree.Resource} {
		switch s := scope.(type) {
		case ast.ScopeTypeEq:
			out = append(out, s.Entity)
		case ast.ScopeTypeIn:
			out = append(out, s.Entity)
		case ast.ScopeTypeInSet:
			out = append(out, s.Entities...)
		case ast.ScopeTypeIsIn:
			out = append(out, s.Entity)
		}
	}
	for _, c := range tree.Conditions {
		ast.Inspect(ast.NewNode(c.Body), func(n ast.IsNode) bool {
			if v, ok := n.(ast.NodeValue); ok {
				if uid, ok := v.Value.(cedar.EntityUID); ok {
					out = append(out, uid)
				}
			}
			return true
		})
	}
	return out
}

// reads are the facts that a policy's answer may turn upon: those it names, and all of them where it uses its context in another way.
func reads(tree *ast.Policy) facts {
	var out facts
	uses, named := 0, 0
	for _, c := range tree.Conditions {
		ast.Inspect(ast.NewNode(c.Body), func(n ast.IsNode) bool {
			switch x := n.(type) {
			case ast.NodeTypeVariable:
				if x.Name == "context" {
					uses++
				}
			case ast.NodeTypeAccess:
				if v, ok := x.Arg.(ast.NodeTypeVariable); ok && v.Name == "context" {
					named++
					if i := slices.Index(factNames(), string(x.Value)); i >= 0 {
						out |= 1 << i
					}
				}
			}
			return true
		})
	}
	if uses != named {
		return 1<<len(factNames()) - 1
	}
	return out
}
