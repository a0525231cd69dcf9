package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/dialog"
)

// render turns the engine's replies into messages: one live card, which a tap changes in place and a typed answer replaces below.
type render struct {
	house     *House
	chat      *chat
	said      *said // what is to be sent of it now
	now       time.Time
	replies   []dialog.Reply
	tapped    string // the message whose button was tapped last, or ""
	stale     bool
	heardFrom bool
	guess     string // the messenger's guess of the language
}

func (r *render) lang() string {
	switch {
	case r.chat.session.Lang != "":
		return r.chat.session.Lang
	case r.guess != "":
		return r.guess
	default:
		return "ru"
	}
}

// hint takes the messenger's guess where the person has not chosen.
func (r *render) hint(lang string) {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	switch lang {
	case "":
	case "ru", "be", "uk", "kk":
		r.guess = "ru"
	default:
		r.guess = "en"
	}
}

func (r *render) acknowledge(acks []ack, h heard) []ack {
	if h.in.CallbackID == "" {
		return acks
	}
	return append(acks, ack{callback: h.in.CallbackID})
}

func (r *render) add(replies []dialog.Reply, h heard) {
	// Of several cards in a row only the last stands; what is to be kept stays, and so does a consent, once.
	alone := slices.ContainsFunc(replies, func(r dialog.Reply) bool { return r.Alone })
	var kept []dialog.Reply
	for _, old := range r.replies {
		if old.Keep || old.Note || (old.Alone && !alone) {
			kept = append(kept, old)
		}
	}
	r.replies = slices.Concat(kept, replies)
	r.tapped = ""
	if h.in.Kind == conversation.Button && (h.version == nil || *h.version != 0) { // what is to be kept is not written over
		r.tapped = h.in.MessageID
	}
}

// messages joins texts that belong together and says which message is the live card.
func (r *render) messages() []dialog.Reply {
	var out []dialog.Reply
	for i, reply := range r.replies {
		last := len(out) - 1
		plain := last >= 0 && !out[last].Keep && !out[last].Alone && len(out[last].Buttons) == 0 && out[last].AskPhone == ""
		if plain && i > 0 && !reply.Alone {
			reply.Text = out[last].Text + "\n\n" + reply.Text
			out = out[:last]
		}
		out = append(out, reply)
	}
	return out
}

// queue writes the messages of a turn, ready to be delivered by this process unless older ones still wait.
func (t *Talks) queue(ctx context.Context, tx *store.Tx, r *render) error {
	c := *r.chat
	card := store.Str(c.row.CardMessageID)
	edit := ""
	if r.tapped != "" && (r.tapped == card || (!r.stale && card == "")) {
		edit = r.tapped
	}
	for i, reply := range r.messages() {
		reply, err := t.passing(ctx, tx, r, reply)
		if err != nil {
			return err
		}
		body, board, err := t.body(c, reply)
		if err != nil {
			return err
		}
		body.Card = !reply.Keep
		switch {
		case edit != "":
			body.Edit, edit = edit, ""
		case card != "":
			body.Strip, card = card, ""
		}
		if body.Edit != "" || reply.Keep {
			card = ""
		}
		if err := t.put(ctx, tx, r, answer{strconv.Itoa(i), body, board, reply.Class}); err != nil {
			return err
		}
		if reply.File == nil {
			continue
		}
		// A file goes by itself: a message that is edited cannot take one up.
		file := conversation.Outgoing{Text: reply.File.About, File: &conversation.Attachment{Name: reply.File.Name, MIME: reply.File.MIME, Data: reply.File.Data}}
		if err := t.put(ctx, tx, r, answer{place: fmt.Sprintf("%d:file", i), body: file, class: reply.Class}); err != nil {
			return err
		}
	}
	return nil
}

// replyLane is the lane of answers, which goes before all others; queued is the state of a message that waits to be sent.
const (
	replyLane = "reply"
	queued    = "queued"
)

// replyLease is how long a message may be in a sender's hands before the sweeper takes it for lost.
const replyLease = 13 * time.Second

// answer is one message of a turn: its place among them, and what its buttons mean, where it has some.
type answer struct {
	place string
	body  conversation.Outgoing
	board *keyboard
	class core.Class
}

