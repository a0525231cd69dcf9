package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/attachment"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/upload"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// Times of fetching a file: of one try, of the lease within which it must end, between tries.
const (
	fileFor   = 50 * time.Second
	fileLease = time.Minute
	fileAgain = 3 * time.Second
	fileTries = 3
)

// fileArgs are the arguments of a fetch: whose message and where the file is, the row says.
type fileArgs struct {
	ID uuid.UUID `json:"id"`
}

// Kind implements river.JobArgs.
func (fileArgs) Kind() string { return "fetch_file" }

// fetcher fetches files.
type fetcher struct {
	river.WorkerDefaults[fileArgs]
	talks *Talks
}

// Timeout implements river.Worker.
func (*fetcher) Timeout(*river.Job[fileArgs]) time.Duration { return fileLease }

// Work implements river.Worker.
func (f *fetcher) Work(ctx context.Context, job *river.Job[fileArgs]) error {
	return f.talks.FetchFile(ctx, job.Args.ID)
}

// borne is a file in this process's hands, with the message that bears it.
type borne struct {
	db.AttachmentClaimRow
	in    conversation.Incoming
	actor core.Actor // the chat
}

// FetchFile fetches what a message bears, looks at it, keeps it, listens to it where it is a voice, and has the message answered. What is
// done already, or in another's hands, is left alone; a process that dies leaves it to the next.
func (t *Talks) FetchFile(ctx context.Context, id uuid.UUID) error {
	b, err := t.takeFile(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("take a file: %w", err)
	}
	t.crash("file_claimed")
	limited, cancel := context.WithTimeout(ctx, fileFor)
	defer cancel()
	found, err := t.find(limited, b)
	why := core.Refusal(err)
	switch {
	case err == nil:
		err = t.settle(ctx, b, found)
	case why != nil:
		err = t.settle(ctx, b, outcome{state: attachment.Refused, trouble: why.Key})
	case ctx.Err() != nil || b.Attempts < fileTries: // a process that stops has not tried
		return t.later(ctx, b, err)
	default:
		t.Log.WarnContext(ctx, "file given up", "attachment", id, "error", err)
		err = t.settle(ctx, b, outcome{state: attachment.Failed, trouble: "file_gone"})
	}
	if err != nil {
		return fmt.Errorf("settle a file: %w", err)
	}
	return nil
}

func (t *Talks) takeFile(ctx context.Context, id uuid.UUID) (borne, error) {
	var b borne
	err := t.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		now := t.Clock()
		var err error
		b.AttachmentClaimRow, err = tx.AttachmentClaim(ctx, db.AttachmentClaimParams{ID: id, Now: now, Until: now.Add(fileLease)})
		if err != nil {
			return err
		}
		return json.Unmarshal(b.Body, &b.in)
	})
	b.actor = t.Guard.Admit(core.Actor{Kind: core.Patient, ID: b.ConversationID, Channel: b.Channel})
	return b, err
}

// later leaves a file for another try: at once where this process is being stopped.
func (t *Talks) later(ctx context.Context, b borne, cause error) error {
	wait := time.Duration(b.Attempts) * fileAgain
	if ctx.Err() != nil {
		wait = 0
	}
	ctx = context.WithoutCancel(ctx)
	t.Log.InfoContext(ctx, "file to be fetched again", "attachment", b.ID, "tries", b.Attempts, "error", cause)
	err := t.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		return tx.AttachmentLater(ctx, db.AttachmentLaterParams{ID: b.ID, DueAt: t.Clock().Add(wait), Why: store.Text("later")})
	})
	if err != nil {
		return fmt.Errorf("put a file off: %w", err)
	}
	return nil
}

// outcome is what became of a file.
type outcome struct {
	state   string
	trouble string // a key of the words
	heard   string // of a voice
	held    attachment.Held
}

// find gets the bytes and looks at them; of a voice it keeps them, then listens.
func (t *Talks) find(ctx context.Context, b borne) (outcome, error) {
	if b.in.File == nil { // the message was erased meanwhile
		return outcome{state: attachment.Failed}, nil
	}
	if b.Kind == attachment.Voice && b.in.File.Seconds > int64(maxVoice/time.Second) {
		return outcome{state: attachment.Refused, trouble: voiceLong}, nil
	}
	held, err := t.held(ctx, b)
	if err != nil {
		return outcome{}, err
	}
	if b.Kind != attachment.Voice {
		return outcome{state: attachment.Kept, held: held}, nil
	}
	return t.listen(ctx, b, held)
}

// held is what lies beside the chat already, or what the channel gives out.
func (t *Talks) held(ctx context.Context, b borne) (attachment.Held, error) {
	var h attachment.Held
	err := t.DB.InTx(ctx, b.actor.During(ctx), func(tx *store.Tx) error {
		var err error
		h, err = t.shelf().Held(ctx, tx, b.ID)
		return err
	})
	if why := core.Refusal(err); why == nil || why.Key != "not_found" {
		return h, err
	}
	source, ok := t.Sources[b.Channel]
	if !ok {
		return h, core.Refuse(core.NotFound, "file_gone")
	}
	if h.Data, err = source.File(ctx, b.in.File.ID); err != nil {
		return h, err
	}
	t.crash("file_fetched")
	if h.Kind, err = t.Check.Check(ctx, h.Data); err != nil {
		return h, err
	}
	h.Title = t.title(b)
	return h, nil
}

// title is a file's own name where it has one, else what it is.
func (t *Talks) title(b borne) string {
	if b.in.File.Name != "" {
		return edge.SafeName(b.in.File.Name)
	}
	return t.Words.Say(store.Str(b.Lang), "media.title_"+b.Kind)
}

func (h *House) shelf() attachment.Shelf { return attachment.Shelf{Chart: h.chart(h.DB)} }

// maxVoice is how long a voice message may be: a person who says more had better be called.
const maxVoice = 3 * time.Minute

// measured says whether a recording is one, and short enough to be listened to. What the sender says of it proves nothing.
func measured(h attachment.Held) (trouble string, err error) {
	if !h.Kind.Sound() {
		return "", core.Refuse(core.Invalid, "file_kind")
	}
	length, known := upload.Length(h.Kind, h.Data)
	switch {
	case !known:
		return voiceUnheard, nil
	case length > maxVoice:
		return voiceLong, nil
	}
	return "", nil
}
