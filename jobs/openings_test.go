package jobs_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/visit"
	"github.com/zapis-clinic/zapis/core/waitlist"
)

// crowd puts n more people on the list for Ivanova, each in a chat of their own.
func (x *told) crowd(n int) {
	x.t.Helper()
	for i := range n {
		x.waits(i)
	}
}

// waits puts the person of that number on the list.
func (x *told) waits(i int) {
	x.t.Helper()
	number, since := strconv.Itoa(i), beginning().Add(time.Duration(i)*time.Second)
	id := conversation.ID("talk:crowd", number)
	x.exec("INSERT INTO conversation (id, channel, account, external_id, created_at) VALUES ($1, 'talk', 'talk:crowd', $2, $3)", id, number, since)
	x.exec("INSERT INTO patient (id, given, created_at) VALUES ($1, 'Ждущий', $2)", id, since)
	x.exec("INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES ($1, $1, 'self', $2)", id, since)
	x.exec(`INSERT INTO waitlist (id, conversation_id, patient_id, specialty, service_id, from_at, until_at, state, created_at)
SELECT $1, $1, $1, specialty, service_id, $2, $3, 'waiting', $2 FROM visit WHERE id = $4`, id, since, since.AddDate(0, 1, 0), x.visit)
}

// offered is how many people were offered a time so far, and by how many messages.
func (x *told) offered() (people, messages int) {
	x.t.Helper()
	return one[int](x, "SELECT count(DISTINCT waitlist_id) FROM waitlist_offer"), one[int](x, "SELECT count(*) FROM outbox WHERE kind = 'waitlist'")
}

// letGo has the patient cancel her visit of Friday eleven.
func (x *told) letGo() {
	x.t.Helper()
	_, err := x.desk.Cancel(x.t.Context(), core.Actor{Kind: core.Patient, ID: x.chat(), Channel: "talk", Rules: accesstest.Rules()}, x.visit, "")
	require.NoError(x.t, err)
}

func TestAFreeTimeIsOfferedToTenThenToTheNext(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.crowd(23)
	x.letGo()
	for i, want := range []int{10, 20, 23, 23} {
		x.play("@ +1s\n@ +2m\n")
		people, messages := x.offered()
		require.Equal(t, []int{want, want}, []int{people, messages}, "round %d: those asked are left five minutes to themselves", i)
		x.play("@ +3m\n")
	}
	require.Equal(t, "nobody", one[string](x, "SELECT why FROM opening"))
}

func TestATimeThatIsTakenIsOfferedNoMore(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.crowd(15)
	x.letGo()
	x.play("@ +1s\n! taken Иванова 2026-11-27 11:00\n@ +6m\n")
	people, _ := x.offered()
	require.Equal(t, 10, people)
	require.Equal(t, "over", one[string](x, "SELECT state FROM opening"))
}

func TestATimeAtWhichTheDoctorIsIllIsNotOffered(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.crowd(1)
	_, err := x.desk.Cancel(t.Context(), staff(), x.visit, "doctor ill")
	require.NoError(t, err)
	x.play("@ +11m\n")
	_, messages := x.offered()
	require.Zero(t, messages)
}

func TestWhoHasBookedSinceWaitsNoMoreInAnyChat(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.crowd(2)
	x.secondChat()
	list := waitlist.List{In: x.db, Clock: x.clock.Now, IDs: core.NewIDs(nil)}
	v, err := x.desk.Find(t.Context(), core.Sys("test"), x.visit)
	require.NoError(t, err)
	wish := waitlist.Wish{Patient: v.Patient, Specialty: v.Specialty, Service: v.Service, From: x.clock.Now(), To: x.start.AddDate(0, 1, 0)}
	for _, chat := range []uuid.UUID{x.chat(), x.chat(), conversation.ID("webchat:test", "2")} {
		require.NoError(t, list.Join(t.Context(), core.Actor{Kind: core.Patient, ID: chat, Channel: "talk", Rules: accesstest.Rules()}, wish), "twice here, once there")
	}
	require.Equal(t, 2, one[int](x, "SELECT count(*) FROM waitlist WHERE patient_id = $1", v.Patient))
	x.clock.Set(x.clock.Now().Add(time.Minute))
	slot := schedule.Slot{Doctor: v.Doctor, Branch: v.Branch, Room: v.Room, Start: x.start.AddDate(0, 0, 1)}
	_, err = x.desk.Make(t.Context(), staff(), visit.Wish{Slot: slot, Service: v.Service, Patient: v.Patient, Source: "phone"})
	require.NoError(t, err)
	x.letGo()
	x.play("@ +1s\n")
	people, _ := x.offered()
	require.Equal(t, 2, people, "the others alone")
}

