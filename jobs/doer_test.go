package jobs

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// shop is a house with a desk member who gave the worker an order to issue an invoice.
type shop struct {
	*House
	t     *testing.T
	owner *pgx.Conn
	args  actArgs
}

func newShop(t *testing.T) *shop {
	t.Helper()
	monday := time.Date(2026, 11, 23, 7, 56, 0, 0, time.UTC)
	base, address := storetest.Open(t, storetest.Seed{Key: "demo small 2026-11-23", Fill: func(ctx context.Context, owner string) error {
		_, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: monday})
		return err
	}}, 4)
	catalog, err := clinic.Open(t.Context(), base)
	require.NoError(t, err)
	s := &shop{t: t, House: &House{
		DB: base, Vault: vaulttest.Vault(t), Book: catalog, Guard: access.Default(), Clock: func() time.Time { return monday }, IDs: core.NewIDs(nil), Hub: NewHub(), Log: slog.New(slog.DiscardHandler),
	}}
	require.NoError(t, s.OpenActs())
	s.owner, err = pgx.Connect(t.Context(), address.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.owner.Close(context.Background()) })
	s.args = actArgs{Class: core.Payments, Action: core.Create, Visit: s.id("SELECT id FROM visit WHERE status = 'booked' AND price > 0 LIMIT 1"), Staff: s.id("SELECT id FROM staff WHERE login = 'admin'"), Role: "admin", Order: s.IDs()}
	text, err := json.Marshal(map[string]string{"note": "секретное слово"})
	require.NoError(t, err)
	sealed, err := s.Vault.Seal(orderPlace(s.args.Order), text)
	require.NoError(t, err)
	who := core.Actor{Kind: core.Staff, ID: s.args.Staff, Role: "admin"}
	require.NoError(t, s.DB.InTx(t.Context(), who, func(tx *store.Tx) error {
		return tx.OrderAdd(t.Context(), db.OrderAddParams{ID: s.args.Order, StaffID: who.ID, FieldsSealed: sealed, At: monday})
	}))
	return s
}

func (s *shop) id(sql string) uuid.UUID {
	s.t.Helper()
	var id uuid.UUID
	require.NoError(s.t, s.owner.QueryRow(s.t.Context(), sql).Scan(&id))
	return id
}

func (s *shop) count(sql string) (n int) {
	s.t.Helper()
	require.NoError(s.t, s.owner.QueryRow(s.t.Context(), sql).Scan(&n))
	return n
}

func TestAnOrderIsDoneOnceByTheWorker(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	require.NoError(t, s.carryOut(t.Context(), s.args))
	require.NoError(t, s.carryOut(t.Context(), s.args), "a job that runs again finds nothing to do")
	assert.Equal(t, 1, s.count("SELECT count(*) FROM invoice"))
	assert.Equal(t, 0, s.count("SELECT count(*) FROM act_order"))
	assert.Equal(t, 1, s.count("SELECT count(*) FROM audit WHERE action = 'invoice.issued' AND channel = 'worker' AND role = 'admin'"))
}

func TestWhoLostTheRoleMeanwhileDoesNothingAnyMore(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, change := range []string{"UPDATE staff SET role = 'marketing' WHERE login = 'admin'", "UPDATE staff SET role = 'admin', active = false WHERE login = 'admin'"} {
		_, err := s.owner.Exec(t.Context(), change)
		require.NoError(t, err)
		require.NotNil(t, core.Refusal(s.carryOut(t.Context(), s.args)), change)
	}
	assert.Equal(t, 0, s.count("SELECT count(*) FROM invoice"))
	assert.Equal(t, 2, s.count("SELECT count(*) FROM audit WHERE action = 'order.refused' AND decision = 'deny'"))
}

func TestAnOrderThatTheRulesRefuseIsOver(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.args.Action = core.Approve
	require.NotNil(t, core.Refusal(s.carryOut(t.Context(), s.args)))
	assert.Equal(t, 0, s.count("SELECT count(*) FROM act_order"))
	assert.Equal(t, 1, s.count("SELECT count(*) FROM audit WHERE decision = 'deny' AND action = 'payments.approve'"))
}
