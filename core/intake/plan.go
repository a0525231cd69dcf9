package intake

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/sheet"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Choice is how a file is to be read.
type Choice struct {
	Columns []string // of each column a field's name, or ""
	Fill    bool     // what the clinic has already is filled in where it is empty
	Paper   string   // where the patients' consents lie, where the file does not say
}

// maxPaper bounds the number of a consent, in characters, as core/consent does.
const maxPaper = 64

// check refuses what no file can be read by.
func (c Choice) check(k Kind) error {
	known := k.fields()
	seen := map[string]bool{}
	for _, f := range c.Columns {
		if f == "" {
			continue
		}
		if !slices.Contains(known, f) || seen[f] {
			return core.Refuse(core.Invalid, "intake_columns_twice")
		}
		seen[f] = true
	}
	switch {
	case utf8.RuneCountInString(c.Paper) > maxPaper || strings.ContainsFunc(c.Paper, hidden):
		return core.Refuse(core.Invalid, "consent_paper_number")
	case k != Services && !seen[fieldName] && !seen[fieldGiven], k == Services && !seen[fieldName]:
		return core.Refuse(core.Invalid, "intake_no_name")
	case k == Patients && !seen[fieldPhone] && !seen[fieldBorn]:
		return core.Refuse(core.Invalid, "intake_no_phone")
	case k == Patients && !seen[fieldPaper] && strings.TrimSpace(c.Paper) == "":
		return core.Refuse(core.Invalid, "intake_no_paper")
	case k == Services && (!seen[fieldSpecialty] || !seen[fieldMinutes] || !seen[fieldPrice]):
		return core.Refuse(core.Invalid, "intake_no_service")
	case k == Doctors && !seen[fieldSpecialty]:
		return core.Refuse(core.Invalid, "intake_no_specialty")
	}
	return nil
}

// Plan judges every line of a file, and writes down what would become of it: a dry run, as often as one likes.
func (d Desk) Plan(ctx context.Context, who core.Actor, id uuid.UUID, c Choice) error {
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		row, err := d.own(ctx, tx, id)
		if err != nil {
			return err
		}
		if row.State != Brought && row.State != Planned {
			return errLate
		}
		if err := c.check(Kind(row.Kind)); err != nil {
			return err
		}
		if err := d.agreeable(ctx, tx, Kind(row.Kind)); err != nil {
			return err
		}
		t, err := d.table(ctx, tx, id)
		if err != nil {
			return err
		}
		row.Columns, row.Fill, row.Paper = c.Columns, c.Fill, strings.TrimSpace(c.Paper)
		list, err := d.judged(ctx, tx, row, t)
		if err != nil {
			return err
		}
		if err := tx.IntakeRowsForget(ctx, id); err != nil {
			return err
		}
		if err := tx.IntakeRowsAdd(ctx, d.rows(id, list)); err != nil {
			return err
		}
		if err := tx.IntakePlanned(ctx, db.IntakePlannedParams{ID: id, Columns: row.Columns, Fill: row.Fill, Paper: row.Paper, Now: d.Clock()}); err != nil {
			return err
		}
		return d.note(ctx, tx, "planned", row)
	})
	if err != nil {
		return fmt.Errorf("plan an import: %w", err)
	}
	return nil
}

// agreeable refuses patients to a clinic that has no words yet to which they could have agreed: no card is made without a consent.
func (d Desk) agreeable(ctx context.Context, tx *store.Tx, k Kind) error {
	if k != Patients {
		return nil
	}
	_, err := consent.Register{In: tx, Clock: d.Clock, IDs: d.IDs}.Newest(ctx, tx.Actor, consent.Processing, "ru")
	if core.Refusal(err) != nil {
		err = ErrNoText
	}
	return err
}

// ErrNoText is said where nothing is published to which patients could have agreed.
var ErrNoText = core.Refuse(core.Invalid, "intake_no_text")

// Ready says whether a table of a kind could be carried out as the clinic is now: nil, or what is missing.
func (d Desk) Ready(ctx context.Context, who core.Actor, k Kind) error {
	return d.In.InTx(ctx, who, func(tx *store.Tx) error { return d.agreeable(ctx, tx, k) })
}

// line is a judged line with what it is, where the clinic has it already.
type line interface {
	about() (e *entry, subject uuid.UUID)
}

// judged are the lines of a table with what would become of them.
func (d Desk) judged(ctx context.Context, tx *store.Tx, row db.Intake, t sheet.Table) ([]line, error) {
	if Kind(row.Kind) != Patients {
		return d.house(row, t).judge(), nil
	}
	return d.patients(row, t, entries(t, row.Columns)).judge(ctx, tx)
}

