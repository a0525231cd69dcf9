package demo

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/vault"
)

const (
	patientTable = "patient"
	contactTable = "patient_contact"
)

func patientColumns() []string {
	return columns("id surname given patronymic birth_date sex verified_at created_at")
}

func contactColumns() []string {
	return columns("id patient_id kind value_sealed value_index tail_index created_at")
}

func (l *loader) patientTables() ([]table, error) {
	p := table{name: patientTable, columns: patientColumns(), keep: true}
	c := table{name: contactTable, columns: contactColumns(), keep: true}
	for n := range l.patientCount {
		since := epoch().AddDate(0, 0, -dice("since", n).IntN(365))
		p.rows = append(p.rows, l.patientRow(n, since))
		contact, err := l.contactRow(n, since)
		if err != nil {
			return nil, err
		}
		c.rows = append(c.rows, contact)
	}
	return []table{p, c}, nil
}

// patientRow is the n-th patient; since is when the card was made. Seven of ten have shown a document.
func (c *clinic) patientRow(n int, since time.Time) []any {
	p := c.patient(n)
	sex := "male"
	if p.female {
		sex = "female"
	}
	var verified any
	if n%10 < 7 {
		verified = since
	}
	return []any{c.patientID(n), p.surname(), p.given, p.patronymic, p.birth, sex, verified, since}
}

// contactRow is the n-th patient's phone: the same id and number each time, sealed anew.
func (l *loader) contactRow(n int, since time.Time) ([]any, error) {
	id, phone := l.contactID(n), l.patient(n).phone
	sealed, err := l.vault.Seal(patient.ContactPlace(id), []byte(phone))
	if err != nil {
		return nil, fmt.Errorf("seal a phone: %w", err)
	}
	return []any{id, l.patientID(n), vault.Phone, sealed, l.vault.Index(vault.Phone, phone), l.vault.Tail(vault.Phone, phone), since}, nil
}

func (c *clinic) contactID(n int) uuid.UUID {
	if c.bulk() {
		return serial("contact", n)
	}
	return c.id("contact", n+1)
}

// In the big clinics every so many patients one is a second card of somebody: 3 %.
const twinEvery = 33

// origin is the patient whose person the n-th card describes.
func (c *clinic) origin(n int) int {
	if c.bulk() && n%twinEvery == twinEvery-1 {
		return n - 2*childEvery
	}
	return n
}

// patient is whom the n-th card describes. Every other second card lacks the patronymic.
func (c *clinic) patient(n int) person {
	from := c.origin(n)
	p := c.names.patient(from)
	if from != n && n%2 == 0 {
		p.patronymic = ""
	}
	return p
}

// home is the branch in whose city the n-th patient lives; families live together.
func (c *clinic) home(n int) int { return c.origin(n) / childEvery % c.branchCount }

func (c *clinic) patientID(n int) uuid.UUID {
	if c.bulk() {
		return serial("patient", n)
	}
	return c.id("patient", n+1)
}

// serial is an id of the shape of UUIDv7 whose time is a millisecond a row from the epoch, so that rows loaded in their order lie side
// by side in the index.
func serial(use string, n int) uuid.UUID {
	r := dice(use+" id", n)
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(epoch().UnixMilli()+int64(n))<<16|0x7000|r.Uint64()&0x0fff) //nolint:gosec // after 1970
	binary.BigEndian.PutUint64(id[8:], 1<<63|r.Uint64()>>2)
	return id
}
