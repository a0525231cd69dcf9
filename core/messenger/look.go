package messenger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// What a running program makes of the bot.
const (
	StateWorks        = "works"        // it takes messages in and sends them
	StateSends        = "sends"        // it only sends: another takes them in
	StateOff          = "off"          // there is no token
	StateUnregistered = "unregistered" // the channel is not in the registry of processors
	StateRefused      = "refused"      // the messenger refuses the token
	StateUnopened     = "unopened"     // the token does not open under this program's keys
)

// Replica is a program that runs.
type Replica struct {
	ID      uuid.UUID
	Source  string
	Version int32
	State   string
}

// Lost counts what did not go out in a channel, by the class of error.
type Lost struct {
	Channel, Class, State string
	Count                 int64
	Last                  time.Time
}

// Standing is what there is, for the page of channels.
type Standing struct {
	Source     string // of the token in use
	Held       *Held  // what the cabinet connected; nil where nothing ever was
	Mode       string
	Registered bool
	Replicas   []Replica
	Lost       []Lost // in the last day
}

// Standing is for whoever may read policies. The bots of no person, the counts of no person.
func (d Desk) Standing(ctx context.Context, who core.Actor) (Standing, error) {
	if _, err := access.Require(who, core.Ask{Action: core.Read, Class: core.Policies}); err != nil {
		return Standing{}, err
	}
	s := Standing{Source: Nowhere}
	err := d.In.InTx(ctx, core.Sys("channels"), func(tx *store.Tx) error {
		var err error
		if s.Held, err = held(ctx, tx, Telegram); err != nil {
			return err
		}
		if s.Registered, err = tx.ProcessorStands(ctx, Telegram); err != nil {
			return err
		}
		if err = s.replicas(ctx, tx); err != nil {
			return err
		}
		return s.lost(ctx, tx, d.Clock().Add(-24*time.Hour))
	})
	if err != nil {
		return Standing{}, fmt.Errorf("how the channels are: %w", err)
	}
	switch {
	case d.Token != "":
		s.Source, s.Mode = Environment, d.Mode
	case s.Held.On():
		s.Source, s.Mode = Cabinet, s.Held.Mode
	}
	return s, nil
}

func (s *Standing) replicas(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.MessengerReplicas(ctx, Telegram)
	for _, r := range rows {
		s.Replicas = append(s.Replicas, Replica{ID: r.ID, Source: r.Source, Version: r.Version, State: r.State})
	}
	return err
}

func (s *Standing) lost(ctx context.Context, tx *store.Tx, since time.Time) error {
	rows, err := tx.MessengerTroubles(ctx, since)
	for _, r := range rows {
		s.Lost = append(s.Lost, Lost{Channel: r.Channel, Class: r.Error, State: r.State, Count: r.Messages, Last: r.Last})
	}
	return err
}

// Live is what the messenger's server says at this moment.
type Live struct {
	Bot

	Hook Hook
	Mine bool // whoever looks has a chat of their own to try it on
}

// Look asks the messenger about the bot in use, for whoever may read policies.
func (d Desk) Look(ctx context.Context, who core.Actor) (Live, error) {
	if _, err := access.Require(who, core.Ask{Action: core.Read, Class: core.Policies}); err != nil {
		return Live{}, err
	}
	token, err := d.inUse(ctx)
	if err != nil {
		return Live{}, err
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var l Live
	if l.Bot, err = d.Wire.Who(limited, token); err != nil {
		return Live{}, refusal(err)
	}
	if l.Hook, err = d.Wire.Hook(limited, token); err != nil {
		return Live{}, refusal(err)
	}
	chat, err := d.chat(ctx, who)
	l.Mine = chat != ""
	return l, err
}

// SetHook has the messenger deliver to this program's address, where that is how the bot is set.
func (d Desk) SetHook(ctx context.Context, who core.Actor) error {
	if err := d.may(who); err != nil {
		return err
	}
	s, err := d.Standing(ctx, who)
	if err != nil {
		return err
	}
	if s.Mode != Webhook {
		return core.Refuse(core.Conflict, "messenger_polls")
	}
	token, err := d.inUse(ctx)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := d.Wire.SetHook(limited, token); err != nil {
		return refusal(err)
	}
	return d.note(ctx, who, "channels.webhook")
}

// Try sends a message to the own chat of whoever asks, and to nobody else.
func (d Desk) Try(ctx context.Context, who core.Actor, text string) error {
	if _, err := access.Require(who, core.Ask{Action: core.Update, Class: core.Policies}); err != nil {
		return err
	}
	token, err := d.inUse(ctx)
	if err != nil {
		return err
	}
	chat, err := d.chat(ctx, who)
	if err != nil {
		return err
	}
	if chat == "" {
		return core.Refuse(core.Conflict, "messenger_unbound")
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := d.Wire.Say(limited, token, chat, text); err != nil {
		return refusal(err)
	}
	return d.note(ctx, who, "channels.try")
}

// inUse is the token that the clinic speaks with.
func (d Desk) inUse(ctx context.Context) (string, error) {
	if d.Token != "" {
		return d.Token, nil
	}
	h, err := Now(ctx, d.In, Telegram)
	if err != nil {
		return "", err
	}
	if !h.On() {
		return "", core.Refuse(core.Conflict, "messenger_none")
	}
	token, err := h.Token(d.Vault)
	if err != nil {
		return "", errors.Join(core.Refuse(core.Conflict, "messenger_unopened"), err)
	}
	return token, nil
}

// chat is whoever's own, as they have bound it; empty where they have not.
func (d Desk) chat(ctx context.Context, who core.Actor) (chat string, err error) {
	err = d.In.InTx(ctx, core.Sys("channels"), func(tx *store.Tx) error {
		var err error
		chat, err = tx.MessengerOwnChat(ctx, db.MessengerOwnChatParams{StaffID: who.ID, Channel: Telegram})
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("one's own chat: %w", err)
	}
	return chat, nil
}

func (d Desk) note(ctx context.Context, who core.Actor, action string) error {
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		return audit.Add(ctx, tx, audit.Entry{ID: d.IDs(), At: d.Clock(), Action: action, Class: core.Policies, Object: "messenger", Fields: []string{Telegram}})
	})
	if err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}

// Report says what a running program makes of the bot.
func Report(ctx context.Context, in store.Opener, r Replica) error {
	err := in.InTx(ctx, core.Sys("channels"), func(tx *store.Tx) error {
		return tx.MessengerReplicaSeen(ctx, db.MessengerReplicaSeenParams{ID: r.ID, Channel: Telegram, Source: r.Source, Version: r.Version, State: r.State})
	})
	if err != nil {
		return fmt.Errorf("report the bot: %w", err)
	}
	return nil
}

// Leave says that a program ends.
func Leave(ctx context.Context, in store.Opener, id uuid.UUID) error {
	err := in.InTx(ctx, core.Sys("channels"), func(tx *store.Tx) error { return tx.MessengerReplicaLeft(ctx, id) })
	if err != nil {
		return fmt.Errorf("sign the bot off: %w", err)
	}
	return nil
}
