package acts_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
)

func TestTheCashierSeesTimesAndPricesAndNoNames(t *testing.T) {
	t.Parallel()
	h := open(t)
	out := h.do(h.as("cashier"), core.Read, core.Appointments, acts.Input{})
	require.NotEmpty(t, out.Rows)
	assert.Len(t, out.Rows[0], 5)
	for _, key := range []string{"patient", "name", "doctor", "service", "service_name"} {
		assert.NotContains(t, out.Rows[0], key)
	}
	assert.NotEmpty(t, h.do(h.as("admin"), core.Read, core.Appointments, acts.Input{}).Rows[0]["name"])
	for _, role := range []string{"marketing", "director", "security"} {
		h.refuse("not_allowed", h.as(role), core.Read, core.Appointments, acts.Input{})
	}
}

func TestADoctorSeesTheirOwnCalendar(t *testing.T) {
	t.Parallel()
	h := open(t)
	doctor := h.as("doctor")
	out := h.do(doctor, core.Read, core.Appointments, acts.Input{})
	require.NotEmpty(t, out.Rows)
	for _, row := range out.Rows {
		require.Equal(t, doctor.Doctor, row["doctor"])
	}
	other := h.visit("practitioner_id <> '" + doctor.Doctor.String() + "' AND status = 'booked'")
	h.refuse("not_found", doctor, core.Read, core.Appointments, acts.Input{ID: other})
	h.refuse("not_found", doctor, core.Update, core.Appointments, acts.Input{ID: other, Fields: fields("do", "arrived")})
	h.refuse("not_found", doctor, core.Void, core.Appointments, acts.Input{ID: h.visit("practitioner_id = '" + doctor.Doctor.String() + "' AND status = 'booked'")})
}

func TestTheDeskBooksMovesAndCancels(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.visit("status = 'booked'")
	row := h.do(h.as("head"), core.Read, core.Appointments, acts.Input{ID: v}).Rows[0]
	id := func(key string) string { x, _ := row[key].(uuid.UUID); return x.String() }
	free := h.free(id("doctor"), id("branch"))
	patient := h.id("SELECT id FROM patient p WHERE NOT EXISTS (SELECT FROM visit v WHERE v.patient_id = p.id AND v.local_start::date = $1::timestamptz::date) LIMIT 1", free[0])
	book := acts.Input{Patient: patient, Fields: fields("service", id("service"), "doctor", id("doctor"), "branch", id("branch"), "start", free[0])}
	made := h.do(h.as("admin"), core.Create, core.Appointments, book).Rows[0]
	h.refuse("time_taken", h.as("admin"), core.Create, core.Appointments, book)
	there := h.as("admin")
	there.Branches = []uuid.UUID{h.id("SELECT id FROM branch WHERE id <> $1 LIMIT 1", id("branch"))}
	mine, _ := made["id"].(uuid.UUID)
	move := acts.Input{ID: mine, Fields: fields("do", "move", "start", free[1])}
	h.refuse("not_found", there, core.Update, core.Appointments, move)
	h.refuse("not_found", h.as("cashier"), core.Update, core.Appointments, move)
	assert.Equal(t, free[1], h.do(h.as("admin"), core.Update, core.Appointments, move).Rows[0]["start"])
	h.refuse("field_invalid", h.as("admin"), core.Void, core.Appointments, acts.Input{ID: mine, Fields: fields("reason", "у неё болит спина")})
	h.do(h.as("admin"), core.Void, core.Appointments, acts.Input{ID: mine, Fields: fields("reason", "patient asked")})
	assert.Equal(t, 1, h.count("SELECT count(*) FROM visit WHERE id = $1 AND status = 'cancelled'", mine.String()))
}

// free are two beginnings of a doctor's day after tomorrow.
func (h *house) free(doctor, branch string) []string {
	h.t.Helper()
	var from time.Time
	require.NoError(h.t, h.owner.QueryRow(h.t.Context(), `SELECT lower(w) FROM working_day d, unnest(d.free) w WHERE practitioner_id = $1 AND branch_id = $2
		AND day > '2026-11-24' AND upper(w) - lower(w) >= interval '2 hours' ORDER BY 1 LIMIT 1`, doctor, branch).Scan(&from))
	return []string{from.UTC().Format(time.RFC3339), from.Add(time.Hour).UTC().Format(time.RFC3339)}
}

func TestAPatientMovesTheirOwnVisitAndMarksNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := h.visit("status = 'booked' AND starts_at > '2026-11-25'")
	chat := h.chat(h.id("SELECT patient_id FROM visit WHERE id = $1", v.String()), false)
	h.refuse("field_invalid", chat, core.Update, core.Appointments, acts.Input{ID: v, Fields: fields("do", "done")})
	assert.EqualValues(t, "confirmed", h.do(chat, core.Update, core.Appointments, acts.Input{ID: v, Fields: fields("do", "confirm")}).Rows[0]["status"])
	other := h.visit("patient_id <> (SELECT patient_id FROM visit WHERE id = '" + v.String() + "')")
	h.refuse("not_found", chat, core.Void, core.Appointments, acts.Input{ID: other})
	h.do(chat, core.Void, core.Appointments, acts.Input{ID: v})
}

func TestANurseSaysWhoHasComeToday(t *testing.T) {
	t.Parallel()
	h := open(t)
	nurse := h.another("nurse")
	today := h.visit("status IN ('booked', 'confirmed') AND local_start::date = '2026-11-23'")
	h.refuse("field_invalid", nurse, core.Update, core.Appointments, acts.Input{ID: today, Fields: fields("do", "done")})
	h.do(nurse, core.Update, core.Appointments, acts.Input{ID: today, Fields: fields("do", "arrived")})
	h.refuse("not_found", nurse, core.Read, core.Appointments, acts.Input{ID: h.visit("local_start::date = '2026-11-25'")})
}
