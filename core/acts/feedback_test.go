package acts_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
)

// rated is a visit of yesterday with the doctor, of which its patient said something.
func (h *house) rated() (uuid.UUID, core.Actor) {
	h.t.Helper()
	visit := h.visit("practitioner_id = '" + h.as("doctor").Doctor.String() + "' AND status = 'done' AND ends_at > '2026-11-01'")
	chat := h.chat(h.id("SELECT patient_id FROM visit WHERE id = $1", visit.String()), false)
	h.do(chat, core.Create, core.Feedback, acts.Input{Visit: visit, Fields: fields("score", "9")})
	h.do(chat, core.Create, core.Feedback, acts.Input{Visit: visit, Fields: fields("text", "Канарейка: спина прошла")})
	return visit, chat
}

func TestAPatientSaysOnceWhatTheyThinkOfTheirOwnVisit(t *testing.T) {
	t.Parallel()
	h := open(t)
	visit, chat := h.rated()
	h.refuse("feedback_given", chat, core.Create, core.Feedback, acts.Input{Visit: visit, Fields: fields("score", "1")})
	h.refuse("not_allowed", chat, core.Read, core.Feedback, acts.Input{})
	other := h.chat(h.id("SELECT id FROM patient WHERE id <> (SELECT patient_id FROM visit WHERE id = $1) LIMIT 1", visit.String()), true)
	h.refuse("not_found", other, core.Create, core.Feedback, acts.Input{Visit: visit, Fields: fields("score", "1")})
	ahead := h.visit("status IN ('booked', 'confirmed')")
	mine := h.chat(h.id("SELECT patient_id FROM visit WHERE id = $1", ahead.String()), false)
	h.refuse("feedback_not_yet", mine, core.Create, core.Feedback, acts.Input{Visit: ahead, Fields: fields("score", "5")})
	assert.Zero(t, h.count("SELECT count(*) FROM feedback_text WHERE position(convert_to('"+"Канарейка"+"', 'UTF8') IN text_sealed) > 0"))
}

func TestWhoHearsTheWordsAndWhoTheScore(t *testing.T) {
	t.Parallel()
	h := open(t)
	visit, _ := h.rated()
	patient := h.id("SELECT patient_id FROM visit WHERE id = $1", visit.String())
	for role, hears := range map[string]bool{"admin": true, "head": true, "doctor": false, "marketing": false} {
		out := h.do(h.as(role), core.Read, core.Feedback, acts.Input{})
		require.NotEmpty(t, out.Rows, role)
		text, err := json.Marshal(out)
		require.NoError(t, err)
		assert.Equal(t, hears, contains(text, "Канарейка"), role)
		assert.Equal(t, hears, contains(text, patient.String()), role)
		assert.Equal(t, hears, contains(text, visit.String()), role)
	}
	h.refuse("not_found", h.as("doctor"), core.Read, core.Feedback, acts.Input{ID: h.id("SELECT id FROM feedback WHERE visit_id = $1", visit.String())})
	for _, role := range []string{"cashier", "director", "security"} {
		h.refuse("not_allowed", h.as(role), core.Read, core.Feedback, acts.Input{})
	}
}

func TestTheDeskAnswersItsOwnBranch(t *testing.T) {
	t.Parallel()
	h := open(t)
	visit, _ := h.rated()
	id := h.id("SELECT id FROM feedback WHERE visit_id = $1", visit.String())
	answer := acts.Input{ID: id, Fields: fields("text", "Спасибо!", "status", "closed")}
	there := h.as("admin")
	there.Branches = []uuid.UUID{h.id("SELECT id FROM branch WHERE id <> (SELECT branch_id FROM visit WHERE id = $1) LIMIT 1", visit.String())}
	h.refuse("not_found", there, core.Update, core.Feedback, answer)
	h.refuse("not_found", h.as("head"), core.Update, core.Feedback, answer)
	h.do(h.as("admin"), core.Update, core.Feedback, answer)
	assert.Equal(t, 1, h.count("SELECT count(*) FROM feedback WHERE status = 'closed' AND closed_at IS NOT NULL"))
	assert.Len(t, h.do(h.as("admin"), core.Read, core.Feedback, acts.Input{ID: id}).Rows[0]["words"], 2)
}
