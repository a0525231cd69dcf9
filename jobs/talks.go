package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/upload"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

// Talks takes messages in and answers them, one chat at a time.
type Talks struct {
	*House
	Rules   Rules
	Model   understand.Model      // asked where the rules are unsure; nil where there is none
	Sources map[string]Source     // of files, by channel; what comes through others is answered and not kept
	Check   upload.Checker        // looks at files
	Ear     Ear                   // nil: no model listens to voice messages
	Queue   *river.Client[pgx.Tx] // has files fetched by a worker; nil: this process fetches them itself

	gate  gate
	work  sync.WaitGroup
	marks marks
}

// albumWait is how long the parts of an album are gathered before they are answered as one.
const albumWait = time.Second

// moment is how long a message waits for its chat's turn before it is journalled alone, to be answered by whoever is at the chat.
const moment = 150 * time.Millisecond

// Receive journals a message and answers it. It returns nil once the message is committed: the messenger need not send it again.
// The delivery goes on in the background.
func (t *Talks) Receive(ctx context.Context, raw []byte, in conversation.Incoming) error {
	in = clean(in)
	id := in.ConversationID()
	if t.fetches(in) {
		return t.receiveFile(ctx, raw, in)
	}
	if in.Album != "" {
		if err := t.journal(ctx, raw, in); err != nil {
			return err
		}
		t.work.Go(func() { t.after(context.WithoutCancel(ctx), albumWait, id) })
		return nil
	}
	if !t.gate.enterWithin(ctx, id, moment) {
		err := t.journal(ctx, raw, in)
		t.crash("after_journal")
		t.again(context.WithoutCancel(ctx), id) // also after an error: the one at work may just have finished
		return err
	}
	said, err := t.turn(ctx, id, &arrival{raw: raw, in: in})
	if err != nil {
		t.Log.ErrorContext(ctx, "turn failed", "conversation", id, "error", err)
		if err = t.journal(ctx, raw, in); err == nil {
			err = t.failed(ctx, id)
		}
		t.gate.leave(id)
		return err
	}
	t.crash("after_turn")
	background := context.WithoutCancel(ctx)
	t.work.Go(func() {
		t.deliver(background, said)
		t.goOn(background, id, said.more)
	})
	return nil
}

// Handle answers whatever a chat has said and nobody answered: the sweeper's and the album's way in. It returns when everything is
// answered and what could be delivered is.
func (t *Talks) Handle(ctx context.Context, id uuid.UUID) error {
	if !t.gate.enter(id) {
		t.again(ctx, id)
		return nil
	}
	return t.rest(ctx, id)
}

// goOn answers what came in while the chat was busy, or was left over.
func (t *Talks) goOn(ctx context.Context, id uuid.UUID, more bool) {
	if !more && t.gate.finished(id) {
		return
	}
	if err := t.rest(ctx, id); err != nil {
		t.Log.ErrorContext(ctx, "turn failed", "conversation", id, "error", err)
	}
}

func (t *Talks) rest(ctx context.Context, id uuid.UUID) error {
	for {
		said, err := t.turn(ctx, id, nil)
		if err != nil {
			t.gate.leave(id)
			return fmt.Errorf("answer a chat: %w", joined(err, t.failed(ctx, id)))
		}
		if len(said.out) > 0 {
			t.crash("after_turn")
		}
		t.deliver(ctx, said)
		if !said.more && t.gate.finished(id) {
			return nil
		}
	}
}

func joined(err, second error) error {
	if second != nil {
		return fmt.Errorf("%w; and %w", err, second)
	}
	return err
}

// Wait returns when everything under way in this process is done: the end of a drain.
func (t *Talks) Wait() { t.work.Wait() }

func (t *Talks) after(ctx context.Context, d time.Duration, id uuid.UUID) {
	pause(ctx, d)
	if err := t.Handle(ctx, id); err != nil {
		t.Log.ErrorContext(ctx, "turn failed", "conversation", id, "error", err)
	}
}

// again tells whoever is at a chat that there is more, or goes at it where nobody is.
func (t *Talks) again(ctx context.Context, id uuid.UUID) {
	if t.gate.again(id) {
		return
	}
	t.work.Go(func() {
		if err := t.Handle(ctx, id); err != nil {
			t.Log.ErrorContext(ctx, "turn failed", "conversation", id, "error", err)
		}
	})
}

// arrival is a message that just came in.
type arrival struct {
	raw   []byte
	in    conversation.Incoming
	media string // what inbound says of its file
}

