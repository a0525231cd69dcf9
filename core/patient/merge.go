package patient

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Pair is two cards that may be one person's, and why.
type Pair struct {
	One, Other Found // by name, number and birth date
	Phone      bool  // they have one phone, and first names alike
	Born       bool  // they have one name and birth date
}

// Merged is a merge that may still be taken back.
type Merged struct {
	ID       uuid.UUID
	Survivor uuid.UUID
	Number   int64
	Name     string
	Gone     int64 // the number of the card that went into it
	By       string
	At       time.Time
}

// UndoFor is how long a merge may be taken back.
const UndoFor = 30 * 24 * time.Hour

const mostPairs = 50

// mayMerge is for who makes cards.
func mayMerge(who core.Actor) error {
	_, err := access.Require(who, core.Ask{Action: core.Create, Class: core.Contacts, Facts: core.Facts{Branch: true}})
	if err == nil && who.Kind != core.Staff {
		err = core.Refuse(core.Denied, "not_allowed")
	}
	return err
}

// Suspects lists pairs of cards that may be one person's, at most fifty, and the merges that may be taken back. That they were listed stands on
// record, with how many.
func (c Cards) Suspects(ctx context.Context, actor core.Actor) ([]Pair, []Merged, error) {
	var out []Pair
	var done []Merged
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := mayMerge(actor); err != nil {
			return err
		}
		var err error
		if out, err = pairs(ctx, tx); err != nil {
			return err
		}
		if err := audit.Add(ctx, tx, audit.Entry{
			ID: c.IDs(), At: c.Clock(), Action: "patient.search", Class: core.Contacts, Object: object, Count: int32(2 * len(out)), Fields: []string{"doubles"}, //nolint:gosec // a hundred
		}); err != nil {
			return err
		}
		done = nil
		past, err := tx.PatientMerges(ctx, c.Clock().Add(-UndoFor))
		for _, m := range past {
			done = append(done, Merged{ID: m.ID, Survivor: m.SurvivorID, Number: m.Number, Name: Name{m.Surname, m.Given, m.Patronymic}.Whole(), Gone: m.GoneNumber, By: m.Login, At: m.At})
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("likely duplicates: %w", err)
	}
	return out, done, nil
}

// pairs are the likely duplicates as far as the actor may see both, in two questions for all of them.
func pairs(ctx context.Context, tx *store.Tx) ([]Pair, error) {
	rows, err := tx.SuspectedPairs(ctx, mostPairs)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, 0, 2*len(rows))
	for _, r := range rows {
		ids = append(ids, r.One, r.Other)
	}
	people, err := tx.PatientsNamed(ctx, ids)
	if err != nil {
		return nil, err
	}
	seen, err := named(ctx, tx, like(people), nil)
	if err != nil {
		return nil, err
	}
	by := make(map[uuid.UUID]Found, len(seen))
	for _, f := range seen {
		by[f.ID] = f
	}
	out := make([]Pair, 0, len(rows))
	for _, r := range rows {
		one, knows := by[r.One]
		if other, both := by[r.Other]; knows && both {
			out = append(out, Pair{One: one, Other: other, Phone: r.Phone, Born: r.Born})
		}
	}
	return out, nil
}

// Side is one of two cards side by side: the card, and how many rows of each table lead to it.
type Side struct {
	Card
	Rows map[string]int64
}

