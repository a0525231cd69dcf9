package bench_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/core/visit"
)

// open house: rules that allow everything, to measure what rules cost.
type openHouse struct{}

func (openHouse) Version() int32 { return 0 }

func (openHouse) Decide(core.Actor, core.Ask) core.Verdict {
	return core.Verdict{Allowed: true, View: "full"}
}

// guarded switches what stands between a booking and the tables: row-level security, the triggers of rights, and the record.
func guarded(b *testing.B, o opened, on bool) {
	b.Helper()
	how := map[bool]string{true: "ENABLE", false: "DISABLE"}[on]
	for _, t := range guardedTables(b, o) {
		o.exec(b, fmt.Sprintf("ALTER TABLE %s %s ROW LEVEL SECURITY", t, how))
	}
	o.exec(b, fmt.Sprintf("ALTER TABLE visit %s TRIGGER USER", how))
	if on {
		o.exec(b, "DROP RULE IF EXISTS unrecorded ON audit_intake")
	} else {
		o.exec(b, "CREATE RULE unrecorded AS ON INSERT TO audit_intake DO INSTEAD NOTHING")
	}
}

func guardedTables(b *testing.B, o opened) []string {
	b.Helper()
	rows, err := o.owner.Query(b.Context(), `SELECT DISTINCT tablename::text FROM pg_policies WHERE schemaname = 'public' AND tablename <> 'audit_intake'`)
	require.NoError(b, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(b, err)
	return names
}

const (
	guardRounds = 24
	guardRound  = 300
	guardWarm   = 40 // bookings in which plans are made anew after a switch
)

// BenchmarkGuard books one after another on one connection, with everything that guards and with nothing of it, by turns on one database:
// policies, row-level security, the triggers of rights, encryption (a value sealed and one opened, as a booking in a chat has) and the
// record. guard-cost is what the guarded booking takes longer: the median over pairs of short rounds that stand beside each other, for a machine
// is not equally fast all the time.
func BenchmarkGuard(b *testing.B) {
	o := open(b, seed(benchSize()), 1)
	wishes := freeWishes(b, o, (2*guardRounds+2)*(guardRound+guardWarm))
	desk := visit.Desk{In: o.DB, Book: o.book, Clock: time.Now, IDs: core.NewIDs(nil)}
	clerk := core.Actor{Kind: core.Staff, ID: uuid.New(), Role: "admin", Channel: "cabinet", Rules: accesstest.Rules()}
	nobody := clerk
	nobody.Rules = openHouse{}
	keys := vaulttest.Vault(b)
	place := vault.Place{Table: "visit_reason", Column: "text_sealed", Row: uuid.New()}
	next := 0
	round := func(who core.Actor, sealed bool) float64 {
		var began time.Time
		for i := range guardRound + guardWarm {
			if i == guardWarm {
				began = time.Now()
			}
			if sealed {
				value, err := keys.Seal(place, []byte("болит горло третий день"))
				require.NoError(b, err)
				_, err = keys.Open(place, value)
				require.NoError(b, err)
			}
			_, err := desk.Make(b.Context(), who, wishes[next])
			next++
			require.NoError(b, err)
		}
		return time.Since(began).Seconds() / guardRound * 1e6
	}
	round(clerk, true)
	guarded(b, o, false)
	round(nobody, false)
	var with, without, more []float64
	for i := range guardRounds {
		guarded(b, o, true)
		with = append(with, round(clerk, true))
		guarded(b, o, false)
		without = append(without, round(nobody, false))
		more = append(more, 100*(with[i]/without[i]-1))
	}
	guarded(b, o, true)
	b.ReportMetric(median(with), "guarded-us")
	b.ReportMetric(median(without), "bare-us")
	b.ReportMetric(median(more), "guard-cost-%")
	b.ReportMetric(0, "ns/op")
}

const listed = 2000

// BenchmarkList reads fifty visits of a branch for the desk and for a doctor, under row-level security and without it, by turns.
func BenchmarkList(b *testing.B) {
	o := open(b, seed(benchSize()), 1)
	c := o.book.Current()
	branch, doctor := c.Branches[0].ID, c.Doctors[0].ID
	for name, who := range map[string]core.Actor{
		"desk":   {Kind: core.Staff, ID: uuid.New(), Role: "admin", Branches: []uuid.UUID{branch}, Channel: "cabinet"},
		"doctor": {Kind: core.Staff, ID: uuid.New(), Role: "doctor", Doctor: doctor, Channel: "cabinet"},
	} {
		sql, key := "SELECT * FROM visit WHERE branch_id = $1 AND starts_at > now() ORDER BY starts_at LIMIT 50", branch
		if name == "doctor" {
			sql, key = "SELECT * FROM visit WHERE practitioner_id = $1 AND starts_at < now() ORDER BY starts_at DESC LIMIT 50", doctor
		}
		var with, without []float64
		for range 5 {
			guarded(b, o, true)
			with = append(with, list(b, o.DB, who, sql, key))
			guarded(b, o, false)
			without = append(without, list(b, o.DB, who, sql, key))
		}
		b.ReportMetric(median(with), name+"-us")
		b.ReportMetric(median(with)/median(without), name+"-to-bare")
	}
	guarded(b, o, true)
	b.ReportMetric(0, "ns/op")
}

// list reads the fifty a number of times and says how many microseconds one took.
func list(b *testing.B, in store.Opener, who core.Actor, sql string, key uuid.UUID) float64 {
	b.Helper()
	var began time.Time
	for i := range listed + 50 {
		if i == 50 { // plans are made anew after a switch
			began = time.Now()
		}
		n := 0
		err := in.InTx(b.Context(), who, func(tx *store.Tx) error {
			rows, err := tx.Query(context.Background(), sql, key)
			if err != nil {
				return err
			}
			for rows.Next() {
				n++
			}
			return rows.Err()
		})
		require.NoError(b, err)
		require.Equal(b, 50, n)
	}
	return time.Since(began).Seconds() / listed * 1e6
}
