package visit

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// maxNote bounds what staff write beside a visit, in characters.
const maxNote = 500

const noteTable = "visit_note"

// Remark writes what staff tell each other of a visit; empty words take it away.
func (d Desk) Remark(ctx context.Context, actor core.Actor, id uuid.UUID, words string) (Visit, error) {
	return d.do(ctx, actor, "remark", func(tx *store.Tx) (db.Visit, error) {
		v, err := d.lock(ctx, tx, id, core.Update)
		if err == nil {
			err = d.mayRemark(tx.Actor, v)
		}
		if err != nil {
			return v, err
		}
		if v, err = tx.VisitTouch(ctx, id); err != nil {
			return v, err
		}
		if words = strings.TrimSpace(words); words == "" {
			err = tx.VisitNoteDrop(ctx, id)
		} else {
			err = d.write(ctx, tx, v, words)
		}
		if err != nil {
			return v, err
		}
		return v, d.note(ctx, tx, v, change{action: "noted", fields: []string{"note"}})
	})
}

func (d Desk) mayRemark(who core.Actor, v db.Visit) error {
	verdict, err := d.may(who, core.Update, v)
	if err == nil && verdict.View != access.Full {
		err = core.Refuse(core.Denied, "not_allowed")
	}
	return err
}

// write seals words beside a visit. Empty words are none.
func (d Desk) write(ctx context.Context, tx *store.Tx, v db.Visit, words string) error {
	words = strings.TrimSpace(words)
	if words == "" {
		return nil
	}
	if utf8.RuneCountInString(words) > maxNote || !utf8.ValidString(words) || strings.ContainsRune(words, 0) {
		return core.Refuse(core.Invalid, "text_long", "Most", maxNote)
	}
	sealed, err := d.chart(tx).Seal(noteTable, "text_sealed", v.ID, []byte(words))
	if err != nil {
		return err
	}
	return tx.VisitNotePut(ctx, db.VisitNotePutParams{VisitID: v.ID, TextSealed: sealed, ByStaff: store.Ref(tx.Actor.ID), At: d.Clock()})
}

// Note opens what staff wrote beside a visit, for those who see all of it; empty where nothing was written.
func (d Desk) Note(ctx context.Context, actor core.Actor, id uuid.UUID) (string, error) {
	var text []byte
	err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		v, err := tx.Visit(ctx, id)
		if err == nil {
			err = d.mayHistory(tx.Actor, v)
		}
		if err != nil {
			return store.NoRows(err, "visit_unknown")
		}
		rows, err := tx.VisitNote(ctx, id)
		if err != nil || len(rows) == 0 {
			return err
		}
		text, err = d.chart(tx).Open(noteTable, "text_sealed", id, rows[0])
		return err
	})
	if err != nil {
		return "", fmt.Errorf("the note of a visit: %w", err)
	}
	return string(text), nil
}
