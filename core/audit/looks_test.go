package audit_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
)

// people are a patient with a chat, and staff who treat and who do not.
type people struct {
	*journal
	patient, other uuid.UUID
	chat           core.Actor
	doctor, nurse  core.Actor
}

func (j *journal) people() people {
	j.t.Helper()
	p := people{journal: j, patient: j.ids(), other: j.ids()}
	guard := access.Default()
	p.chat = guard.Admit(core.Actor{Kind: core.Patient, ID: j.ids(), Channel: "telegram"})
	p.doctor, p.nurse = guard.Admit(p.hire("doctor", "Иванова")), guard.Admit(p.hire("nurse", ""))
	for _, id := range []uuid.UUID{p.patient, p.other} {
		j.tamper("INSERT INTO patient (id, given, created_at) VALUES ($1, 'Пётр', $2)", id.String(), j.now)
	}
	j.tamper("INSERT INTO conversation (id, channel, account, external_id, created_at, last_inbound_at) VALUES ($1, 'telegram', 'a', '1', $2, $2)", p.chat.ID.String(), j.now)
	j.tamper("INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES ($1, $2, 'self', $3)", p.chat.ID.String(), p.patient.String(), j.now)
	return p
}

// hire adds a member of staff, who is a practitioner where they have a name.
func (p people) hire(role, surname string) core.Actor {
	p.t.Helper()
	id := p.ids()
	var practitioner any
	if surname != "" {
		practitioner = p.ids().String()
		p.tamper("INSERT INTO practitioner (id, surname, given) VALUES ($1, $2, 'Анна')", practitioner, surname)
	}
	p.tamper("INSERT INTO staff (id, login, role, practitioner_id, created_at) VALUES ($1, $2, $3, $4, $5)", id.String(), role+"."+id.String()[30:], role, practitioner, p.now)
	return core.Actor{Kind: core.Staff, ID: id, Role: role, Channel: "cabinet"}
}

// reads has somebody look at one record of a patient.
func (p people) reads(actor core.Actor, class core.Class, patient uuid.UUID, glass bool) {
	p.t.Helper()
	require.NoError(p.t, p.db.InTx(p.t.Context(), actor, func(tx *store.Tx) error {
		return audit.Read(p.t.Context(), tx, audit.Look{IDs: p.ids, At: p.now, Class: class, Object: "x", Glass: glass}, audit.Seen{Subject: p.ids(), Patient: patient})
	}))
}

func (p people) looks(actor core.Actor, patient uuid.UUID) ([]audit.LookedAt, error) {
	moscow, err := time.LoadLocation("Europe/Moscow")
	require.NoError(p.t, err)
	list, _, err := audit.Looks(p.t.Context(), p.db, actor, audit.Looking{Patient: patient, Zone: moscow})
	return list, err
}

func TestAPatientSeesWhoLookedAtTheirRecord(t *testing.T) {
	t.Parallel()
	p := open(t).people()
	p.tamper("UPDATE patient_link SET verified_at = $1", p.now)
	p.reads(p.doctor, core.Records, p.patient, false)
	p.reads(p.doctor, core.Records, p.patient, false)
	p.reads(p.nurse, core.Results, p.patient, true)
	p.reads(p.doctor, core.Records, p.other, false)        // somebody else's
	p.reads(p.chat, core.Records, p.patient, false)        // their own look
	p.reads(p.doctor, core.Contacts, p.patient, false)     // no medical content
	p.seal()                                               // what is sealed and what is not are shown alike
	p.now = time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC) // in Moscow, that is the next day
	p.reads(p.doctor, core.Prescriptions, p.patient, false)
	require.NoError(t, p.db.InTx(t.Context(), p.doctor, func(tx *store.Tx) error {
		return audit.Add(t.Context(), tx, audit.Entry{ID: p.ids(), At: p.now, Action: "prescriptions.sign", Class: core.Prescriptions, Object: "prescription", Patient: p.patient})
	}))
	require.NoError(t, audit.Denied(t.Context(), p.db, p.nurse, audit.Entry{ID: p.ids(), At: p.now, Action: "records.read", Class: core.Records, Object: "record", Patient: p.patient}))

	list, err := p.looks(p.chat, p.patient)
	require.NoError(t, err)
	require.Len(t, list, 3)
	assert.Equal(t, "2026-11-24", list[0].Day.Format(time.DateOnly))
	assert.Equal(t, core.Prescriptions, list[0].Class)
	assert.Equal(t, []int64{1, 1}, []int64{list[0].Looks, list[0].Changes})
	found := map[core.Class]audit.LookedAt{list[1].Class: list[1], list[2].Class: list[2]}
	assert.Equal(t, "Иванова", found[core.Records].Surname)
	assert.Equal(t, int64(2), found[core.Records].Looks)
	assert.False(t, found[core.Records].Glass)
	assert.Equal(t, "nurse", found[core.Results].Role)
	assert.Empty(t, found[core.Results].Surname)
	assert.True(t, found[core.Results].Glass)

	whole, err := p.looks(core.Sys("export"), p.patient)
	require.NoError(t, err)
	assert.Equal(t, list, whole)
}

