package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"golang.org/x/sync/errgroup"

	"github.com/zapis-clinic/zapis/bots"
	"github.com/zapis-clinic/zapis/core/conversation"
)

// How polling goes.
const (
	pollTimeout    = 25 * time.Second // how long Telegram holds a request open where there is nothing
	pollPatience   = 10 * time.Second // and how much longer we wait for it
	pollBatch      = "100"            // the most that getUpdates gives
	pollChats      = 32               // chats handled at the same time
	receiveTimeout = 30 * time.Second // one message may take this long to be committed
	firstBackoff   = 250 * time.Millisecond
	lastBackoff    = 15 * time.Second
)

// Poll takes updates from Telegram until ctx is done, and then returns nil; what is being received is finished first.
//
// An update is confirmed to Telegram only once it and all before it are received. Chats are handled side by side, each in its
// order. What fails is brought again. A webhook that stands in the way is deleted once. A token that Telegram refuses is an error.
func (b *Bot) Poll(ctx context.Context, to bots.Receiver, log *slog.Logger) error {
	p := &poller{bot: b, to: to, log: log, done: map[int64]bool{}, backoff: firstBackoff}
	for ctx.Err() == nil {
		if err := p.turn(ctx); err != nil && ctx.Err() == nil {
			if err := p.recover(ctx, err); err != nil {
				return err
			}
		}
	}
	return nil
}

type poller struct {
	bot     *Bot
	to      bots.Receiver
	log     *slog.Logger
	offset  int64          // all before it are received; 0 is not known yet
	done    map[int64]bool // received, at or after offset
	backoff time.Duration
	deleted bool // the webhook, once
}

// turn fetches and receives once.
func (p *poller) turn(ctx context.Context) error {
	updates, err := p.fetch(ctx)
	if err != nil {
		return err
	}
	return p.receive(ctx, updates)
}

// fetch waits for updates from offset on.
func (p *poller) fetch(ctx context.Context) ([]json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout+pollPatience)
	defer cancel()
	params := tgbotapi.Params{
		"timeout": strconv.Itoa(int(pollTimeout / time.Second)), "limit": pollBatch, "allowed_updates": allowedUpdates,
	}
	if p.offset != 0 {
		params["offset"] = id(p.offset)
	}
	raw, err := p.bot.call(ctx, "getUpdates", params)
	if err != nil {
		return nil, err
	}
	var updates []json.RawMessage
	if err := json.Unmarshal(raw, &updates); err != nil {
		return nil, errors.New("getUpdates: an answer that is no list")
	}
	return updates, nil
}

// arrival is an update on its way in.
type arrival struct {
	id  int64
	raw []byte
	in  conversation.Incoming
	err error
}

// receive hands a batch on, and moves offset over what is received without a gap.
func (p *poller) receive(ctx context.Context, updates []json.RawMessage) error {
	var order []int64
	var chats [][]*arrival
	index := map[string]int{}
	for _, raw := range updates {
		a, chat := p.sort(ctx, raw)
		if a == nil {
			continue
		}
		order = append(order, a.id)
		if p.done[a.id] {
			continue
		}
		if chat == "" { // nothing of ours in it
			p.done[a.id] = true
			continue
		}
		at, known := index[chat]
		if !known {
			at = len(chats)
			index[chat], chats = at, append(chats, nil)
		}
		chats[at] = append(chats[at], a)
	}
	p.handle(ctx, chats)
	return p.advance(order, chats, len(updates))
}

var errNoProgress = errors.New("getUpdates: updates without ids")

// sort reads an update and says whose it is. One that has no id at all is nil: the next that has one confirms it.
func (p *poller) sort(ctx context.Context, raw []byte) (*arrival, string) {
	u, err := readUpdate(raw)
	if err == nil {
		in, ok := p.bot.incoming(u)
		if !ok {
			return &arrival{id: *u.ID}, ""
		}
		return &arrival{id: *u.ID, raw: raw, in: in}, in.Chat
	}
	var only struct {
		ID *int64 `json:"update_id"`
	}
	broken := json.Unmarshal(raw, &only) != nil || only.ID == nil
	if broken || !p.done[*only.ID] {
		p.bot.passOver(ctx, p.log, err)
	}
	if broken {
		return nil, ""
	}
	return &arrival{id: *only.ID}, ""
}

// handle receives the chats side by side, and of a chat nothing more once something failed. A message that is being received
// when ctx ends is finished.
func (p *poller) handle(ctx context.Context, chats [][]*arrival) {
	var group errgroup.Group
	group.SetLimit(pollChats)
	for _, chat := range chats {
		group.Go(func() error {
			for _, a := range chat {
				if a.err = ctx.Err(); a.err == nil {
					a.err = p.one(ctx, a)
				}
				if a.err != nil {
					return nil //nolint:nilerr // it stays with its update; the other chats go on
				}
			}
			return nil
		})
	}
	_ = group.Wait()
}

func (p *poller) one(ctx context.Context, a *arrival) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), receiveTimeout)
	defer cancel()
	return p.to.Receive(ctx, a.raw, a.in)
}

// advance marks what was received, moves offset, and returns what failed. Any success makes the next wait short again: one chat's
// failure slows the others little.
func (p *poller) advance(order []int64, chats [][]*arrival, got int) error {
	var failed error
	for _, chat := range chats {
		for _, a := range chat {
			if a.err != nil {
				failed = errors.Join(failed, fmt.Errorf("receiving an update: %w", a.err))
				break
			}
			p.done[a.id] = true
			p.backoff = firstBackoff
		}
	}
	for _, id := range order {
		if !p.done[id] {
			break
		}
		delete(p.done, id)
		p.offset = id + 1
	}
	if got == 0 {
		p.backoff = firstBackoff
	}
	if failed == nil && got > 0 && len(order) == 0 {
		return errNoProgress
	}
	return failed
}

// recover waits after a failure, longer each time, or gives up where waiting cannot help.
func (p *poller) recover(ctx context.Context, err error) error {
	wait := p.backoff
	p.backoff = min(2*p.backoff, lastBackoff)
	var refused *apiError
	if errors.As(err, &refused) {
		switch refused.Code {
		case http.StatusUnauthorized:
			return fmt.Errorf("polling %s: %w", p.bot.account, err)
		case http.StatusTooManyRequests:
			wait = max(wait, refused.After)
		case http.StatusConflict:
			if refused.says("webhook") && !p.deleted {
				p.deleted = true
				p.log.WarnContext(ctx, "telegram webhook deleted, for this bot is polled", "account", p.bot.account)
				return ignore(p.bot.DeleteWebhook(ctx))
			}
		}
	}
	p.log.ErrorContext(ctx, "telegram polling stumbled", "account", p.bot.account, "wait", wait, "error", err)
	p.bot.wait(ctx, wait)
	return nil
}

// ignore drops an error that shows itself again at the next turn.
func ignore(error) error { return nil }