// Compare shows two cards as they would be merged. Both must be the actor's to change.
func (c Cards) Compare(ctx context.Context, actor core.Actor, one, other uuid.UUID) ([2]Side, error) {
	var out [2]Side
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if one == other {
			return core.Refuse(core.Invalid, "merge_same")
		}
		for i, id := range []uuid.UUID{one, other} {
			if _, err := c.may(ctx, tx, core.Update, id); err != nil {
				return err
			}
			var err error
			if out[i].Card, err = c.open(ctx, tx, id); err != nil {
				return err
			}
			held, err := tx.PatientRows(ctx, id)
			if err == nil {
				err = json.Unmarshal(held, &out[i].Rows)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("compare two cards: %w", err)
	}
	return out, nil
}

// Join is which card becomes a part of which, as both were seen, and what the card says from then on.
type Join struct {
	Survivor, Gone uuid.UUID
	Versions       [2]int32 // of the survivor, of the other
	Name           Name
	Born           *time.Time
	Sex, Lang      string
}

// Merge makes one card of two, in one transaction and on record; the id of the other leads to the survivor. A card that was changed since it was
// seen is refused (patient_changed), as are two whose visits overlap (merge_overlap): one of those has to be cancelled first. Every chat of both
// proves anew who writes.
func (c Cards) Merge(ctx context.Context, actor core.Actor, j Join) (uuid.UUID, error) {
	id := c.IDs()
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := c.ready(ctx, tx, j); err != nil {
			return err
		}
		var born, sex *string
		if j.Born != nil {
			day := j.Born.Format(time.DateOnly)
			born = &day
		}
		if j.Sex != "" {
			sex = &j.Sex
		}
		fields, err := json.Marshal(map[string]any{
			"surname": j.Name.Surname, "given": j.Name.Given, "patronymic": j.Name.Patronymic, "birth_date": born, "sex": sex, "lang": j.Lang,
		})
		if err != nil {
			return err
		}
		if _, err := tx.MergePatients(ctx, db.MergePatientsParams{ID: id, Survivor: j.Survivor, Gone: j.Gone, Fields: fields, At: c.Clock()}); err != nil {
			return err
		}
		for _, card := range []uuid.UUID{j.Survivor, j.Gone} {
			if err := c.note(ctx, tx, card, "patient.merge", "name", "born", "sex", "lang"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("merge two cards: %w", err)
	}
	return id, nil
}

// ready sees that both cards are the actor's, as they were seen, and that what is to stand in the card is of one of them.
func (c Cards) ready(ctx context.Context, tx *store.Tx, j Join) error {
	if err := mayMerge(tx.Actor); err != nil {
		return err
	}
	if err := (Edit{Name: j.Name, Born: j.Born, Sex: j.Sex, Lang: j.Lang}).Check(c.Clock()); err != nil {
		return err
	}
	both := []uuid.UUID{j.Survivor, j.Gone}
	if bytes.Compare(j.Survivor[:], j.Gone[:]) > 0 { // one order for everybody: nobody locks another out
		both = []uuid.UUID{j.Gone, j.Survivor}
	}
	for _, id := range both {
		if _, err := c.may(ctx, tx, core.Update, id); err != nil {
			return err
		}
		row, err := tx.PatientLock(ctx, id)
		if err != nil {
			return store.NoRows(err, "patient_unknown")
		}
		seen := j.Versions[0]
		if id == j.Gone {
			seen = j.Versions[1]
		}
		if row.Version != seen {
			return overtaken(ctx, tx, row)
		}
	}
	return nil
}

// Unmerge takes a merge back: what came with the other card goes back to it. What came since stays with the survivor; since counts it by table.
func (c Cards) Unmerge(ctx context.Context, actor core.Actor, id uuid.UUID) (survivor uuid.UUID, since map[string]int64, err error) {
	err = c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := mayMerge(actor); err != nil {
			return err
		}
		m, err := tx.MergeFound(ctx, id)
		if err != nil {
			return store.NoRows(err, "patient_unknown")
		}
		left, err := tx.UnmergePatients(ctx, db.UnmergePatientsParams{ID: id, At: c.Clock()})
		if err != nil {
			return err
		}
		survivor = m.SurvivorID
		if err := json.Unmarshal(left, &since); err != nil {
			return err
		}
		for _, card := range []uuid.UUID{m.SurvivorID, m.GoneID} {
			if err := c.note(ctx, tx, card, "patient.unmerge"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return uuid.Nil, nil, fmt.Errorf("take a merge back: %w", err)
	}
	return survivor, since, nil
}

// Apart writes down that two cards are two people's: they are suspected no more.
func (c Cards) Apart(ctx context.Context, actor core.Actor, one, other uuid.UUID) error {
	if bytes.Compare(one[:], other[:]) > 0 {
		one, other = other, one
	}
	return c.kin(ctx, actor, "patient.apart", [2]uuid.UUID{one, other}, func(tx *store.Tx) error {
		if one == other {
			return core.Refuse(core.Invalid, "merge_same")
		}
		return tx.PatientApartAdd(ctx, db.PatientApartAddParams{OneID: one, OtherID: other, At: c.Clock(), ByStaff: store.Ref(actor.ID)})
	})
}
