package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/attachment"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/upload"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// errNoFile is a message without a word of its file.
var errNoFile = errors.New("an upload without a file") //nolint:gochecknoglobals // a sentinel never changes

// Upload takes a file that came with its bytes: of a channel that keeps none itself. What is not taken is refused before anything is kept;
// nil says that the message is committed. The same message may come any number of times.
func (t *Talks) Upload(ctx context.Context, raw []byte, in conversation.Incoming, data []byte) error {
	if in.File == nil {
		return errNoFile
	}
	kind, err := t.Check.Check(ctx, data)
	if err != nil {
		return fmt.Errorf("look at an upload: %w", err)
	}
	in = clean(in)
	in.Kind = kindOf(kind)
	in.File.Name = edge.SafeName(conversation.Clean(in.File.Name))
	in.File.MIME, in.File.Size = string(kind), int64(len(data))
	return t.receiveFile(ctx, raw, in, &attachment.Held{Title: in.File.Name, Kind: kind, Data: data})
}

// kindOf is what a person sent, by what stands in it.
func kindOf(k upload.Kind) conversation.Kind {
	switch k {
	case upload.JPEG, upload.PNG, upload.WEBP, upload.HEIC:
		return conversation.Photo
	case upload.OGG, upload.MP3, upload.M4A:
		return conversation.Voice
	default:
		return conversation.File
	}
}

// bear puts down that a message bears a file, with the file where it is here; not of a message that had come before.
func (t *Talks) bear(ctx context.Context, tx *store.Tx, row db.InboundAddParams, kind conversation.Kind, held *attachment.Held) (uuid.UUID, error) {
	n, err := tx.AttachmentAdd(ctx, db.AttachmentAddParams{ID: row.ID, ConversationID: row.ConversationID, Kind: string(kind), At: row.ReceivedAt})
	if err != nil || n == 0 || held == nil {
		return row.ID, err
	}
	return row.ID, t.shelf().Hold(ctx, tx, row.ID, *held)
}
