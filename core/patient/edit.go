package patient

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Edit is a card as the desk has filled it in, over the version that it saw. Contacts are added, or dropped by their ids.
type Edit struct {
	Version int32
	Name    Name
	Born    *time.Time
	Sex     string // female, male or empty
	Lang    string
	Phone   string // to add, E.164; empty: none
	Email   string // to add
	Drop    []uuid.UUID
}

// Change writes a card. Whoever saw an older version is refused (patient_changed, with Who and At of the last change), and nothing is written.
func (c Cards) Change(ctx context.Context, actor core.Actor, id uuid.UUID, e Edit) error {
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if _, err := c.may(ctx, tx, core.Update, id); err != nil {
			return err
		}
		if err := e.Check(c.Clock()); err != nil {
			return err
		}
		was, err := tx.PatientLock(ctx, id)
		if err != nil {
			return store.NoRows(err, "patient_unknown")
		}
		if was.MergedInto != nil {
			return core.Refuse(core.NotFound, "patient_unknown")
		}
		if was.Version != e.Version {
			return overtaken(ctx, tx, was)
		}
		dropped, err := c.drop(ctx, tx, id, e)
		if err != nil {
			return err
		}
		fields := e.changes(was, dropped)
		if len(fields) == 0 {
			return nil
		}
		p := db.PatientRewriteParams{ID: id, Surname: e.Name.Surname, Given: e.Name.Given, Patronymic: e.Name.Patronymic, BirthDate: e.Born, Sex: store.Text(e.Sex), Lang: e.Lang}
		if _, err := tx.PatientRewrite(ctx, p); err != nil {
			return err
		}
		if err := c.reach(ctx, tx, id, e); err != nil {
			return err
		}
		return c.note(ctx, tx, id, "patient.change", fields...)
	})
	if err != nil {
		return fmt.Errorf("change a card: %w", err)
	}
	return nil
}

// overtaken tells who was there first.
func overtaken(ctx context.Context, tx *store.Tx, was db.Patient) error {
	who := ""
	if was.ChangedBy != nil {
		var err error
		if who, err = tx.Colleague(ctx, *was.ChangedBy); err != nil {
			return err
		}
	}
	at := was.CreatedAt
	if was.ChangedAt != nil {
		at = *was.ChangedAt
	}
	return core.Refuse(core.Conflict, "patient_changed", "Who", who, "At", at)
}

// drop takes contacts off the card, and says of which kinds they were. What is no contact of this card is left alone.
func (c Cards) drop(ctx context.Context, tx *store.Tx, id uuid.UUID, e Edit) ([]string, error) {
	if len(e.Drop) == 0 {
		return nil, nil
	}
	return tx.PatientContactsDrop(ctx, db.PatientContactsDropParams{Ids: e.Drop, PatientID: id})
}

// reach adds what is new.
func (c Cards) reach(ctx context.Context, tx *store.Tx, id uuid.UUID, e Edit) error {
	for kind, value := range map[string]string{vault.Phone: e.Phone, vault.Email: e.Email} {
		if value == "" {
			continue
		}
		if err := c.put(ctx, tx, Contact{ID: id, Kind: kind, Value: value}); err != nil {
			return err
		}
	}
	return nil
}

// Check refuses what no card has.
func (e Edit) Check(now time.Time) error {
	for _, part := range []string{e.Name.Surname, e.Name.Given, e.Name.Patronymic} {
		if utf8.RuneCountInString(part) > maxName || strings.ContainsFunc(part, unfit) {
			return core.Refuse(core.Invalid, "name_invalid")
		}
	}
	switch {
	case strings.TrimSpace(e.Name.Given) == "" || !hasLetter(e.Name.Given):
		return core.Refuse(core.Invalid, "name_given")
	case e.Born != nil && (e.Born.After(now) || now.Sub(*e.Born) > 130*366*24*time.Hour):
		return core.Refuse(core.Invalid, "born_wrong")
	case !slices.Contains([]string{"", "female", "male"}, e.Sex):
		return core.Refuse(core.Invalid, "sex_wrong")
	case !slices.Contains([]string{"ru", "en"}, e.Lang):
		return core.Refuse(core.Invalid, "lang_wrong")
	case e.Email != "" && (len(e.Email) > 254 || strings.Count(e.Email, "@") != 1 || strings.HasPrefix(e.Email, "@") || strings.HasSuffix(e.Email, "@") || strings.ContainsAny(e.Email, " \t\r\n<>\",;")):
		return core.Refuse(core.Invalid, "email_wrong")
	}
	return nil
}

// unfit is what a name has not: control signs, among them those that turn the direction of what follows.
func unfit(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }

// changes names what an edit changes; dropped are the kinds of contacts that are gone.
func (e Edit) changes(was db.Patient, dropped []string) []string {
	var out []string
	if e.Name != (Name{was.Surname, was.Given, was.Patronymic}) {
		out = append(out, "name")
	}
	if !sameDay(e.Born, was.BirthDate) {
		out = append(out, "born")
	}
	if e.Sex != store.Str(was.Sex) {
		out = append(out, "sex")
	}
	if e.Lang != was.Lang {
		out = append(out, "lang")
	}
	if e.Phone != "" || slices.Contains(dropped, vault.Phone) {
		out = append(out, "phone")
	}
	if e.Email != "" || slices.Contains(dropped, vault.Email) {
		out = append(out, "email")
	}
	return out
}

func sameDay(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Format(time.DateOnly) == b.Format(time.DateOnly)
}

// Relate writes down that somebody is a relative: relation is what they are to the patient. Nobody gets a right by it.
func (c Cards) Relate(ctx context.Context, actor core.Actor, id, relative uuid.UUID, relation Relation) error {
	return c.kin(ctx, actor, "patient.family", [2]uuid.UUID{id, relative}, func(tx *store.Tx) error {
		if id == relative || !slices.Contains([]Relation{Child, Spouse, Parent, Other}, relation) {
			return core.Refuse(core.Invalid, "relation_wrong")
		}
		_, err := tx.PatientKinAdd(ctx, db.PatientKinAddParams{
			PatientID: id, RelativeID: relative, Relation: string(relation), Back: string(back(relation)), At: c.Clock(), MadeBy: store.Ref(actor.ID),
		})
		return err
	})
}

// Unrelate takes that back.
func (c Cards) Unrelate(ctx context.Context, actor core.Actor, id, relative uuid.UUID) error {
	return c.kin(ctx, actor, "patient.family_drop", [2]uuid.UUID{id, relative}, func(tx *store.Tx) error {
		return tx.PatientKinDrop(ctx, db.PatientKinDropParams{PatientID: id, RelativeID: relative})
	})
}

// kin does something with two cards, both of which the actor may change.
func (c Cards) kin(ctx context.Context, actor core.Actor, action string, both [2]uuid.UUID, do func(*store.Tx) error) error {
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		for _, id := range both {
			if _, err := c.may(ctx, tx, core.Update, id); err != nil {
				return err
			}
		}
		if err := do(tx); err != nil {
			return err
		}
		for _, id := range both {
			if err := c.note(ctx, tx, id, action, "family"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("a patient's family: %w", err)
	}
	return nil
}
