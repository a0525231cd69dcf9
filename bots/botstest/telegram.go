// Package botstest decides how the messengers behave that our channels are tried on: like the real ones, and badly on purpose.
package botstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zapis-clinic/zapis/core"
)

// FakeToken and FakeUsername are the fake's bot. OtherToken is of another bot, of which it knows who that is and nothing more. Any other
// token is answered 401.
const (
	FakeToken     = "4242:fake-token"
	FakeUsername  = "zapis_fake_bot"
	OtherToken    = "4343:other-token"
	OtherUsername = "zapis_other_bot"
)

// FakeTelegram is a Bot API server on a loopback port, and the people who talk to the bot. It keeps what each chat shows.
// Updates wait for getUpdates until a webhook is set; then they are posted to it.
type FakeTelegram struct {
	clock    core.Clock
	url      string
	server   *http.Server
	stop     context.CancelFunc
	running  context.Context
	client   *http.Client
	chats    sync.Map // int64 → *Chat
	taps     sync.Map // callback id → *Chat: not answered yet
	updateID atomic.Int64
	tapID    atomic.Int64
	queue    queue
	faults   faults
	journal  journal

	mu      sync.Mutex
	webhook string
	secret  string
	menus   map[string]string
	files   map[string]fakeFile
}

// NewFakeTelegram starts a server; Close stops it. The clock dates the messages.
func NewFakeTelegram(clock core.Clock) (*FakeTelegram, error) {
	ctx, stop := context.WithCancel(context.Background())
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		stop()
		return nil, fmt.Errorf("listening for a fake telegram: %w", err)
	}
	f := &FakeTelegram{
		clock: clock, running: ctx, stop: stop, menus: map[string]string{}, files: usual(),
		url:    "http://" + listener.Addr().String(),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}},
	}
	f.updateID.Store(1000)
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = f.server.Serve(listener) }()
	return f, nil
}

// URL is the base address: telegram.Config.API.
func (f *FakeTelegram) URL() string { return f.url }

// Close stops the server and whatever waits on it.
func (f *FakeTelegram) Close() {
	f.stop()
	_ = f.server.Close()
	f.client.CloseIdleConnections()
}

// Chat is the talk with the person of that id.
func (f *FakeTelegram) Chat(id int64) *Chat {
	if c, ok := f.chats.Load(id); ok {
		if c, ok := c.(*Chat); ok {
			return c
		}
	}
	made, _ := f.chats.LoadOrStore(id, &Chat{fake: f, id: id})
	c, _ := made.(*Chat)
	return c
}

// Menu is what setMyCommands set for lang, as JSON.
func (f *FakeTelegram) Menu(lang string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.menus[lang]
}

// Webhook is where updates are posted; empty while they are polled for.
func (f *FakeTelegram) Webhook() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.webhook
}

// UseWebhook posts updates to address from now on, as setWebhook does.
func (f *FakeTelegram) UseWebhook(address, secret string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.webhook, f.secret = address, secret
}

// ServeHTTP answers /bot{token}/{method}.
func (f *FakeTelegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.serveFile(w, r) {
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, "/bot")
	token, method, found := strings.Cut(path, "/")
	switch {
	case !ok || !found:
		http.NotFound(w, r)
		return
	case token == OtherToken && method == "getMe":
		answer(w, map[string]any{"id": botID + 101, "is_bot": true, "first_name": botName, "username": OtherUsername}, nil)
		return
	case token != FakeToken:
		refuse(w, &refusal{http.StatusUnauthorized, "Unauthorized", 0})
		return
	}
	p, err := readParams(r)
	if err != nil {
		refuse(w, &refusal{http.StatusBadRequest, "Bad Request: can't parse the request", 0})
		return
	}
	f.journal.add(method, p)
	result, err := f.faulty(r.Context(), method, p)
	if errors.Is(err, errCut) {
		cut(w)
		return
	}
	answer(w, result, err)
}

// answer writes what a method returned, in Telegram's envelope.
func answer(w http.ResponseWriter, result any, err error) {
	var refused *refusal
	var page pageError
	switch {
	case errors.As(err, &refused):
		refuse(w, refused)
	case errors.As(err, &page):
		http.Error(w, "<html><h1>"+http.StatusText(int(page))+"</h1></html>", int(page))
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	default:
		writeJSON(w, http.StatusOK, envelope{OK: true, Result: result})
	}
}

type envelope struct {
	OK          bool   `json:"ok"`
	Result      any    `json:"result,omitempty"`
	ErrorCode   int    `json:"error_code,omitempty"`
	Description string `json:"description,omitempty"`
	Parameters  any    `json:"parameters,omitempty"`
}

// refusal is an error as Telegram words it.
type refusal struct {
	code        int
	description string
	retryAfter  int // seconds
}

func (r *refusal) Error() string { return r.description }

func bad(description string) error {
	return &refusal{http.StatusBadRequest, "Bad Request: " + description, 0}
}

func refuse(w http.ResponseWriter, r *refusal) {
	e := envelope{ErrorCode: r.code, Description: r.description}
	if r.retryAfter > 0 {
		e.Parameters = map[string]int{"retry_after": r.retryAfter}
	}
	writeJSON(w, r.code, e)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "encoding", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
