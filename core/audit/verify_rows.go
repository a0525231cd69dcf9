package audit

import (
	"bytes"
	"context"
	"crypto/sha256"

	"github.com/zapis-clinic/zapis/core/store/db"
)

// rows checks what stands under a seal, and before it under seals that there are not.
func (w *walk) rows(s db.AuditSeal, rows []db.AuditSealedRowsRow) {
	size := int(max(0, min(s.Rows, mostPerSeal)))
	leaves, there := make([][sha256.Size]byte, size), make([]bool, size)
	whole := true
	for _, r := range rows {
		here := Finding{Seal: r.Seal, Position: r.Position, Row: r.ID, At: r.At}
		place := int(r.Position) - 1
		if r.Seal != s.Seq || place < 0 || place >= size || there[place] {
			w.found(here.as(RowAdded))
			whole = false
			continue
		}
		leaf := leafOf(r)
		leaves[place], there[place] = leaf, true
		if !bytes.Equal(leaf[:], r.Leaf) {
			w.found(here.as(RowAltered))
			whole = false
		}
	}
	for place, is := range there {
		if !is {
			w.found(Finding{Kind: RowMissing, Seal: s.Seq, Position: int32(place + 1), At: s.LastAt})
			whole = false
		}
	}
	w.seen.Rows += int64(len(rows))
	if tree := treeOf(leaves); whole && !bytes.Equal(tree[:], s.Tree) {
		w.found(Finding{Kind: RowsDiffer, Seal: s.Seq, At: s.At})
	}
}

// outside looks for rows that no seal covers: beyond the chain, and in the intake for too long.
func (w *walk) outside(ctx context.Context) error {
	stray, err := w.q.AuditStray(ctx, db.AuditStrayParams{Head: w.last.Seq, Most: strayRows})
	if err != nil {
		return err
	}
	for _, r := range stray {
		w.found(Finding{Kind: RowAdded, Seal: r.Seal, Row: r.ID, At: r.At})
	}
	late, err := w.q.AuditUnsealed(ctx, db.AuditUnsealedParams{Seconds: waitsTooLong, Most: strayRows})
	if err != nil {
		return err
	}
	for _, r := range late {
		w.found(Finding{Kind: RowUnsealed, Row: r.ID, At: r.At})
	}
	return nil
}
