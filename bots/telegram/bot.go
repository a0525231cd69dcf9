// Package telegram decides how Telegram's updates become our messages and our messages its requests.
//
// The library is an API client only, for it has stood still since 2021: this package alone touches it, and brings deadlines,
// its own poll loop and webhook, and errors that are free of the token.
package telegram

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/zapis-clinic/zapis/bots"
	"github.com/zapis-clinic/zapis/bots/fetch"
)

// Name is what Incoming.Channel says of this channel.
const Name = "telegram"

// DefaultAPI is the address of Telegram's own server.
const DefaultAPI = "https://api.telegram.org"

// Config is what a bot is made of. Token and Account must be set.
type Config struct {
	Token   string
	API     string       // base address, DefaultAPI where empty; methods are at {API}/bot{Token}/{method}
	Account string       // our name of this bot: "telegram:main"
	HTTP    *http.Client // nil makes one that keeps its connections

	// Wait pauses Poll after a failure, until d has passed or ctx is done; nil waits by the machine's timer.
	Wait func(ctx context.Context, d time.Duration)
}

// Bot is one Telegram bot. It is a bots.Channel.
type Bot struct {
	api        tgbotapi.BotAPI
	account    string
	http       *http.Client
	files      *fetch.Client // nil where the address is none
	root       string        // the path at which the server's addresses begin
	wait       func(context.Context, time.Duration)
	keyboards  keyboards
	unreadable atomic.Uint64
}

var _ bots.Channel = (*Bot)(nil)

// New makes a bot without asking Telegram anything.
func New(c Config) *Bot {
	b := &Bot{account: c.Account, http: safeClient(c.HTTP), wait: c.Wait}
	b.api.Token = c.Token
	base := strings.TrimRight(cmp.Or(c.API, DefaultAPI), "/")
	b.files, b.root = files(base), rootOf(base)
	b.api.SetAPIEndpoint(strings.ReplaceAll(base, "%", "%%") + "/bot%s/%s")
	if b.wait == nil {
		b.wait = pause
	}
	return b
}

// rootOf is the path of a base address: a server behind a proxy may have one.
func rootOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.EscapedPath()
}

// Unreadable counts the updates that could not be read and were passed over.
func (b *Bot) Unreadable() uint64 { return b.unreadable.Load() }

// safeClient makes a client, or copies the given one, that follows no redirect: the address holds the token.
func safeClient(given *http.Client) *http.Client {
	client := http.Client{}
	if given != nil {
		client = *given
	} else {
		client.Transport = transport()
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// Connections are kept for as many calls as run at once, and dropped before the server would drop them: a request written into
// a connection that the server has just closed is one of which nobody knows whether it arrived.
const (
	idleConns   = 128
	idleTimeout = 30 * time.Second
)

func transport() http.RoundTripper {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment}
	if d, ok := http.DefaultTransport.(*http.Transport); ok {
		t = d.Clone()
	}
	t.MaxIdleConns = idleConns
	t.MaxIdleConnsPerHost = idleConns
	t.IdleConnTimeout = idleTimeout
	t.DisableCompression = true
	return t
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
