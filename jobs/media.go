package jobs

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/dialog"
)

// Source gives out what people sent through one channel, by the id in FileRef. What is gone or too large is a refusal; any other error may
// pass.
type Source interface {
	File(ctx context.Context, id string) ([]byte, error)
}

// Ear turns a recording into words; name tells its format by its ending. Whoever answers is the clinic's own machine or a processor that
// may be told what is medical: a voice cannot be made anonymous.
type Ear interface {
	Transcribe(ctx context.Context, name string, audio io.Reader) (string, error)
}

// How long a message waits for what is found in its file.
const (
	filePatience  = 30 * time.Second
	orderPatience = 10 * time.Second // of a voice message, once something was said after it: nothing overtakes it, and nobody waits longer
)

// What inbound says of a message's file.
const mediaWaiting = "waiting"

// fetches says that a message bears a file that can be had. Whatever else is sent is answered and not kept.
func (t *Talks) fetches(in conversation.Incoming) bool {
	_, ok := t.Sources[in.Channel]
	return ok && in.File != nil && in.File.ID != "" &&
		(in.Kind == conversation.Photo || in.Kind == conversation.Voice || in.Kind == conversation.File)
}

// receiveFile journals a message with a file and has that fetched. The answer comes with what is found; where nobody listens to voice
// messages, at once.
func (t *Talks) receiveFile(ctx context.Context, raw []byte, in conversation.Incoming) error {
	a := arrival{raw: raw, in: in, media: mediaWaiting}
	deaf := in.Kind == conversation.Voice && t.Ear == nil
	if deaf {
		a.media = ""
	}
	var id uuid.UUID
	err := t.DB.InTx(ctx, t.Guard.Admit(chatActor(in)).During(ctx), func(tx *store.Tx) error {
		row, err := t.keep(ctx, tx, a)
		if err != nil {
			return err
		}
		id = row.ID
		return tx.AttachmentAdd(ctx, db.AttachmentAddParams{ID: id, ConversationID: row.ConversationID, Kind: string(in.Kind), At: row.ReceivedAt})
	})
	if err != nil {
		return fmt.Errorf("journal a file: %w", err)
	}
	t.crash("after_journal")
	background := context.WithoutCancel(ctx)
	t.fetchSoon(background, id)
	if deaf {
		t.again(background, in.ConversationID())
	}
	return nil
}

// fetchSoon has a worker fetch a file; where it is not told, the sweeper is.
func (t *Talks) fetchSoon(ctx context.Context, id uuid.UUID) {
	if t.Queue == nil {
		t.work.Go(func() {
			if err := t.FetchFile(ctx, id); err != nil {
				t.Log.WarnContext(ctx, "file not fetched", "attachment", id, "error", err)
			}
		})
		return
	}
	_, err := t.Queue.Insert(ctx, fileArgs{ID: id}, &river.InsertOpts{
		Queue: queueFiles, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: underWay()},
	})
	if err != nil {
		t.Log.WarnContext(ctx, "file left to the sweeper", "attachment", id, "error", err)
	}
}

// unfinished takes out of the news what waits for its file: a voice message with all that comes after it, a photo or a file alone, an album
// as a whole. fresh says that one more message has just come in.
func (c *chat) unfinished(now time.Time, fresh bool) {
	var ready []heard
	albums := map[string]bool{}
	for i, h := range c.news {
		if h.waits(now, c.next(i, now, fresh)) && h.in.Album != "" {
			albums[h.in.Album] = true
		}
	}
	for i, h := range c.news {
		switch waits := h.waits(now, c.next(i, now, fresh)); {
		case waits && h.in.Kind == conversation.Voice:
			c.news, c.waits = ready, true
			return
		case waits, albums[h.in.Album]:
			continue
		case h.media == mediaWaiting && h.in.Kind == conversation.Voice:
			h.in.Trouble = voiceUnheard
		}
		ready = append(ready, h)
	}
	c.news = ready
}

// next is when something was said after a message of the news; zero: nothing was.
func (c *chat) next(i int, now time.Time, fresh bool) time.Time {
	switch {
	case i+1 < len(c.news):
		return c.news[i+1].received
	case fresh:
		return now
	default:
		return time.Time{}
	}
}

// waits says that a message is not answered before its file was looked into.
func (h heard) waits(now, next time.Time) bool {
	if h.media != mediaWaiting {
		return false
	}
	until := h.received.Add(filePatience)
	if soon := next.Add(orderPatience); !next.IsZero() && soon.Before(until) {
		until = soon
	}
	return now.Before(until)
}

// media answers a file: that it was taken, or why it was not. An album is answered once, and words under it are words.
func (t *Talks) media(ctx context.Context, tx *store.Tx, c *chat, h heard) (cmds []dialog.Command, speaks bool, err error) {
	troubles := slices.Concat(c.album, []string{h.in.Trouble})
	c.album = nil
	told := map[string]bool{}
	taken := false
	say := func(what string) {
		if !told[what] {
			cmds = append(cmds, dialog.Command{Do: dialog.Media, Value: what})
		}
		told[what] = true
	}
	for _, trouble := range troubles {
		if trouble == "" && !taken && (h.in.Album == "" || h.in.Album != c.session.Album) {
			say(string(h.in.Kind))
			taken = true
		}
	}
	for _, trouble := range troubles {
		if trouble != "" {
			say(trouble)
		}
	}
	if h.in.Album != "" {
		c.session.Album = h.in.Album
	}
	if strings.TrimSpace(h.in.Text) == "" {
		return cmds, len(cmds) > 0, nil
	}
	words, err := t.understood(ctx, tx, c, h)
	if words = t.meant(words); handoffKind(words) == emergency || asks(words) { // nothing stands before an ambulance
		return words, true, err
	}
	cmds = append(cmds, words...)
	return cmds, len(cmds) > 0, err
}

// meant are the commands that words under a picture give: they need not ask for anything, and what they say of a paper the desk reads with the
// paper. A wish that has a flow stands, and whatever is dangerous.
func (t *Talks) meant(cmds []dialog.Command) []dialog.Command {
	var out []dialog.Command
	for _, c := range cmds {
		switch _, flow := t.Engine[c.Flow]; {
		case c.Do == dialog.Answer, c.Do == dialog.Clarify:
			return nil
		case c.Flow == "documents": // it is here
		case c.Do != dialog.Start, flow, c.Flow == emergency, c.Flow == "operator":
			out = append(out, c)
		}
	}
	return out
}

// maxEcho bounds what is repeated of a voice message, in characters.
const maxEcho = 300

// echoed puts before the answer to a voice message what was heard, so that a person can say that it was something else.
func (t *Talks) echoed(replies []dialog.Reply, h heard, lang string) []dialog.Reply {
	if h.in.Kind != conversation.Voice || !h.in.Heard {
		return replies
	}
	said := []rune(strings.Join(strings.Fields(h.in.Text), " "))
	if len(said) > maxEcho {
		said = append(said[:maxEcho:maxEcho], '…')
	}
	return append([]dialog.Reply{{Text: t.Words.Say(lang, "media.heard", "Text", string(said)), Note: true}}, replies...)
}
