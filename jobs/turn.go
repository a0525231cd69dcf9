package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/dialog"
)

// Timeouts of a talk that stops in the middle.
const (
	nudgeAfter = 30 * time.Minute
	dropAfter  = 24 * time.Hour
	wakeGrain  = 10 * time.Minute // of the indexed moment before which neither is due
)

// said is what a turn leaves to be delivered.
type said struct {
	id   uuid.UUID
	to   conversation.To
	card string // the live card, as the chat's row has it
	out  []letter
	till time.Time // the letters are ours until then
	acks []ack
	more bool // there may be more to answer
}

// letter is a message in this process's hands: it stands in the outbox as sending, leased to us.
type letter struct {
	id      uuid.UUID
	created time.Time
	lane    string
	visit   uuid.UUID
	out     conversation.Outgoing
	late    *time.Time
	tries   int32
}

type ack struct{ callback, toast string }

// chat is a conversation as the turn found it.
type chat struct {
	id      uuid.UUID
	row     db.ConversationTurnRow
	session dialog.Session
	news    []heard
	put     *db.InboundPutParams // the message that has just come in, written with what the turn leaves
	more    bool                 // than the news that were taken
	alone   bool                 // the first of the news has failed before, and is tried without the others
	asked   *consulted           // what a model said of them
	waits   bool                 // what comes after the news waits until a voice message is heard
	album   []string             // of the parts of an album before its last: what was the trouble with each
	calmed  *dialog.Worry        // the danger that this turn was told to be none of now
	moved   bool                 // something of the news was answered already: buttons of before are of yesterday
}

// heard is one unanswered message with the buttons it tapped.
type heard struct {
	id       uuid.UUID
	in       conversation.Incoming
	received time.Time
	written  bool // as handled, by this turn
	actions  []byte
	version  *int32
	expires  *time.Time
	media    string // what is known of the file: "" is nothing, or none
}

// attempt answers everything a chat has said, with a message that has just come in where there is one: one transaction, in which the
// flows book, the session is saved and the answers are queued. Commands of the clock (nudge, drop) come as extra. Where a model is to be
// asked first, it ends in an *unsure.
func (t *Talks) attempt(ctx context.Context, id uuid.UUID, a *arrival, asked *consulted, extra []dialog.Command) (out said, err error) {
	defer survive(&err)
	actor := core.Actor{Kind: core.Patient, ID: id, Channel: "worker"}
	if a != nil {
		actor = chatActor(a.in)
	}
	actor = t.Guard.Admit(actor)
	err = t.DB.InTx(ctx, actor.During(ctx), func(tx *store.Tx) error {
		out = said{id: id}
		c, err := t.read(ctx, tx, id, a)
		due := c.due(extra, t.Clock())
		if err == nil && c.waits && a != nil && a.in.CallbackID != "" { // the tap counts once the voice is heard, and is acknowledged now
			out.acks = []ack{{callback: a.in.CallbackID}}
			out.to = conversation.To{Channel: a.in.Channel, Account: a.in.Account, Chat: a.in.Chat}
		}
		if err != nil || (len(c.news) == 0 && len(due) == 0) {
			return err
		}
		tx.Actor.Channel, c.asked = c.row.Channel, asked
		return t.answer(ctx, tx, c, due, &out)
	})
	if err != nil {
		return said{}, err
	}
	return out, nil
}

// survive makes a panic of one turn that turn's fault: a message that breaks the program is tried again and put aside like any other,
// and everybody else is served on. The panic's value may hold a person's words and is not kept.
func survive(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("a turn panicked (%T): %s", p, debug.Stack())
	}
}

// due are the commands of the clock that still hold: the person may have gone on since they were planned.
func (c chat) due(extra []dialog.Command, now time.Time) []dialog.Command {
	past := func(at *time.Time) bool { return at != nil && !at.After(now) }
	var out []dialog.Command
	for _, x := range extra {
		if len(c.news) == 0 && ((x.Do == dialog.Nudge && past(c.row.NudgeAt)) || (x.Do == dialog.Drop && past(c.row.DropAt))) {
			out = append(out, x)
		}
	}
	return out
}

