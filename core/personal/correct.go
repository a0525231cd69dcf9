package personal

import (
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Field is what can be corrected in a card.
type Field string

// The fields.
const (
	Name  Field = "name"
	Born  Field = "birth_date"
	Phone Field = "phone"
	Email Field = "email"
)

// Fields lists them.
func Fields() []Field { return []Field{Name, Born, Phone, Email} }

// Change is one correction.
type Change struct {
	Field Field  `json:"field"`
	Value string `json:"value"`
}

// maxEmail is the longest address there is: RFC 5321, 4.5.3.1.
const maxEmail = 254

// oldest is how long ago somebody can have been born, in years.
const oldest = 130

// Read takes a change as it was typed and gives it as it is kept: a birth date as YYYY-MM-DD, a phone as E.164.
func Read(c Change, now time.Time) (Change, error) {
	c.Value = strings.Join(strings.Fields(c.Value), " ")
	switch c.Field {
	case Name:
		_, err := patient.Split(c.Value)
		return c, err
	case Born:
		for _, form := range []string{"2.1.2006", time.DateOnly, "2/1/2006"} {
			at, err := time.Parse(form, c.Value)
			if err == nil && at.Before(now) && at.After(now.AddDate(-oldest, 0, 0)) {
				c.Value = at.Format(time.DateOnly)
				return c, nil
			}
		}
		return c, core.Refuse(core.Invalid, "birth_date_invalid")
	case Phone:
		number, err := core.Phone(c.Value, "RU")
		c.Value = number
		return c, err
	case Email:
		at, err := mail.ParseAddress(c.Value)
		if err != nil || at.Address != c.Value || utf8.RuneCountInString(c.Value) > maxEmail {
			return c, core.Refuse(core.Invalid, "email_invalid")
		}
		return c, nil
	default:
		return c, core.Refuse(core.Invalid, "field_unknown")
	}
}

// Correct corrects the card of the person in the acting chat. A card that the desk has checked against a document is the desk's to change:
// then it is a request, and wait is true.
func (o Office) Correct(ctx context.Context, actor core.Actor, c Change) (wait bool, err error) {
	c, err = Read(c, o.Clock())
	if err != nil {
		return false, err
	}
	err = o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		me, err := tx.PersonalSelf(ctx, actor.ID)
		switch {
		case err != nil:
			return err
		case me.PatientID == nil:
			return core.Refuse(core.NotFound, "no_card")
		case me.Checked:
			wait = true
			return o.askCorrection(ctx, tx, asking{kind: Correction, patient: *me.PatientID, chat: actor.ID, id: o.IDs(), fields: []string{string(c.Field)}}, c)
		}
		return o.apply(ctx, tx, *me.PatientID, c)
	})
	if err != nil {
		return false, fmt.Errorf("correct %s: %w", c.Field, err)
	}
	return wait, nil
}

func changePlace(id uuid.UUID) vault.Place {
	return vault.Place{Table: object, Column: "change_sealed", Row: id}
}

func (o Office) askCorrection(ctx context.Context, tx *store.Tx, a asking, c Change) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if a.change, err = o.Vault.Seal(changePlace(a.id), plain); err != nil {
		return err
	}
	if err := o.put(ctx, tx, a); err != nil {
		return err
	}
	return tx.TaskAdd(ctx, db.TaskAddParams{
		ID: o.IDs(), Kind: "personal_data", Key: "correction:" + a.id.String(), ConversationID: store.Ref(a.chat), PatientID: store.Ref(a.patient),
		CreatedAt: o.Clock(),
	})
}

// apply changes the card. Only the field's name goes on record.
func (o Office) apply(ctx context.Context, tx *store.Tx, id uuid.UUID, c Change) error {
	var err error
	switch c.Field {
	case Name:
		var n patient.Name
		if n, err = patient.Split(c.Value); err == nil {
			err = tx.PatientRename(ctx, db.PatientRenameParams{ID: id, Surname: n.Surname, Given: n.Given, Patronymic: n.Patronymic})
		}
	case Born:
		var at time.Time
		if at, err = time.Parse(time.DateOnly, c.Value); err == nil {
			err = tx.PatientBorn(ctx, db.PatientBornParams{ID: id, BirthDate: &at})
		}
	case Phone, Email:
		err = o.contact(ctx, tx, id, c)
	}
	if err != nil {
		return err
	}
	return audit.Add(ctx, tx, audit.Entry{
		ID: o.IDs(), At: o.Clock(), Action: "patient.correct", Object: "patient", Subject: id, Patient: id, Fields: []string{string(c.Field)},
	})
}

func (o Office) contact(ctx context.Context, tx *store.Tx, id uuid.UUID, c Change) error {
	kind := string(c.Field)
	put := db.PatientContactPutParams{
		ID: o.IDs(), PatientID: id, Kind: kind, ValueIndex: o.Vault.Index(kind, c.Value), Indexes: o.Vault.Indexes(kind, c.Value), CreatedAt: o.Clock(),
	}
	var err error
	if put.ValueSealed, err = o.Vault.Seal(patient.ContactPlace(put.ID), []byte(c.Value)); err != nil {
		return err
	}
	if err := tx.PatientContactPut(ctx, put); err != nil {
		return err
	}
	return tx.ContactsOnly(ctx, db.ContactsOnlyParams{PatientID: id, Kind: kind, Indexes: put.Indexes})
}

// Wished is what a request for a correction asks, for whoever may change the card.
func (o Office) Wished(ctx context.Context, actor core.Actor, id uuid.UUID) (Change, error) {
	var c Change
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		var err error
		_, c, err = o.wished(ctx, tx, id)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("a wished correction: %w", err)
	}
	return c, nil
}

func (o Office) wished(ctx context.Context, tx *store.Tx, id uuid.UUID) (db.PersonalRequest, Change, error) {
	var c Change
	if _, err := access.Require(tx.Actor, core.Ask{Action: core.Update, Class: core.Contacts, Facts: core.Facts{Branch: true}}); err != nil {
		return db.PersonalRequest{}, c, err
	}
	r, err := tx.PersonalRequest(ctx, id)
	if err != nil {
		return r, c, store.NoRows(err, "not_found")
	}
	if r.Kind != string(Correction) || r.ChangeSealed == nil {
		return r, c, core.Refuse(core.NotFound, "not_found")
	}
	plain, err := o.Vault.Open(changePlace(id), r.ChangeSealed)
	if err != nil {
		return r, c, err
	}
	return r, c, json.Unmarshal(plain, &c)
}

// Decide ends a request for a correction: the desk has looked at a document and makes it, or refuses.
func (o Office) Decide(ctx context.Context, actor core.Actor, id uuid.UUID, accept bool) error {
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		r, c, err := o.wished(ctx, tx, id)
		if err != nil {
			return err
		}
		state := "refused"
		if accept {
			state = "done"
			if err := o.apply(ctx, tx, store.ID(r.PatientID), c); err != nil {
				return err
			}
		}
		p := db.PersonalRequestDoneParams{ID: id, State: state, At: o.moment(), DecidedBy: store.Ref(actor.ID), Done: []byte("{}")}
		if err := tx.PersonalRequestDone(ctx, p); err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{
			ID: o.IDs(), At: o.Clock(), Action: "personal.correction_" + state, Object: object, Subject: id, Patient: store.ID(r.PatientID),
		})
	})
	if err != nil {
		return fmt.Errorf("decide on a correction: %w", err)
	}
	return nil
}
