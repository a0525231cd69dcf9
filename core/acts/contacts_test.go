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

func TestAPhoneIsForTheDeskAndMaskedForADoctor(t *testing.T) {
	t.Parallel()
	h := open(t)
	doctor := h.as("doctor")
	patient := h.id("SELECT patient_id FROM visit WHERE practitioner_id = $1 AND status = 'booked' AND starts_at < '2026-12-20' AND patient_id IN (SELECT patient_id FROM patient_contact) LIMIT 1",
		doctor.Doctor.String())
	phone := func(who core.Actor) string {
		text, err := json.Marshal(h.do(who, core.Read, core.Contacts, acts.Input{Patient: patient}))
		require.NoError(t, err)
		return string(text)
	}
	assert.Contains(t, phone(h.as("admin")), `"+7`)
	assert.Contains(t, phone(doctor), "••••")
	assert.NotContains(t, phone(doctor), "+7")
	stranger := h.id("SELECT id FROM patient WHERE id NOT IN (SELECT patient_id FROM visit WHERE practitioner_id = $1 AND patient_id IS NOT NULL) LIMIT 1", doctor.Doctor.String())
	h.refuse("not_found", doctor, core.Read, core.Contacts, acts.Input{ID: stranger})
	for _, role := range []string{"director", "marketing", "security", "cashier"} {
		h.refuse("not_found", h.as(role), core.Read, core.Contacts, acts.Input{ID: stranger})
	}
	h.refuse("not_allowed", h.as("director"), core.Read, core.Contacts, acts.Input{})
}

func TestTheDeskMakesACardOfWhoeverHasSigned(t *testing.T) {
	t.Parallel()
	h := open(t)
	card := acts.Input{Fields: fields("name", "Лебедева Нина Павловна", "phone", "+7 916 000-11-22", "born", "1980-02-03")}
	h.refuse("consent_paper_number", h.as("admin"), core.Create, core.Contacts, card)
	assert.Zero(t, h.count("SELECT count(*) FROM patient WHERE surname = 'Лебедева' AND given = 'Нина'"))
	card.Fields["paper"] = "2026/17"
	id, _ := h.do(h.as("admin"), core.Create, core.Contacts, card).Rows[0]["id"].(uuid.UUID)
	h.do(h.as("admin"), core.Update, core.Contacts, acts.Input{ID: id, Fields: fields("name", "Орлова Нина Павловна")})
	assert.Equal(t, "Орлова", h.do(h.as("head"), core.Read, core.Contacts, acts.Input{ID: id}).Rows[0]["surname"])
	for _, role := range []string{"doctor", "head", "cashier", "marketing", "director", "security"} {
		h.refuse("not_allowed", h.as(role), core.Create, core.Contacts, card)
		h.refuse("not_found", h.as(role), core.Update, core.Contacts, acts.Input{ID: id, Fields: fields("name", "Иванова Нина")})
	}
	chat := h.chat(id, true)
	h.refuse("born_at_desk", chat, core.Update, core.Contacts, acts.Input{ID: id, Fields: fields("born", "2020-01-01")})
	h.do(chat, core.Update, core.Contacts, acts.Input{ID: id, Fields: fields("phone", "+79160001123")})
}

func TestAnIntegrationSeesTheCardsItMade(t *testing.T) {
	t.Parallel()
	h := open(t)
	site := h.service("contacts")
	id, _ := h.do(site, core.Create, core.Contacts, acts.Input{Fields: fields("name", "Серов Олег", "phone", "+79160001124")}).Rows[0]["id"].(uuid.UUID)
	seen := h.do(site, core.Read, core.Contacts, acts.Input{}).Rows
	require.Len(t, seen, 1)
	assert.NotContains(t, seen[0], "contacts")
	h.refuse("not_found", h.service("contacts"), core.Read, core.Contacts, acts.Input{ID: id})
	h.refuse("not_allowed", h.service("appointments"), core.Create, core.Contacts, acts.Input{Fields: fields("name", "Серов Олег")})
}