// turnRows is how many messages one turn takes at most; ConversationTurn says the same.
const turnRows = 100

// reach is how far back a turn looks for unanswered messages: months before stay closed books.
const reach = 31 * 24 * time.Hour

// read claims the chat and loads it, with the message that has just come in unless it came before.
func (t *Talks) read(ctx context.Context, tx *store.Tx, id uuid.UUID, a *arrival) (chat, error) {
	now := t.Clock()
	p := db.ConversationTurnParams{ID: id, Since: now.Add(-reach), Until: now.Add(24 * time.Hour)}
	fresh := false
	if a != nil {
		p.Tapped = tokenHash(a.in.Button)
		conversation.Fresh(tx, a.in, now, &fresh)
	}
	rows, err := lockAndRead(ctx, tx, p)
	if err == nil && len(rows) == 0 && a != nil { // first contact
		if err = t.open(ctx, tx, *a); err == nil {
			rows, err = lockAndRead(ctx, tx, p)
		}
	}
	if err != nil {
		return chat{}, fmt.Errorf("read the chat: %w", err)
	}
	if len(rows) == 0 {
		return chat{id: id}, nil
	}
	c := chat{id: id, row: rows[0], more: len(rows) == turnRows}
	if c.session, err = dialog.ReadSession(c.row.Session); err != nil {
		t.Log.WarnContext(ctx, "session not readable, begun anew", "conversation", id)
	}
	if c.session.Human, err = t.humans(ctx, tx, c.row.Owner, id); err != nil {
		return chat{}, err
	}
	if err := c.unanswered(rows); err != nil {
		return chat{}, err
	}
	c.unfinished(now, fresh)
	if fresh {
		return c, t.arrived(ctx, tx, &c, *a)
	}
	return c, nil
}

// lockAndRead claims a chat and reads it, in one round trip but as two statements: the second sees what the last turn left.
func lockAndRead(ctx context.Context, tx *store.Tx, p db.ConversationTurnParams) ([]db.ConversationTurnRow, error) {
	if err := tx.ConversationLock(ctx, p.ID); err != nil {
		return nil, err
	}
	return tx.ConversationTurn(ctx, p)
}

// unanswered takes the journal's rows in their order.
func (c *chat) unanswered(rows []db.ConversationTurnRow) error {
	for i, r := range rows {
		if r.ID == nil {
			continue
		}
		h := heard{id: *r.ID, received: *r.ReceivedAt, actions: r.Actions, version: r.KeyboardVersion, expires: r.ExpiresAt, media: store.Str(r.Media)}
		if err := json.Unmarshal(r.Body, &h.in); err != nil {
			return fmt.Errorf("read a journalled message: %w", err)
		}
		c.news = append(c.news, h)
		if r.Attempts != nil && *r.Attempts > 0 { // one at a time, so that a bad one takes nobody with it
			c.more, c.alone = c.more || i+1 < len(rows), true
			break
		}
	}
	return nil
}

// arrived journals the message that has just come in and adds it to the news, in its place. It is written as handled, for this
// transaction answers it; unless others must be answered before it, alone.
func (t *Talks) arrived(ctx context.Context, tx *store.Tx, c *chat, a arrival) error {
	body, err := json.Marshal(a.in)
	if err != nil {
		return err
	}
	now := t.Clock()
	p := db.InboundPutParams{
		ID: t.IDs(), ConversationID: c.id, Account: a.in.Account, ExternalID: a.in.ExternalID, Position: a.in.Position, Body: body, Raw: a.raw,
		Tapped: tokenHash(a.in.Button), ReceivedAt: now,
	}
	if c.alone || c.more || c.waits {
		c.more = c.more || c.alone
		return tx.InboundPut(ctx, p)
	}
	c.news = append(c.news, heard{
		id: p.ID, in: a.in, received: now, written: true, actions: c.row.TappedActions, version: c.row.TappedVersion, expires: c.row.TappedExpiresAt,
	})
	slices.SortStableFunc(c.news, func(a, b heard) int { return cmp.Compare(a.in.Position, b.in.Position) })
	c.put = &p
	return nil
}

