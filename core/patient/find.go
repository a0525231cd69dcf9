package patient

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Found is a card among those that were looked for. Phone is the surest one as far as whoever looks may know it; empty for the others.
type Found struct {
	ID     uuid.UUID
	Number int64
	Name   string
	Born   *time.Time
	Phone  string
}

// What a search is bounded by.
const (
	mostFound   = 12
	leastName   = 2  // letters
	leastPart   = 4  // digits of a phone
	mostSearch  = 60 // signs that are read
	aboutBefore = 30 // days around today from which a part of a phone number that is not its end is looked for
	aboutAfter  = 60
)

// Find looks for cards by any part of a name, misspelt, in the other alphabet or on the wrong keyboard; by a birth date; by the card's number;
// by a phone number, by its last digits from four on, or by a part of one of those who come about now. Parts of a phone are for whoever
// sees phones in full: by trying, others would learn what is hidden from them. It finds nobody whom the actor may not see; who may see
// nobody is refused. Each search stands on record, with how it was looked and how many were found, and nothing of what was typed.
func (c Cards) Find(ctx context.Context, actor core.Actor, text string) ([]Found, error) {
	var out []Found
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		best, err := mightSee(actor)
		if err != nil {
			return err
		}
		s := wish(text)
		list, by, err := c.find(ctx, tx, s, best.View == access.Full)
		if err != nil || by == "" {
			return err
		}
		if out, err = c.found(ctx, tx, list); err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{
			ID: c.IDs(), At: c.Clock(), Action: "patient.search", Class: core.Contacts, Object: object, Count: int32(len(out)), Fields: []string{by}, //nolint:gosec // a dozen
		})
	})
	if err != nil {
		return nil, fmt.Errorf("find patients: %w", err)
	}
	return out, nil
}

// mightSee is the most that the actor sees of anybody's contacts.
func mightSee(actor core.Actor) (core.Verdict, error) {
	return access.Require(actor, core.Ask{Action: core.Read, Class: core.Contacts, Facts: core.Facts{Branch: true, Care: true, Payer: true}})
}

// First are the first fifty cards by name that the actor may see, by name and birth date alone: for a page before anything is looked for.
func (c Cards) First(ctx context.Context, actor core.Actor) ([]Found, error) {
	var out []Found
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if _, err := mightSee(actor); err != nil {
			return err
		}
		rows, err := tx.PatientsFirst(ctx)
		if err != nil {
			return err
		}
		out, err = named(ctx, tx, like(rows), nil)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the first patients: %w", err)
	}
	return out, nil
}

// found are rows as far as the actor may see them, with their phones.
func (c Cards) found(ctx context.Context, tx *store.Tx, list []db.PatientsLikeRow) ([]Found, error) {
	phones, err := c.surest(ctx, tx, idsOf(list))
	if err != nil {
		return nil, err
	}
	return named(ctx, tx, list, phones)
}

func idsOf(list []db.PatientsLikeRow) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(list))
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	return ids
}

// named are rows as far as the actor may see them, in one question for all of them.
func named(ctx context.Context, tx *store.Tx, list []db.PatientsLikeRow, phones map[uuid.UUID]string) ([]Found, error) {
	if len(list) == 0 {
		return nil, nil
	}
	facts, err := access.AboutAll(ctx, tx, idsOf(list))
	if err != nil {
		return nil, err
	}
	out := make([]Found, 0, len(list))
	for _, p := range list {
		verdict, err := access.Object(tx.Actor, core.Ask{Action: core.Read, Class: core.Contacts, Facts: facts[p.ID]})
		if err != nil {
			continue
		}
		f := Found{ID: p.ID, Number: p.Number, Name: strings.Join(strings.Fields(p.Surname+" "+p.Given+" "+p.Patronymic), " "), Born: p.BirthDate}
		if phone := shown([]Contact{{Value: phones[p.ID]}}, verdict.View); phones[p.ID] != "" && len(phone) > 0 {
			f.Phone = phone[0].Value
		}
		out = append(out, f)
	}
	return out, nil
}

// surest are the phones that are known best, by card.
func (c Cards) surest(ctx context.Context, tx *store.Tx, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	rows, err := tx.PhonesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID]string{}
	for _, r := range rows {
		if out[r.PatientID] != "" {
			continue
		}
		phone, err := c.Vault.Open(ContactPlace(r.ID), r.ValueSealed)
		if err != nil {
			return nil, err
		}
		out[r.PatientID] = string(phone)
	}
	return out, nil
}

