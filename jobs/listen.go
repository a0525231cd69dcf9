package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/attachment"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Troubles with a voice message: keys of the words.
const (
	voiceUnheard = "voice_unheard"
	voiceLong    = "voice_long"
)

// maxHeard bounds a transcript, in characters: nobody says more in three minutes, and nobody types more in one message.
const maxHeard = 4096

// listen keeps a recording beside its chat, then has it turned into words. A model that fails is no fault: the person is asked to write.
func (t *Talks) listen(ctx context.Context, b borne, h attachment.Held) (outcome, error) {
	out := outcome{state: attachment.Kept}
	var err error
	if out.trouble, err = measured(h); err != nil || out.trouble != "" {
		out.state = attachment.Refused
		return out, err
	}
	err = t.DB.InTx(ctx, b.actor.During(ctx), func(tx *store.Tx) error { return t.shelf().Hold(ctx, tx, b.ID, h) })
	if err != nil {
		return out, err
	}
	t.crash("voice_kept")
	if t.Ear == nil {
		out.trouble = voiceUnheard
		return out, nil
	}
	t.typing(ctx, b)
	if out.heard = t.hear(ctx, b, h); out.heard == "" {
		out.trouble = voiceUnheard
	}
	return out, nil
}

// hear is what a recording says; "" where nobody knows, or more than anybody says.
func (t *Talks) hear(ctx context.Context, b borne, h attachment.Held) string {
	text, err := t.Ear.Transcribe(ctx, "voice"+h.Kind.Ending(), bytes.NewReader(h.Data))
	if err != nil {
		t.Log.WarnContext(ctx, "voice not understood", "attachment", b.ID, "error", err)
		return ""
	}
	text = strings.TrimSpace(conversation.Clean(text))
	if utf8.RuneCountInString(text) > maxHeard {
		return ""
	}
	return text
}

// typing shows that somebody listens.
func (t *Talks) typing(ctx context.Context, b borne) {
	sender, ok := t.sender(b.Channel)
	if !ok {
		return
	}
	if err := sender.Typing(ctx, conversation.To{Channel: b.Channel, Account: b.Account, Chat: b.ExternalID}); err != nil {
		t.Log.DebugContext(ctx, "typing not shown", "conversation", b.ConversationID, "error", err)
	}
}

// settle writes what became of a file in one transaction: where it lies, what the message says now, who is to look at it. Then the chat
// is answered.
func (t *Talks) settle(ctx context.Context, b borne, o outcome) error {
	late := false
	err := t.DB.InTx(ctx, b.actor.During(ctx), func(tx *store.Tx) error {
		var err error
		late, err = t.settled(ctx, tx, b, o)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) { // another was quicker
		return nil
	}
	if err != nil {
		return err
	}
	t.crash("file_settled")
	background := context.WithoutCancel(ctx)
	switch {
	case late:
		return nil
	case b.in.Album != "":
		t.work.Go(func() { t.after(background, albumWait, b.ConversationID) })
		return nil
	default:
		return t.Handle(ctx, b.ConversationID)
	}
}

func (t *Talks) settled(ctx context.Context, tx *store.Tx, b borne, o outcome) (late bool, err error) {
	if err := tx.ConversationLock(ctx, b.ConversationID); err != nil {
		return false, err
	}
	p := db.AttachmentSettleParams{ID: b.ID, State: o.state, Why: store.Text(o.trouble), At: t.Clock()}
	if o.state == attachment.Kept && b.Kind != attachment.Voice {
		doc, err := t.shelf().Put(ctx, tx, b.ID, o.held)
		if err != nil {
			return false, err
		}
		size := int32(min(len(o.held.Data), upMost))
		p.DocumentID, p.Mime, p.Bytes = store.Ref(doc), store.Text(string(o.held.Kind)), &size
	}
	if _, err := tx.AttachmentSettle(ctx, p); err != nil {
		return false, err
	}
	if b.Kind != attachment.Voice && o.state != attachment.Refused {
		if err := t.task(ctx, tx, task{kind: "file", key: albumOr(b), conversation: b.ConversationID}); err != nil {
			return false, err
		}
	}
	late, err = t.told(ctx, tx, b, o)
	if err == nil && late {
		err = t.afterwards(ctx, tx, b, o)
	}
	return late, err
}

// upMost is the most that the column of sizes holds.
const upMost = 20 << 20

// albumOr is what a task about a file goes by: one for an album.
func albumOr(b borne) string {
	if b.in.Album != "" {
		return b.ConversationID.String() + ":" + b.in.Album
	}
	return b.ID.String()
}

// told makes what was found a part of the message. late: the person was answered meanwhile.
func (t *Talks) told(ctx context.Context, tx *store.Tx, b borne, o outcome) (late bool, err error) {
	in := b.in
	in.Trouble = o.trouble
	if o.heard != "" {
		in.Text, in.Heard = o.heard, true
	}
	body, err := json.Marshal(in)
	if err != nil {
		return false, err
	}
	state, err := tx.InboundSettle(ctx, db.InboundSettleParams{ID: b.ID, At: b.At, Body: body})
	if errors.Is(err, pgx.ErrNoRows) { // it waited for nothing
		return true, nil
	}
	return state != "new", err
}

// afterwards tells somebody who was told that a file came that it was not taken after all.
func (t *Talks) afterwards(ctx context.Context, tx *store.Tx, b borne, o outcome) error {
	if o.trouble == "" || b.Kind == attachment.Voice {
		return nil
	}
	text := t.Words.Say(store.Str(b.Lang), "refusal."+o.trouble)
	body, err := json.Marshal(conversation.Outgoing{Text: text})
	if err != nil {
		return err
	}
	return tx.OutboxAdd(ctx, db.OutboxAddParams{
		ID: t.IDs(), ConversationID: b.ConversationID, Channel: b.Channel, Lane: replyLane, Kind: "file", Key: "file:" + b.ID.String(), Body: body,
		State: queued, NotBefore: t.Clock(), CreatedAt: t.Clock(),
	})
}

// SweepFiles has fetched what nobody has in hand: left by a process that died, or put off.
func (t *Talks) SweepFiles(ctx context.Context) error {
	var due []uuid.UUID
	err := t.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		var err error
		due, err = tx.AttachmentsDue(ctx, t.Clock())
		return err
	})
	if err != nil {
		return fmt.Errorf("files to be fetched: %w", err)
	}
	for _, id := range due {
		t.fetchSoon(context.WithoutCancel(ctx), id)
	}
	return nil
}

// moveFiles puts what lies beside chats into the cards that they have got.
func (h *House) moveFiles(ctx context.Context) {
	var rows []db.AttachmentsBesideRow
	err := h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		var err error
		rows, err = tx.AttachmentsBeside(ctx)
		return err
	})
	for _, r := range rows {
		chat := h.Guard.Admit(core.Actor{Kind: core.Patient, ID: r.ConversationID, Channel: r.Channel})
		err = errors.Join(err, h.shelf().Move(ctx, chat.During(ctx), r.ID))
	}
	if err != nil {
		h.Log.WarnContext(ctx, "files not moved into cards", "error", err)
	}
}
