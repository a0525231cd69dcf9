// Package webchat decides how the clinic's own site talks: a page of the chat, a widget that puts it on any site, and a stream of
// what is said. There is no messenger behind it. The journal and the outbox are the chat: to deliver a message is to let it be seen.
package webchat

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/zapis-clinic/zapis/bots"
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/jobs"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// Name is what Incoming.Channel says of this channel.
const Name = "webchat"

// Account is the one chat of the one site.
const Account = "webchat:site"

// Config is what the chat is made of. Everything but Sites and Gate must be set.
type Config struct {
	DB        *store.DB
	Hub       *jobs.Hub
	Receiver  bots.Receiver
	Guard     *access.Guard // gives visitors the policies in force
	Clock     core.Clock
	Random    io.Reader  // of visitors' and messages' ids
	PublicURL string     // as visitors see it; https makes the cookie fit for other sites' pages
	Sites     []string   // origins that may show the chat in a frame, besides our own: https://clinic.example
	Gate      *edge.Gate // nil lets everybody in at once
	Log       *slog.Logger
}

// Server is the chat of the site: its pages, and the channel behind them.
type Server struct {
	Config
	secure bool
	crowd  *crowd
	assets map[string]asset
	stop   chan struct{}
	once   sync.Once
}

var _ bots.Channel = (*Server)(nil)

// New makes the chat. A site that is not an origin is refused, for a browser would not understand the rule made of it.
func New(c Config) (*Server, error) {
	for _, site := range c.Sites {
		u, err := url.Parse(site)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.Trim(u.Path, "/") != "" || strings.ContainsAny(site, " ;,'\"") {
			return nil, fmt.Errorf("ZAPIS_CHAT_SITES: %q is not like https://clinic.example", site)
		}
	}
	assets, err := readAssets()
	if err != nil {
		return nil, err
	}
	return &Server{
		Config: c, secure: strings.HasPrefix(c.PublicURL, "https://"), assets: assets, stop: make(chan struct{}),
		crowd: &crowd{clock: c.Clock, seen: map[string]map[string]time.Time{}},
	}, nil
}

// Close ends every stream, so that a server that shuts down need not wait for its visitors to go.
func (s *Server) Close() { s.once.Do(func() { close(s.stop) }) }

// Send lets a message be seen: its row is, once it is marked. A new message gets an id for later edits; an edit keeps the old one's.
func (s *Server) Send(_ context.Context, _ conversation.To, out conversation.Outgoing) (conversation.Receipt, error) {
	if out.Edit != "" {
		return conversation.Receipt{MessageID: out.Edit}, nil
	}
	id, err := s.random()
	if err != nil {
		return conversation.Receipt{}, &conversation.SendError{Kind: conversation.Unavailable, Err: err}
	}
	return conversation.Receipt{MessageID: id}, nil
}

// Ack does nothing: the page knows of its tap from the answer to its request.
func (s *Server) Ack(context.Context, conversation.To, string, string) error { return nil }

// Typing does nothing: the page shows by itself that an answer is on its way.
func (s *Server) Typing(context.Context, conversation.To) error { return nil }

// random is 128 bits in 22 characters.
func (s *Server) random() (string, error) {
	var bits [16]byte
	if _, err := io.ReadFull(s.Random, bits[:]); err != nil {
		return "", fmt.Errorf("a random id: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(bits[:]), nil
}

var errUnreadable = errors.New("not a message of the chat")

// Parse reads what the page sent, in the envelope that the server put it in.
func (s *Server) Parse(raw []byte) ([]conversation.Incoming, error) {
	var d delivery
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, errUnreadable
	}
	in, err := d.incoming()
	if err != nil {
		return nil, err
	}
	return []conversation.Incoming{in}, nil
}
