package acts_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/acts"
)

func TestEveryRightOfTheMatrixHasItsAct(t *testing.T) {
	t.Parallel()
	m, err := access.Standard()
	require.NoError(t, err)
	h := open(t)
	rights := 0
	for class, c := range m.Classes {
		for role, cell := range c.Cells {
			for _, grant := range cell {
				kinds := grant.Kinds
				if len(kinds) == 0 {
					kinds = c.Kinds
				}
				for _, action := range grant.May {
					for _, kind := range kinds {
						rights++
						assert.True(t, h.book.Has(class, action, kind), "%s may %s %s %q, and there is no act for it", role, action, class, kind)
					}
				}
			}
		}
	}
	assert.Greater(t, rights, 100)
}

func TestWhatTheMatrixDeniesIsRefusedByEveryAct(t *testing.T) {
	t.Parallel()
	m, err := access.Standard()
	require.NoError(t, err)
	h := open(t)
	actors := map[string]core.Actor{"nurse": h.another("nurse"), "service": h.service("nothing"), "patient": h.chat(h.id("SELECT id FROM patient LIMIT 1"), true)}
	for _, role := range []string{"doctor", "admin", "head", "cashier", "marketing", "director", "security"} {
		actors[role] = h.as(role)
	}
	for _, class := range core.Classes() {
		for _, action := range core.Actions() {
			for role, who := range actors {
				if may(m, class, action, role) {
					continue
				}
				for _, kind := range m.Classes[class].Kinds {
					in := acts.Input{ID: uuid.New(), Visit: uuid.New(), Kind: kind, Fields: fields("score", "5", "amount", "1", "method", "cash", "key", "k", "name", "Иван Петров")}
					_, err := h.book.Do(t.Context(), who, class, action, in)
					require.Equal(t, core.Refuse(core.NotFound, "not_found"), err, "%s %s %s", role, action, class)
				}
			}
		}
	}
}

// may says whether the matrix grants a role an action on some of a class.
func may(m *access.Matrix, class core.Class, action core.Action, role string) bool {
	for _, grant := range m.Classes[class].Cells[role] {
		for _, a := range grant.May {
			if a == action {
				return true
			}
		}
	}
	return false
}

func TestTheRecordIsReadByThoseItIsFor(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(h.as("cashier"), core.Create, core.Payments, acts.Input{Visit: h.visit("price > 0")})
	assert.NotEmpty(t, h.do(h.as("security"), core.Read, core.AuditLog, acts.Input{}).Rows)
	assert.NotEmpty(t, h.do(h.as("security"), core.Export, core.AuditLog, acts.Input{}).Rows)
	h.do(h.as("head"), core.Read, core.AuditLog, acts.Input{Kind: "medical"})
	stale := h.as("security")
	stale.Fresh = stale.Fresh.Add(-600e9)
	h.refuse("not_allowed", stale, core.Export, core.AuditLog, acts.Input{})
	patient := h.id("SELECT id FROM patient ORDER BY id LIMIT 1")
	h.do(h.chat(patient, true), core.Read, core.AuditLog, acts.Input{Patient: patient})
	h.refuse("not_found", h.chat(patient, false), core.Read, core.AuditLog, acts.Input{Patient: patient})
	h.do(h.service("audit"), core.Create, core.AuditLog, acts.Input{Patient: patient, Fields: fields("what", "printed")})
}
