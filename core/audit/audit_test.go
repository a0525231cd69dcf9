package audit_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
)

// version is rules that have nothing but their number.
type version int32

func (v version) Decide(core.Actor, core.Ask) core.Verdict { return core.Verdict{} }
func (v version) Version() int32                           { return int32(v) }

func TestARowSaysWhoDidWhat(t *testing.T) {
	t.Parallel()
	j := open(t)
	actor, e := admin(), j.entry("patient.phone")
	actor.OnBehalfOf, actor.Rules = j.ids(), version(7)
	require.NoError(t, j.db.InTx(t.Context(), actor, func(tx *store.Tx) error { return audit.Add(t.Context(), tx, e) }))
	require.Equal(t, 1, j.count(`SELECT count(*) FROM audit WHERE id = $1 AND actor_kind = 'staff' AND actor_id = $2 AND role = 'admin' AND on_behalf_of = $3
		AND channel = 'cabinet' AND class = 'contacts' AND patient_id = $4 AND decision = 'allow' AND policy_version = 7 AND request_id = 'r1' AND fields = '{phone}'`,
		e.ID.String(), actor.ID.String(), actor.OnBehalfOf.String(), e.Patient.String()))
}

func TestWhatZapisDoesInAPersonsNameStandsUnderTheirs(t *testing.T) {
	t.Parallel()
	j := open(t)
	require.NoError(t, j.db.InTx(t.Context(), core.Sys("cabinet"), func(tx *store.Tx) error {
		own := tx.Actor
		tx.Actor = admin()
		require.NoError(t, audit.Add(t.Context(), tx, j.entry("staff.role_take")))
		tx.Actor = own
		require.NoError(t, audit.Add(t.Context(), tx, j.entry("staff.sign_in")))
		_, err := tx.AuditHead(t.Context()) // and the rest is done with Zapis's own rights
		return err
	}))
	assert.Equal(t, 1, j.count("SELECT count(*) FROM audit WHERE action = 'staff.role_take' AND actor_kind = 'staff' AND role = 'admin' AND actor_id = $1", admin().ID.String()))
	assert.Equal(t, 1, j.count("SELECT count(*) FROM audit WHERE action = 'staff.sign_in' AND actor_kind = 'system' AND role = '' AND actor_id IS NULL"))
}

func TestARefusalStandsThoughWhatItRefusedDoesNot(t *testing.T) {
	t.Parallel()
	j := open(t)
	refusal := core.Refuse(core.Denied, "not_yours")
	e := j.entry("records.read")
	err := j.db.InTx(t.Context(), admin(), func(tx *store.Tx) error {
		require.NoError(t, audit.Add(t.Context(), tx, j.entry("patient.phone")))
		require.NoError(t, audit.Denied(t.Context(), j.db, admin(), e))
		return refusal
	})
	require.Equal(t, refusal, err)
	require.Equal(t, 1, j.count("SELECT count(*) FROM audit"))
	require.Equal(t, 1, j.count("SELECT count(*) FROM audit WHERE id = $1 AND decision = 'deny'", e.ID.String()))
}

func TestAListIsALookAtEachOfItsPatients(t *testing.T) {
	t.Parallel()
	j := open(t)
	anna, boris, one := j.ids(), j.ids(), j.ids()
	look := audit.Look{IDs: j.ids, At: j.now, Class: core.Results, Object: "lab_report", Glass: true}
	require.NoError(t, j.db.InTx(t.Context(), admin(), func(tx *store.Tx) error {
		require.NoError(t, audit.Read(t.Context(), tx, look))
		return audit.Read(t.Context(), tx, look, audit.Seen{Subject: j.ids(), Patient: anna}, audit.Seen{Subject: one, Patient: boris}, audit.Seen{Subject: j.ids(), Patient: anna})
	}))
	require.Equal(t, 2, j.count("SELECT count(*) FROM audit"))
	of := "SELECT count(*) FROM audit WHERE action = 'results.read' AND glass AND patient_id = $1 AND object_id IS NOT DISTINCT FROM $2::text::uuid AND objects = $3"
	assert.Equal(t, 1, j.count(of, anna.String(), nil, 2))
	assert.Equal(t, 1, j.count(of, boris.String(), one.String(), 1))
}

func TestNobodyForgesARow(t *testing.T) {
	t.Parallel()
	j := open(t)
	j.history()
	j.acts(1)
	add := func(columns, values string) string {
		return "INSERT INTO audit_intake (id, at, channel, action, object_type" + columns + ") VALUES (gen_random_uuid(), '2026-11-23', 'x', 'x', 'x'" + values + ")"
	}
	for what, sql := range map[string]string{
		"another's kind":          add(", actor_kind", ", 'system'"),
		"another's id":            add(", actor_id", ", gen_random_uuid()"),
		"another's role":          add(", role", ", 'head'"),
		"the server's clock":      add(", recorded_at", ", '2020-01-01'"),
		"a place in a seal":       add(", seal, position", ", 1, 1"),
		"a decision there is not": add(", decision", ", 'maybe'"),
		"a time that never is":    "INSERT INTO audit_intake (id, at, channel, action, object_type) VALUES (gen_random_uuid(), 'infinity', 'x', 'x', 'x')",
		"a text without end":      "INSERT INTO audit_intake (id, at, channel, action, object_type) VALUES (gen_random_uuid(), '2026-11-23', repeat('x', 5000), 'x', 'x')",
		"past the intake":         "INSERT INTO audit_sealed (id, at, channel, action, object_type) VALUES (gen_random_uuid(), '2026-11-23', 'x', 'x', 'x')",
		"into the whole":          "INSERT INTO audit (id, at, channel, action, object_type) VALUES (gen_random_uuid(), '2026-11-23', 'x', 'x', 'x')",
		"a seal":                  "INSERT INTO audit_seal SELECT 9, now(), now(), now(), 1, 1, '', '', ''",
		"reading":                 "SELECT count(*) FROM audit",
		"reading the intake":      "SELECT count(*) FROM audit_intake",
		"reading what is sealed":  "SELECT count(*) FROM audit_sealed",
		"reading seals":           "SELECT count(*) FROM audit_seal",
		"changing":                "UPDATE audit_intake SET channel = 'x'",
		"changing what is sealed": "UPDATE audit_sealed SET channel = 'x'",
		"removing":                "DELETE FROM audit_intake",
		"removing the sealed":     "DELETE FROM audit",
		"emptying":                "TRUNCATE audit_intake",
		"taking the seals away":   "DELETE FROM audit_seal",
	} {
		for _, actor := range []core.Actor{admin(), core.Sys("test"), {Kind: core.Patient, ID: uuid.New()}} {
			err := j.db.InTx(t.Context(), actor, func(tx *store.Tx) error {
				_, err := tx.Exec(t.Context(), sql)
				return err
			})
			require.Error(t, err, what)
		}
	}
	require.Error(t, j.db.InTx(t.Context(), core.Actor{}, func(tx *store.Tx) error { return audit.Add(t.Context(), tx, j.entry("x")) }), "nobody")
	assert.Equal(t, 10, j.count("SELECT count(*) FROM audit"))
	assert.Empty(t, j.found())
}
