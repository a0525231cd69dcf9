package lab

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Release lets a patient see a report: a doctor's act, for whatever kind of test.
func (b Bench) Release(ctx context.Context, actor core.Actor, id uuid.UUID) error {
	return b.Work(ctx, actor, "release a result", func(tx *store.Tx) error {
		row, err := tx.LabReport(ctx, id)
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		t := report(row).thing(tx.Actor)
		if _, err := b.May(ctx, tx, core.Sign, t); err != nil {
			return err
		}
		now, by := b.Clock(), tx.Actor.ID
		_, err = tx.LabRelease(ctx, db.LabReleaseParams{ID: id, At: &now, By: &by})
		if errors.Is(err, pgx.ErrNoRows) {
			return core.Refuse(core.Conflict, "result_not_ready")
		}
		if err != nil {
			return err
		}
		return b.Note(ctx, tx, t, "sign", "released_at")
	})
}

// ReleaseDue is the rule: what is routine, bears no label and came at least wait ago is released by Zapis itself. It says how many.
func (b Bench) ReleaseDue(ctx context.Context, wait time.Duration) (int, error) {
	n := 0
	err := b.Work(ctx, core.Sys("worker"), "release by rule", func(tx *store.Tx) error {
		now := b.Clock()
		before := now.Add(-wait)
		rows, err := tx.LabReleaseDue(ctx, db.LabReleaseDueParams{Now: &now, Before: &before})
		if err != nil {
			return err
		}
		n = len(rows)
		for _, r := range rows {
			t := chart.Thing{Class: core.Results, Object: object, ID: r.ID, Patient: r.PatientID}
			if err := b.Note(ctx, tx, t, "release", "released_at"); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
