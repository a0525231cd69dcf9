package acts

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// cards does the acts with who comes: names and how to reach them.
type cards struct{ Means }

func contacts(m Means) []Act {
	c := cards{m}
	return []Act{
		{core.Contacts, core.Read, "", c.read},
		{core.Contacts, core.Create, "", c.create},
		{core.Contacts, core.Update, "", c.update},
		m.counts(core.Contacts, core.Aggregate),
	}
}

func (c cards) kept(tx *store.Tx) patient.Cards {
	return patient.Cards{In: tx, Vault: c.Vault, Clock: c.Clock, IDs: c.IDs}
}

// read shows the card ID (or Patient), or up to fifty whose name begins with "name".
func (c cards) read(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := c.asker(tx, core.Contacts, core.Read, in)
	best, err := a.might()
	if err != nil {
		return Output{}, err
	}
	one := whose(in)
	list, err := c.list(ctx, tx, in, one)
	if err != nil {
		return Output{}, err
	}
	out := Output{View: best.View, Rows: []Row{}}
	for _, p := range list {
		f, err := a.of(ctx, p.ID)
		if err != nil {
			return Output{}, err
		}
		v, ok := a.allows(f)
		if !ok {
			continue
		}
		row, err := c.row(ctx, tx, p, v.View)
		if err != nil {
			return Output{}, err
		}
		out.Rows = append(out.Rows, row)
	}
	if one != uuid.Nil && len(out.Rows) == 0 {
		return Output{}, core.Refuse(core.NotFound, "not_found")
	}
	return out, nil
}

// whose is the patient that was asked for, by whichever name.
func whose(in Input) uuid.UUID {
	if in.ID != uuid.Nil {
		return in.ID
	}
	return in.Patient
}

func (c cards) list(ctx context.Context, tx *store.Tx, in Input, one uuid.UUID) ([]db.Patient, error) {
	if one != uuid.Nil {
		p, err := tx.Patient(ctx, one)
		return []db.Patient{p}, store.NoRows(err, "not_found")
	}
	name, err := in.text("name", 100, true)
	if err != nil {
		return nil, err
	}
	return tx.PatientsFound(ctx, name)
}

func (c cards) row(ctx context.Context, tx *store.Tx, p db.Patient, view string) (Row, error) {
	row := Row{keyID: p.ID, "surname": p.Surname, "given": p.Given, "patronymic": p.Patronymic}
	if p.BirthDate != nil {
		row["born"] = p.BirthDate.Format(time.DateOnly)
	}
	if view != access.Full && view != access.Masked {
		return row, nil
	}
	row["lang"], row["verified"], row["advertising"] = p.Lang, p.VerifiedAt != nil, p.AdvertisingAt != nil
	known, err := c.kept(tx).Contacts(ctx, tx.Actor, p.ID)
	if err != nil {
		return nil, err
	}
	list := make([]Row, 0, len(known))
	for _, k := range known {
		if view == access.Masked {
			k.Value = mask(k.Value)
		}
		list = append(list, Row{keyKind: k.Kind, "value": k.Value, "verified": k.Verified})
	}
	row["contacts"] = list
	return row, nil
}

// mask leaves the last two signs, by which a patient can be asked whether it is the one.
func mask(value string) string {
	r := []rune(value)
	if len(r) <= 4 {
		return "••••"
	}
	return "••••" + string(r[len(r)-2:])
}

// create makes a card: "name", "phone", "born", "lang"; the desk adds "paper", the number of the signed consent to processing, and may tell
// the "branch". Nothing is kept of somebody who has not agreed.
func (c cards) create(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := c.asker(tx, core.Contacts, core.Create, in)
	f := a.base("")
	f.Branch = tx.Actor.Kind == core.Staff // whoever has not come yet belongs to every branch
	verdict, err := a.object(f)
	if err != nil {
		return Output{}, err
	}
	p, err := c.drawn(tx, in)
	if err != nil {
		return Output{}, err
	}
	if key, err := uuid.Parse(in.Fields["key"]); err == nil && in.Button { // of the form: pressed twice, it makes one card
		p.ID = key
		if err := tx.CardLock(ctx, key); err != nil {
			return Output{}, err
		}
		if made, err := tx.CardMade(ctx, key); made || err != nil {
			return One(verdict.View, Row{keyID: key}), err
		}
	}
	if err := tx.PatientMake(ctx, p); err != nil {
		return Output{}, err
	}
	if tx.Actor.Kind == core.Staff {
		paper := consent.Paper{Patient: p.ID, Purpose: consent.Processing, Lang: p.Lang, Document: in.Fields["paper"]}
		if err := (consent.Register{In: tx, Clock: c.Clock, IDs: c.IDs}).Sign(ctx, tx.Actor, paper); err != nil {
			return Output{}, err
		}
	}
	if err := c.phone(ctx, tx, p.ID, in); err != nil {
		return Output{}, err
	}
	return One(verdict.View, Row{keyID: p.ID}), c.note(ctx, tx, "patient.register", p.ID, "name", "phone")
}

