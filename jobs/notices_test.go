package jobs_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/core/visit"
	"github.com/zapis-clinic/zapis/jobs/stage"
)

// told is a clinic in which Smirnova has a visit on Friday at eleven, booked in chat 1; the clock and the messenger are ours.
type told struct {
	*stage.Stage
	t     *testing.T
	clock *stage.Clock
	db    *store.DB
	desk  visit.Desk
	visit uuid.UUID
	start time.Time
}

func newTold(t *testing.T) *told {
	t.Helper()
	db, _ := storetest.Open(t, clinicSeed(), 4)
	clock := stage.NewClock(beginning())
	s := &stage.Stage{DB: db, Vault: vaulttest.Vault(t), Screen: &stage.Screen{}, Clock: clock.Now, Move: clock.Set, Chat: "1"}
	require.NoError(t, s.Begin(t.Context()))
	x := &told{Stage: s, t: t, clock: clock, db: db, start: time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)}
	x.play("> Запишите к кардиологу Ивановой в пятницу в 11\n> [Согласен]\n> Смирнова Ольга Викторовна\n> +7 916 123-45-67\n> да\n")
	x.desk = visit.Desk{In: db, Book: s.Talks.Book, Clock: clock.Now, IDs: core.NewIDs(nil)}
	x.visit = one[uuid.UUID](x, "SELECT id FROM visit WHERE holder_id = $1", x.chat())
	return x
}

func (x *told) chat() uuid.UUID { return conversation.ID("talk:test", "1") }

func staff() core.Actor {
	return core.Actor{Kind: core.Staff, Role: "admin", Channel: "cabinet", Rules: accesstest.Rules()}
}

func (x *told) play(text string) string {
	x.t.Helper()
	script, err := stage.ReadScript(text)
	require.NoError(x.t, err)
	got, err := x.Play(x.t.Context(), script)
	require.NoError(x.t, err, got)
	return got
}

func (x *told) exec(sql string, args ...any) {
	x.t.Helper()
	require.NoError(x.t, x.db.InTx(x.t.Context(), core.Sys("test"), func(tx *store.Tx) error {
		_, err := tx.Exec(x.t.Context(), sql, args...)
		return err
	}))
}

func one[T any](x *told, sql string, args ...any) T {
	x.t.Helper()
	var out T
	require.NoError(x.t, x.db.InTx(x.t.Context(), core.Sys("test"), func(tx *store.Tx) error {
		return tx.QueryRow(x.t.Context(), sql, args...).Scan(&out)
	}))
	return out
}

// secondChat gives the patient another messenger, and returns its screen.
func (x *told) secondChat() *stage.Screen {
	x.t.Helper()
	id := conversation.ID("webchat:test", "2")
	x.exec("INSERT INTO conversation (id, channel, account, external_id, created_at) VALUES ($1, 'webchat', 'webchat:test', '2', $2)", id, beginning())
	x.exec("INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) SELECT $1, patient_id, 'self', $2 FROM visit WHERE id = $3", id, beginning(), x.visit)
	screen := &stage.Screen{}
	x.Talks.Senders["webchat"] = screen
	return screen
}

func TestAReminderThatFindsItsChatBlockedGoesToTheNext(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	second := x.secondChat()
	x.Screen.Shut = true
	x.play("@ 2026-11-26T11:00:30+03:00\n@ +10s\n@ +10s\n")
	news, _ := second.News()
	require.Len(t, news, 1, "once, in the other messenger")
	require.Contains(t, news[0].Text, "пт 27 ноября, 11:00")
	require.NotEmpty(t, news[0].Buttons)
	require.Equal(t, "queued", one[string](x, "SELECT state FROM reminder WHERE visit_id = $1 AND minutes = 1440", x.visit))
	require.Equal(t, 2, one[int](x, "SELECT count(*) FROM outbox WHERE visit_id = $1", x.visit))
}

func TestANoticeThatFindsItsChatBlockedGoesToTheNext(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	second := x.secondChat()
	x.Screen.Shut = true
	x.play("! cancelled Иванова 2026-11-27 11:00\n@ +11m\n@ +10s\n@ +10s\n")
	news, _ := second.News()
	require.Len(t, news, 1)
	require.Contains(t, news[0].Text, "клиника отменила ваш визит")
}

