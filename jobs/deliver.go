package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// sendFor bounds one attempt to send; it ends before the lease does.
const sendFor = 10 * time.Second

// deliver sends a turn's messages in order and marks them. A message that does not go stops those after it.
func (t *Talks) deliver(ctx context.Context, s said) {
	sender, ok := t.sender(s.to.Channel)
	if !ok || len(s.out)+len(s.acks) == 0 {
		return
	}
	var acks sync.WaitGroup
	for _, a := range s.acks {
		acks.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, sendFor)
			defer cancel()
			if err := sender.Ack(ctx, s.to, a.callback, a.toast); err != nil {
				t.Log.DebugContext(ctx, "tap not acknowledged", "conversation", s.id, "error", err)
			}
		})
	}
	for i, l := range s.out {
		if t.Clock().Add(sendFor).After(s.till) { // the lease would run out meanwhile, and another send the same
			t.putOff(ctx, s, s.out[i:])
			break
		}
		if !t.send(ctx, sender, &s, l) {
			t.putOff(ctx, s, s.out[i+1:])
			break
		}
	}
	acks.Wait()
}

// send sends one message and marks what became of it.
func (t *Talks) send(ctx context.Context, sender Sender, s *said, l letter) bool {
	t.crash("before_send")
	limited, cancel := context.WithTimeout(ctx, sendFor)
	receipt, err := sender.Send(limited, s.to, l.out)
	cancel()
	t.crash("after_send")
	if err != nil {
		t.refused(ctx, *s, l, conversation.Refused(err))
		return false
	}
	m := mark{id: l.id, created: l.created, at: t.Clock(), external: receipt.MessageID, chat: s.id}
	if l.lane == "reply" && l.out.File == nil && receipt.MessageID != "" {
		if l.out.Card {
			m.card = receipt.MessageID
		}
		m.moved = m.card != s.card
		s.card = m.card
	}
	if err := t.marks.put(ctx, t.House, m); err != nil {
		t.Log.ErrorContext(ctx, "delivery not marked", "conversation", s.id, "error", err)
	}
	t.crash("after_mark")
	t.Hub.Tell("chat:" + s.id.String())
	return true
}

// maxSends bounds attempts at one message.
const maxSends = 8

// refused writes down why a message did not go and what follows.
func (t *Talks) refused(ctx context.Context, s said, l letter, why *conversation.SendError) {
	level := slog.LevelInfo
	if why.Kind == conversation.BadRequest { // ours to mend: the person got no answer
		level = slog.LevelError
	}
	t.Log.Log(ctx, level, "message not sent", "conversation", s.id, "kind", why.Kind, "error", why.Err)
	now := t.Clock()
	settle := db.OutboxSettleParams{ID: l.id, CreatedAt: l.created, NotBefore: now, Error: store.Text(string(why.Kind)), State: "failed"}
	switch {
	case why.Kind == conversation.RetryAfter:
		settle.State, settle.NotBefore = queued, now.Add(max(why.After, time.Second))
	case why.Retryable() && l.tries < maxSends:
		settle.State, settle.NotBefore = queued, now.Add(backoff(l.tries))
	case why.Kind == conversation.Ambiguous && l.lane == "reply":
		settle.State, settle.NotBefore = queued, now.Add(backoff(l.tries)) // the card repairs a doubled answer
		if l.tries >= maxSends {
			settle.State = "failed"
		}
	case why.Kind == conversation.Ambiguous:
		settle.State = "unknown"
	}
	err := t.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		if err := tx.OutboxSettle(ctx, settle); err != nil {
			return err
		}
		if why.Kind == conversation.RetryAfter {
			err := tx.RatePause(ctx, db.RatePauseParams{Account: s.to.Account, Lane: "bulk", RefilledAt: now, PausedUntil: &settle.NotBefore})
			if err != nil {
				return err
			}
		}
		if why.Blocked() {
			err := tx.ConversationBlocked(ctx, db.ConversationBlockedParams{ID: s.id, BlockedAt: &now})
			return errors.Join(err, elsewhere(ctx, tx, l, now))
		}
		if settle.State == "unknown" {
			return t.task(ctx, tx, task{kind: "unknown_delivery", key: l.id.String(), conversation: s.id, visit: l.visit})
		}
		return nil
	})
	if err != nil {
		t.Log.ErrorContext(ctx, "refusal not marked", "conversation", s.id, "error", err)
	}
}

// elsewhere makes what a blocked chat was not told of a visit due again: the sweeper finds the patient's next chat, or none.
func elsewhere(ctx context.Context, tx *store.Tx, l letter, now time.Time) error {
	if l.lane != laneService || l.visit == uuid.Nil {
		return nil
	}
	if err := tx.RemindersAgain(ctx, db.RemindersAgainParams{Message: l.id, Now: now}); err != nil {
		return err
	}
	return tx.NoticeAgain(ctx, db.NoticeAgainParams{VisitID: l.visit, Message: l.id, Now: now})
}

// backoff is 1 s, 2 s, 4 s … up to a minute.
func backoff(tries int32) time.Duration {
	return min(time.Minute, time.Second<<min(max(tries-1, 0), 6))
}

// putOff gives messages back that wait behind one that did not go. Those whose lease has run out are the sweeper's already.
func (t *Talks) putOff(ctx context.Context, s said, rest []letter) {
	now := t.Clock()
	if len(rest) == 0 || now.After(s.till) {
		return
	}
	err := t.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		for _, l := range rest {
			settle := db.OutboxSettleParams{ID: l.id, CreatedAt: l.created, NotBefore: now, State: queued}
			if err := tx.OutboxSettle(ctx, settle); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Log.ErrorContext(ctx, "messages not put off", "error", err)
	}
}

