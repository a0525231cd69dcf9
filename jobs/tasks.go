package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/inbox"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	worklist "github.com/zapis-clinic/zapis/core/task"
)

// lateStale is how long word of late tasks is worth sending.
const lateStale = 12 * time.Hour

// SweepTasks tells whoever answers for it that tasks are late: each task once, one message for all of a sweep, and nothing of what they are
// about. It is taken and written in one transaction.
func (h *House) SweepTasks(ctx context.Context) error {
	n, waited := 0, 0
	err := h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		var err error
		if waited, err = (inbox.Desk{In: tx, Clock: h.Clock, IDs: h.IDs}).Late(ctx, tx); err != nil {
			return err
		}
		late, err := worklist.Office{In: tx, Clock: h.Clock, IDs: h.IDs, Vault: h.Vault}.Overdue(ctx, tx)
		if err != nil {
			return err
		}
		n = len(late)
		count := map[string]int{}
		for _, t := range late {
			count[t.Role]++
		}
		for role, many := range count {
			if err := h.tellLate(ctx, tx, role, many); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("word of late tasks: %w", err)
	}
	if n+waited > 0 {
		h.Hub.Tell(TasksTopic)
	}
	if waited > 0 {
		h.Hub.Tell(InboxTopic)
	}
	return nil
}

// TasksTopic is what pages of tasks listen to.
const TasksTopic = "tasks"

func (h *House) tellLate(ctx context.Context, tx *store.Tx, role string, many int) error {
	chats, err := tx.GlassWatchers(ctx, []string{role})
	if err != nil {
		return err
	}
	now := h.Clock()
	until := now.Add(lateStale)
	for _, c := range chats {
		body, err := json.Marshal(conversation.Outgoing{Text: h.Words.Say(cmp.Or(c.Lang, "ru"), "task.late", "Count", many)})
		if err != nil {
			return err
		}
		err = tx.OutboxAdd(ctx, db.OutboxAddParams{
			ID: h.IDs(), ConversationID: c.ConversationID, Channel: c.Channel, Lane: laneService, Kind: "task",
			Key: "late:" + now.UTC().Format(time.RFC3339) + ":" + c.ConversationID.String(), Body: body, State: queued, NotBefore: now, NotAfter: &until, CreatedAt: now,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