// answer plays the engine over the messages and queues what it says.
func (t *Talks) answer(ctx context.Context, tx *store.Tx, c chat, extra []dialog.Command, out *said) error {
	r := render{house: t.House, chat: &c, said: out, now: t.Clock(), heardFrom: len(c.news) > 0}
	blocked := c.row.BlockedAt
	for i, h := range c.news {
		out.acks = r.acknowledge(out.acks, h)
		switch h.in.Kind {
		case conversation.Blocked:
			now := t.Clock()
			blocked = &now
			continue
		case conversation.Unblocked:
			blocked = nil
			continue
		default:
			blocked = nil
		}
		if partOfAlbum(c.news, i) {
			c.album = append(c.album, h.in.Trouble)
			continue
		}
		if err := t.one(ctx, tx, &c, h, &r); err != nil {
			return err
		}
		c.moved = true
	}
	if len(extra) > 0 && !c.session.Human {
		if err := t.play(ctx, tx, heard{}, extra, &r); err != nil {
			return err
		}
	}
	out.to, out.card = conversation.To{Channel: c.row.Channel, Account: c.row.Account, Chat: c.row.ExternalID}, store.Str(c.row.CardMessageID)
	out.more = c.more || (len(c.news) > 0 && c.news[0].in.Kind == conversation.Blocked)
	if r.stale && len(out.acks) > 0 {
		out.acks[len(out.acks)-1].toast = t.Words.Say(r.lang(), "stale")
	}
	return t.save(ctx, tx, &r, blocked)
}

// partOfAlbum says that a later message belongs to the same album: the last one is answered for all.
func partOfAlbum(news []heard, i int) bool {
	return news[i].in.Album != "" && i+1 < len(news) && news[i+1].in.Album == news[i].in.Album
}

// one answers one message.
func (t *Talks) one(ctx context.Context, tx *store.Tx, c *chat, h heard, r *render) error {
	cmds, speaks, err := t.commands(ctx, tx, r, h)
	if err != nil || !speaks {
		return err
	}
	if err := t.files(ctx, tx, c.id, h); err != nil {
		return err
	}
	return t.play(ctx, tx, h, cmds, r)
}

// play runs one turn of the engine.
func (t *Talks) play(ctx context.Context, tx *store.Tx, h heard, cmds []dialog.Command, r *render) error {
	c := r.chat
	wasHuman := c.session.Human
	d, bound := t.desk(tx, tx.Actor, h.in.MessageID)
	talk := &dialog.Talk{Desk: bound, Words: t.Words, Now: t.Clock(), Lang: r.lang(), At: h.said()}
	if h.in.Kind == conversation.Contact && h.in.OwnPhone && c.session.Asked == slotPhone {
		talk.Phone, _ = core.Phone(h.in.Phone, "RU")
	}
	if h.in.Kind == conversation.Text {
		talk.Said = h.in.Text
	}
	if c.calmed != nil {
		talk.Said, c.calmed = c.calmed.Said, nil
	}
	worry := c.session.Worry
	session, replies, err := t.Engine.Turn(ctx, talk, c.session, cmds)
	if err != nil {
		return err
	}
	c.session = session
	r.add(t.echoed(replies, h, r.lang()), h)
	switch kind := handoffKind(cmds); {
	case kind == emergency:
		err = t.raise(ctx, tx, c.id)
	case c.unheard(worry):
		err = t.wonder(ctx, tx, c, true)
	case session.Human && !wasHuman:
		err = t.task(ctx, tx, task{kind: kind, key: c.id.String(), conversation: c.id})
	}
	if err != nil {
		return err
	}
	for _, id := range d.made {
		tx.After(func() { t.work.Go(func() { t.lookAlike(context.WithoutCancel(ctx), id) }) })
	}
	if len(d.made) > 0 {
		tx.After(func() { t.work.Go(func() { t.moveFiles(context.WithoutCancel(ctx)) }) })
	}
	return nil
}

