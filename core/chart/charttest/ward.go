// Package charttest is a small clinic for the tests of medical data: two doctors, a nurse, the desk, a head and the others of the staff;
// two patients, each in the care of one doctor.
package charttest

import (
	"context"
	_ "embed"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

//go:embed ward.sql
var people string

// Centre is the branch where Maria comes to Ivanova.
func Centre() uuid.UUID { return short("b001") }

// North is the branch where Oleg came to Petrov.
func North() uuid.UUID { return short("b002") }

// Ivanova works from nine to six in Centre.
func Ivanova() uuid.UUID { return short("d001") }

// Petrov works from three to six in North.
func Petrov() uuid.UUID { return short("d002") }

// Maria is in the care of Ivanova.
func Maria() uuid.UUID { return short("fa01") }

// Oleg is in the care of Petrov.
func Oleg() uuid.UUID { return short("fa02") }

// Dima is nobody.
func Dima() uuid.UUID { return short("fa99") }

// Today is Maria's visit.
func Today() uuid.UUID { return short("ee01") }

// Friday was Oleg's.
func Friday() uuid.UUID { return short("ee02") }

func short(end string) uuid.UUID {
	return uuid.MustParse("00000000-0000-0000-0000-00000000" + end)
}

// Monday is the moment at which a ward begins: Ivanova works, Petrov does not yet.
func Monday() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// Ward is a clinic of a test's own.
type Ward struct {
	chart.Chart
	DB      *store.DB
	Address storetest.Database
	t       *testing.T
	now     atomic.Pointer[time.Time]
}

// Open makes a ward.
func Open(t *testing.T) *Ward {
	t.Helper()
	db, address := storetest.Open(t, storetest.Seed{Key: "ward " + people, Fill: func(ctx context.Context, owner string) error {
		conn, err := pgx.Connect(ctx, owner)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(ctx) }()
		_, err = conn.Exec(ctx, people)
		return err
	}}, 4)
	w := &Ward{DB: db, Address: address, t: t}
	w.Set(Monday())
	clock := func() time.Time { return *w.now.Load() }
	db.Clock = clock
	w.Chart = chart.Chart{In: db, Clock: clock, IDs: core.NewIDs(nil), Vault: vaulttest.Vault(t)}
	return w
}

// Set moves the ward's clock.
func (w *Ward) Set(now time.Time) { w.now.Store(&now) }

// Staff is a member in their role, who has just shown a second factor: "ivanova", "petrov", "nurse", "admin", "head" …
func (w *Ward) Staff(login string) core.Actor {
	a := core.Actor{Kind: core.Staff, Role: login, Channel: "cabinet", Fresh: w.Clock()}
	switch login {
	case "ivanova":
		a.ID, a.Role, a.Doctor = short("00a1"), "doctor", Ivanova()
	case "petrov":
		a.ID, a.Role, a.Doctor = short("00a2"), "doctor", Petrov()
	case "nurse":
		a.ID, a.Branches = short("00a3"), []uuid.UUID{Centre()}
	case "admin":
		a.ID, a.Branches = short("00a4"), []uuid.UUID{Centre()}
	case "north_nurse":
		a.ID, a.Role, a.Branches = short("00b3"), "nurse", []uuid.UUID{North()}
	case "second_head":
		a.ID, a.Role = short("00b5"), "head"
	default:
		a.ID = short(map[string]string{"head": "00a5", "cashier": "00a6", "marketing": "00a7", "director": "00a8", "security": "00a9"}[login])
	}
	return access.Default().Admit(a)
}

// Chat is a patient's: "maria" and "oleg" have proved who they are, "unproved" only says that she is Maria.
func (w *Ward) Chat(who string) core.Actor {
	id := short(map[string]string{"maria": "cc01", "oleg": "cc02", "unproved": "cc03"}[who])
	return access.Default().Admit(core.Actor{Kind: core.Patient, ID: id, Channel: "telegram"})
}

// Machine is an integration with a contract.
func (w *Ward) Machine(contract string) core.Actor {
	return access.Default().Admit(core.Actor{Kind: core.Service, ID: short("7001"), Role: contract, Channel: "api"})
}

// Others lists everybody but those named, for "and nobody else": staff by login, patients, an integration without a contract.
func (w *Ward) Others(but ...string) map[string]core.Actor {
	all := map[string]core.Actor{"oleg": w.Chat("oleg"), "maria": w.Chat("maria"), "unproved": w.Chat("unproved"), "machine": w.Machine("contacts appointments")}
	for _, login := range []string{"ivanova", "petrov", "nurse", "north_nurse", "admin", "head", "cashier", "marketing", "director", "security"} {
		all[login] = w.Staff(login)
	}
	for _, name := range but {
		delete(all, name)
	}
	return all
}

// Exec runs a statement as the owner.
func (w *Ward) Exec(sql string, args ...any) {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.Address.OwnerURL)
	require.NoError(w.t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(w.t.Context(), sql, args...)
	require.NoError(w.t, err)
}

// Count asks the owner for a number.
func (w *Ward) Count(sql string, args ...any) int {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.Address.OwnerURL)
	require.NoError(w.t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	var n int
	require.NoError(w.t, conn.QueryRow(w.t.Context(), sql, args...).Scan(&n))
	return n
}

// Raw runs a statement as actor, past everything but the database, and says how many rows it had.
func (w *Ward) Raw(actor core.Actor, sql string, args ...any) (int, error) {
	w.t.Helper()
	n := 0
	err := w.DB.InTx(w.t.Context(), actor, func(tx *store.Tx) error {
		rows, err := tx.Query(w.t.Context(), sql, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			n++
		}
		return rows.Err()
	})
	return n, err
}

// Hidden fails where a text stands in clear in any table.
func (w *Ward) Hidden(canary string) {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.Address.OwnerURL)
	require.NoError(w.t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(w.t.Context(), "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
	require.NoError(w.t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(w.t, err)
	require.NotEmpty(w.t, tables)
	for _, table := range tables {
		var n int
		// Bytes are shown as hex in a row's text: the canary is looked for in both spellings.
		err := conn.QueryRow(w.t.Context(), "SELECT count(*) FROM "+table+" x WHERE x::text LIKE '%' || $1 || '%' OR x::text LIKE '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%'", canary).Scan(&n)
		require.NoError(w.t, err, table)
		assert.Zero(w.t, n, "in clear in %s", table)
	}
}

// Refused fails where err is not that refusal.
func Refused(t *testing.T, err error, key, why string) {
	t.Helper()
	r := core.Refusal(err)
	if assert.NotNil(t, r, "%s: %v", why, err) {
		assert.Equal(t, key, r.Key, why)
	}
}
