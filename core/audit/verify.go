package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/jackc/pgx/v5"
	pgxuuid "github.com/vgarvardt/pgx-google-uuid/v5"

	"github.com/zapis-clinic/zapis/core/store/db"
)

// Check is one verification of the whole chain. Found is told of each finding as it comes; Progress, where there is one, how many rows
// of how many have been read.
type Check struct {
	Anchors  []Anchor
	Found    func(Finding)
	Progress func(done, total int64)
}

// Verified is what a verification covered.
type Verified struct {
	Seals, Rows int64
	Findings    int // notes not counted
	Notes       int
}

// Bounds of one reading: memory stays level however long the chain is.
const (
	sealsAtOnce = 500
	rowsAtOnce  = 20_000
	strayRows   = 1000 // named in one verification
	mostPerSeal = 10_000
)

// waitsTooLong is how many seconds a row may be without a seal; a sealer at work takes two.
const waitsTooLong = 600

// Verify reads the whole chain as the owner of the database: the program itself may not read the audit. What is sealed never changes, so
// it needs no snapshot and the clinic works on; rows sealed after it began are left to the next one.
func Verify(ctx context.Context, ownerURL string, c Check) (Verified, error) {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return Verified{}, fmt.Errorf("verify the audit: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	pgxuuid.Register(conn.TypeMap())
	w := &walk{Check: c, q: db.New(conn), anchors: map[int64][]Anchor{}}
	if err := w.all(ctx); err != nil {
		return w.seen, fmt.Errorf("verify the audit: %w", err)
	}
	return w.seen, nil
}

// walk goes along the chain.
type walk struct {
	Check
	q       *db.Queries
	anchors map[int64][]Anchor
	last    db.AuditSeal // the seal before; the zero one before the first
	seen    Verified
}

func (w *walk) found(f Finding) {
	if f.Note() {
		w.seen.Notes++
	} else {
		w.seen.Findings++
	}
	w.Found(f)
}

func (w *walk) all(ctx context.Context) error {
	w.last.Root = make([]byte, sha256.Size)
	for _, a := range w.Anchors {
		w.anchors[a.Seq] = append(w.anchors[a.Seq], a)
	}
	head, err := w.q.AuditLength(ctx)
	if err != nil {
		return err
	}
	for w.last.Seq < head.Seq {
		seals, err := w.q.AuditSeals(ctx, db.AuditSealsParams{After: w.last.Seq, Most: sealsAtOnce})
		if err != nil {
			return err
		}
		if len(seals) == 0 { // gone since we looked: the anchors will tell
			break
		}
		for len(seals) > 0 {
			n := portion(seals)
			if err := w.portion(ctx, seals[:n]); err != nil {
				return err
			}
			seals = seals[n:]
			if w.Progress != nil {
				w.Progress(w.seen.Rows, head.Total)
			}
		}
	}
	w.tail()
	return w.outside(ctx)
}

// portion is how many of the seals, one at least, have no more rows than are read at once.
func portion(seals []db.AuditSeal) int {
	rows := 0
	for i, s := range seals {
		rows += int(min(s.Rows, mostPerSeal))
		if rows > rowsAtOnce && i > 0 {
			return i
		}
	}
	return len(seals)
}

// portion checks some seals that follow the last one, and whatever rows stand between.
func (w *walk) portion(ctx context.Context, seals []db.AuditSeal) error {
	most := strayRows
	for _, s := range seals {
		most += int(min(s.Rows, mostPerSeal))
	}
	rows, err := w.q.AuditSealedRows(ctx, db.AuditSealedRowsParams{First: w.last.Seq + 1, Last: seals[len(seals)-1].Seq, Most: int32(most)})
	if err != nil {
		return err
	}
	for _, s := range seals {
		n := 0
		for n < len(rows) && rows[n].Seal <= s.Seq {
			n++
		}
		w.seal(s)
		w.rows(s, rows[:n])
		rows = rows[n:]
		w.last = s
		w.seen.Seals++
	}
	return nil
}

// seal checks a seal against itself, the one before it and what is remembered of it elsewhere.
func (w *walk) seal(s db.AuditSeal) {
	here := Finding{Seal: s.Seq, At: s.At}
	root := rootOf(s)
	switch whole := s.Seq == w.last.Seq+1; {
	case !whole:
		w.found(Finding{Kind: SealMissing, Seal: w.last.Seq + 1, Last: s.Seq - 1, At: s.At})
	case !bytes.Equal(s.Previous, w.last.Root):
		w.found(here.as(ChainBroken))
	case s.Total != w.last.Total+int64(s.Rows):
		w.found(here.as(SealAltered))
	}
	if !bytes.Equal(s.Root, root[:]) {
		w.found(here.as(SealAltered))
	}
	if s.Seq > 1 && s.At.Before(w.last.At) {
		w.found(here.as(ClockBack))
	}
	for _, a := range w.anchors[s.Seq] {
		if a.Root != hex.EncodeToString(s.Root) {
			w.found(here.as(AnchorDiffers))
		}
	}
}

// as is the finding under its name.
func (f Finding) as(k Kind) Finding {
	f.Kind = k
	return f
}

// tail looks for seals that are remembered and are not there any more, at the end of the chain.
func (w *walk) tail() {
	var furthest Anchor
	for _, a := range w.Anchors {
		if a.Seq > furthest.Seq {
			furthest = a
		}
	}
	if furthest.Seq > w.last.Seq {
		w.found(Finding{Kind: TailCut, Seal: w.last.Seq + 1, Last: furthest.Seq, At: furthest.At})
	}
}
