package webchat

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
)

// A visitor is whoever holds the cookie: 128 random bits. The clinic keeps only their hash, which is the chat's name; so nobody who
// reads the database can go on with somebody's chat.
type visitor struct {
	chat string // SHA-256 of the cookie, in hex
}

// tokenLength is 128 bits in base64.
const tokenLength = 22

// cookieFor is how long a browser keeps a visitor's cookie after the last visit; browsers allow no more than 400 days.
const cookieFor = 365 * 24 * time.Hour

func (s *Server) cookieName() string {
	if s.secure {
		return "__Host-zapis_chat"
	}
	return "zapis_chat"
}

// visitor finds who asks. Nobody is made up here: only the page gives out cookies.
func (s *Server) visitor(r *http.Request) (visitor, bool) {
	c, err := r.Cookie(s.cookieName())
	if err != nil || len(c.Value) != tokenLength {
		return visitor{}, false
	}
	sum := sha256.Sum256([]byte(c.Value))
	return visitor{chat: hex.EncodeToString(sum[:])}, true
}

// welcome gives a new visitor a cookie and lets an old one keep theirs. In a frame on another site the cookie is kept apart for that
// site (Partitioned), which browsers allow over https only.
func (s *Server) welcome(w http.ResponseWriter, r *http.Request) error {
	token := ""
	if c, err := r.Cookie(s.cookieName()); err == nil && len(c.Value) == tokenLength {
		token = c.Value
	}
	if token == "" {
		var err error
		if token, err = s.random(); err != nil {
			return err
		}
	}
	http.SetCookie(w, s.cookie(token, cookieFor))
	return nil
}

func (s *Server) cookie(token string, age time.Duration) *http.Cookie {
	c := &http.Cookie{
		Name: s.cookieName(), Value: token, Path: "/", MaxAge: int(age / time.Second), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if s.secure {
		c.Secure, c.Partitioned, c.SameSite = true, true, http.SameSiteNoneMode
	}
	return c
}

// Conversation is the conversation of whoever asks, where they have a cookie of the chat: the demo's second phone shows it.
func (s *Server) Conversation(r *http.Request) (uuid.UUID, bool) {
	v, ok := s.visitor(r)
	return v.conversation(), ok
}

func (v visitor) conversation() uuid.UUID { return conversation.ID(Account, v.chat) }

func (v visitor) actor() core.Actor {
	return core.Actor{Kind: core.Patient, ID: v.conversation(), Channel: Name}
}

// Forget takes the visitor's cookie back: the next page is opened by somebody new.
func (s *Server) Forget(w http.ResponseWriter) {
	http.SetCookie(w, s.cookie("", -time.Second))
}
