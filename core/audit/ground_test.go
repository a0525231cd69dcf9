package audit_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// journal is an audit of its own, with a clock that stands still and an intruder who has the owner's rights.
type journal struct {
	t       *testing.T
	db      *store.DB
	address storetest.Database
	owner   *pgx.Conn
	ids     core.IDs
	now     time.Time
}

func open(t *testing.T) *journal {
	t.Helper()
	db, address := storetest.Open(t, storetest.Seed{Key: "empty"}, 8)
	owner, err := pgx.Connect(t.Context(), address.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	return &journal{t: t, db: db, address: address, owner: owner, ids: core.NewIDs(nil), now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
}

func (j *journal) clock() time.Time { return j.now }

// admin is somebody at the desk.
func admin() core.Actor {
	return core.Actor{Kind: core.Staff, ID: uuid.MustParse("018f3a52-0000-7000-8000-00000000000a"), Role: "admin", Channel: "cabinet", Request: "r1"}
}

func (j *journal) entry(action string) audit.Entry {
	return audit.Entry{
		ID: j.ids(), At: j.now, Action: action, Class: core.Contacts, Object: "patient", Subject: j.ids(), Patient: j.ids(), Fields: []string{"phone"},
	}
}

// acts puts n acts on record, one transaction each.
func (j *journal) acts(n int) {
	j.t.Helper()
	for range n {
		e := j.entry("patient.phone")
		require.NoError(j.t, j.db.InTx(j.t.Context(), admin(), func(tx *store.Tx) error { return audit.Add(j.t.Context(), tx, e) }))
	}
}

func (j *journal) seal() audit.Sealed {
	j.t.Helper()
	s, err := audit.Seal(j.t.Context(), j.db, j.clock)
	require.NoError(j.t, err)
	return s
}

// history is three seals of three acts each.
func (j *journal) history() {
	j.t.Helper()
	for range 3 {
		j.acts(3)
		j.now = j.now.Add(time.Minute)
		require.Equal(j.t, 3, j.seal().Rows)
	}
}

func (j *journal) anchor() audit.Anchor {
	j.t.Helper()
	head, err := audit.Newest(j.t.Context(), j.db, core.Sys("test"))
	require.NoError(j.t, err)
	return audit.AnchorOf(head)
}

// found is what verification finds, by kind.
func (j *journal) found(anchors ...audit.Anchor) map[audit.Kind][]audit.Finding {
	j.t.Helper()
	out := map[audit.Kind][]audit.Finding{}
	_, err := audit.Verify(j.t.Context(), j.address.OwnerURL, audit.Check{Anchors: anchors, Found: func(f audit.Finding) { out[f.Kind] = append(out[f.Kind], f) }})
	require.NoError(j.t, err)
	return out
}

// tamper runs a statement with the owner's rights.
func (j *journal) tamper(sql string, args ...any) {
	j.t.Helper()
	_, err := j.owner.Exec(j.t.Context(), sql, args...)
	require.NoError(j.t, err, sql)
}

func (j *journal) count(sql string, args ...any) int {
	j.t.Helper()
	var n int
	require.NoError(j.t, j.owner.QueryRow(j.t.Context(), sql, args...).Scan(&n))
	return n
}

func (j *journal) rowAt(seal, position int) uuid.UUID {
	j.t.Helper()
	var id string
	require.NoError(j.t, j.owner.QueryRow(j.t.Context(), "SELECT id::text FROM audit WHERE seal = $1 AND position = $2", seal, position).Scan(&id))
	return uuid.MustParse(id)
}

// appendTo leaves half a line behind, as a crash does.
func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}
