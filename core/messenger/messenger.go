// Package messenger decides which bot the clinic speaks through: the environment's, or one that was connected in the cabinet.
package messenger

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Telegram is the one channel whose bot is connected here.
const Telegram = "telegram"

// Topic is what running programs are woken by when the bot has changed.
const Topic = "messenger"

// How messages come to a bot: it asks for them, or they are delivered to our address.
const (
	Polling = "polling"
	Webhook = "webhook"
)

// Where a token is from.
const (
	Environment = "environment"
	Cabinet     = "cabinet"
	Nowhere     = "none"
)

// Bot is who a token is of, as the messenger says.
type Bot struct {
	ID       int64
	Username string // without @
}

// Held is the bot that was connected in the cabinet. A bot without a token is disconnected.
type Held struct {
	Bot

	Row     uuid.UUID
	Mode    string
	Version int32 // grows with each change
	At      time.Time
	By      string // a login
	sealed  []byte
}

// On says whether it is connected.
func (h *Held) On() bool { return h != nil && h.sealed != nil }

// Token opens its token.
func (h *Held) Token(v *vault.Vault) (string, error) {
	plain, err := v.Open(place(h.Row), h.sealed)
	return string(plain), err
}

func place(row uuid.UUID) vault.Place {
	return vault.Place{Table: "messenger", Column: "token_sealed", Row: row}
}

// Now is the bot that was connected for a channel, nil where none ever was: what a running program looks at.
func Now(ctx context.Context, in store.Opener, channel string) (*Held, error) {
	var h *Held
	err := in.InTx(ctx, core.Sys("channels"), func(tx *store.Tx) error {
		var err error
		h, err = held(ctx, tx, channel)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the bot that is connected: %w", err)
	}
	return h, nil
}

func held(ctx context.Context, tx *store.Tx, channel string) (*Held, error) {
	r, err := tx.Messenger(ctx, channel)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // none was ever connected, which is no error
	}
	if err != nil {
		return nil, err
	}
	return &Held{
		Bot: Bot{ID: r.BotID, Username: r.Username}, Row: r.ID, Mode: r.Mode, Version: r.Version, At: r.SetAt, By: r.Login, sealed: r.TokenSealed,
	}, nil
}

// Number is the bot's own, which stands before the colon of its token; 0 where the text is no token.
func Number(token string) int64 {
	head, secret, ok := strings.Cut(token, ":")
	id, err := strconv.ParseInt(head, 10, 64)
	if !ok || err != nil || id <= 0 || secret == "" || len(token) > maxToken || strings.ContainsFunc(secret, stray) {
		return 0
	}
	return id
}

// maxToken bounds a token; Telegram's are some fifty characters.
const maxToken = 200

// stray is no character of a token's secret.
func stray(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_'
}