// emergency is the flow of what may be dangerous to life, and the task of it.
const emergency = "emergency"

func handoffKind(cmds []dialog.Command) string {
	for _, c := range cmds {
		if c.Flow == emergency {
			return emergency
		}
	}
	return "handoff"
}

// lookAlike tells the desk of cards that are likely the same person.
func (t *Talks) lookAlike(ctx context.Context, id uuid.UUID) {
	same, err := t.desksCards().Duplicates(ctx, id)
	if err == nil && len(same) > 0 {
		err = t.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
			return t.task(ctx, tx, task{kind: "duplicate_patient", key: id.String(), patient: id})
		})
	}
	if err == nil {
		err = t.strangers(ctx, id)
	}
	if err != nil {
		t.Log.WarnContext(ctx, "duplicates not looked for", "patient", id, "error", err)
	}
}

// strangers has the desk look at whose the new card is where its phone is another chat's too: of somebody with a new account, or of
// whom a number was passed on to.
func (t *Talks) strangers(ctx context.Context, id uuid.UUID) error {
	same, err := t.desksCards().SamePhone(ctx, id)
	if err != nil || len(same) == 0 {
		return err
	}
	return t.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		return t.task(ctx, tx, task{kind: "verify_patient", key: id.String(), patient: id})
	})
}

// save writes what the turn leaves: all of it travels with COMMIT.
func (t *Talks) save(ctx context.Context, tx *store.Tx, r *render, blocked *time.Time) error {
	c, now := r.chat, t.Clock()
	session, err := json.Marshal(c.session)
	if err != nil {
		return err
	}
	owner := ownerBot
	if c.session.Human {
		owner = ownerHuman
	}
	if err := t.inbox(ctx, tx, c, owner); err != nil {
		return err
	}
	params := db.ConversationSaveParams{ID: c.id, Session: session, Lang: store.Text(r.lang()), Owner: owner, At: &now, BlockedAt: blocked}
	clock := c.clock(now)
	params.NudgeAt, params.DropAt, params.WakeAt = clock.nudge, clock.drop, clock.wake
	if err := saved(ctx, tx, params, c.put); err != nil {
		return err
	}
	ids, since := make([]uuid.UUID, 0, len(c.news)), now
	for _, h := range c.news {
		if h.written {
			continue
		}
		ids = append(ids, h.id)
		if h.received.Before(since) {
			since = h.received
		}
	}
	if len(ids) > 0 {
		if err := tx.InboundHandled(ctx, db.InboundHandledParams{Ids: ids, At: &now, Since: since}); err != nil {
			return err
		}
	}
	if err := t.queue(ctx, tx, r); err != nil {
		return err
	}
	t.crash("in_turn")
	return nil
}

// saved writes the chat's new state, with the message that it answers where that is not in the journal yet.
func saved(ctx context.Context, tx *store.Tx, p db.ConversationSaveParams, in *db.InboundPutParams) error {
	if in == nil {
		return tx.ConversationSave(ctx, p)
	}
	return tx.ConversationHeard(ctx, db.ConversationHeardParams{
		ID: p.ID, Session: p.Session, Lang: p.Lang, Owner: p.Owner, At: p.At, BlockedAt: p.BlockedAt, NudgeAt: p.NudgeAt, DropAt: p.DropAt, WakeAt: p.WakeAt,
		InboundID: in.ID, Account: in.Account, ExternalID: in.ExternalID, Position: in.Position, Body: in.Body, Raw: in.Raw, Tapped: in.Tapped,
		ReceivedAt: in.ReceivedAt,
	})
}
