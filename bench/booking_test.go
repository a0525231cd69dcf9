package bench_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/visit"
)

const (
	deskClients = 16
	deskRounds  = 3
	deskEach    = 350 // bookings of one client in one round
	deskRound   = deskClients * deskEach
)

// BenchmarkBooking books free times at once by 16 clients: through the desk, by pgbench with the same statements, and by pgbench
// with the same statements in as few round trips as the desk takes; in turns on one database. Only visits that came to stand count.
func BenchmarkBooking(b *testing.B) {
	o := open(b, seed(benchSize()), deskClients)
	wishes := freeWishes(b, o, 3*deskRounds*deskRound+2*deskRound)
	desk := visit.Desk{In: o.DB, Book: o.book, Clock: time.Now, IDs: core.NewIDs(nil)}
	slotTable(b, o, wishes)
	script, err := os.ReadFile("testdata/booking.pgbench")
	require.NoError(b, err)
	plain, pipelined := scriptFile(b, string(script)), scriptFile(b, inTwoTrips(string(script)))
	ways := []func(first int) time.Duration{
		func(first int) time.Duration { return deskBooks(b, desk, wishes[first:first+deskRound]) },
		func(first int) time.Duration { return pgbench(b, o, plain, first) },
		func(first int) time.Duration { return pgbench(b, o, pipelined, first) },
	}
	first := 0
	rate := func(way func(int) time.Duration) float64 {
		before := o.count(b, "SELECT count(*) FROM visit")
		took := way(first)
		first += deskRound
		made := o.count(b, "SELECT count(*) FROM visit") - before
		require.Greater(b, made, deskRound*98/100, "bookings that stand")
		return float64(made) / took.Seconds()
	}
	rate(ways[0]) // the caches fill for all of them
	rate(ways[1])
	rates := make([][]float64, len(ways))
	for range deskRounds {
		for i, way := range ways {
			rates[i] = append(rates[i], rate(way))
		}
	}
	ours, control, trips := median(rates[0]), median(rates[1]), median(rates[2])
	b.Logf("commits/s by round: desk %.0f, pgbench %.0f, pgbench in two trips %.0f", rates[0], rates[1], rates[2])
	b.ReportMetric(ours, "zapis-commits/s")
	b.ReportMetric(control, "pgbench-commits/s")
	b.ReportMetric(ours/control, "ratio")
	b.ReportMetric(trips, "pgbench-two-trips-commits/s")
	b.ReportMetric(ours/trips, "ratio-two-trips")
	b.ReportMetric(0, "ns/op")
}

func deskBooks(b *testing.B, desk visit.Desk, wishes []visit.Wish) time.Duration {
	b.Helper()
	began := time.Now()
	clerk := core.Actor{Kind: core.Staff, Role: "admin", Channel: "cabinet", Rules: accesstest.Rules()}
	var wait sync.WaitGroup
	for client := range deskClients {
		wait.Go(func() {
			for i := client; i < len(wishes); i += deskClients {
				if _, err := desk.Make(b.Context(), clerk, wishes[i]); err != nil {
					b.Log(err) // not counted, for no visit stands
				}
			}
		})
	}
	wait.Wait()
	return time.Since(began)
}

