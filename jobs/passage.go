package jobs

import (
	"context"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/personal"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/dialog"
)

// passing is a reply as the chat's channel may carry it. What it may not carry never reaches the outbox.
func (t *Talks) passing(ctx context.Context, tx *store.Tx, r *render, reply dialog.Reply) (dialog.Reply, error) {
	if reply.Class == "" {
		return reply, nil
	}
	rule, err := personal.Through(ctx, tx, r.chat.row.Channel, reply.Class)
	if err != nil || rule == personal.Allow {
		return reply, err
	}
	reply.Text, reply.File = t.Words.Say(r.lang(), "notice.content_elsewhere"), nil
	if rule == personal.Deny {
		reply.Text = t.Words.Say(r.lang(), "notice.content_at_the_desk")
	}
	reply.Buttons = linksOnly(reply.Buttons, rule)
	return reply, nil
}

// linksOnly are the buttons that lead to a page: what stands on others may tell what the message may not.
func linksOnly(rows [][]dialog.Button, rule personal.Rule) [][]dialog.Button {
	var out [][]dialog.Button
	for _, row := range rows {
		for _, b := range row {
			if b.URL != "" && rule == personal.NotifyOnly {
				out = append(out, []dialog.Button{b})
			}
		}
	}
	return out
}

// through asks again when a message is sent, for the rule may have changed while it waited, and says whether it goes. A notice takes the
// place of what the channel may not carry.
func (t *Talks) through(ctx context.Context, tx *store.Tx, r db.OutboxClaimRow, l *letter, lang string) (bool, error) {
	class := core.Class(store.Str(r.DataClass))
	if class == "" && r.Lane == "marketing" {
		class = core.Campaigns
	}
	if class == "" {
		return true, nil
	}
	rule, err := personal.Through(ctx, tx, r.Channel, class)
	if err != nil || rule == personal.Allow {
		return true, err
	}
	if class == core.Campaigns || rule == personal.Deny {
		return false, nil
	}
	if l.out.File != nil {
		return false, nil // its words go as a message of their own
	}
	l.out.Text = t.Words.Say(lang, "notice.content_elsewhere")
	l.out.Buttons = choicesOnly(l.out.Buttons)
	return true, nil
}

func choicesOnly(rows [][]conversation.Choice) [][]conversation.Choice {
	var out [][]conversation.Choice
	for _, row := range rows {
		for _, c := range row {
			if c.URL != "" {
				out = append(out, []conversation.Choice{c})
			}
		}
	}
	return out
}
