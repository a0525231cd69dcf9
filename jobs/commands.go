package jobs

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/dialog"
)

// commands turns a message into what it asks for. speaks is false where the bot keeps silent: a human owns the chat, and nothing
// but a button or /start gives it back. What may be a danger to life is answered all the same.
func (t *Talks) commands(ctx context.Context, tx *store.Tx, r *render, h heard) (cmds []dialog.Command, speaks bool, err error) {
	c := r.chat
	switch h.in.Kind {
	case conversation.Opened:
		c.session.Human = false
		r.hint(h.in.Lang)
		return t.opened(h.in), true, nil
	case conversation.Button:
		cmds, fresh := tapped(c, h, t.Clock())
		r.stale = r.stale || !fresh
		if c.session.Human && fresh {
			c.session.Human = false
		}
		if !c.session.Human {
			cmds, err = t.answered(ctx, tx, c, h, cmds)
		}
		return cmds, !c.session.Human, err
	default:
	}
	r.hint(h.in.Lang)
	if c.session.Human {
		cmds, err = t.danger(ctx, tx, c, h)
		return cmds, cmds != nil, err
	}
	cmds, speaks, err = t.plain(ctx, tx, c, h)
	if err == nil && speaks {
		cmds, err = t.answered(ctx, tx, c, h, cmds)
	}
	return cmds, speaks, err
}

// plain is what a message that is no button means, as it stands.
func (t *Talks) plain(ctx context.Context, tx *store.Tx, c *chat, h heard) (cmds []dialog.Command, speaks bool, err error) {
	if _, ok := h.in.Said(); ok {
		cmds, err = t.understood(ctx, tx, c, h)
		return cmds, true, err
	}
	switch h.in.Kind {
	case conversation.Contact:
		return contact(h.in, c.session.Asked), true, nil
	case conversation.Photo, conversation.File, conversation.Voice:
		return t.media(ctx, tx, c, h)
	default:
		return []dialog.Command{{Do: dialog.Media, Value: string(h.in.Kind)}}, true, nil
	}
}

// opened is /start: alone it is the menu; with a payload it leads to what the link was made for.
func (t *Talks) opened(in conversation.Incoming) []dialog.Command {
	menu := dialog.Command{Do: dialog.Start, Flow: "menu"}
	if token, ok := strings.CutPrefix(in.Start, staff.LinkPrefix); ok {
		return dialog.OpenStaffLink(token)
	}
	link, ok := t.Book.Current().Links[in.Start]
	if !ok || in.Start == "" {
		return []dialog.Command{{Do: dialog.Start, Flow: "greeting"}, menu}
	}
	slot := map[string]string{"doctor": "doctor", "branch": "branch", "service": "service"}[link.Kind]
	cmds := []dialog.Command{menu, {Do: dialog.Start, Flow: "booking"}}
	if slot != "" {
		cmds = append(cmds, dialog.Command{Do: dialog.Set, Slot: slot, Value: link.Target})
	}
	return cmds
}

// tapped finds the commands behind a button. A button of an older card, of another chat, used up or made up is stale: it does
// nothing, and the person sees a fresh card.
func tapped(c *chat, h heard, now time.Time) (cmds []dialog.Command, fresh bool) {
	stale := []dialog.Command{{Do: dialog.Stale}}
	_, index, ok := strings.Cut(h.in.Button, ".")
	if !ok || h.version == nil || h.expires == nil || h.expires.Before(now) || (*h.version != 0 && (c.moved || *h.version != c.row.Version)) {
		return stale, false
	}
	var actions [][]dialog.Command
	n, err := strconv.ParseUint(index, 36, 16)
	if err != nil || json.Unmarshal(h.actions, &actions) != nil || int(n) >= len(actions) {
		return stale, false
	}
	return actions[n], true
}

// slotPhone is the slot whose question asks for a phone.
const slotPhone = "phone"

// contact is a shared phone. It counts as an answer to our question, where the messenger vouches that it is the sender's own: anybody can send
// somebody else's.
func contact(in conversation.Incoming, asked string) []dialog.Command {
	switch {
	case !in.OwnPhone:
		return []dialog.Command{{Do: dialog.Media, Value: "foreign_contact"}}
	case asked != slotPhone:
		return []dialog.Command{{Do: dialog.Media, Value: "contact"}}
	default:
		return []dialog.Command{{Do: dialog.Set, Slot: slotPhone, Value: in.Phone}}
	}
}

// slash are the commands of a messenger's menu.
func slash() map[string]dialog.Command {
	start := func(flow string) dialog.Command { return dialog.Command{Do: dialog.Start, Flow: flow} }
	return map[string]dialog.Command{
		"/start": start("menu"), "/menu": start("menu"), "/book": start("booking"), "/visits": start("visits"), "/prices": start("prices"),
		"/contacts": start("contacts"), "/language": start("language"), "/help": start("help"), "/cancel": {Do: dialog.Cancel},
		"/move": start("reschedule"), "/operator": {Do: dialog.Handoff},
	}
}

// understood reads plain words, at the time they were said.
func (t *Talks) understood(ctx context.Context, tx *store.Tx, c *chat, h heard) ([]dialog.Command, error) {
	text := strings.TrimSpace(h.in.Text)
	word, _, _ := strings.Cut(strings.ToLower(text), " ")
	word, _, _ = strings.Cut(word, "@")
	if cmd, ok := slash()[word]; ok {
		return []dialog.Command{cmd}, nil
	}
	return t.meaning(ctx, tx, c, text, h.said())
}

// said is the message's moment.
func (h heard) said() time.Time {
	if h.in.At.IsZero() {
		return h.received
	}
	return h.in.At
}

func firstZone(c *clinic.Catalog) *time.Location {
	if len(c.Branches) == 0 {
		return time.UTC
	}
	return c.Branches[0].Zone
}

// files has the desk look at what the bot neither reads nor can fetch.
func (t *Talks) files(ctx context.Context, tx *store.Tx, id uuid.UUID, h heard) error {
	if h.media != "" || (h.in.Kind != conversation.Photo && h.in.Kind != conversation.File) { // of what is fetched, whoever fetches it tells
		return nil
	}
	return t.task(ctx, tx, task{kind: "file", key: h.id.String(), conversation: id})
}

// desksCards are the patients' cards for work of the house itself.
func (h *House) desksCards() patient.Cards {
	return patient.Cards{In: h.DB, Vault: h.Vault, Clock: h.Clock, IDs: h.IDs}
}
