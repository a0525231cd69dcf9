package bench_test

import (
	"crypto/rand"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/words"
	"github.com/zapis-clinic/zapis/jobs"
)

const dueReminders = 100_000

// BenchmarkReminders has a hundred thousand reminders come due at once, each of another visit of another patient in another chat, and
// measures until every one is a message with its buttons in the outbox. Beside it the database copies the same messages by one
// statement.
func BenchmarkReminders(b *testing.B) {
	o := open(b, seed(benchSize()), 4)
	say, err := words.Load()
	require.NoError(b, err)
	// Noon in Moscow: nobody sleeps in Kaliningrad yet, nor in Vladivostok already.
	noon := time.Now().UTC().Truncate(24 * time.Hour).Add(33 * time.Hour)
	remindOf(b, o, noon)
	h := &jobs.House{
		DB: o.DB, Vault: vaulttest.Vault(b), Book: o.book, Guard: access.Default(), Engine: dialog.Standard(), Words: say, Senders: map[string]jobs.Sender{}, Clock: func() time.Time { return noon },
		IDs: core.NewIDs(nil), Random: rand.Reader, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Hub: jobs.NewHub(),
	}
	require.NoError(b, o.InTx(b.Context(), core.Sys("worker"), func(tx *store.Tx) error { return tx.PartitionsEnsure(b.Context(), noon) }))
	began := time.Now()
	require.NoError(b, h.SweepReminders(b.Context()))
	took := time.Since(began)
	require.Equal(b, dueReminders, o.count(b, "SELECT count(*) FROM outbox WHERE kind = 'reminder' AND state = 'queued'"), "messages")
	require.Equal(b, dueReminders, o.count(b, "SELECT count(*) FROM reminder WHERE state = 'queued'"), "reminders settled")
	require.Equal(b, dueReminders, o.count(b, "SELECT count(*) FROM keyboard"), "buttons")
	began = time.Now()
	require.NoError(b, o.InTx(b.Context(), core.Sys("worker"), func(tx *store.Tx) error {
		_, err := tx.Exec(b.Context(), `INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, visit_id, state, not_before, not_after, created_at)
			SELECT gen_random_uuid(), conversation_id, channel, lane, 'control', idempotency_key, body, visit_id, state, not_before, not_after, created_at
			FROM outbox WHERE kind = 'reminder'`)
		return err
	}))
	control := time.Since(began)
	require.Equal(b, dueReminders, o.count(b, "SELECT count(*) FROM outbox WHERE kind = 'control'"))
	b.ReportMetric(took.Seconds(), "s")
	b.ReportMetric(dueReminders/took.Seconds(), "rows/s")
	b.ReportMetric(control.Seconds(), "insert-select-s")
	b.ReportMetric(took.Seconds()/control.Seconds(), "times-insert-select")
	b.ReportMetric(0, "ns/op")
}

// remindOf puts the reminders there with all that hangs on them: patients with chats and their consent, and a visit each, a day after
// now. The visits stand over others, as the desk may have them, for so many do not fit into one day.
func remindOf(b *testing.B, o opened, now time.Time) {
	b.Helper()
	for _, sql := range []string{
		`CREATE TEMP TABLE coming AS
		 SELECT n, gen_random_uuid() AS visit, gen_random_uuid() AS chat, p.id AS patient, r.practitioner_id, r.branch_id, r.specialty,
		        s.id AS service, s.name_ru, s.minutes, s.price, s.currency, w.tz,
		        '` + now.Format(time.RFC3339) + `'::timestamptz + interval '1 day' - make_interval(mins => 5 * (n % 60)::integer) AS starts
		 FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n
		       FROM patient p
		       WHERE deceased_at IS NULL AND merged_into IS NULL
		         AND NOT EXISTS (SELECT FROM visit v WHERE v.patient_id = p.id AND v.ends_at > now())
		       ORDER BY id LIMIT ` + strconv.Itoa(dueReminders) + `) p
		 JOIN (SELECT *, row_number() OVER () - 1 AS i, count(*) OVER () AS all_of FROM practitioner_role) r ON r.i = p.n % r.all_of
		 JOIN branch w ON w.id = r.branch_id
		 JOIN LATERAL (SELECT * FROM service s WHERE s.specialty = r.specialty ORDER BY s.id LIMIT 1) s ON true`,
		`INSERT INTO conversation (id, channel, account, external_id, lang, created_at, last_inbound_at)
		 SELECT chat, 'telegram', 'telegram:main', n, 'ru', now(), now() FROM coming`,
		`INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) SELECT chat, patient, 'self', now() FROM coming`,
		`INSERT INTO consent_event (id, conversation_id, patient_id, text_id, action, channel, actor_kind, actor_id, at)
		 SELECT gen_random_uuid(), chat, patient, t.id, 'given', 'telegram', 'patient', chat, now()
		 FROM coming, (SELECT id FROM consent_text WHERE purpose = 'processing' AND lang = 'ru' ORDER BY version DESC LIMIT 1) t`,
		`INSERT INTO visit (id, branch_id, practitioner_id, service_id, specialty, patient_id, status, during, blocked, local_start, tz, overbook,
		     overbook_reason, source, service_name, price, currency, created_at)
		 SELECT visit, branch_id, practitioner_id, service, specialty, patient, 'booked', d, d, starts AT TIME ZONE tz, tz, true,
		     'bench', 'telegram', name_ru, price, currency, now()
		 FROM coming, LATERAL (SELECT tstzrange(starts, starts + make_interval(mins => minutes)) AS d) d`,
		`INSERT INTO reminder (visit_id, minutes, due_at) SELECT visit, 1440, starts - interval '1440 minutes' FROM coming`,
		`ANALYZE conversation, patient_link, consent_event, visit, reminder`,
	} {
		o.exec(b, sql)
	}
	require.Equal(b, dueReminders, o.count(b, "SELECT count(*) FROM reminder WHERE state = 'due'"), "reminders due (the clinic must be medium or large)")
}
