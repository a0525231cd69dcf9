package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/dialog"
)

// laneService is the outbox lane of what the clinic says by itself about a visit.
const laneService = "service"

// mailbag gathers the service messages of a sweeper's batch, so that all are queued by two statements.
type mailbag struct {
	house *House
	out   db.OutboxAddManyParams
	keys  db.KeyboardAddManyParams
}

// post is one message about a visit.
type post struct {
	chat    uuid.UUID
	channel string
	key     string // idempotency
	visit   uuid.UUID
	until   time.Time // of no use after it
	text    string
	rows    [][]dialog.Button
}

// newMailbag makes a bag for messages of one kind ("reminder", "notice").
func newMailbag(h *House, kind string, now time.Time) *mailbag {
	return &mailbag{
		house: h,
		out:   db.OutboxAddManyParams{Lane: laneService, Kind: kind, CreatedAt: now},
		keys:  db.KeyboardAddManyParams{Flow: kind, CreatedAt: now},
	}
}

// put adds a message and returns its id. Its buttons work for as long as it is of use, and under a notice a while longer.
func (b *mailbag) put(m post) (uuid.UUID, error) {
	token, err := b.house.token()
	if err != nil {
		return uuid.Nil, err
	}
	actions, choices := label(token, m.rows)
	body, err := json.Marshal(conversation.Outgoing{Text: m.text, Buttons: choices})
	if err != nil {
		return uuid.Nil, err
	}
	data, err := json.Marshal(actions)
	if err != nil {
		return uuid.Nil, err
	}
	id, sum := b.house.IDs(), sha256.Sum256([]byte(token))
	b.keys.Hashes, b.keys.Conversations = append(b.keys.Hashes, sum[:]), append(b.keys.Conversations, m.chat)
	b.keys.Actions, b.keys.Expires = append(b.keys.Actions, data), append(b.keys.Expires, b.expires(m))
	b.out.Ids, b.out.Conversations = append(b.out.Ids, id), append(b.out.Conversations, m.chat)
	b.out.Channels, b.out.Bodies = append(b.out.Channels, m.channel), append(b.out.Bodies, body)
	b.out.OutboxKeys, b.out.Visits = append(b.out.OutboxKeys, m.key), append(b.out.Visits, m.visit)
	b.out.NotBefores, b.out.NotAfters = append(b.out.NotBefores, b.out.CreatedAt), append(b.out.NotAfters, m.until)
	return id, nil
}

// expires is when a message's buttons end: a reminder's with the visit; those that lead to another visit as any that stay.
func (b *mailbag) expires(m post) time.Time {
	if b.out.Kind == "reminder" {
		return m.until
	}
	return b.out.CreatedAt.Add(keptFor)
}

func (b *mailbag) queue(ctx context.Context, tx *store.Tx) error {
	if len(b.out.Ids) == 0 {
		return nil
	}
	if err := tx.OutboxAddMany(ctx, b.out); err != nil {
		return err
	}
	return tx.KeyboardAddMany(ctx, b.keys)
}
