package intake

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
	"github.com/zapis-clinic/zapis/core/sheet"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/upload"
)

// readFor bounds the reading of a file.
const readFor = 20 * time.Second

// Bring takes a file of a kind: it is looked at, read once and kept sealed. Nothing else is written.
func (d Desk) Bring(ctx context.Context, who core.Actor, k Kind, name string, data []byte) (uuid.UUID, error) {
	if !slices.Contains(Kinds(), k) {
		return uuid.Nil, core.Refuse(core.Invalid, "intake_kind")
	}
	if !May(who, k) {
		return uuid.Nil, errDenied
	}
	table, err := d.read(ctx, data)
	if err != nil {
		return uuid.Nil, err
	}
	id := d.IDs()
	c := db.IntakeContentAddParams{IntakeID: id}
	if c.NameSealed, err = d.Vault.Seal(namePlace(id), []byte(fileName(name))); err != nil {
		return uuid.Nil, err
	}
	if c.BytesSealed, err = d.Vault.Seal(bytesPlace(id), data); err != nil {
		return uuid.Nil, err
	}
	err = d.In.InTx(ctx, who, func(tx *store.Tx) error {
		row := db.IntakeAddParams{
			ID: id, Kind: string(k), StaffID: who.ID, Columns: Guess(k, table.Head), Lines: int32(len(table.Lines)), At: d.Clock(), //nolint:gosec // at most sheet.MaxLines
		}
		if err := tx.IntakeAdd(ctx, row); err != nil {
			return err
		}
		if err := tx.IntakeContentAdd(ctx, c); err != nil {
			return err
		}
		return d.note(ctx, tx, "brought", db.Intake{ID: id, Kind: string(k)})
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("bring a table: %w", err)
	}
	return id, nil
}

// fileName is what a file is called to people: no way, no signs that nobody sees, and not too long.
func fileName(name string) string {
	if at := strings.LastIndexAny(name, `/\`); at >= 0 {
		name = name[at+1:]
	}
	name = strings.Map(func(r rune) rune {
		if hidden(r) || unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100])
	}
	return strings.TrimSpace(name)
}

// read looks at a file and reads it.
func (d Desk) read(ctx context.Context, data []byte) (sheet.Table, error) {
	ctx, cancel := context.WithTimeout(ctx, readFor)
	defer cancel()
	if sheet.Packed(data) && len(data) <= sheet.MaxBytes {
		kind, err := d.Check.Check(ctx, data)
		if err != nil {
			return sheet.Table{}, err
		}
		if kind != upload.Calc {
			return sheet.Table{}, core.Refuse(core.Invalid, "table_kind")
		}
	}
	t, err := sheet.Read(ctx, data)
	if ctx.Err() != nil && core.Refusal(err) == nil {
		err = core.Refuse(core.Invalid, "table_large")
	}
	return t, err
}

// table is an import's file as it is read.
func (d Desk) table(ctx context.Context, tx *store.Tx, id uuid.UUID) (sheet.Table, error) {
	content, err := tx.IntakeContent(ctx, id)
	if err != nil {
		return sheet.Table{}, store.NoRows(err, "intake_gone")
	}
	data, err := d.Vault.Open(bytesPlace(id), content.BytesSealed)
	if err != nil {
		return sheet.Table{}, err
	}
	return d.read(ctx, data)
}

// Preview are the headings of a file and its first lines.
func (d Desk) Preview(ctx context.Context, who core.Actor, id uuid.UUID) (sheet.Table, error) {
	var t sheet.Table
	if !Sees(who) {
		return t, errDenied
	}
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		var err error
		t, err = d.table(ctx, tx, id)
		return err
	})
	if err != nil {
		return t, fmt.Errorf("a file's first lines: %w", err)
	}
	t.Head, t.Lines = allShown(t.Head), t.Lines[:min(3, len(t.Lines))]
	for i := range t.Lines {
		t.Lines[i].Cells = allShown(t.Lines[i].Cells)
	}
	return t, nil
}
