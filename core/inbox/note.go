package inbox

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/task"
)

// maxNote is how many letters a note has at most.
const maxNote = 4000

// mention is a colleague's login after an @.
var mention = regexp.MustCompile(`(?:^|[\s(,;])@([\p{L}\d._-]{2,60})`)

// Note writes something down that only the staff sees. Whoever is mentioned by "@login" gets a task with it; their logins are returned.
func (d Desk) Note(ctx context.Context, who core.Actor, chat uuid.UUID, text string) ([]string, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > maxNote {
		return nil, core.Refuse(core.Invalid, "field_invalid", "Field", "text")
	}
	var told []string
	err := d.work(ctx, who, "note", func(tx *store.Tx) error {
		if _, err := tx.Conversation(ctx, chat); err != nil {
			return store.NoRows(err, "not_found")
		}
		id := d.IDs()
		sealed, err := d.Vault.Seal(notePlace(id), []byte(text))
		if err != nil {
			return err
		}
		p := db.InboxNoteAddParams{ID: id, ConversationID: chat, At: d.Clock(), StaffID: who.ID, TextSealed: sealed}
		if err := tx.InboxNoteAdd(ctx, p); err != nil {
			return err
		}
		if told, err = d.mentioned(ctx, tx, who, chat, text); err != nil {
			return err
		}
		return d.note(ctx, tx, "noted", chat)
	})
	return told, err
}

// mentioned makes a task for each colleague that a note names, once each.
func (d Desk) mentioned(ctx context.Context, tx *store.Tx, who core.Actor, chat uuid.UUID, text string) ([]string, error) {
	names := map[string]bool{}
	for _, m := range mention.FindAllStringSubmatch(text, 20) {
		names[strings.TrimRight(strings.ToLower(m[1]), ".-")] = true
	}
	if len(names) == 0 {
		return nil, nil
	}
	office := task.Office{In: tx, Clock: d.Clock, IDs: d.IDs, Vault: d.Vault}
	hands, err := office.Hands(ctx, who)
	if err != nil {
		return nil, err
	}
	var told []string
	for _, h := range hands {
		if !names[strings.ToLower(h.Login)] || h.ID == who.ID {
			continue
		}
		if _, err := office.Add(ctx, who, task.New{Text: text, Chat: chat, Owner: h.ID}); err != nil {
			return nil, err
		}
		told = append(told, h.Login)
	}
	return told, nil
}

// typingFor is how long a sign of somebody's writing holds.
const typingFor = 6 * time.Second

// Typing tells colleagues that somebody is writing.
func (d Desk) Typing(ctx context.Context, who core.Actor, chat uuid.UUID) error {
	return d.work(ctx, who, "typing", func(tx *store.Tx) error {
		if _, err := tx.Conversation(ctx, chat); err != nil {
			return store.NoRows(err, "not_found")
		}
		return tx.InboxTyping(ctx, db.InboxTypingParams{StaffID: who.ID, ConversationID: chat, Until: d.Clock().Add(typingFor)})
	})
}

// Seen says that somebody has the conversation before their eyes.
func (d Desk) Seen(ctx context.Context, who core.Actor, chat uuid.UUID) error {
	return d.work(ctx, who, "seen", func(tx *store.Tx) error {
		return tx.InboxSeen(ctx, db.InboxSeenParams{At: d.Clock(), ConversationID: chat})
	})
}

// Late makes a task of the head's of every conversation in which somebody has waited long beyond what was promised, and counts them: Zapis' own
// work.
func (d Desk) Late(ctx context.Context, tx *store.Tx) (int, error) {
	now := d.Clock()
	chats, err := tx.InboxLate(ctx, &now)
	if err != nil {
		return 0, err
	}
	for _, chat := range chats {
		p := db.InboxLateTaskParams{ID: d.IDs(), Key: chat.String(), ConversationID: &chat, At: now}
		if err := tx.InboxLateTask(ctx, p); err != nil {
			return 0, err
		}
	}
	return len(chats), nil
}