func TestWhoWasAskedLatelyComesLastAndNobodyIsAskedTooOften(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.crowd(12)
	x.exec("UPDATE waitlist SET asked_at = $1 WHERE id = $2", beginning().Add(-time.Hour), conversation.ID("talk:crowd", "0"))
	often := conversation.ID("talk:crowd", "1")
	for i := range 3 {
		opening := uuid.NewSHA1(uuid.Nil, []byte{200, byte(i)})
		x.exec(`INSERT INTO opening (id, branch_id, practitioner_id, specialty, starts_at, ends_at, due_at, state, created_at)
SELECT $1, branch_id, practitioner_id, specialty, starts_at, ends_at, $2, 'over', $2 FROM visit WHERE id = $3`, opening, beginning(), x.visit)
		x.exec("INSERT INTO waitlist_offer (opening_id, waitlist_id, at, message_id) VALUES ($1, $2, $3, $1)", opening, often, beginning())
	}
	x.letGo()
	x.play("@ +1s\n")
	asked := func(chat string) int {
		return one[int](x, "SELECT count(*) FROM outbox WHERE kind = 'waitlist' AND conversation_id = $1", conversation.ID("talk:crowd", chat))
	}
	require.Equal(t, []int{0, 0, 1, 1}, []int{asked("0"), asked("1"), asked("2"), asked("11")})
	x.play("@ +6m\n")
	require.Equal(t, []int{1, 0}, []int{asked("0"), asked("1")}, "three offers a day are enough")
}

func TestAtNightAndShortBeforeNothingIsOffered(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.crowd(1)
	x.clock.Set(time.Date(2026, 11, 25, 20, 0, 0, 0, time.UTC)) // 23:00 in Moscow
	x.letGo()
	x.play("@ +1s\n")
	_, messages := x.offered()
	require.Zero(t, messages, "nobody is woken")
	x.play("@ 2026-11-26T08:00:05+03:00\n")
	_, messages = x.offered()
	require.Equal(t, 1, messages, "but asked in the morning")
	x.exec("UPDATE opening SET due_at = $1", x.start.Add(-90*time.Minute))
	x.waits(50)
	x.play("@ 2026-11-27T09:31:00+03:00\n")
	_, messages = x.offered()
	require.Equal(t, 1, messages, "nobody can come so soon")
	require.Equal(t, "too_late", one[string](x, "SELECT why FROM opening"))
}

func TestTwoSweepersOfferATimeOnce(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.crowd(15)
	x.letGo()
	errs := make(chan error, 4)
	for range cap(errs) {
		go func() { errs <- x.Talks.SweepOpenings(t.Context()) }()
	}
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
	people, messages := x.offered()
	require.Equal(t, []int{10, 10}, []int{people, messages})
}

func TestAChatSeesItsOwnWaitAlone(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.crowd(3)
	stranger := core.Actor{Kind: core.Patient, ID: conversation.ID("talk:crowd", "2"), Channel: "talk", Rules: accesstest.Rules()}
	var mine, times int
	require.NoError(t, x.db.InTx(t.Context(), stranger, func(tx *store.Tx) error {
		if err := tx.QueryRow(t.Context(), "SELECT count(*) FROM waitlist").Scan(&mine); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), "SELECT count(*) FROM opening").Scan(&times)
	}))
	require.Equal(t, []int{1, 0}, []int{mine, times})
	err := x.db.InTx(t.Context(), stranger, func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE waitlist SET patient_id = (SELECT id FROM patient LIMIT 1), conversation_id = $1`, x.chat())
		return err
	})
	require.Error(t, err, "nor can it be given away")
}
