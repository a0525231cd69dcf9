package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/dialog"
)

// Times of the sweepers.
const (
	forgotten  = 5 * time.Second // a message unanswered this long was left by somebody
	sweepChats = 8               // chats at a time
	catchUpFor = 30              // rounds of a second
	bulkChats  = 200             // chats a round of the outbox
)

// SweepInbound answers what a crash or a replica that went away left unanswered.
func (t *Talks) SweepInbound(ctx context.Context) error {
	var chats []uuid.UUID
	err := t.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		var err error
		chats, err = tx.InboundWaiting(ctx, t.Clock().Add(-forgotten))
		return err
	})
	if err != nil {
		return fmt.Errorf("unanswered messages: %w", err)
	}
	if len(chats) > 0 {
		t.crash("sweep_inbound")
	}
	return t.each(ctx, chats, t.Handle)
}

// CatchUp sweeps in the first half minute of a process what a crash left of talks: the queue's own leader may have died in the same
// crash, and another is not chosen before its lease of fifteen seconds is over. It returns early when ctx ends.
func (t *Talks) CatchUp(ctx context.Context) {
	for range catchUpFor {
		for _, sweep := range []func(context.Context) error{t.SweepInbound, t.SweepOutbox} {
			if err := sweep(ctx); err != nil && ctx.Err() == nil {
				t.Log.WarnContext(ctx, "catching up", "error", err)
			}
		}
		if pause(ctx, time.Second); ctx.Err() != nil {
			return
		}
	}
}

// SweepOutbox gives up what is too late or in doubt, and sends what is due.
func (t *Talks) SweepOutbox(ctx context.Context) error {
	var chats []uuid.UUID
	err := t.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		now := t.Clock()
		if err := tx.OutboxExpire(ctx, now); err != nil {
			return err
		}
		lost, err := tx.OutboxLeaseOut(ctx, now)
		if err != nil {
			return err
		}
		for _, r := range lost {
			if r.State != "unknown" {
				continue
			}
			x := task{kind: "unknown_delivery", key: r.ID.String(), conversation: r.ConversationID, visit: store.ID(r.VisitID)}
			if err := t.task(ctx, tx, x); err != nil {
				return err
			}
		}
		chats, err = tx.OutboxDue(ctx, db.OutboxDueParams{Now: now, Rows: t.allowance(ctx, tx, now)})
		return err
	})
	if err != nil {
		return fmt.Errorf("due messages: %w", err)
	}
	if len(chats) > 0 {
		t.crash("sweep_outbox")
	}
	return t.each(ctx, chats, t.Deliver)
}

// perSecond is how fast one account may send what is not an answer: Telegram allows about 30 messages a second in all, and answers
// need their share.
const perSecond = 25

// allowance is how many chats may be served this round: the bucket is shared by all replicas, and empty while a messenger has asked
// to wait.
func (t *Talks) allowance(ctx context.Context, tx *store.Tx, now time.Time) int32 {
	r, err := tx.RateTake(ctx, db.RateTakeParams{Account: "all", Lane: "bulk", Burst: 2 * perSecond, N: perSecond, Now: now, PerSecond: perSecond})
	if err != nil || (r.PausedUntil != nil && r.PausedUntil.After(now)) {
		return sweepChats // answers that were put off still go
	}
	return min(bulkChats, int32(perSecond+r.Tokens))
}

// SweepTalks reminds of a talk that stopped in the middle, once, and ends it after a day.
func (t *Talks) SweepTalks(ctx context.Context) error {
	var late []db.ConversationsLateRow
	err := t.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		var err error
		late, err = tx.ConversationsLate(ctx, t.Clock())
		return err
	})
	if err != nil {
		return fmt.Errorf("talks that stopped: %w", err)
	}
	verbs := map[uuid.UUID]dialog.Verb{}
	var chats []uuid.UUID
	for _, r := range late {
		verbs[r.ID] = dialog.Nudge
		if r.Drop {
			verbs[r.ID] = dialog.Drop
		}
		chats = append(chats, r.ID)
	}
	if len(chats) > 0 {
		t.crash("sweep_talks")
	}
	return t.each(ctx, chats, func(ctx context.Context, id uuid.UUID) error {
		if !t.gate.enter(id) {
			return nil
		}
		s, err := t.turn(ctx, id, nil, dialog.Command{Do: verbs[id]})
		if err == nil {
			t.deliver(ctx, s)
		}
		t.gate.leave(id)
		return err
	})
}

// each serves chats side by side; one that fails does not keep the others.
func (t *Talks) each(ctx context.Context, chats []uuid.UUID, fn func(context.Context, uuid.UUID) error) error {
	var group errgroup.Group
	group.SetLimit(sweepChats)
	for _, id := range chats {
		group.Go(func() error {
			if err := fn(ctx, id); err != nil {
				t.Log.ErrorContext(ctx, "sweep of a chat", "conversation", id, "error", err)
			}
			return nil
		})
	}
	return group.Wait()
}

// SweepHolds lets go of holds that ran out.
func (h *House) SweepHolds(ctx context.Context) error {
	desk := h.visits(h.DB)
	tell := desk.Changed
	desk.Changed = func(branch uuid.UUID) {
		tell(branch)
		h.crash("sweep_holds")
	}
	_, err := desk.Expire(ctx, core.Sys("worker"))
	return err
}

// SweepReminders queues every reminder that is due.
func (h *House) SweepReminders(ctx context.Context) error {
	for {
		n, err := h.Remind(ctx)
		if n > 0 {
			h.crash("sweep_reminders")
		}
		if err != nil || n < reminderBatch {
			return err
		}
	}
}

// Housekeeping lays out new days, keeps partitions ahead of time and drops what has served: once an hour is plenty.
func (h *House) Housekeeping(ctx context.Context) error {
	days := schedule.Days{In: h.DB, Book: h.Book, Clock: h.Clock, IDs: h.IDs}
	if err := days.Extend(ctx, core.Sys("worker")); err != nil {
		return err
	}
	h.crash("housekeeping")
	err := h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		now := h.Clock()
		if err := tx.PartitionsEnsure(ctx, now); err != nil {
			return err
		}
		if _, err := tx.SnapDays(ctx, now); err != nil {
			return err
		}
		if err := tx.KeyboardPrune(ctx, now.AddDate(0, 0, -1)); err != nil {
			return err
		}
		if err := tx.OrdersPrune(ctx, now.AddDate(0, 0, -7)); err != nil {
			return err
		}
		if err := tx.IntakeExpire(ctx, now); err != nil {
			return err
		}
		return tx.KeysPrune(ctx, now.AddDate(0, 0, -30)) // messengers repeat an update for days at most
	})
	if err != nil {
		return fmt.Errorf("housekeeping: %w", err)
	}
	if _, err := h.shelf().Expire(ctx, h.Clock()); err != nil {
		return err
	}
	h.moveFiles(ctx)
	return h.Anchor(ctx)
}
