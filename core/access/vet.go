package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zapis-clinic/zapis/core"
)

// TrialError is why a sound set is refused: it answers otherwise than its matrix.
type TrialError struct {
	Findings []Finding // at most twenty
}

// Error lists them, a line each.
func (e *TrialError) Error() string {
	lines := make([]string, 0, len(e.Findings))
	for _, f := range e.Findings {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}

// errLockOut is why a set is refused under which there would never be another.
var errLockOut = errors.New("under this set nobody could propose policies, or nobody else approve them; it would be the last")

// Vet makes rules of a set and a matrix ("" is the standard one), if they may be put in force: the set is sound, the matrix whole, the one
// says what the other says, and another set can follow. Otherwise the error is a *SetError, a *TrialError or says what is wrong with the
// matrix.
func Vet(text, matrix string) (*Rules, error) {
	if matrix == "" {
		matrix = matrixText
	}
	m, err := ReadMatrix(matrix)
	if err != nil {
		return nil, err
	}
	r, err := Parse(text)
	if err != nil {
		return nil, err
	}
	if found := m.Try(r); len(found) > 0 {
		return nil, &TrialError{found}
	}
	if len(r.proposers()) == 0 || len(r.approvers()) == 0 {
		return nil, errLockOut
	}
	return r, nil
}

// proposers are the roles that may propose policies, at their best; approvers those that may approve another's.
func (r *Rules) proposers() []string {
	return r.rolesThat(core.Create, core.Facts{Author: true, Fresh: true})
}

func (r *Rules) approvers() []string {
	return r.rolesThat(core.Approve, core.Facts{Second: true, Fresh: true})
}

func (r *Rules) rolesThat(do core.Action, known core.Facts) []string {
	r = r.as(r.version, Watch{})
	var out []string
	for _, role := range Roles() {
		who := actorOf(role, "", [16]byte{}, nil)
		if who.Kind == core.Staff && r.Decide(who, core.Ask{Action: do, Class: core.Policies, Facts: known}).Allowed {
			out = append(out, role)
		}
	}
	return out
}

// gains says whether somebody of a role may do or see more under a set than under the one before.
func gains(role string, before core.Rules, after *Rules, m *Matrix) bool {
	return slices.ContainsFunc(m.Cells(), func(c Cell) bool {
		if c.Role != role {
			return false
		}
		who := c.Actor([16]byte{}, nil)
		was, is := before.Decide(who, c.Ask()), after.Decide(who, c.Ask())
		return is.Allowed && (!was.Allowed || rank(is.View) < rank(was.View))
	})
}

// refusal is why a set is refused, as its author is told.
func refusal(err error) error {
	var set *SetError
	var trial *TrialError
	switch {
	case errors.As(err, &set):
		return core.Refuse(core.Invalid, "policy_unsound", "Line", set.Line, "Why", set.Error())
	case errors.As(err, &trial):
		return core.Refuse(core.Invalid, "policy_differs", "Count", len(trial.Findings), "Why", trial.Findings[0].String())
	case errors.Is(err, errLockOut):
		return core.Refuse(core.Invalid, "policy_lock_out")
	default:
		return core.Refuse(core.Invalid, "policy_matrix", "Why", fmt.Sprint(err))
	}
}
