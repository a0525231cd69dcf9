package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/campaign"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/settings"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/dialog"
)

// laneMarketing is the outbox lane of advertising: it goes after everything else.
const laneMarketing = "marketing"

// The rules of advertising: how much one person gets of all campaigns and offers of the waiting list together, in how long; and how long a
// message may wait to be sent.
const (
	capMessages   = 2
	capFor        = 7 * 24 * time.Hour
	campaignBatch = 200
	campaignFor   = 48 * time.Hour
)

// noChannel says that there is no chat to write to.
const noChannel = "no_channel"

type campaignsArgs struct{}

func (campaignsArgs) Kind() string { return "sweep_campaigns" }

type settingsArgs struct{}

func (settingsArgs) Kind() string { return "sweep_settings" }

// SweepSettings carries out what was decided about schedule and prices. This program knows of it at once, others within seconds.
func (h *House) SweepSettings(ctx context.Context) error {
	office, done := settings.Office{Clock: h.Clock, IDs: h.IDs, Book: h.Book}, 0
	err := h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		var err error
		done, err = office.Apply(ctx, tx)
		return err
	})
	if err == nil && done > 0 {
		err = h.Book.Refresh(ctx)
	}
	if err != nil {
		return fmt.Errorf("carry out what was decided: %w", err)
	}
	return nil
}

// SweepCampaigns queues the next messages of what is being sent, takes back what may not go any more, and counts.
func (h *House) SweepCampaigns(ctx context.Context) error {
	err := h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		if err := tx.CampaignRecall(ctx, h.Clock()); err != nil {
			return err
		}
		list, err := tx.CampaignsSending(ctx)
		if err != nil || len(list) == 0 {
			return err
		}
		bag := newMailbag(h, "campaign", h.Clock())
		bag.out.Lane = laneMarketing
		for _, c := range list {
			if err := h.advertise(ctx, tx, c, bag); err != nil {
				return err
			}
		}
		if err := bag.queue(ctx, tx); err != nil {
			return err
		}
		for _, c := range list {
			if _, err := tx.CampaignCount(ctx, c.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("send campaigns: %w", err)
	}
	return nil
}

// advertise puts the next of one campaign's people into the bag, or settles why not.
func (h *House) advertise(ctx context.Context, tx *store.Tx, c db.Campaign, bag *mailbag) error {
	now := bag.out.CreatedAt
	if c.Recipients == 0 {
		if err := h.address(ctx, tx, c, now); err != nil {
			return err
		}
	}
	due, err := tx.CampaignDue(ctx, db.CampaignDueParams{Campaign: c.ID, Since: now.Add(-capFor), Now: now, Rows: campaignBatch})
	if err != nil {
		return err
	}
	for _, r := range due {
		settle := db.CampaignSettleParams{Campaign: c.ID, Patient: r.PatientID, At: now, State: "skipped"}
		if why := unwanted(r); why != "" {
			settle.Why = &why
		} else if at := awake(h.home(r.Branches), now); at.After(now) {
			settle.State, settle.At = "due", at
		} else {
			id, err := h.advert(c, r, bag)
			if err != nil {
				return err
			}
			settle.State, settle.MessageID = queued, &id
		}
		if err := tx.CampaignSettle(ctx, settle); err != nil {
			return err
		}
	}
	return nil
}

// address finds whom a campaign goes to, once.
func (h *House) address(ctx context.Context, tx *store.Tx, c db.Campaign, now time.Time) error {
	var s campaign.Segment
	if err := json.Unmarshal(c.Segment, &s); err != nil {
		return fmt.Errorf("segment of campaign %s: %w", c.ID, err)
	}
	return tx.CampaignFill(ctx, db.CampaignFillParams{Campaign: c.ID, Now: now, Branch: s.Branch, Specialty: s.Specialty, QuietDays: s.QuietDays})
}

// unwanted says why somebody gets nothing; "" where they do.
func unwanted(r db.CampaignDueRow) string {
	switch {
	case r.AdvertisingAt == nil:
		return "consent_withdrawn"
	case r.DeceasedAt != nil:
		return "deceased"
	case r.ConversationID == nil:
		return noChannel
	case r.Muted:
		return "refused"
	case r.Recent >= capMessages:
		return "often"
	default:
		return ""
	}
}

// home is the branch by whose clock somebody sleeps.
func (h *House) home(branches []uuid.UUID) clinic.Branch {
	c := h.Book.Current()
	for _, id := range branches {
		if b, ok := c.Branch(id); ok {
			return b
		}
	}
	if len(c.Branches) > 0 {
		return c.Branches[0]
	}
	return clinic.Branch{}
}

// advert is one person's message: the clinic's words, why they get it, and the way out.
func (h *House) advert(c db.Campaign, r db.CampaignDueRow, bag *mailbag) (uuid.UUID, error) {
	lang := cmp.Or(store.Str(r.Lang), "ru")
	return bag.put(post{
		chat: *r.ConversationID, channel: store.Str(r.Channel), until: bag.out.CreatedAt.Add(campaignFor),
		key: "campaign:" + c.ID.String() + ":" + r.PatientID.String(), text: c.Text + "\n\n" + h.Words.Say(lang, "campaign.why"),
		rows: [][]dialog.Button{
			{{Label: h.Words.Say(lang, "button.book"), Commands: []dialog.Command{{Do: dialog.Start, Flow: "booking"}}}},
			{{Label: h.Words.Say(lang, "button.no_more"), Commands: dialog.Withdrawing(consent.Advertising)}},
		},
	})
}
