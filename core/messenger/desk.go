package messenger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Desk is where whoever keeps security connects the clinic's bot: by the rules, with a second factor shown just now, on record. The token
// comes in and is never shown again.
type Desk struct {
	In    store.Opener
	Vault *vault.Vault
	Clock core.Clock
	IDs   core.IDs
	Wire  Wire
	Wake  func(topic string)    // running programs look at once; nil: they look soon
	Fresh func(core.Actor) bool // has just shown a second factor

	Token     string // of the environment, which wins
	Mode      string // and how it is set to get messages
	Reachable bool   // messages can be delivered to our address
}

// Wanted is a bot to be connected. Version is of what was seen when it was asked for, 0 where there was nothing.
type Wanted struct {
	Token, Mode string
	Version     int32
	Another     bool // it may be another bot than the last
}

// patience bounds one talk with the messenger's server: somebody waits.
const patience = 8 * time.Second

// may asks the rules for a change.
func (d Desk) may(who core.Actor) error {
	fresh := d.Fresh(who)
	if _, err := access.Require(who, core.Ask{Action: core.Update, Class: core.Policies, Facts: core.Facts{Fresh: fresh}}); err != nil {
		return err
	}
	if !fresh {
		return core.Refuse(core.Denied, "step_up")
	}
	return nil
}

// Connect asks the messenger whose a token is, keeps it sealed, and has every running program speak through it. A token of another bot than
// the last is refused ("messenger_another") until it is said that this is meant: whoever wrote to the last one has to open the new one.
func (d Desk) Connect(ctx context.Context, who core.Actor, w Wanted) (Bot, error) {
	if err := d.may(who); err != nil {
		return Bot{}, err
	}
	w.Token = strings.TrimSpace(w.Token)
	if Number(w.Token) == 0 {
		return Bot{}, core.Refuse(core.Invalid, "messenger_no_token")
	}
	if err := d.fits(w.Mode); err != nil {
		return Bot{}, err
	}
	before, err := Now(ctx, d.In, Telegram)
	if err != nil {
		return Bot{}, err
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	bot, err := d.Wire.Who(limited, w.Token)
	if err != nil {
		return Bot{}, refusal(err)
	}
	if before != nil && before.ID != bot.ID && !w.Another {
		return bot, core.Refuse(core.Conflict, "messenger_another", "Old", before.Username, "New", bot.Username)
	}
	return bot, d.keep(ctx, who, w, bot)
}

func (d Desk) fits(mode string) error {
	switch {
	case mode != Polling && mode != Webhook:
		return core.Refuse(core.Invalid, "messenger_mode")
	case mode == Webhook && !d.Reachable:
		return core.Refuse(core.Invalid, "messenger_unreachable")
	}
	return nil
}

func (d Desk) keep(ctx context.Context, who core.Actor, w Wanted, bot Bot) error {
	return d.change(ctx, who, "channels.connect", func(tx *store.Tx) (int32, error) {
		row := d.IDs()
		if h, err := held(ctx, tx, Telegram); err != nil {
			return 0, err
		} else if h != nil {
			row = h.Row
		}
		sealed, err := d.Vault.Seal(place(row), []byte(w.Token))
		if err != nil {
			return 0, err
		}
		return tx.MessengerSet(ctx, db.MessengerSetParams{
			ID: row, Channel: Telegram, BotID: bot.ID, Username: bot.Username, Mode: w.Mode, TokenSealed: sealed, SetBy: store.Ref(who.ID), At: d.Clock(),
			Version: w.Version,
		})
	})
}

// Turn changes how messages come to the bot that is connected.
func (d Desk) Turn(ctx context.Context, who core.Actor, mode string, version int32) error {
	if err := d.may(who); err != nil {
		return err
	}
	if err := d.fits(mode); err != nil {
		return err
	}
	return d.change(ctx, who, "channels.mode", func(tx *store.Tx) (int32, error) {
		return tx.MessengerMode(ctx, db.MessengerModeParams{Mode: mode, SetBy: store.Ref(who.ID), At: d.Clock(), Channel: Telegram, Version: version})
	})
}

// Disconnect forgets the token, in every running program, and has the messenger deliver nothing more to us. That the messenger did not
// answer then changes nothing: what it delivers is not taken.
func (d Desk) Disconnect(ctx context.Context, who core.Actor, version int32) error {
	if err := d.may(who); err != nil {
		return err
	}
	before, err := Now(ctx, d.In, Telegram)
	if err != nil {
		return err
	}
	err = d.change(ctx, who, "channels.disconnect", func(tx *store.Tx) (int32, error) {
		return tx.MessengerOff(ctx, db.MessengerOffParams{SetBy: store.Ref(who.ID), At: d.Clock(), Channel: Telegram, Version: version})
	})
	if err != nil || before.Mode != Webhook || d.Token != "" {
		return err
	}
	if token, err := before.Token(d.Vault); err == nil {
		limited, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		_ = d.Wire.DropHook(limited, token)
	}
	return nil
}

// change does one in a transaction, on record; what was changed meanwhile is refused.
func (d Desk) change(ctx context.Context, who core.Actor, action string, do func(*store.Tx) (int32, error)) error {
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		if _, err := do(tx); err != nil {
			if errors.Is(err, pgx.ErrNoRows) {
				return core.Refuse(core.Conflict, "messenger_changed")
			}
			return err
		}
		if d.Wake != nil {
			tx.After(func() { d.Wake(Topic) })
		}
		return audit.Add(ctx, tx, audit.Entry{ID: d.IDs(), At: d.Clock(), Action: action, Class: core.Policies, Object: "messenger", Fields: []string{Telegram}})
	})
	if err != nil {
		return fmt.Errorf("change the bot: %w", err)
	}
	return nil
}
