package settings

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
)

// setting is a part of the house that is set as a whole: a service, a branch, a word.
type setting interface {
	// item names it within the subject; "" where the subject says it all.
	item() string
	// check refuses what the clinic cannot be.
	check(c *clinic.Catalog, subject uuid.UUID) error
	// standing is what stands there, of the same type; nil where nothing does.
	standing(ctx context.Context, tx *store.Tx, subject uuid.UUID) (any, error)
	// put makes it stand.
	put(ctx context.Context, tx *store.Tx, subject uuid.UUID) error
}

// setting is the part of the house that a change is of, or nil.
func (c Change) setting() setting {
	switch {
	case c.Service != nil:
		return c.Service
	case c.Word != nil:
		return c.Word
	case c.Branch != nil:
		return c.Branch
	case c.Room != nil:
		return c.Room
	case c.Specialty != nil:
		return c.Specialty
	case c.Doctor != nil:
		return c.Doctor
	case c.Rhythm != nil:
		return c.Rhythm
	case c.Article != nil:
		return c.Article
	case c.Consent != nil:
		return c.Consent
	}
	return nil
}

// Place is the branch whose own a change is, or the nil id: then it is all the clinic's.
func (c Change) Place(subject uuid.UUID) uuid.UUID {
	switch {
	case c.Branch != nil, c.Rhythm != nil && c.Rhythm.Code == "":
		return subject
	case c.Room != nil:
		return c.Room.Branch
	}
	return uuid.Nil
}

// Setting is what a change of the house would have stand there, or nil.
func (c Change) Setting() any {
	if s := c.setting(); s != nil {
		return s
	}
	return nil
}

func (c Change) item() string {
	if s := c.setting(); s != nil {
		return s.item()
	}
	return ""
}

// Check refuses a change of the house that cannot be carried out.
func (c Change) Check(book *clinic.Catalog, subject uuid.UUID) error {
	s := c.setting()
	if s == nil {
		return core.Refuse(core.Invalid, "settings_empty")
	}
	return s.check(book, subject)
}

// standing is what stands where a change goes, as JSON; empty where nothing does.
func (o Office) standing(ctx context.Context, tx *store.Tx, subject uuid.UUID, c Change) ([]byte, error) {
	var now any
	var err error
	switch s := c.setting(); {
	case s != nil:
		now, err = s.standing(ctx, tx, subject)
	case c.Price != nil:
		now, err = priceNow(ctx, tx, subject)
	}
	if errors.Is(err, pgx.ErrNoRows) || (err == nil && now == nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("what stands there: %w", err)
	}
	return json.Marshal(now)
}

// price is what stands where a price is changed.
type price struct {
	Price int64 `json:"price"`
}

func priceNow(ctx context.Context, tx *store.Tx, service uuid.UUID) (any, error) {
	s, err := tx.ServiceNow(ctx, service)
	if err != nil {
		return nil, err
	}
	return price{s.Price}, nil
}

// Mark tells one reading of what stands from another.
func Mark(standing []byte) string {
	if len(standing) == 0 {
		return ""
	}
	var v any
	if json.Unmarshal(standing, &v) == nil {
		if same, err := json.Marshal(v); err == nil { // keys in one order
			standing = same
		}
	}
	sum := sha256.Sum256(standing)
	return hex.EncodeToString(sum[:8])
}

// unseen refuses a change by somebody who has not seen what stands now.
func (o Office) unseen(ctx context.Context, tx *store.Tx, a Ask) error {
	if a.Seen == "" {
		return nil
	}
	now, err := o.standing(ctx, tx, a.Subject, a.Change)
	if err == nil && Mark(now) != a.Seen {
		err = core.Refuse(core.Conflict, "settings_changed")
	}
	return err
}

// dayForm is a day without its clock.
const dayForm = "2006-01-02"

// latest is how far ahead a price may be planned.
const latest = 2

// due is when a change that has a first day begins: that day's midnight at the clinic; nil is at once.
func (o Office) due(c Change) (*time.Time, error) {
	if c.Since == "" {
		return nil, nil //nolint:nilnil // no day is no day
	}
	now := o.Clock().In(o.zone())
	day, err := time.ParseInLocation(dayForm, c.Since, o.zone())
	if err != nil || !day.After(now) || day.After(now.AddDate(latest, 0, 0)) {
		return nil, core.Refuse(core.Invalid, "price_since")
	}
	return &day, nil
}

func (o Office) zone() *time.Location {
	if b := o.Book.Current().Branches; len(b) > 0 {
		return b[0].Zone
	}
	return time.UTC
}
