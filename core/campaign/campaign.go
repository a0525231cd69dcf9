// Package campaign decides what the clinic may advertise, to whom, and how often. Whoever writes a campaign does not approve it; who gets it
// is known to Zapis alone.
package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Segment narrows whom a campaign goes to, of those whose consent to advertising stands.
type Segment struct {
	Branch    *uuid.UUID `json:"branch,omitempty"`
	Specialty string     `json:"specialty,omitempty"`  // has been to such a doctor
	QuietDays int32      `json:"quiet_days,omitempty"` // no visit for so long, and none ahead
}

// Draft is what is written of a campaign. Claims says that the text speaks of health: the head approves it.
type Draft struct {
	Name, Text string
	Claims     bool
	Segment    Segment
}

// Press keeps campaigns. Whoever calls has asked the rules.
type Press struct {
	Clock core.Clock
	IDs   core.IDs
}

// Write begins a campaign.
func (p Press) Write(ctx context.Context, tx *store.Tx, d Draft) (uuid.UUID, error) {
	segment, err := json.Marshal(d.Segment)
	if err != nil {
		return uuid.Nil, err
	}
	id := p.IDs()
	err = tx.CampaignAdd(ctx, db.CampaignAddParams{
		ID: id, Name: d.Name, Text: d.Text, Claims: d.Claims, Segment: segment, Author: tx.Actor.ID, CreatedAt: p.Clock(),
	})
	if err != nil {
		return id, fmt.Errorf("write a campaign: %w", err)
	}
	return id, p.note(ctx, tx, "campaign.written", id)
}

// Edit changes a draft. What was approved stands as it is.
func (p Press) Edit(ctx context.Context, tx *store.Tx, id uuid.UUID, d Draft) error {
	segment, err := json.Marshal(d.Segment)
	if err != nil {
		return err
	}
	_, err = tx.CampaignEdit(ctx, db.CampaignEditParams{ID: id, Name: d.Name, Text: d.Text, Claims: d.Claims, Segment: segment})
	return p.done(ctx, tx, "campaign.edited", id, err)
}

// Approve signs a draft that somebody else wrote. A text with medical claims is the head's to sign.
func (p Press) Approve(ctx context.Context, tx *store.Tx, c db.Campaign) error {
	if c.Claims && tx.Actor.Role != "head" {
		return core.Refuse(core.Conflict, "campaign_needs_head")
	}
	_, err := tx.CampaignApprove(ctx, db.CampaignApproveParams{ID: c.ID, Who: tx.Actor.ID})
	return p.done(ctx, tx, "campaign.approved", c.ID, err)
}

// Start has an approved campaign sent.
func (p Press) Start(ctx context.Context, tx *store.Tx, id uuid.UUID) error {
	_, err := tx.CampaignState(ctx, db.CampaignStateParams{ID: id, State: "sending", Was: []string{"approved"}})
	return p.done(ctx, tx, "campaign.started", id, err)
}

// Stop ends a campaign for good. What waits to be sent is taken back by the next sweep.
func (p Press) Stop(ctx context.Context, tx *store.Tx, id uuid.UUID) error {
	_, err := tx.CampaignState(ctx, db.CampaignStateParams{ID: id, State: "stopped", Was: []string{"draft", "approved", "sending"}})
	return p.done(ctx, tx, "campaign.stopped", id, err)
}

func (p Press) done(ctx context.Context, tx *store.Tx, action string, id uuid.UUID, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		err = core.Refuse(core.Conflict, "campaign_state")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return p.note(ctx, tx, action, id)
}

func (p Press) note(ctx context.Context, tx *store.Tx, action string, id uuid.UUID) error {
	return audit.Add(ctx, tx, audit.Entry{ID: p.IDs(), At: p.Clock(), Action: action, Class: core.Campaigns, Object: "campaign", Subject: id})
}
