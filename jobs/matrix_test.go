package jobs

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// worldHouse is a house in the matrix's world.
func worldHouse(t *testing.T) *House {
	t.Helper()
	w := accesstest.Open(t)
	catalog, err := clinic.Open(t.Context(), w.DB)
	require.NoError(t, err)
	h := &House{
		DB: w.DB, Vault: vaulttest.Vault(t), Book: catalog, Guard: access.Default(), Clock: accesstest.Now, IDs: core.NewIDs(nil), Hub: NewHub(), Log: slog.New(slog.DiscardHandler),
	}
	require.NoError(t, h.OpenActs())
	return h
}

// ordered has the worker do an act for the member of staff of a role.
func (h *House) ordered(t *testing.T, c access.Cell, in acts.Input) error {
	t.Helper()
	order := actArgs{
		Class: c.Class, Action: c.Action, Of: word(in.Kind), ID: in.ID, Patient: in.Patient, Visit: in.Visit, Staff: accesstest.ID(c.Role), Role: word(c.Role), Order: h.IDs(),
	}
	text, err := json.Marshal(in.Fields)
	require.NoError(t, err)
	sealed, err := h.Vault.Seal(orderPlace(order.Order), text)
	require.NoError(t, err)
	who := core.Actor{Kind: core.Staff, ID: order.Staff, Role: c.Role}
	require.NoError(t, h.DB.InTx(t.Context(), who, func(tx *store.Tx) error {
		return tx.OrderAdd(t.Context(), db.OrderAddParams{ID: order.Order, StaffID: who.ID, FieldsSealed: sealed, At: h.Clock()})
	}))
	return h.carryOut(t.Context(), order)
}

// let is nil where somebody was let in: the act was done, or refused for what it was told and not for who asked.
func let(err error) error {
	if r := core.Refusal(err); r != nil && (r.Code == core.Invalid || r.Code == core.Conflict) {
		return nil
	}
	return err
}

// behind lists where the worker and a chat are narrower than a cell, and why.
func behind(c access.Cell) (string, bool) {
	name := strings.Join(strings.Fields(fmt.Sprint(c.Role, " ", c.Action, " ", c.Class, " ", c.Situation)), " ")
	why, known := map[string]string{
		"doctor sign records care":       "a draft is signed by who wrote it",
		"doctor sign prescriptions care": "a draft is signed by who wrote it",
		"cashier create payments other":  "an invoice is issued for a visit that one sees",
	}[name]
	if !known && (c.Action == core.Export || (c.Action == core.Approve && (c.Class == core.Payments || c.Class == core.Policies))) {
		return "what needs a second factor just shown is not done behind one's back", true
	}
	return why, known
}

func TestEveryCellOfTheMatrixIsAnsweredByTheWorker(t *testing.T) {
	t.Parallel()
	cells, err := access.Cells()
	require.NoError(t, err)
	var asked atomic.Int64
	t.Cleanup(func() { t.Logf("%d cells asked of the worker", asked.Load()) })
	for _, role := range access.Roles() {
		if role == "patient" || role == "service" {
			continue
		}
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			h := worldHouse(t)
			for _, allowed := range []bool{false, true} { // what is allowed changes the world, and comes last
				for _, c := range cells {
					in, ok := accesstest.Input(c)
					if !ok || c.Role != role || c.Expected.Allowed != allowed {
						continue
					}
					asked.Add(1)
					err := let(h.ordered(t, c, in))
					if why, known := behind(c); known {
						assert.Error(t, err, "%s %s %s: %s", c.Role, c.Action, c.Class, why)
						continue
					}
					assert.Equal(t, allowed, err == nil, "%s %s %s %q %s: %v", c.Role, c.Action, c.Class, c.Facts.Kind, c.Situation, err)
				}
			}
		})
	}
}

func TestEveryCellOfTheMatrixIsAnsweredToAChat(t *testing.T) {
	t.Parallel()
	cells, err := access.Cells()
	require.NoError(t, err)
	h := worldHouse(t)
	chat := h.Guard.Admit(chatActor(conversation.Incoming{Channel: "telegram", Account: "telegram:main", Chat: "own"}))
	chat.ID = accesstest.ID("chat own") // the world names its chats otherwise
	asked := 0
	for _, allowed := range []bool{false, true} {
		for _, c := range cells {
			in, ok := accesstest.Input(c)
			if !ok || c.Role != "patient" || c.Expected.Allowed != allowed {
				continue
			}
			asked++
			err := h.DB.InTx(t.Context(), chat, func(tx *store.Tx) error {
				_, err := h.Acts.Within(t.Context(), tx, c.Class, c.Action, in)
				return err
			})
			assert.Equal(t, allowed, let(err) == nil, "%s %s %q %s: %v", c.Action, c.Class, c.Facts.Kind, c.Situation, err)
		}
	}
	t.Logf("%d cells asked by a chat", asked)
}