// drawn is a card of what was typed.
func (c cards) drawn(tx *store.Tx, in Input) (db.PatientMakeParams, error) {
	name, err := patient.Split(in.Fields["name"])
	if err != nil {
		return db.PatientMakeParams{}, err
	}
	born, err := in.born(c.Clock())
	if err != nil {
		return db.PatientMakeParams{}, err
	}
	p := db.PatientMakeParams{
		ID: c.IDs(), Surname: name.Surname, Given: name.Given, Patronymic: name.Patronymic, BirthDate: born, Lang: "ru", CreatedAt: c.Clock(),
		MadeBy: store.Ref(tx.Actor.ID),
	}
	if in.Fields["lang"] == "en" {
		p.Lang = "en"
	}
	if in.Fields["sex"] != "" {
		p.Sex, err = in.sex()
	}
	return p, err
}

// sex is female or male.
func (in Input) sex() (*string, error) {
	sex, err := in.word("sex", "female", "male")
	return &sex, err
}

// born is a birth date, or none.
func (in Input) born(now time.Time) (*time.Time, error) {
	if in.Fields["born"] == "" {
		return nil, nil //nolint:nilnil // no date was told, and that is no error
	}
	day, err := time.Parse(time.DateOnly, in.Fields["born"])
	if err != nil || day.After(now) || now.Sub(day) > 130*366*24*time.Hour {
		return nil, wrong("born")
	}
	return &day, nil
}

func (c cards) phone(ctx context.Context, tx *store.Tx, id uuid.UUID, in Input) error {
	if strings.TrimSpace(in.Fields["phone"]) == "" {
		return nil
	}
	phone, err := core.Phone(in.Fields["phone"], "RU")
	if err != nil {
		return err
	}
	return c.kept(tx).SetPhone(ctx, tx.Actor, id, phone, false)
}

// update changes the card ID (or Patient): "name", "phone" (one more), "lang"; "born" is the desk's alone, for identity is proved by it and
// what a parent may see hangs on it.
func (c cards) update(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := c.asker(tx, core.Contacts, core.Update, in)
	id := whose(in)
	f, err := a.of(ctx, id)
	if err != nil {
		return Output{}, err
	}
	verdict, err := a.object(f)
	if err != nil {
		return Output{}, err
	}
	change, fields, err := c.change(tx, in)
	if err != nil {
		return Output{}, err
	}
	if change.ID = id; len(fields) > 0 {
		if _, err = tx.PatientChange(ctx, change); errors.Is(err, pgx.ErrNoRows) {
			err = core.Refuse(core.NotFound, "not_found")
		}
		if err != nil {
			return Output{}, err
		}
	}
	if err := c.phone(ctx, tx, id, in); err != nil {
		return Output{}, err
	}
	return One(verdict.View, Row{keyID: id}), c.note(ctx, tx, "patient.change", id, fields...)
}

// change reads what is to be changed, with the names of it.
func (c cards) change(tx *store.Tx, in Input) (db.PatientChangeParams, []string, error) {
	var p db.PatientChangeParams
	var fields []string
	if in.Fields["name"] != "" {
		name, err := patient.Split(in.Fields["name"])
		if err != nil {
			return p, nil, err
		}
		p.Surname, p.Given, p.Patronymic = &name.Surname, &name.Given, &name.Patronymic
		fields = append(fields, "name")
	}
	if lang := in.Fields["lang"]; lang != "" {
		if _, err := in.word("lang", "ru", "en"); err != nil {
			return p, nil, err
		}
		p.Lang = &lang
		fields = append(fields, "lang")
	}
	born, err := in.born(c.Clock())
	if err != nil {
		return p, nil, err
	}
	if born != nil {
		if tx.Actor.Kind != core.Staff {
			return p, nil, core.Refuse(core.Conflict, "born_at_desk")
		}
		p.BirthDate = born
		fields = append(fields, "born")
	}
	return p, fields, nil
}

func (c cards) note(ctx context.Context, tx *store.Tx, action string, id uuid.UUID, fields ...string) error {
	return audit.Add(ctx, tx, audit.Entry{ID: c.IDs(), At: c.Clock(), Action: action, Object: "patient", Subject: id, Patient: id, Fields: fields})
}
