package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/dialog"
)

// alarmAgain is how long one chat's danger is told to nobody a second time.
const alarmAgain = time.Hour

// raise makes the task of what may be dangerous to life and tells administrators and heads of it in their messengers, once the turn stands.
// The task is the turn's; word of it goes beside, and is lost with the program if that falls within this moment.
func (t *Talks) raise(ctx context.Context, tx *store.Tx, chat uuid.UUID) error {
	if err := t.task(ctx, tx, task{kind: emergency, key: chat.String(), conversation: chat}); err != nil {
		return err
	}
	tx.After(func() { t.work.Go(func() { t.tellAlarm(context.WithoutCancel(ctx), chat, emergency) }) })
	return nil
}

// danger is the alarm that a text raises by the rules, whoever owns the chat; nil for none. What only may be one is told to the desk, which is
// at the chat, and not asked about.
func (t *Talks) danger(ctx context.Context, tx *store.Tx, c *chat, h heard) ([]dialog.Command, error) {
	text, ok := h.in.Said()
	if !ok {
		return nil, nil
	}
	catalog := t.Book.Current()
	s := situation(c.session, firstZone(catalog), h.said())
	s.Worry = c.late(h.said())
	m := t.Rules.Read(catalog, text, s)
	switch {
	case handoffKind(m.Commands) == emergency:
		return m.Commands, nil
	case m.Worry != "":
		return nil, t.wonder(ctx, tx, c, false)
	case s.Worry && len(m.Commands) == 1 && m.Commands[0].Slot == worried && m.Commands[0].Do == dialog.Confirm:
		return alarmed(c.session.Worry.Kind), nil
	}
	return nil, nil
}

func (t *Talks) tellAlarm(ctx context.Context, chat uuid.UUID, kind string) {
	err := t.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error { return t.alarms(ctx, tx, chat, kind) })
	if err != nil {
		t.Log.ErrorContext(ctx, "word of an emergency", "error", err)
		return
	}
	t.Hub.Tell(TasksTopic)
}

// alarms writes the messages: where to look, and nothing of what was said or by whom.
func (h *House) alarms(ctx context.Context, tx *store.Tx, chat uuid.UUID, kind string) error {
	id, err := tx.AlarmTask(ctx, db.AlarmTaskParams{ConversationID: &chat, Kind: kind})
	if err != nil {
		return err
	}
	watchers, err := tx.GlassWatchers(ctx, []string{"admin", "head"})
	if err != nil {
		return err
	}
	said := map[string]string{emergency: "alarm", worried: worried}[kind] // the words, and the key by which it is said once an hour
	now := h.Clock()
	hour, until := now.Unix()/int64(alarmAgain/time.Second), now.Add(alarmAgain)
	for _, w := range watchers {
		key := func(hour int64) string {
			return said + ":" + chat.String() + ":" + w.ConversationID.String() + ":" + strconv.FormatInt(hour, 10)
		}
		told, err := tx.SaidSince(ctx, db.SaidSinceParams{Key: key(hour - 1), Since: now.Add(-alarmAgain)})
		if err != nil {
			return err
		}
		if told {
			continue
		}
		body, err := json.Marshal(conversation.Outgoing{Text: h.Words.Say(cmp.Or(w.Lang, "ru"), "task."+said, "Link", h.PublicURL+"/cabinet/tasks/"+id.String())})
		if err != nil {
			return err
		}
		err = tx.OutboxAdd(ctx, db.OutboxAddParams{
			ID: h.IDs(), ConversationID: w.ConversationID, Channel: w.Channel, Lane: laneService, Kind: "alarm",
			Key: key(hour), Body: body, State: queued, NotBefore: now, NotAfter: &until, CreatedAt: now,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