// put writes one message. Where nothing older waits, it is this process that sends it.
func (t *Talks) put(ctx context.Context, tx *store.Tx, r *render, a answer) error {
	data, err := json.Marshal(a.body)
	if err != nil {
		return err
	}
	c, now := r.chat, t.Clock()
	lease := now.Add(replyLease)
	p := db.OutboxReplyParams{
		ID: t.IDs(), ConversationID: c.id, Channel: c.row.Channel, IdempotencyKey: fmt.Sprintf("%s:%d:%s", c.id, c.row.Version+1, a.place),
		Body: data, State: "sending", NotBefore: now, LeaseUntil: &lease, CreatedAt: now, DataClass: store.Text(string(a.class)),
	}
	if c.row.Behind {
		p.State, p.LeaseUntil = queued, nil
	} else {
		r.said.till = lease
		r.said.out = append(r.said.out, letter{id: p.ID, created: now, lane: replyLane, out: a.body, tries: 1})
	}
	board := a.board
	if board == nil {
		return tx.OutboxReply(ctx, p)
	}
	return tx.OutboxAsk(ctx, db.OutboxAskParams{
		TokenHash: board.token, ConversationID: c.id, Flow: board.flow, Step: board.step, Version: board.version, Actions: board.actions,
		CreatedAt: now, ExpiresAt: board.expires,
		ID: p.ID, Channel: p.Channel, IdempotencyKey: p.IdempotencyKey, Body: p.Body, State: p.State, NotBefore: p.NotBefore, LeaseUntil: p.LeaseUntil,
		DataClass: p.DataClass,
	})
}

// body is a reply as it goes out, with what its buttons mean, where it has some.
func (t *Talks) body(c chat, reply dialog.Reply) (conversation.Outgoing, *keyboard, error) {
	out := conversation.Outgoing{Text: reply.Text, AskPhone: reply.AskPhone}
	if len(reply.Buttons) == 0 {
		return out, nil, nil
	}
	k := keyboard{flow: c.session.Flow(), step: c.session.Asked, version: c.row.Version + 1, expires: t.Clock().Add(dropAfter)}
	if reply.Keep { // speaks for itself, whatever is asked later
		k.version, k.expires = 0, t.Clock().Add(keptFor)
	}
	var err error
	out.Buttons, err = t.buttons(&k, reply.Buttons)
	return out, &k, err
}

// keptFor is how long the buttons under a message that stands by itself work.
const keptFor = 90 * 24 * time.Hour

// keyboard is the row behind a message's buttons.
type keyboard struct {
	flow, step string
	version    int32
	expires    time.Time
	token      []byte // its hash
	actions    []byte
}

// buttons puts down what the buttons mean under a token nobody can guess, and labels them with it.
func (h *House) buttons(k *keyboard, rows [][]dialog.Button) ([][]conversation.Choice, error) {
	token, err := h.token()
	if err != nil {
		return nil, err
	}
	actions, choices := label(token, rows)
	sum := sha256.Sum256([]byte(token))
	k.token = sum[:]
	k.actions, err = json.Marshal(actions)
	return choices, err
}

// tokenHash is what the database knows of a button's token.
func tokenHash(button string) []byte {
	if button == "" {
		return nil
	}
	token, _, _ := strings.Cut(button, ".")
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// token is 128 random bits in 22 characters: the whole of a button's data stays under Telegram's 64 bytes.
func (h *House) token() (string, error) {
	var bits [16]byte
	if _, err := io.ReadFull(h.Random, bits[:]); err != nil {
		return "", fmt.Errorf("a button's token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(bits[:]), nil
}

func label(token string, rows [][]dialog.Button) (actions [][]dialog.Command, choices [][]conversation.Choice) {
	for _, row := range rows {
		var line []conversation.Choice
		for _, b := range row {
			c := conversation.Choice{Label: b.Label, URL: b.URL}
			if b.URL == "" {
				c.Data = token + "." + strconv.FormatInt(int64(len(actions)), 36)
				actions = append(actions, b.Commands)
			}
			line = append(line, c)
		}
		choices = append(choices, line)
	}
	return actions, choices
}
