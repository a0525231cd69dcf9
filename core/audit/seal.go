package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// perSeal bounds the rows of one seal. Sealing 5,000 takes the database a quarter of a second.
const perSeal = 5000

// Sealed is what one seal came to.
type Sealed struct {
	Seq       int64
	Rows      int
	Full      bool // more rows may wait
	Backwards bool // the clock showed less than at the seal before
}

// Seal seals what has been committed, up to 5,000 rows in one transaction. Rows is 0 where nothing waits or another replica seals.
func Seal(ctx context.Context, in store.Opener, clock core.Clock) (Sealed, error) {
	var row db.AuditSealRow
	err := in.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		var err error
		row, err = tx.AuditSeal(ctx, db.AuditSealParams{Now: clock(), Most: perSeal})
		return err
	})
	if err != nil {
		return Sealed{}, fmt.Errorf("seal the audit: %w", err)
	}
	return Sealed{Seq: row.Seq, Rows: int(row.Rows), Full: row.Rows == perSeal, Backwards: row.Backwards}, nil
}

// Head is how far the seals have come. Seq is 0 where there is none yet.
type Head struct {
	Seq     int64
	At      time.Time
	Total   int64 // rows sealed
	Root    []byte
	Waiting int64 // rows not sealed yet
}

// Newest finds the newest seal.
func Newest(ctx context.Context, in store.Opener, actor core.Actor) (Head, error) {
	var row db.AuditHeadRow
	err := in.InTx(ctx, actor, func(tx *store.Tx) error {
		var err error
		row, err = tx.AuditHead(ctx)
		return err
	})
	if err != nil {
		return Head{}, fmt.Errorf("the newest seal: %w", err)
	}
	return Head{Seq: row.Seq, At: row.At, Total: row.Total, Root: row.Root, Waiting: row.Waiting}, nil
}
