package jobs

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/dialog"
)

// The rules of offering a time that came free to those who wait.
const (
	offerBatch   = 10              // people at once
	offerFor     = 5 * time.Minute // they have to themselves
	offersADay   = 3               // to one person
	offerAtLeast = 2 * time.Hour   // before the visit: who is to come needs the way
	openingBatch = 20
)

// SweepOpenings offers the times that visits gave up, batch after batch, for as long as they are free.
func (h *House) SweepOpenings(ctx context.Context) error {
	err := h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		due, err := tx.OpeningsDue(ctx, db.OpeningsDueParams{Now: h.Clock(), Rows: openingBatch})
		if err != nil || len(due) == 0 {
			return err
		}
		bag := newMailbag(h, "waitlist", h.Clock())
		for _, o := range due {
			if err := h.offer(ctx, tx, o, bag); err != nil {
				return err
			}
		}
		h.crash("sweep_openings")
		return bag.queue(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("offer free times: %w", err)
	}
	return nil
}

// offer asks the next ten about one time, or gives it up: nobody waits for it any more, it is gone, or it is too near.
func (h *House) offer(ctx context.Context, tx *store.Tx, o db.Opening, bag *mailbag) error {
	now := h.Clock()
	branch, _ := h.Book.Current().Branch(o.BranchID)
	if why := given(o, now); why != "" {
		return tx.OpeningOver(ctx, db.OpeningOverParams{ID: o.ID, Why: &why})
	}
	if at := awake(branch, now); at.After(now) {
		return tx.OpeningPut(ctx, db.OpeningPutParams{ID: o.ID, DueAt: at})
	}
	next, err := tx.WaitlistNext(ctx, db.WaitlistNextParams{
		Specialty: o.Specialty, Practitioner: o.PractitionerID, Branch: o.BranchID, StartsAt: o.StartsAt, EndsAt: o.EndsAt, Opening: o.ID,
		Since: now.AddDate(0, 0, -1), Most: offersADay, Rows: offerBatch,
	})
	if err != nil {
		return err
	}
	said := db.WaitlistOfferedParams{Opening: o.ID, At: &now}
	fits := h.fitting(tx, o)
	for _, w := range next {
		slot, ok, err := fits(ctx, w.ServiceID)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		id, err := h.offered(o, w, slot, bag)
		if err != nil {
			return err
		}
		said.Ids, said.Messages = append(said.Ids, w.ID), append(said.Messages, id)
	}
	if len(said.Ids) == 0 {
		why := "nobody"
		return tx.OpeningOver(ctx, db.OpeningOverParams{ID: o.ID, Why: &why})
	}
	if err := tx.WaitlistOffered(ctx, said); err != nil {
		return err
	}
	return tx.OpeningPut(ctx, db.OpeningPutParams{ID: o.ID, DueAt: now.Add(offerFor)})
}

// given says why a time is offered to nobody; "" where it is.
func given(o db.Opening, now time.Time) string {
	if o.StartsAt.Sub(now) < offerAtLeast {
		return "too_late"
	}
	return ""
}

// fitting finds where a service can begin in a time that came free; the answer for each service is looked up once.
func (h *House) fitting(tx *store.Tx, o db.Opening) func(context.Context, uuid.UUID) (schedule.Slot, bool, error) {
	free := schedule.Free{In: tx.Reading(), Book: h.Book, Clock: h.Clock}
	found := map[uuid.UUID][]schedule.Slot{}
	return func(ctx context.Context, service uuid.UUID) (schedule.Slot, bool, error) {
		slots, known := found[service]
		if !known {
			var err error
			slots, err = free.Nearest(ctx, core.Sys("worker"), schedule.Ask{
				Specialty: o.Specialty, Service: service, Doctor: o.PractitionerID, Branch: o.BranchID, From: o.StartsAt, To: o.EndsAt, Limit: 1,
			})
			if err != nil {
				return schedule.Slot{}, false, err
			}
			found[service] = slots
		}
		if len(slots) == 0 {
			return schedule.Slot{}, false, nil
		}
		return slots[0], true, nil
	}
}

// offered puts one person's offer into the bag.
func (h *House) offered(o db.Opening, w db.WaitlistNextRow, slot schedule.Slot, bag *mailbag) (uuid.UUID, error) {
	lang := cmp.Or(store.Str(w.Lang), "ru")
	take, err := dialog.Offered(w.PatientID, o.Specialty, w.ServiceID, slot)
	if err != nil {
		return uuid.Nil, err
	}
	text := h.Words.Say(lang, "waitlist.offer")
	if w.Relation != oneself {
		text = h.Words.Say(lang, "waitlist.offer_for", "Name", w.Given)
	}
	minutes := int(offerFor / time.Minute)
	return bag.put(post{
		chat: w.ConversationID, channel: w.Channel, until: slot.Start, key: "opening:" + o.ID.String() + ":" + w.ID.String(),
		text: strings.Join([]string{text, h.facts(lang, slot.Doctor, slot.Branch, slot.Start), h.Words.Say(lang, "waitlist.first_come", "Count", minutes)}, "\n\n"),
		rows: [][]dialog.Button{
			{{Label: h.Words.Say(lang, "button.take_offer", "Time", slot.Start.Format("15:04")), Commands: take}},
			{{Label: h.Words.Say(lang, "button.stop_waiting"), Commands: dialog.StopWaiting()}},
		},
	})
}
