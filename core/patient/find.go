package patient

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
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
	leastPart   = 3  // signs of a name, digits of a phone
	mostSearch  = 60 // signs that are read
	aboutBefore = 30 // days around today from which a part of a phone number is looked for
	aboutAfter  = 60
)

// Find looks for cards by any part of a name, misspelt or not, by the card's number, by a phone number, or a part of one: of those who
// come about now. It finds nobody whom the actor may not see; who may see nobody is refused.
func (c Cards) Find(ctx context.Context, actor core.Actor, text string) ([]Found, error) {
	var out []Found
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		some := core.Facts{Branch: true, Care: true}
		if _, err := access.Require(actor, core.Ask{Action: core.Read, Class: core.Contacts, Facts: some}); err != nil {
			return err
		}
		list, err := c.find(ctx, tx, wish(text))
		if err != nil {
			return err
		}
		for _, p := range list {
			f := Found{ID: p.ID, Number: p.Number, Name: strings.Join(strings.Fields(p.Surname+" "+p.Given+" "+p.Patronymic), " "), Born: p.BirthDate}
			verdict, err := c.may(ctx, tx, core.Read, p.ID)
			if core.Refusal(err) != nil {
				continue
			}
			if err != nil {
				return err
			}
			if f.Phone, err = c.surest(ctx, tx, p.ID, verdict.View); err != nil {
				return err
			}
			out = append(out, f)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find patients: %w", err)
	}
	return out, nil
}

// surest is the phone that is known best, as far as a view goes.
func (c Cards) surest(ctx context.Context, tx *store.Tx, id uuid.UUID, view string) (string, error) {
	if view != access.Full && view != access.Masked {
		return "", nil
	}
	list, err := c.contacts(ctx, tx, id)
	if err != nil {
		return "", err
	}
	for _, k := range shown(list, view) {
		if k.Kind == vault.Phone {
			return k.Value, nil
		}
	}
	return "", nil
}

// sought is what somebody typed, taken apart.
type sought struct {
	words  []string // of a name, in small letters
	digits string
	id     uuid.UUID
}

func wish(text string) sought {
	if r := []rune(strings.TrimSpace(text)); len(r) > mostSearch {
		text = string(r[:mostSearch])
	}
	var s sought
	if id, err := uuid.Parse(strings.TrimSpace(text)); err == nil {
		return sought{id: id}
	}
	for _, w := range strings.FieldsFunc(strings.ReplaceAll(strings.ToLower(text), "ё", "е"), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '-' && r != '\''
	}) {
		if w = strings.Trim(w, "-'"); w != "" && len(s.words) < 4 {
			s.words = append(s.words, w)
		}
	}
	for _, r := range text {
		if r >= '0' && r <= '9' {
			s.digits += string(r)
		}
	}
	return s
}

func (c Cards) find(ctx context.Context, tx *store.Tx, s sought) ([]db.PatientsLikeRow, error) {
	switch {
	case s.id != uuid.Nil:
		rows, err := tx.PatientsNumbered(ctx, db.PatientsNumberedParams{ID: &s.id})
		return like(rows), err
	case len(s.words) > 0 && len(strings.Join(s.words, "")) >= leastPart:
		return tx.PatientsLike(ctx, db.PatientsLikeParams{Words: s.words, Most: mostFound})
	case s.digits != "":
		return c.byDigits(ctx, tx, s.digits)
	}
	return nil, nil
}

// byDigits looks for a card's number, for a whole phone number, and, where neither is there, for a part of one.
func (c Cards) byDigits(ctx context.Context, tx *store.Tx, digits string) ([]db.PatientsLikeRow, error) {
	var out []db.PatientsLikeRow
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil && len(digits) < 10 {
		rows, err := tx.PatientsNumbered(ctx, db.PatientsNumberedParams{Number: &n})
		if err != nil {
			return nil, err
		}
		out = like(rows)
	}
	if phone, err := core.Phone(digits, "RU"); err == nil {
		rows, err := tx.PatientsReached(ctx, c.Vault.Indexes(vault.Phone, phone))
		for _, r := range rows {
			out = append(out, db.PatientsLikeRow(r))
		}
		return out, err
	}
	if len(digits) < leastPart {
		return out, nil
	}
	some, err := c.byPart(ctx, tx, digits)
	return append(out, some...), err
}

// byPart opens the phones of those who come about now and looks for a part.
func (c Cards) byPart(ctx context.Context, tx *store.Tx, digits string) ([]db.PatientsLikeRow, error) {
	now := c.Clock()
	rows, err := tx.PhonesAbout(ctx, db.PhonesAboutParams{FromAt: now.AddDate(0, 0, -aboutBefore), ToAt: now.AddDate(0, 0, aboutAfter)})
	if err != nil {
		return nil, err
	}
	var out []db.PatientsLikeRow
	seen := map[uuid.UUID]bool{}
	for _, r := range rows {
		phone, err := c.Vault.Open(ContactPlace(r.ContactID), r.ValueSealed)
		if err != nil {
			return nil, err
		}
		if seen[r.ID] || len(out) == mostFound || !strings.Contains(string(phone), digits) {
			continue
		}
		seen[r.ID] = true
		out = append(out, db.PatientsLikeRow{ID: r.ID, Number: r.Number, Surname: r.Surname, Given: r.Given, Patronymic: r.Patronymic, BirthDate: r.BirthDate})
	}
	return out, nil
}

func like(rows []db.PatientsNumberedRow) []db.PatientsLikeRow {
	out := make([]db.PatientsLikeRow, 0, len(rows))
	for _, r := range rows {
		out = append(out, db.PatientsLikeRow(r))
	}
	return out
}
