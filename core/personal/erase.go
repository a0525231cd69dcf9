package personal

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// eraseBatch is how many messages one transaction empties: an erasure never holds a chat up.
const eraseBatch = 500

// Erased counts the rows that an erasure emptied or deleted, by table.
type Erased map[string]int64

// Erase does what a request for erasure asked: what was said in the person's chats until then, what a talk remembers, and what advertising
// knew of them. Each step is a transaction of its own and finds nothing to do the second time, so a job that died goes on where it
// stopped. Messages under way are waited for: later is true, and the request stays open. tell puts the answer into the last transaction.
func (o Office) Erase(ctx context.Context, r Request, tell func(*store.Tx) error) (later bool, err error) {
	chats, err := o.chatsOf(ctx, r)
	if err != nil {
		return false, fmt.Errorf("erase: %w", err)
	}
	done := Erased{}
	for _, chat := range chats {
		under, err := o.eraseChat(ctx, r, chat, done)
		if err != nil {
			return false, fmt.Errorf("erase a chat: %w", err)
		}
		later = later || under
	}
	if err := o.eraseProfile(ctx, r, done); err != nil {
		return false, fmt.Errorf("erase a profile: %w", err)
	}
	if later {
		return true, o.erased(ctx, r, done)
	}
	return false, o.settle(ctx, r, done, tell)
}

func (o Office) chatsOf(ctx context.Context, r Request) ([]uuid.UUID, error) {
	if r.Patient == uuid.Nil {
		return []uuid.UUID{r.Chat}, nil
	}
	var out []uuid.UUID
	err := o.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		chats, err := tx.PersonalChats(ctx, r.Patient)
		out = nil
		for _, c := range chats {
			out = append(out, c.ID)
		}
		return err
	})
	return out, err
}

// eraseChat empties a chat's messages, the newest of them the request's own moment, and says whether some are still under way.
func (o Office) eraseChat(ctx context.Context, r Request, chat uuid.UUID, done Erased) (bool, error) {
	steps := []struct {
		table string
		run   func(*store.Tx) (int64, error)
	}{
		{"inbound", func(tx *store.Tx) (int64, error) {
			return tx.EraseInbound(ctx, db.EraseInboundParams{ConversationID: chat, Until: r.Asked, Rows: eraseBatch})
		}},
		{attached, func(tx *store.Tx) (int64, error) {
			return tx.EraseAttachments(ctx, db.EraseAttachmentsParams{ConversationID: chat, Until: r.Asked, Rows: eraseBatch})
		}},
		{"outbox", func(tx *store.Tx) (int64, error) {
			return tx.EraseOutbox(ctx, db.EraseOutboxParams{ConversationID: chat, Until: r.Asked, Rows: eraseBatch})
		}},
	}
	for _, step := range steps {
		for n := int64(eraseBatch); n == eraseBatch; {
			err := o.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
				var err error
				n, err = step.run(tx)
				return err
			})
			if err != nil {
				return false, fmt.Errorf("%s: %w", step.table, err)
			}
			done[step.table] += n
		}
	}
	var under bool
	err := o.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		if err := tx.EraseTalk(ctx, chat); err != nil {
			return err
		}
		notes, err := tx.EraseNotes(ctx, db.EraseNotesParams{ConversationID: chat, Until: r.Asked})
		if err != nil {
			return err
		}
		done["inbox_note"] += notes
		if err := tx.EraseLabels(ctx, chat); err != nil {
			return err
		}
		if err := tx.EraseQuestions(ctx, db.EraseQuestionsParams{ConversationID: chat, Until: r.Asked}); err != nil {
			return err
		}
		if err := tx.EraseKeyboards(ctx, db.EraseKeyboardsParams{ConversationID: chat, Until: r.Asked}); err != nil {
			return err
		}
		if err := tx.EraseTasks(ctx, db.EraseTasksParams{ConversationID: store.Ref(chat), Until: r.Asked, Now: o.moment()}); err != nil {
			return err
		}
		under, err = tx.ErasingUnderWay(ctx, db.ErasingUnderWayParams{ConversationID: chat, Until: r.Asked})
		return err
	})
	return under, err
}

// eraseProfile drops what advertising and the waiting list knew.
func (o Office) eraseProfile(ctx context.Context, r Request, done Erased) error {
	if r.Patient == uuid.Nil {
		return nil
	}
	return o.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		n, err := tx.EraseCampaigns(ctx, r.Patient)
		if err != nil {
			return err
		}
		done["campaign_recipient"] += n
		n, err = tx.EraseWaiting(ctx, r.Patient)
		done["waitlist"] += n
		return err
	})
}

// erased adds to what a request has done so far.
func (o Office) erased(ctx context.Context, r Request, done Erased) error {
	return o.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		data, err := sum(ctx, tx, r, done)
		if err != nil {
			return err
		}
		return tx.PersonalRequestNote(ctx, db.PersonalRequestNoteParams{ID: r.ID, Done: data})
	})
}

// sum is done added to what stands, as JSON.
func sum(ctx context.Context, tx *store.Tx, r Request, done Erased) ([]byte, error) {
	stands, err := tx.PersonalRequest(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	total := Erased{}
	if err := json.Unmarshal(stands.Done, &total); err != nil {
		return nil, err
	}
	for table, n := range done {
		total[table] += n
	}
	return json.Marshal(total)
}