// freeWishes are n free times that do not touch one another, each for a patient with nothing else ahead.
func freeWishes(b *testing.B, o opened, n int) []visit.Wish {
	b.Helper()
	rows, err := o.owner.Query(b.Context(), `SELECT id FROM patient p WHERE deceased_at IS NULL AND merged_into IS NULL
		AND NOT EXISTS (SELECT FROM visit v WHERE v.patient_id = p.id AND v.ends_at > now()) ORDER BY id`)
	require.NoError(b, err)
	patients, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	require.NoError(b, err)
	free := schedule.Free{In: o.DB, Book: o.book, Clock: time.Now}
	rooms := map[uuid.UUID][]schedule.Slot{}
	var out []visit.Wish
	for _, d := range o.book.Current().Doctors {
		service := o.book.Current().ServicesOf(d.Specialties[0], d.ID)[0]
		slots, err := free.Nearest(b.Context(), core.Sys("bench"), schedule.Ask{
			Specialty: d.Specialties[0], Service: service.ID, Doctor: d.ID, From: time.Now().AddDate(0, 0, 2),
		})
		require.NoError(b, err)
		var last schedule.Slot
		for _, s := range slots {
			s.Start, s.End = s.Start.Add(-service.BufferBefore), s.End.Add(service.BufferAfter)
			shared := func(other schedule.Slot) bool { return other.Start.Before(s.End) && s.Start.Before(other.End) }
			if s.Start.Before(last.End) || (s.Room != uuid.Nil && slices.ContainsFunc(rooms[s.Room], shared)) {
				continue
			}
			last, rooms[s.Room] = s, append(rooms[s.Room], s)
			s.Start, s.End = s.Start.Add(service.BufferBefore), s.End.Add(-service.BufferAfter)
			out = append(out, visit.Wish{Slot: s, Service: service.ID, Source: "cabinet"})
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	r.Shuffle(len(patients), func(i, j int) { patients[i], patients[j] = patients[j], patients[i] })
	require.GreaterOrEqual(b, len(out), n, "free times")
	require.GreaterOrEqual(b, len(patients), n, "patients")
	for i := range out[:n] {
		out[i].Patient = patients[i]
	}
	return out[:n]
}

// slotTable lays out what the statements of a booking are given, one row a wish.
func slotTable(b *testing.B, o opened, wishes []visit.Wish) {
	b.Helper()
	o.exec(b, `CREATE UNLOGGED TABLE bench_slot (n integer PRIMARY KEY, id uuid, audit_id uuid, branch_id uuid, practitioner_id uuid, service_id uuid,
		specialty text, room_id uuid, patient_id uuid, during tstzrange, blocked tstzrange, local_start timestamp, tz text, service_name text,
		price bigint, currency text, now timestamptz, keys bigint[], minutes integer[])`)
	ids, now := core.NewIDs(nil), time.Now()
	var rows [][]any
	for n, w := range wishes {
		c := o.book.Current()
		s, _ := c.Service(w.Service)
		branch, _ := c.Branch(w.Slot.Branch)
		minutes := branch.Reminders
		if s.Reminders != nil {
			minutes = s.Reminders
		}
		var room any
		if w.Slot.Room != uuid.Nil {
			room = w.Slot.Room.String()
		}
		rows = append(rows, []any{
			n, ids().String(), ids().String(), branch.ID.String(), w.Slot.Doctor.String(), s.ID.String(), s.Specialty, room, w.Patient.String(),
			between(w.Slot.Start, w.Slot.End), between(w.Slot.Start.Add(-s.BufferBefore), w.Slot.End.Add(s.BufferAfter)),
			w.Slot.Start.Format("2006-01-02 15:04:05"), branch.Zone.String(), s.Name.RU, c.Terms(w.Slot.Doctor, s.ID).Price, s.Currency, now,
			lockKeys(w.Slot.Doctor, w.Slot.Room), minutes,
		})
	}
	fields := []string{
		"n", "id", "audit_id", "branch_id", "practitioner_id", "service_id", "specialty", "room_id", "patient_id", "during", "blocked",
		"local_start", "tz", "service_name", "price", "currency", "now", "keys", "minutes",
	}
	for part := range slices.Chunk(rows, 1000) {
		batch := &pgx.Batch{}
		for _, row := range part {
			batch.Queue(`INSERT INTO bench_slot (`+strings.Join(fields, ", ")+`) VALUES ($1, $2::text::uuid, $3::text::uuid, $4::text::uuid, $5::text::uuid,
				$6::text::uuid, $7, $8::text::uuid, $9::text::uuid, $10::text::tstzrange, $11::text::tstzrange, $12::text::timestamp, $13, $14, $15, $16, $17, $18, $19)`, row...)
		}
		require.NoError(b, o.owner.SendBatch(b.Context(), batch).Close())
	}
	o.exec(b, "GRANT SELECT ON bench_slot TO zapis_app")
	o.exec(b, "ANALYZE bench_slot")
}

func between(from, to time.Time) string {
	return fmt.Sprintf("[%s,%s)", from.Format(time.RFC3339), to.Format(time.RFC3339))
}

// lockKeys are those of schedule.Lock.
func lockKeys(calendars ...uuid.UUID) []int64 {
	var keys []int64
	for _, id := range calendars {
		if id != uuid.Nil {
			keys = append(keys, int64(binary.BigEndian.Uint64(id[:8])^binary.BigEndian.Uint64(id[8:])))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func scriptFile(b *testing.B, text string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "booking.sql")
	require.NoError(b, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// inTwoTrips sends everything up to the visit at once, and everything after it.
func inTwoTrips(script string) string {
	script = strings.Replace(script, "BEGIN;", "\\startpipeline\nBEGIN;", 1)
	script = strings.Replace(script, "RETURNING *;", "RETURNING *;\n\\endpipeline\n\\startpipeline", 1)
	return strings.Replace(script, "COMMIT;", "COMMIT;\n\\endpipeline", 1)
}

// pgbench runs a script as zapis_app, deskEach times a client, with our connections' settings, and says how long that took by its own
// account: without connecting, for the desk's connections stand too.
func pgbench(b *testing.B, o opened, script string, first int) time.Duration {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, pgbenchPath(), "-n", "-M", "prepared", "-c", strconv.Itoa(deskClients), "-j", "2", "-t", strconv.Itoa(deskEach),
		"-D", "i=-1", "-D", fmt.Sprintf("first=%d", first), "-D", fmt.Sprintf("clients=%d", deskClients), "-f", script, durable(b, o.URL))
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c plan_cache_mode=force_generic_plan -c timezone=UTC", "PGSSLMODE=disable")
	out, err := cmd.CombinedOutput()
	require.NoError(b, err, string(out))
	found := regexp.MustCompile(`tps = ([0-9.]+) \(without`).FindSubmatch(out)
	require.NotNil(b, found, string(out))
	perSecond, err := strconv.ParseFloat(string(found[1]), 64)
	require.NoError(b, err)
	return time.Duration(deskRound / perSecond * float64(time.Second))
}

// pgbenchPath finds pgbench on the path or beside the server.
func pgbenchPath() string {
	if path, err := exec.LookPath("pgbench"); err == nil {
		return path
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	return append(found, "pgbench")[0]
}
