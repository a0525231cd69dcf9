package personal

import (
	"context"
	"fmt"
	"slices"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Rule says what of a class of data a channel may carry.
type Rule string

// The rules. NotifyOnly carries word that something is there, and none of it.
const (
	Allow      Rule = "allow"
	NotifyOnly Rule = "notify_only"
	Deny       Rule = "deny"
)

// ruled are the classes that not every channel may carry: what is medical, and advertising.
func ruled() []core.Class {
	return []core.Class{core.VisitReason, core.Records, core.Prescriptions, core.Results, core.Documents, core.Campaigns}
}

// Through is the rule of a class in a channel: the one question that delivery asks. A channel that nobody has decided on carries nothing
// medical and no advertising.
func Through(ctx context.Context, tx *store.Tx, channel string, class core.Class) (Rule, error) {
	if !slices.Contains(ruled(), class) {
		return Allow, nil
	}
	rule, err := tx.ChannelRule(ctx, db.ChannelRuleParams{Channel: channel, Class: string(class)})
	switch {
	case err != nil:
		return Deny, fmt.Errorf("what may go through a channel: %w", err)
	case rule != "":
		return Rule(rule), nil
	case class == core.Campaigns:
		return Deny, nil
	default:
		return NotifyOnly, nil
	}
}

// ChannelRule is one line of the table.
type ChannelRule struct {
	Channel string
	Class   core.Class
	Rule    Rule
}

// ChannelRules lists what may go where.
func (o Office) ChannelRules(ctx context.Context, actor core.Actor) ([]ChannelRule, error) {
	var out []ChannelRule
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.ChannelRules(ctx)
		for _, r := range rows {
			out = append(out, ChannelRule{Channel: r.Channel, Class: core.Class(r.Class), Rule: Rule(r.Rule)})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("rules of channels: %w", err)
	}
	return out, nil
}

// SetChannelRule changes one. It is the rules' keeper's to do, with a second factor just shown.
func (o Office) SetChannelRule(ctx context.Context, actor core.Actor, r ChannelRule) error {
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if _, err := access.Require(actor, core.Ask{Action: core.Update, Class: core.Policies}); err != nil {
			return err
		}
		if !slices.Contains(ruled(), r.Class) || !slices.Contains([]Rule{Allow, NotifyOnly, Deny}, r.Rule) || r.Channel == "" {
			return core.Refuse(core.Invalid, "channel_rule_unknown")
		}
		err := tx.ChannelRuleSet(ctx, db.ChannelRuleSetParams{
			Channel: r.Channel, Class: string(r.Class), Rule: string(r.Rule), SetBy: store.Ref(actor.ID), At: o.Clock(),
		})
		if err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{
			ID: o.IDs(), At: o.Clock(), Action: "personal.channel_rule", Object: "channel_policy", Fields: []string{r.Channel, string(r.Class), string(r.Rule)},
		})
	})
	if err != nil {
		return fmt.Errorf("set what may go through a channel: %w", err)
	}
	return nil
}
