package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/messenger"
	"github.com/zapis-clinic/zapis/jobs"
)

// line is the clinic's bot as this replica has it. It may be another, or none, from one moment to the next: whoever keeps security connects
// it in the cabinet, and every replica follows.
type line struct {
	server *server
	id     uuid.UUID
	now    atomic.Pointer[connection]

	ended chan string // what became of a connection that ended by itself
	again time.Time   // when a connection that the messenger refused is tried again
	said  messenger.Replica
}

// connection is one bot, for as long as it is the one.
type connection struct {
	*telegram.Bot

	token, mode string
	source      string
	version     int32
	stop        context.CancelFunc // nil while it does not listen
	done        sync.WaitGroup
}

var (
	_ jobs.Sender = (*line)(nil)
	_ jobs.Source = (*line)(nil)
	_ jobs.Switch = (*line)(nil)
)

// How often a replica looks whether the bot is still the one, and says how it is; a refused one is tried again after a while.
const (
	lineEvery  = 2 * time.Second
	lineReport = 10 * time.Second
	lineAgain  = time.Minute
)

// openLine takes the bot that stands into use. Nothing is fetched yet.
func (s *server) openLine(ctx context.Context) error {
	s.line = &line{server: s, id: s.talks.IDs(), ended: make(chan string, 1)}
	s.talks.Senders[telegram.Name] = s.line
	s.talks.Sources = map[string]jobs.Source{telegram.Name: s.line}
	next, state, err := s.line.wanted(ctx)
	if err != nil {
		return err
	}
	if state == messenger.StateUnregistered {
		s.log.WarnContext(ctx, "telegram stays off: it is not in the registry of processors", "do",
			"zapis processors add telegram --who Telegram --country AE --purpose messages --basis consent")
	}
	s.line.now.Store(next)
	return nil
}

// Off implements jobs.Switch.
func (l *line) Off() bool { return l.now.Load() == nil }

var errOff = errors.New("the bot is disconnected")

func (l *line) bot() (*telegram.Bot, error) {
	if c := l.now.Load(); c != nil {
		return c.Bot, nil
	}
	return nil, &conversation.SendError{Kind: conversation.Unavailable, Err: errOff}
}

// Send implements jobs.Sender.
func (l *line) Send(ctx context.Context, to conversation.To, out conversation.Outgoing) (conversation.Receipt, error) {
	bot, err := l.bot()
	if err != nil {
		return conversation.Receipt{}, err
	}
	return bot.Send(ctx, to, out)
}

// Ack implements jobs.Sender.
func (l *line) Ack(ctx context.Context, to conversation.To, callback, toast string) error {
	bot, err := l.bot()
	if err != nil {
		return err
	}
	return bot.Ack(ctx, to, callback, toast)
}

// Typing implements jobs.Sender.
func (l *line) Typing(ctx context.Context, to conversation.To) error {
	bot, err := l.bot()
	if err != nil {
		return err
	}
	return bot.Typing(ctx, to)
}

// File implements jobs.Source.
func (l *line) File(ctx context.Context, id string) ([]byte, error) {
	bot, err := l.bot()
	if err != nil {
		return nil, err
	}
	return bot.File(ctx, id)
}

// ServeHTTP takes what Telegram delivers, for the bot of this moment.
func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := l.now.Load()
	if c == nil {
		http.NotFound(w, r)
		return
	}
	c.Webhook(webhookSecret(c.token), l.server.talks, l.server.log).ServeHTTP(w, r)
}

// webhookSecret is the same in every replica and tells nothing of the token.
func webhookSecret(token string) string {
	sum := sha256.Sum256([]byte("zapis webhook of " + token))
	return hex.EncodeToString(sum[:])
}

