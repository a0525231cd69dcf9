package attachment

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/document"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/upload"
)

// Sent is a file as the desk knows of it.
type Sent struct {
	ID       uuid.UUID
	Chat     uuid.UUID
	Channel  string
	Kind     string
	Mime     string
	Bytes    int
	At       time.Time
	Failed   bool      // it could not be fetched
	Patient  uuid.UUID // in whose card it lies; nil: beside the chat
	Document uuid.UUID
	Opens    bool // whoever asks may open it here
}

// ask is a question about what may be medical and is of no branch.
func ask() core.Ask {
	return core.Ask{Action: core.Read, Class: core.Documents, Facts: core.Facts{Branch: true, Kind: document.Medical}}
}

// List is what came through the chats before a moment, the newest first. Who may hand papers over may know of it.
func (s Shelf) List(ctx context.Context, actor core.Actor, before time.Time) ([]Sent, error) {
	var out []Sent
	err := s.Work(ctx, actor, "list what came through the chats", func(tx *store.Tx) error {
		v, err := access.Require(tx.Actor, ask())
		if err != nil {
			return err
		}
		rows, err := tx.AttachmentsOfChats(ctx, before)
		out = make([]Sent, 0, len(rows))
		for _, r := range rows {
			one := Sent{
				ID: r.ID, Chat: r.ConversationID, Channel: r.Channel, Kind: r.Kind, Mime: store.Str(r.Mime), At: r.At, Failed: r.State == Failed,
				Patient: store.ID(r.PatientID), Document: store.ID(r.DocumentID),
			}
			if r.Bytes != nil {
				one.Bytes = int(*r.Bytes)
			}
			one.Opens = v.View == access.Full && !one.Failed && one.Document == uuid.Nil
			out = append(out, one)
		}
		if err != nil {
			return err
		}
		return s.seen(ctx, tx, uuid.Nil, len(out))
	})
	return out, err
}

// Read opens what lies beside a chat, without what a camera wrote beside the picture. What lies in a card is opened there.
func (s Shelf) Read(ctx context.Context, actor core.Actor, id uuid.UUID) (Held, error) {
	var out Held
	err := s.Work(ctx, actor, "open what came through a chat", func(tx *store.Tx) error {
		v, err := access.Object(tx.Actor, ask())
		if err != nil {
			return err
		}
		if v.View != access.Full {
			return core.Refuse(core.Denied, "document_sealed")
		}
		if out, err = s.Held(ctx, tx, id); err != nil {
			return err
		}
		if out.Data, err = upload.Bare(out.Kind, out.Data); err != nil {
			return err
		}
		return s.seen(ctx, tx, id, 1)
	})
	return out, err
}

func (s Shelf) seen(ctx context.Context, tx *store.Tx, id uuid.UUID, n int) error {
	return audit.Add(ctx, tx, audit.Entry{
		ID: s.IDs(), At: s.Clock(), Action: "documents.read", Class: core.Documents, Object: "attachment", Subject: id, Count: int32(min(n, 1000)), //nolint:gosec // bounded
	})
}