func TestOnlyThePatientLearnsWhoLooked(t *testing.T) {
	t.Parallel()
	p := open(t).people()
	p.reads(p.doctor, core.Records, p.patient, false)
	p.reads(p.doctor, core.Records, p.other, false)
	refusal := core.Refuse(core.NotFound, "not_found")
	_, err := p.looks(p.chat, p.patient)
	require.ErrorIs(t, err, refusal, "not verified")
	p.tamper("UPDATE patient_link SET verified_at = $1", p.now)
	_, err = p.looks(p.chat, p.patient)
	require.NoError(t, err)
	for what, ask := range map[string]struct {
		actor   core.Actor
		patient uuid.UUID
	}{
		"another patient's": {p.chat, p.other}, "nobody's": {p.chat, p.ids()}, "a doctor": {p.doctor, p.patient},
		"without rules": {core.Actor{Kind: core.Patient, ID: p.chat.ID}, p.patient},
	} {
		_, err := p.looks(ask.actor, ask.patient)
		require.ErrorIs(t, err, refusal, what)
	}
	for _, actor := range []core.Actor{p.doctor, {Kind: core.Patient, ID: p.ids()}, {Kind: core.Service, ID: p.ids(), Role: "contacts"}} {
		require.NoError(t, p.db.InTx(t.Context(), actor, func(tx *store.Tx) error {
			var n int
			require.NoError(t, tx.QueryRow(t.Context(), "SELECT count(*) FROM audit_looks($1, 'UTC', NULL, 100)", p.patient).Scan(&n))
			assert.Zero(t, n, "the database itself says no")
			return nil
		}))
	}
}

func TestDaysAreNotTornBetweenAnswers(t *testing.T) {
	t.Parallel()
	p := open(t).people()
	p.tamper("UPDATE patient_link SET verified_at = $1", p.now)
	p.tamper(`INSERT INTO audit_intake (id, at, actor_kind, actor_id, role, channel, action, class, object_type, patient_id)
SELECT gen_random_uuid(), $2::timestamptz - make_interval(days => n / 30), 'staff', gen_random_uuid(), 'nurse', 'cabinet', 'records.read', 'records', 'record', $1
FROM generate_series(0, 299) n`, p.patient.String(), p.now)
	seen, ask := 0, audit.Looking{Patient: p.patient, Zone: time.UTC}
	for more := true; more; {
		var list []audit.LookedAt
		var err error
		list, more, err = audit.Looks(t.Context(), p.db, p.chat, ask)
		require.NoError(t, err)
		assert.Zero(t, len(list)%30)
		seen += len(list)
		ask.Before = list[len(list)-1].Day
	}
	assert.Equal(t, 300, seen)
}