// journal keeps a message without answering it.
func (t *Talks) journal(ctx context.Context, raw []byte, in conversation.Incoming) error {
	err := t.DB.InTx(ctx, t.Guard.Admit(chatActor(in)).During(ctx), func(tx *store.Tx) error {
		_, err := t.keep(ctx, tx, arrival{raw: raw, in: in})
		return err
	})
	if err != nil {
		return fmt.Errorf("journal a message: %w", err)
	}
	return nil
}

func chatActor(in conversation.Incoming) core.Actor {
	return core.Actor{Kind: core.Patient, ID: in.ConversationID(), Channel: in.Channel}
}

// keep journals a message unless its id was seen, and returns its row.
func (t *Talks) keep(ctx context.Context, tx *store.Tx, a arrival) (db.InboundAddParams, error) {
	body, err := json.Marshal(a.in)
	if err != nil {
		return db.InboundAddParams{}, err
	}
	if err := t.open(ctx, tx, a); err != nil {
		return db.InboundAddParams{}, err
	}
	p := db.InboundAddParams{
		ID: t.IDs(), ConversationID: a.in.ConversationID(), Account: a.in.Account, ExternalID: a.in.ExternalID, Position: a.in.Position,
		Body: body, Raw: a.raw, Tapped: tokenHash(a.in.Button), ReceivedAt: t.Clock(), Media: store.Text(a.media),
	}
	return p, tx.InboundAdd(ctx, p)
}

func (t *Talks) open(ctx context.Context, tx *store.Tx, a arrival) error {
	return tx.ConversationOpen(ctx, db.ConversationOpenParams{
		ID: a.in.ConversationID(), Channel: a.in.Channel, Account: a.in.Account, ExternalID: a.in.Chat, CreatedAt: t.Clock(),
	})
}

// clean makes every text of a message safe for the database.
func clean(in conversation.Incoming) conversation.Incoming {
	for _, s := range []*string{
		&in.Chat, &in.ExternalID, &in.Text, &in.Button, &in.CallbackID, &in.MessageID, &in.Start, &in.Phone, &in.Album, &in.Lang,
	} {
		*s = conversation.Clean(*s)
	}
	if y := in.At.Year(); y < 1970 || y > 9999 { // no date of a message, and JSON cannot write it
		in.At = time.Time{}
	}
	return in
}

// failed counts a try of the message a chat is stuck on. The third makes it a dead letter: staff is told, the person gets an
// apology, and the chat goes on.
func (t *Talks) failed(ctx context.Context, id uuid.UUID) error {
	return t.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		first, err := tx.InboundFirst(ctx, db.InboundFirstParams{ConversationID: id, Patience: t.Clock().Add(-filePatience)})
		if errors.Is(err, pgx.ErrNoRows) { // nothing is new
			return nil
		}
		if err != nil {
			return err
		}
		state, err := tx.InboundFailed(ctx, db.InboundFailedParams{ID: first.ID, Since: first.ReceivedAt})
		if err != nil || state != "dead" {
			return err
		}
		return t.dead(ctx, tx, id, first.ID)
	})
}

func (t *Talks) dead(ctx context.Context, tx *store.Tx, id, message uuid.UUID) error {
	if err := t.task(ctx, tx, task{kind: "dead_letter", key: message.String(), conversation: id}); err != nil {
		return err
	}
	c, err := tx.Conversation(ctx, id)
	if err != nil {
		return err
	}
	body, err := json.Marshal(conversation.Outgoing{Text: t.Words.Say(store.Str(c.Lang), "fault")})
	if err != nil {
		return err
	}
	return tx.OutboxAdd(ctx, db.OutboxAddParams{
		ID: t.IDs(), ConversationID: id, Channel: c.Channel, Lane: replyLane, Kind: "fault", Key: "fault:" + message.String(), Body: body,
		State: queued, NotBefore: t.Clock(), CreatedAt: t.Clock(),
	})
}

// task is something for a human.
type task struct {
	kind, key                    string
	conversation, visit, patient uuid.UUID
}

func (h *House) task(ctx context.Context, tx *store.Tx, x task) error {
	return tx.TaskAdd(ctx, db.TaskAddParams{
		ID: h.IDs(), Kind: x.kind, Key: x.key, ConversationID: store.Ref(x.conversation), VisitID: store.Ref(x.visit),
		PatientID: store.Ref(x.patient), CreatedAt: h.Clock(),
	})
}
