package visit

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Feed gives a doctor's calendar out by a secret address. The secret is kept as a hash, shown once, and ended at any time.
type Feed struct {
	In     store.Opener
	Clock  core.Clock
	IDs    core.IDs
	Random io.Reader
}

// The span of a feed, in days from now.
const (
	feedBehind = 14
	feedAhead  = 90
)

// Entry is a visit in a feed. Name is empty unless the branch lets names be shown.
type Entry struct {
	ID         uuid.UUID
	Branch     uuid.UUID
	Start, End time.Time
	Version    int32
	Made       time.Time
	Name       string
}

// Open makes a new secret of the acting doctor's calendar; the one before it ends.
func (f Feed) Open(ctx context.Context, actor core.Actor) (string, error) {
	secret := make([]byte, 24)
	if _, err := io.ReadFull(f.Random, secret); err != nil {
		return "", fmt.Errorf("a secret address: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(secret)
	return token, f.change(ctx, actor, "feed.open", func(tx *store.Tx) error {
		return tx.FeedAdd(ctx, db.FeedAddParams{TokenHash: hashed(token), PractitionerID: actor.Doctor, StaffID: actor.ID, At: f.Clock()})
	})
}

// Close ends the acting doctor's address.
func (f Feed) Close(ctx context.Context, actor core.Actor) error {
	return f.change(ctx, actor, "feed.close", func(*store.Tx) error { return nil })
}

func (f Feed) change(ctx context.Context, actor core.Actor, what string, then func(*store.Tx) error) error {
	err := f.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := mayFeed(actor); err != nil {
			return err
		}
		if err := tx.FeedRevoke(ctx, db.FeedRevokeParams{At: f.Clock(), Staff: actor.ID}); err != nil {
			return err
		}
		if err := then(tx); err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{ID: f.IDs(), At: f.Clock(), Action: what, Class: core.Appointments, Object: "calendar_feed", Subject: actor.Doctor})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// mayFeed lets a doctor have their own calendar: what they may read of it, a program of theirs reads.
func mayFeed(actor core.Actor) error {
	if actor.Doctor == uuid.Nil {
		return core.Refuse(core.Denied, "not_allowed")
	}
	_, err := access.Require(actor, core.Ask{Action: core.Read, Class: core.Appointments, Facts: core.Facts{Schedule: true}})
	return err
}

// Since says since when the acting doctor has an address; zero where there is none.
func (f Feed) Since(ctx context.Context, actor core.Actor) (time.Time, error) {
	var out time.Time
	err := f.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := mayFeed(actor); err != nil {
			return err
		}
		rows, err := tx.FeedOf(ctx, actor.ID)
		if len(rows) > 0 {
			out = rows[0]
		}
		return err
	})
	if err != nil {
		return out, fmt.Errorf("the address of a calendar: %w", err)
	}
	return out, nil
}

// Entries lists the visits of the calendar that a secret leads to. A secret that leads nowhere is refused as not found.
func (f Feed) Entries(ctx context.Context, token string) ([]Entry, error) {
	var out []Entry
	err := f.In.InTx(ctx, core.Sys("calendar"), func(tx *store.Tx) error {
		doctor, err := tx.FeedFind(ctx, hashed(token))
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		now := f.Clock()
		rows, err := tx.FeedVisits(ctx, db.FeedVisitsParams{Practitioner: doctor, FromAt: now.AddDate(0, 0, -feedBehind), ToAt: now.AddDate(0, 0, feedAhead)})
		for _, r := range rows {
			out = append(out, Entry{ID: r.ID, Branch: r.BranchID, Start: r.StartsAt, End: r.EndsAt, Version: r.Version, Made: r.CreatedAt, Name: r.Name})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("a calendar's visits: %w", err)
	}
	return out, nil
}

func hashed(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