func TestTheJournalIsReadByThoseWhoseWorkItIs(t *testing.T) {
	t.Parallel()
	p := open(t).people()
	p.reads(p.doctor, core.Records, p.patient, false)
	p.acts(1)
	require.NoError(t, p.db.InTx(t.Context(), admin(), func(tx *store.Tx) error {
		return audit.Add(t.Context(), tx, audit.Entry{ID: p.ids(), At: p.now, Action: "invoice.issued", Object: "invoice", Patient: p.other})
	}))
	desk := audit.Desk{In: p.db, Clock: p.clock, IDs: p.ids}
	for role, want := range map[string][]string{
		"security": {"invoice.issued", "patient.phone", "records.read"}, "head": {"records.read"}, "cashier": {"invoice.issued"},
		"admin": nil, "doctor": nil, "nurse": nil, "marketing": nil, "director": nil,
	} {
		actor := access.Default().Admit(p.hire(role, ""))
		list, _, err := desk.Search(t.Context(), actor, audit.Filter{Until: p.now.Add(time.Second)})
		var got []string
		for _, l := range list {
			if l.Object != "audit" { // that somebody looked here stands here too
				got = append(got, l.Action)
			}
		}
		assert.ElementsMatch(t, want, got, role)
		if want == nil {
			require.ErrorIs(t, err, core.Refuse(core.Denied, "not_allowed"), role)
			require.NoError(t, p.db.InTx(t.Context(), actor, func(tx *store.Tx) error {
				var n int
				require.NoError(t, tx.QueryRow(t.Context(), "SELECT count(*) FROM audit_search(NULL, NULL, NULL, NULL, NULL, NULL, NULL, 100)").Scan(&n))
				assert.Zero(t, n, role)
				return nil
			}))
		}
	}
	assert.Equal(t, 3, p.count("SELECT count(*) FROM audit WHERE action = 'audit.read'"))
}

func TestTheJournalIsSearchedByPersonPatientActionAndTime(t *testing.T) {
	t.Parallel()
	p := open(t).people()
	security := access.Default().Admit(p.hire("security", ""))
	desk := audit.Desk{In: p.db, Clock: p.clock, IDs: p.ids}
	begun := p.now
	p.reads(p.doctor, core.Records, p.patient, false)
	p.now = p.now.Add(time.Hour)
	p.acts(2)
	p.reads(p.nurse, core.Results, p.patient, true)
	login := ""
	require.NoError(t, p.owner.QueryRow(t.Context(), "SELECT login FROM staff WHERE id = $1", p.nurse.ID.String()).Scan(&login))
	p.seal()
	for what, c := range map[string]struct {
		filter audit.Filter
		want   int
	}{
		"a login": {audit.Filter{Who: " " + login}, 1}, "an id": {audit.Filter{Who: p.doctor.ID.String()}, 1}, "nobody": {audit.Filter{Who: "nobody"}, 0},
		"a patient": {audit.Filter{Patient: p.patient, Until: p.now.Add(time.Second), Action: "re"}, 2}, "an action": {audit.Filter{Action: "patient."}, 2},
		"a wild card is none": {audit.Filter{Action: "patient%"}, 0}, "and none": {audit.Filter{Action: "patient_"}, 0},
		"up to a moment": {audit.Filter{Until: begun.Add(time.Second)}, 1}, "since a moment": {audit.Filter{Since: p.now, Action: "results"}, 1},
	} {
		list, more, err := desk.Search(t.Context(), security, c.filter)
		require.NoError(t, err, what)
		assert.Len(t, list, c.want, what)
		assert.False(t, more, what)
	}
}

func TestTheJournalIsLeafedThroughAndExportedWhole(t *testing.T) {
	t.Parallel()
	p := open(t).people()
	security := access.Default().Admit(p.hire("security", ""))
	desk := audit.Desk{In: p.db, Clock: p.clock, IDs: p.ids}
	require.NoError(t, p.db.InTx(t.Context(), admin(), func(tx *store.Tx) error {
		for range 120 {
			require.NoError(t, audit.Add(t.Context(), tx, p.entry("patient.phone")))
		}
		return nil
	}))
	p.seal()
	f, seen := audit.Filter{Action: "patient."}, map[uuid.UUID]bool{}
	for pages := 1; ; pages++ {
		list, more, err := desk.Search(t.Context(), security, f)
		require.NoError(t, err)
		for _, l := range list {
			seen[l.ID] = true
			f.After = l.Mark
		}
		if !more {
			assert.Equal(t, 3, pages)
			break
		}
	}
	assert.Len(t, seen, 120)

	n := 0
	each := func(audit.Line) error { n++; return nil }
	_, err := desk.Export(t.Context(), security, audit.Filter{Action: "patient."}, each)
	require.ErrorIs(t, err, core.Refuse(core.Denied, "not_allowed"), "no second factor was shown just now")
	security.Fresh = p.now
	cut, err := desk.Export(t.Context(), security, audit.Filter{Action: "patient."}, each)
	require.NoError(t, err)
	assert.False(t, cut)
	assert.Equal(t, 120, n)
	assert.Equal(t, 1, p.count("SELECT count(*) FROM audit WHERE action = 'audit.export'"))
}