// Deliver sends what waits for a chat: the sweeper's way in, and that of everything the dialog did not say itself.
func (t *Talks) Deliver(ctx context.Context, id uuid.UUID) error {
	for {
		if !t.gate.enter(id) {
			return nil // whoever is at the chat delivers, and the sweeper comes again
		}
		s, err := t.claim(ctx, id)
		if err == nil {
			t.deliver(ctx, s)
		}
		if more := !t.gate.finished(id); more && err == nil {
			err = t.rest(ctx, id)
		}
		if err != nil || len(s.out) < claimed {
			return err
		}
	}
}

// claimed is how many messages of a chat are taken at once; OutboxClaim says the same.
const claimed = 20

func (t *Talks) claim(ctx context.Context, id uuid.UUID) (said, error) {
	s := said{id: id}
	err := t.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		if err := tx.ConversationLock(ctx, id); err != nil {
			return err
		}
		now := t.Clock()
		s = said{id: id, till: now.Add(replyLease)}
		rows, err := tx.OutboxClaim(ctx, db.OutboxClaimParams{LeaseUntil: s.till, ConversationID: id, Now: now})
		if err != nil || len(rows) == 0 {
			return err
		}
		c, err := tx.Conversation(ctx, id)
		if err != nil {
			return err
		}
		s.to, s.card = conversation.To{Channel: c.Channel, Account: c.Account, Chat: c.ExternalID}, store.Str(c.CardMessageID)
		return t.letters(ctx, tx, rows, c, &s)
	})
	if err != nil {
		return said{}, fmt.Errorf("claim messages: %w", err)
	}
	return s, nil
}

// letters takes the claimed rows in their order and leaves out what is too late or has nobody to go to.
func (t *Talks) letters(ctx context.Context, tx *store.Tx, rows []db.OutboxClaimRow, c db.Conversation, s *said) error {
	now, lang, blocked := t.Clock(), store.Str(c.Lang), c.BlockedAt != nil
	sortBySeq(rows)
	for _, r := range rows {
		l := letter{id: r.ID, created: r.CreatedAt, lane: r.Lane, visit: store.ID(r.VisitID), late: r.NotAfter, tries: r.Attempts}
		if err := json.Unmarshal(r.Body, &l.out); err != nil {
			return fmt.Errorf("read a queued message: %w", err)
		}
		goes, err := t.through(ctx, tx, r, &l, lang)
		if err != nil {
			return err
		}
		settle := db.OutboxSettleParams{ID: l.id, CreatedAt: l.created, NotBefore: now}
		switch {
		case !goes:
			settle.State, settle.Error = "cancelled", store.Text("channel_policy")
		case l.late != nil && l.late.Before(now):
			settle.State, settle.Error = "expired", store.Text("too_late")
		case blocked:
			settle.State, settle.Error = "failed", store.Text("blocked")
			if err := elsewhere(ctx, tx, l, now); err != nil {
				return err
			}
		default:
			s.out = append(s.out, l)
			continue
		}
		if err := tx.OutboxSettle(ctx, settle); err != nil {
			return err
		}
	}
	return nil
}

// mark is a delivery to be written down, and where the chat's live card stands after it.
type mark struct {
	id       uuid.UUID
	created  time.Time
	at       time.Time
	external string
	chat     uuid.UUID
	card     string
	moved    bool
}

// marks gathers deliveries of many chats into one statement: a mark costs a fraction of a commit.
type marks struct {
	mu      sync.Mutex
	waiting []mark
	done    []chan error
	busy    bool
}

// put returns once m is committed. While one batch is being written, the next gathers.
func (q *marks) put(ctx context.Context, h *House, m mark) error {
	ch := make(chan error, 1)
	q.mu.Lock()
	q.waiting, q.done = append(q.waiting, m), append(q.done, ch)
	lead := !q.busy
	q.busy = true
	q.mu.Unlock()
	if lead {
		q.drain(ctx, h)
	}
	return <-ch
}

func (q *marks) drain(ctx context.Context, h *House) {
	for {
		q.mu.Lock()
		batch, done := q.waiting, q.done
		q.waiting, q.done = nil, nil
		if len(batch) == 0 {
			q.busy = false
			q.mu.Unlock()
			return
		}
		q.mu.Unlock()
		err := write(ctx, h, batch)
		for _, ch := range done {
			ch <- err
		}
	}
}

func write(ctx context.Context, h *House, batch []mark) error {
	var sent db.OutboxSentParams
	var cards db.ConversationCardsParams
	for i, m := range batch {
		if i == 0 || m.created.Before(sent.Oldest) {
			sent.Oldest = m.created
		}
		if i == 0 || m.created.After(sent.Newest) {
			sent.Newest = m.created
		}
		sent.Ids, sent.Created = append(sent.Ids, m.id), append(sent.Created, m.created)
		sent.Ats, sent.ExternalIds = append(sent.Ats, m.at), append(sent.ExternalIds, m.external)
		if m.moved {
			cards.Ids, cards.Cards = append(cards.Ids, m.chat), append(cards.Cards, m.card)
		}
	}
	err := h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		if err := tx.OutboxSent(ctx, sent); err != nil {
			return err
		}
		if len(cards.Ids) == 0 {
			return nil
		}
		return tx.ConversationCards(ctx, cards)
	})
	if err != nil {
		return fmt.Errorf("mark deliveries: %w", errors.Join(err))
	}
	return nil
}

func sortBySeq(rows []db.OutboxClaimRow) {
	slices.SortFunc(rows, func(a, b db.OutboxClaimRow) int { return cmp.Compare(*a.Seq, *b.Seq) })
}
