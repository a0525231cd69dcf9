package inbox

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Canned is a reply that is written once.
type Canned struct {
	ID          uuid.UUID
	Title, Text string
	Version     int32 // travels with each change; 0 is a new one
}

// Canned lists the replies by title.
func (d Desk) Canned(ctx context.Context, who core.Actor) ([]Canned, error) {
	var out []Canned
	err := d.work(ctx, who, "canned replies", func(tx *store.Tx) error {
		rows, err := tx.CannedList(ctx)
		out = nil
		for _, r := range rows {
			out = append(out, Canned{r.ID, r.Title, r.Text, r.Version})
		}
		return err
	})
	return out, err
}

// Limits of a canned reply, in characters.
const (
	maxTitle = 60
	maxText  = 2000
)

// Keep writes a reply down, or changes one as it was seen.
func (d Desk) Keep(ctx context.Context, who core.Actor, c Canned) error {
	c.Title, c.Text = strings.Join(strings.Fields(c.Title), " "), strings.TrimSpace(c.Text)
	switch {
	case c.Title == "" || len([]rune(c.Title)) > maxTitle:
		return core.Refuse(core.Invalid, "field_invalid", "Field", "title")
	case c.Text == "" || len([]rune(c.Text)) > maxText:
		return core.Refuse(core.Invalid, "field_invalid", "Field", "text")
	}
	return d.work(ctx, who, "keep a canned reply", func(tx *store.Tx) error {
		if c.ID == uuid.Nil {
			c.ID = d.IDs()
			if err := tx.CannedAdd(ctx, db.CannedAddParams{ID: c.ID, Title: c.Title, Text: c.Text, UpdatedAt: d.Clock()}); err != nil {
				return err
			}
			return d.kept(ctx, tx, "added", c.ID)
		}
		_, err := tx.CannedChange(ctx, db.CannedChangeParams{ID: c.ID, Title: c.Title, Text: c.Text, UpdatedAt: d.Clock(), Version: c.Version})
		if err != nil {
			return changed(err)
		}
		return d.kept(ctx, tx, "changed", c.ID)
	})
}

// Drop takes a reply off the list.
func (d Desk) Drop(ctx context.Context, who core.Actor, c Canned) error {
	return d.work(ctx, who, "drop a canned reply", func(tx *store.Tx) error {
		if _, err := tx.CannedDrop(ctx, db.CannedDropParams{ID: c.ID, UpdatedAt: d.Clock(), Version: c.Version}); err != nil {
			return changed(err)
		}
		return d.kept(ctx, tx, "dropped", c.ID)
	})
}

func changed(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return core.Refuse(core.Conflict, "canned_changed")
	}
	return err
}

func (d Desk) kept(ctx context.Context, tx *store.Tx, what string, id uuid.UUID) error {
	return audit.Add(ctx, tx, audit.Entry{ID: d.IDs(), At: d.Clock(), Action: "canned." + what, Object: "canned", Subject: id, Class: core.Settings})
}

// Fill puts values in place of the variables of a reply. A variable without a value stays as it is, and is refused when it is sent.
func Fill(text string, values map[string]string) string {
	return blank.ReplaceAllStringFunc(text, func(v string) string {
		if value := values[strings.ToLower(strings.Trim(v, "{}"))]; value != "" {
			return value
		}
		return v
	})
}

// Promise is how soon people are answered, in minutes of the clinic's hours.
type Promise struct {
	First, Next, Escalate int32
	Version               int32
}

// Promise tells it.
func (d Desk) Promise(ctx context.Context, who core.Actor) (Promise, error) {
	var p Promise
	err := d.work(ctx, who, "what is promised", func(tx *store.Tx) error {
		r, err := tx.InboxRule(ctx)
		p = Promise{r.FirstMinutes, r.NextMinutes, r.EscalateMinutes, r.Version}
		return err
	})
	return p, err
}

// SetPromise changes it for whoever begins to wait from now on.
func (d Desk) SetPromise(ctx context.Context, who core.Actor, p Promise) error {
	for name, n := range map[string]int32{"first": p.First, "next": p.Next, "escalate": p.Escalate} {
		if n < 1 || n > 1440 {
			return core.Refuse(core.Invalid, "field_invalid", "Field", name)
		}
	}
	return d.work(ctx, who, "promise", func(tx *store.Tx) error {
		_, err := tx.InboxRuleSet(ctx, db.InboxRuleSetParams{FirstMinutes: p.First, NextMinutes: p.Next, EscalateMinutes: p.Escalate, Version: p.Version})
		if err != nil {
			return changed(err)
		}
		return d.kept(ctx, tx, "promised", uuid.Nil)
	})
}