func (d Desk) rows(id uuid.UUID, list []line) db.IntakeRowsAddParams {
	p := db.IntakeRowsAddParams{IntakeID: id}
	for _, l := range list {
		e, subject := l.about()
		p.Ids, p.LineNumbers = append(p.Ids, d.IDs()), append(p.LineNumbers, int32(e.number)) //nolint:gosec // a line's number
		p.States, p.Whys, p.Subjects = append(p.States, e.state), append(p.Whys, strings.Join(e.why, "|")), append(p.Subjects, subject)
	}
	return p
}

// Start has a planned import carried out, or put before another person where it changes how the clinic is set up.
func (d Desk) Start(ctx context.Context, who core.Actor, id uuid.UUID) (state string, err error) {
	err = d.In.InTx(ctx, who, func(tx *store.Tx) error {
		row, err := d.own(ctx, tx, id)
		if err != nil {
			return err
		}
		state = Applying
		if Kind(row.Kind) != Patients {
			state = Asked
		}
		return d.turn(ctx, tx, row, Planned, state)
	})
	if err != nil {
		return "", fmt.Errorf("start an import: %w", err)
	}
	return state, nil
}

// turn leads an import from one state into another, and puts that on record.
func (d Desk) turn(ctx context.Context, tx *store.Tx, row db.Intake, was, state string) error {
	if _, err := tx.IntakeTurn(ctx, db.IntakeTurnParams{ID: row.ID, Was: was, State: state, Now: d.Clock()}); err != nil {
		if core.Refusal(store.NoRows(err, "none")) != nil {
			return errLate
		}
		return err
	}
	return d.note(ctx, tx, state, row)
}

// Decide says yes or no to what another brought.
func (d Desk) Decide(ctx context.Context, who core.Actor, id uuid.UUID, yes bool) error {
	if !Decides(who) {
		return errDenied
	}
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		row, err := tx.IntakeLock(ctx, id)
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		if row.StaffID == who.ID {
			return core.Refuse(core.Conflict, "settings_own")
		}
		p := db.IntakeTurnParams{ID: id, Was: Asked, State: Applying, DecidedBy: store.Ref(who.ID), Now: d.Clock()}
		if !yes {
			p.State, p.Why = Failed, store.Text("refused")
		}
		if _, err := tx.IntakeTurn(ctx, p); err != nil {
			return store.NoRows(err, "settings_decided")
		}
		return d.note(ctx, tx, p.State, row)
	})
	if err != nil {
		return fmt.Errorf("decide on an import: %w", err)
	}
	return nil
}

// Drop forgets a file of which nothing was carried out.
func (d Desk) Drop(ctx context.Context, who core.Actor, id uuid.UUID) error {
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		row, err := d.own(ctx, tx, id)
		if err != nil {
			return err
		}
		if row.State != Brought && row.State != Planned && row.State != Asked {
			return errLate
		}
		if err := tx.IntakeDrop(ctx, id); err != nil {
			return err
		}
		if err := tx.IntakeRowsForget(ctx, id); err != nil {
			return err
		}
		return d.turn(ctx, tx, row, row.State, Dropped)
	})
	if err != nil {
		return fmt.Errorf("drop an import: %w", err)
	}
	return nil
}

// undoer is an import that the actor may have taken back, locked: who brought patients; of the rest, who said yes to it.
func (d Desk) undoer(ctx context.Context, tx *store.Tx, id uuid.UUID) (db.Intake, error) {
	row, err := tx.IntakeLock(ctx, id)
	switch {
	case err != nil:
		return row, store.NoRows(err, "not_found")
	case Kind(row.Kind) == Patients:
		return d.own(ctx, tx, id)
	case store.ID(row.DecidedBy) != tx.Actor.ID || !Decides(tx.Actor):
		return row, core.Refuse(core.Denied, "intake_undo_decider")
	}
	return row, nil
}

// Undo has what an import made taken back, as far as nothing hangs on it.
func (d Desk) Undo(ctx context.Context, who core.Actor, id uuid.UUID) error {
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		row, err := d.undoer(ctx, tx, id)
		if err != nil {
			return err
		}
		was := Applied
		if row.State == Failed { // what it wrote before it failed can be taken back as well
			was = Failed
		}
		return d.turn(ctx, tx, row, was, Undoing)
	})
	if err != nil {
		return fmt.Errorf("undo an import: %w", err)
	}
	return nil
}