// find says also by what it looked; by nothing, where too little was typed.
func (c Cards) find(ctx context.Context, tx *store.Tx, s sought, parts bool) ([]db.PatientsLikeRow, string, error) {
	switch {
	case s.id != uuid.Nil:
		rows, err := tx.PatientsNumbered(ctx, db.PatientsNumberedParams{ID: &s.id})
		return like(rows), "number", err
	case len(s.readings) > 0:
		rows, err := tx.PatientsLike(ctx, db.PatientsLikeParams{Readings: s.readings, Born: s.born, Most: mostFound})
		return rows, "name", err
	case s.born != nil:
		rows, err := tx.PatientsBorn(ctx, db.PatientsBornParams{Born: *s.born, Most: mostFound})
		return like(rows), "born", err
	case s.digits != "":
		return c.byDigits(ctx, tx, s.digits, parts)
	}
	return nil, "", nil
}

// byDigits looks for a card's number, for a whole phone number, and, where neither is there, for the end or a part of one.
func (c Cards) byDigits(ctx context.Context, tx *store.Tx, digits string, parts bool) ([]db.PatientsLikeRow, string, error) {
	var out []db.PatientsLikeRow
	by := ""
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil && len(digits) < 10 {
		rows, err := tx.PatientsNumbered(ctx, db.PatientsNumberedParams{Number: &n})
		if err != nil {
			return nil, "", err
		}
		out, by = like(rows), "number"
	}
	if phone, err := core.Phone(digits, "RU"); err == nil {
		rows, err := tx.PatientsReached(ctx, c.Vault.Indexes(vault.Phone, phone))
		return append(out, like(rows)...), "phone", err
	}
	if len(digits) < leastPart || !parts {
		return out, by, nil
	}
	some, err := c.byEnd(ctx, tx, digits)
	if err == nil && len(some) == 0 {
		some, err = c.byPart(ctx, tx, digits)
	}
	return append(out, some...), "phone", err
}

// byEnd looks among the phones that end in the same four digits for those that end in all of them.
func (c Cards) byEnd(ctx context.Context, tx *store.Tx, digits string) ([]db.PatientsLikeRow, error) {
	rows, err := tx.PatientsEnding(ctx, c.Vault.Tails(vault.Phone, digits))
	if err != nil {
		return nil, err
	}
	return c.opened(rows, func(phone string) bool { return strings.HasSuffix(phone, digits) })
}

// byPart opens the phones of those who come about now and looks for a part.
func (c Cards) byPart(ctx context.Context, tx *store.Tx, digits string) ([]db.PatientsLikeRow, error) {
	now := c.Clock()
	rows, err := tx.PhonesAbout(ctx, db.PhonesAboutParams{FromAt: now.AddDate(0, 0, -aboutBefore), ToAt: now.AddDate(0, 0, aboutAfter)})
	if err != nil {
		return nil, err
	}
	ends := make([]db.PatientsEndingRow, 0, len(rows))
	for _, r := range rows {
		ends = append(ends, db.PatientsEndingRow(r))
	}
	return c.opened(ends, func(phone string) bool { return strings.Contains(phone, digits) })
}

// opened are the cards whose phone is as is asked, each once.
func (c Cards) opened(rows []db.PatientsEndingRow, is func(phone string) bool) ([]db.PatientsLikeRow, error) {
	var out []db.PatientsLikeRow
	seen := map[uuid.UUID]bool{}
	for _, r := range rows {
		phone, err := c.Vault.Open(ContactPlace(r.ContactID), r.ValueSealed)
		if err != nil {
			return nil, err
		}
		if seen[r.ID] || len(out) == mostFound || !is(string(phone)) {
			continue
		}
		seen[r.ID] = true
		out = append(out, db.PatientsLikeRow{ID: r.ID, Number: r.Number, Surname: r.Surname, Given: r.Given, Patronymic: r.Patronymic, BirthDate: r.BirthDate})
	}
	return out, nil
}

// like are rows of a search of another kind.
func like[R db.PatientsNumberedRow | db.PatientsReachedRow | db.PatientsBornRow | db.PatientsFirstRow | db.PatientsNamedRow](rows []R) []db.PatientsLikeRow {
	out := make([]db.PatientsLikeRow, 0, len(rows))
	for _, r := range rows {
		out = append(out, db.PatientsLikeRow(r))
	}
	return out
}
