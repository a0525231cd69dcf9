package intake

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/sheet"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Outcome is a line of an import: what is to become of it or what became, why, and what the line is about.
type Outcome struct {
	Number  int
	State   string
	Why     []string
	Subject uuid.UUID
	About   string // as the file has it; empty where the file is gone
}

// page is how many lines are told at once.
const page = 50

// Lines tells a page of an import's lines of a state ("" is any), and whether there are more.
func (d Desk) Lines(ctx context.Context, who core.Actor, id uuid.UUID, state string, past int) ([]Outcome, bool, error) {
	if !Sees(who) {
		return nil, false, errDenied
	}
	var out []Outcome
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		rows, err := tx.IntakeLines(ctx, db.IntakeLinesParams{IntakeID: id, State: state, Rows: page + 1, Past: int32(max(0, min(past, sheet.MaxLines)))})
		if err != nil || len(rows) == 0 {
			return err
		}
		names, err := d.names(ctx, tx, id)
		for _, r := range rows {
			out = append(out, Outcome{Number: int(r.Line), State: r.State, Why: r.Why, Subject: store.ID(r.SubjectID), About: names[int(r.Line)]})
		}
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("lines of an import: %w", err)
	}
	if len(out) > page {
		return out[:page], true, nil
	}
	return out, false, nil
}

// names says by number whom or what the lines of a file are about; a file that is gone says nothing.
func (d Desk) names(ctx context.Context, tx *store.Tx, id uuid.UUID) (map[int]string, error) {
	row, err := tx.Intake(ctx, id)
	if err != nil {
		return nil, err
	}
	t, err := d.table(ctx, tx, id)
	if core.Refusal(err) != nil { // the file is gone, and its names with it
		t, err = sheet.Table{}, nil
	}
	out := map[int]string{}
	for _, e := range entries(t, row.Columns) {
		out[e.number] = shown(e.cells[fieldName] + " " + strings.Join([]string{e.cells[fieldSurname], e.cells[fieldGiven], e.cells[fieldPatronymic]}, " "))
	}
	return out, err
}

// Faulty gives each line that is wrong, was skipped or stays, with its cells as the file has them; the headings come first, as line 0.
func (d Desk) Faulty(ctx context.Context, who core.Actor, id uuid.UUID, line func(Outcome, []string) error) error {
	if !Sees(who) {
		return errDenied
	}
	var t sheet.Table
	var rows []db.IntakeRow
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		var err error
		if t, err = d.table(ctx, tx, id); err != nil {
			return err
		}
		rows, err = tx.IntakeLines(ctx, db.IntakeLinesParams{IntakeID: id, Rows: sheet.MaxLines})
		if err != nil {
			return err
		}
		row, err := tx.Intake(ctx, id)
		if err != nil {
			return err
		}
		return d.note(ctx, tx, "exported", row)
	})
	if err != nil {
		return fmt.Errorf("faults of an import: %w", err)
	}
	if err := line(Outcome{}, allShown(t.Head)); err != nil {
		return err
	}
	of := map[int][]string{}
	for _, l := range t.Lines {
		of[l.Number] = allShown(l.Cells)
	}
	for _, r := range rows {
		if r.State != Wrong && r.State != Skip && r.State != Kept {
			continue
		}
		if err := line(Outcome{Number: int(r.Line), State: r.State, Why: r.Why}, of[int(r.Line)]); err != nil {
			return err
		}
	}
	return nil
}

// shown is a text with the signs in it that nobody sees put as one that everybody does: it can neither turn what stands beside it nor hide.
func shown(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if hidden(r) {
			return utf8.RuneError
		}
		return r
	}, text))
}

func allShown(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = shown(c)
	}
	return out
}