func TestWhoCannotBeToldOfACancellationIsATask(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.Screen.Shut = true
	x.play("! cancelled Иванова 2026-11-27 11:00\n@ +11m\n@ +10s\n@ +10s\n")
	require.Equal(t, "no_channel", one[string](x, "SELECT why FROM visit_notice WHERE visit_id = $1", x.visit))
	require.Equal(t, 1, one[int](x, "SELECT count(*) FROM task WHERE visit_id = $1 AND state = 'open'", x.visit))
}

func TestWhoWithdrewConsentIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.exec(`INSERT INTO consent_event (id, conversation_id, text_id, action, channel, actor_kind, at)
SELECT gen_random_uuid(), $1, text_id, 'withdrawn', 'talk', 'patient', $2 FROM consent_event WHERE conversation_id = $1`, x.chat(), x.clock.Now())
	require.NotContains(t, x.play("@ 2026-11-26T11:00:30+03:00\n"), "Напоминаем")
	require.Equal(t, "consent", one[string](x, "SELECT why FROM reminder WHERE visit_id = $1 AND minutes = 1440", x.visit))
}

func TestACancellationIsTakenBackOnlyUntilItIsTold(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	_, err := x.desk.Cancel(t.Context(), staff(), x.visit, "doctor ill")
	require.NoError(t, err)
	_, err = x.desk.Restore(t.Context(), core.Actor{Kind: core.Patient, ID: x.chat(), Channel: "talk", Rules: accesstest.Rules()}, x.visit)
	require.Equal(t, "visit_state_cancelled", core.Refusal(err).Key, "the undo is the clinic's")
	v, err := x.desk.Restore(t.Context(), staff(), x.visit)
	require.NoError(t, err)
	require.Equal(t, visit.Booked, v.Status)
	require.Equal(t, 2, one[int](x, "SELECT count(*) FROM reminder WHERE visit_id = $1 AND state = 'due'", x.visit))
	_, err = x.desk.Restore(t.Context(), staff(), x.visit)
	require.NoError(t, err, "said twice, it is said once")
	_, err = x.desk.Cancel(t.Context(), staff(), x.visit, "")
	require.NoError(t, err)
	x.play("@ +11m\n")
	_, err = x.desk.Restore(t.Context(), staff(), x.visit)
	require.Equal(t, "visit_restore_late", core.Refusal(err).Key)
}

func TestATimeGivenToAnotherIsNotTakenBack(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.play("! cancelled Иванова 2026-11-27 11:00\n! taken Иванова 2026-11-27 11:00\n")
	_, err := x.desk.Restore(t.Context(), staff(), x.visit)
	require.Equal(t, "time_taken", core.Refusal(err).Key)
	x.play("@ +11m\n")
	require.Equal(t, "cancelled", one[string](x, "SELECT kind FROM visit_notice WHERE visit_id = $1 AND state = 'queued'", x.visit), "and so it is told")
}

func TestWhomTheDeskHasGivenAnotherVisitIsNotTold(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	old, err := x.desk.Cancel(t.Context(), staff(), x.visit, "doctor ill")
	require.NoError(t, err)
	slot := schedule.Slot{Doctor: old.Doctor, Branch: old.Branch, Room: old.Room, Start: x.start.AddDate(0, 0, 1)}
	_, err = x.desk.Make(t.Context(), staff(), visit.Wish{Slot: slot, Service: old.Service, Patient: old.Patient, Source: "phone"})
	require.NoError(t, err)
	x.play("@ +11m\n")
	require.Equal(t, "rebooked", one[string](x, "SELECT why FROM visit_notice WHERE visit_id = $1", x.visit))
}

func TestWhoMayBeOnTheWayIsToldAtOnce(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.clock.Set(x.start.Add(-50 * time.Minute))
	_, err := x.desk.Cancel(t.Context(), staff(), x.visit, "doctor ill")
	require.NoError(t, err)
	require.Contains(t, x.play("@ +1s\n"), "клиника отменила ваш визит")
}

func TestANoticeIsToldOnceByTwoSweepers(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	_, err := x.desk.Cancel(t.Context(), staff(), x.visit, "")
	require.NoError(t, err)
	x.clock.Set(beginning().Add(11 * time.Minute))
	errs := make(chan error, 4)
	for range cap(errs) {
		go func() { errs <- x.Talks.SweepReminders(t.Context()) }()
	}
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
	require.Equal(t, 1, one[int](x, "SELECT count(*) FROM outbox WHERE kind = 'notice'"))
	require.Equal(t, x.visit.String()+":3:cancelled:0", one[string](x, "SELECT idempotency_key FROM outbox WHERE kind = 'notice'"))
}