// wanted is the bot that is to be in use, nil where there is none; state says why.
func (l *line) wanted(ctx context.Context) (*connection, string, error) {
	c := &connection{token: l.server.config.TelegramToken, mode: l.server.config.TelegramMode, source: messenger.Environment}
	if c.token == "" {
		h, err := messenger.Now(ctx, l.server.talks.DB, telegram.Name)
		if err != nil {
			return nil, "", err
		}
		if !h.On() {
			return nil, messenger.StateOff, nil
		}
		c.source, c.mode, c.version = messenger.Cabinet, h.Mode, h.Version
		if c.token, err = h.Token(l.server.talks.Vault); err != nil {
			return nil, messenger.StateUnopened, nil //nolint:nilerr // reported, and shown on the page of channels
		}
	}
	yes, err := office(l.server.talks.DB).Registered(ctx, telegram.Name)
	if err != nil {
		return nil, "", err
	}
	if !yes {
		return nil, messenger.StateUnregistered, nil
	}
	c.Bot = botOf(l.server.config, c.token)
	return c, "", nil
}

// follow keeps the bot the one that is wanted, until ctx ends; then it listens no more, and what was being received is finished.
func (l *line) follow(ctx context.Context) {
	changed, stop := l.server.talks.Hub.Listen(messenger.Topic)
	defer stop()
	tick := time.NewTicker(lineEvery)
	defer tick.Stop()
	var reported time.Time
	for {
		state := l.look(ctx)
		if now := l.server.talks.Clock(); state != "" && ctx.Err() == nil && l.report(ctx, state, now.Sub(reported) > lineReport) {
			reported = now
		}
		select {
		case <-ctx.Done():
			l.hangUp(l.now.Load())
			l.leave(context.WithoutCancel(ctx))
			return
		case <-tick.C:
		case <-changed:
		case why := <-l.ended:
			l.again = l.server.talks.Clock().Add(lineAgain)
			l.hangUp(l.now.Load())
			l.report(ctx, why, true)
		}
	}
}

// look exchanges the bot where another is wanted, and listens to it. What it returns is how it is now; nothing where that is not known.
func (l *line) look(ctx context.Context) string {
	next, state, err := l.wanted(ctx)
	if err != nil {
		if ctx.Err() == nil {
			l.server.log.WarnContext(ctx, "not known whether the bot is still the one", "error", err)
		}
		return ""
	}
	held := l.now.Load()
	switch {
	case next == nil && held != nil:
		l.now.Store(nil)
		l.hangUp(held)
		l.server.log.InfoContext(ctx, "the bot is off", "state", state)
		return state
	case next == nil:
		return state
	case held == nil || held.token != next.token || held.mode != next.mode:
		l.now.Store(next)
		l.hangUp(held)
		l.again = time.Time{}
		l.server.log.InfoContext(ctx, "the bot is exchanged", "source", next.source, "version", next.version)
	default: // connected anew, maybe, with the same token
		held.version = next.version
	}
	return l.attend(ctx, l.now.Load())
}

// attend listens where this replica's roles have it.
func (l *line) attend(ctx context.Context, c *connection) string {
	switch {
	case !l.server.has("bots"):
		return messenger.StateSends
	case c.stop != nil:
		return messenger.StateWorks
	case l.server.talks.Clock().Before(l.again):
		return messenger.StateRefused
	}
	listening, stop := context.WithCancel(ctx)
	c.stop = stop
	c.done.Go(func() {
		if err := l.server.listenTelegram(listening, c); err != nil && listening.Err() == nil {
			l.ended <- messenger.StateRefused
		}
	})
	return messenger.StateWorks
}

// hangUp ends the listening to a bot, and waits until what was being received is finished.
func (l *line) hangUp(c *connection) {
	if c == nil || c.stop == nil {
		return
	}
	c.stop()
	c.done.Wait()
	c.stop = nil
	select {
	case <-l.ended: // it had ended by itself
	default:
	}
}

func (l *line) report(ctx context.Context, state string, due bool) bool {
	r := messenger.Replica{ID: l.id, Source: messenger.Nowhere, State: state}
	if c := l.now.Load(); c != nil {
		r.Source, r.Version = c.source, c.version
	}
	if r == l.said && !due {
		return false
	}
	if err := messenger.Report(ctx, l.server.talks.DB, r); err != nil {
		l.server.log.WarnContext(ctx, "the bot not reported", "error", err)
		return false
	}
	l.said = r
	return true
}

func (l *line) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := messenger.Leave(ctx, l.server.talks.DB, l.id); err != nil {
		l.server.log.WarnContext(ctx, "the bot not signed off", "error", err)
	}
}
