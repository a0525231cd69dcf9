// Package attachment decides what becomes of a file that somebody sent in a chat: it lies sealed in their card where the chat has exactly
// one, or where somebody said whose it is, else beside the chat.
package attachment

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/document"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/upload"
)

// Shelf is where they lie.
type Shelf struct{ chart.Chart }

// Kinds of attachment.
const (
	Voice = "voice"
	Photo = "photo"
	File  = "file"
)

// States of an attachment. One that waits is in somebody's hands, or due to be.
const (
	Kept    = "kept"
	Refused = "refused" // not of what the clinic takes
	Failed  = "failed"  // could not be fetched
)

// content is where bytes beside a chat lie.
const content = "attachment_content"

// Held is a file that was looked at: core/upload found out what it is.
type Held struct {
	Title string
	Kind  upload.Kind
	Data  []byte
}

// Hold keeps a recording beside its chat, before anybody has listened to it.
func (s Shelf) Hold(ctx context.Context, tx *store.Tx, id uuid.UUID, h Held) error {
	if err := s.beside(ctx, tx, id, h); err != nil {
		return err
	}
	size := int32(min(len(h.Data), document.MaxBytes))
	return tx.AttachmentHeld(ctx, db.AttachmentHeldParams{ID: id, Mime: store.Text(string(h.Kind)), Bytes: &size})
}

func (s Shelf) beside(ctx context.Context, tx *store.Tx, id uuid.UUID, h Held) error {
	p := db.AttachmentContentAddParams{AttachmentID: id}
	var err error
	if p.TitleSealed, err = s.Seal(content, "title_sealed", id, []byte(h.Title)); err != nil {
		return err
	}
	if p.BytesSealed, err = s.Seal(content, "bytes_sealed", id, h.Data); err != nil {
		return err
	}
	return tx.AttachmentContentAdd(ctx, p)
}

// Held is what lies beside a chat, or the refusal "not_found".
func (s Shelf) Held(ctx context.Context, tx *store.Tx, id uuid.UUID) (Held, error) {
	row, err := tx.AttachmentContent(ctx, id)
	if err != nil {
		return Held{}, store.NoRows(err, "not_found")
	}
	return s.opened(row)
}

func (s Shelf) opened(row db.AttachmentContentRow) (Held, error) {
	title, err := s.Open(content, "title_sealed", row.ID, row.TitleSealed)
	if err != nil {
		return Held{}, err
	}
	data, err := s.Open(content, "bytes_sealed", row.ID, row.BytesSealed)
	return Held{Title: string(title), Kind: upload.Kind(store.Str(row.Mime)), Data: data}, err
}

// Put keeps a photo or a file: in the card of the chat's only patient, as the transaction's actor, who is the chat; else beside the chat.
// It returns the document, where it became one.
func (s Shelf) Put(ctx context.Context, tx *store.Tx, id uuid.UUID, h Held) (uuid.UUID, error) {
	rows, err := tx.PatientsOfChat(ctx, tx.Actor.ID)
	if err != nil {
		return uuid.Nil, err
	}
	if len(rows) != 1 { // whose it is, nobody has said
		return uuid.Nil, s.beside(ctx, tx, id, h)
	}
	if err := tx.AttachmentContentDrop(ctx, id); err != nil {
		return uuid.Nil, err
	}
	return s.filed(ctx, tx, rows[0].ID, h)
}

// filed puts a file into a card. What nobody has looked at may be medical, so it is.
func (s Shelf) filed(ctx context.Context, tx *store.Tx, patient uuid.UUID, h Held) (uuid.UUID, error) {
	c := s.Chart
	c.In = tx
	return document.File{Chart: c}.Put(ctx, tx.Actor, document.New{
		Patient: patient, Class: document.Medical, Kind: document.Upload, Mime: string(h.Kind), Title: h.Title, Data: h.Data,
	})
}

// Move puts a file that lies beside a chat into the card that the chat has got, or into that of whoever it was said to be; chat is who acts.
// Nothing happens where that is done, or where nobody knows whose it is.
func (s Shelf) Move(ctx context.Context, chat core.Actor, id uuid.UUID) error {
	return s.Work(ctx, chat, "move a file into a card", func(tx *store.Tx) error {
		if err := tx.ConversationLock(ctx, chat.ID); err != nil {
			return err
		}
		row, err := tx.AttachmentContent(ctx, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		patients, err := tx.PatientsOfChat(ctx, chat.ID)
		whose, known := owner(patients, store.ID(row.Whose))
		if err != nil || !known || row.State != Kept || row.Kind == Voice {
			return err
		}
		h, err := s.opened(row)
		if err != nil {
			return err
		}
		doc, err := s.filed(ctx, tx, whose, h)
		if err != nil {
			return err
		}
		if err := tx.AttachmentContentDrop(ctx, id); err != nil {
			return err
		}
		return tx.AttachmentFiled(ctx, db.AttachmentFiledParams{ID: id, DocumentID: &doc})
	})
}

// owner is whose a file of a chat is: its only person's, or that of its people who was named.
func owner(people []db.PatientsOfChatRow, named uuid.UUID) (uuid.UUID, bool) {
	if len(people) == 1 {
		return people[0].ID, true
	}
	return named, slices.ContainsFunc(people, func(p db.PatientsOfChatRow) bool { return p.ID == named })
}

// Expire lets recordings go whose retention is over, and counts them.
func (s Shelf) Expire(ctx context.Context, now time.Time) (int64, error) {
	var n int64
	err := s.Work(ctx, core.Sys("worker"), "let recordings go", func(tx *store.Tx) error {
		var err error
		n, err = tx.RecordingsExpire(ctx, now)
		return err
	})
	return n, err
}
