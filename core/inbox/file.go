package inbox

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// File is a file that the clinic sent in a conversation.
func (d Desk) File(ctx context.Context, who core.Actor, chat, message uuid.UUID) (conversation.Attachment, error) {
	var out conversation.Outgoing
	err := d.work(ctx, who, "a file", func(tx *store.Tx) error {
		row, err := tx.InboxMessage(ctx, db.InboxMessageParams{ID: message, ConversationID: chat})
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		if err := json.Unmarshal(row.Body, &out); err != nil {
			return err
		}
		if out.File == nil || !shows(who, core.Class(row.DataClass)) {
			return core.Refuse(core.NotFound, "not_found")
		}
		return d.note(ctx, tx, "file_taken", chat)
	})
	if err != nil {
		return conversation.Attachment{}, err
	}
	return *out.File, nil
}

// Whose says whose a file is that came in a chat of several people: person, one of them. Nobody opens it for that; the worker lays it into
// their card. A file that lies in a card already, and one that is not there, answer alike.
func (d Desk) Whose(ctx context.Context, who core.Actor, chat, file, person uuid.UUID) error {
	return d.work(ctx, who, "whose a file is", func(tx *store.Tx) error {
		if _, err := d.claim(ctx, tx, chat); err != nil {
			return err
		}
		people, err := tx.InboxPeople(ctx, chat)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(people, func(p db.InboxPeopleRow) bool { return p.ID == person }) {
			return core.Refuse(core.NotFound, "not_found")
		}
		if _, err := tx.AttachmentWhose(ctx, db.AttachmentWhoseParams{ID: file, ConversationID: chat, Patient: person}); err != nil {
			return store.NoRows(err, "not_found")
		}
		return audit.Add(ctx, tx, audit.Entry{
			ID: d.IDs(), At: d.Clock(), Action: "conversation.file_named", Class: core.Contacts, Object: "conversation", Subject: chat, Patient: person,
		})
	})
}
