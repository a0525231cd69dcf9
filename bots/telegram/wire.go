package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/messenger"
)

// Wire asks Telegram with whatever token it is given: for those who connect a bot. It is a messenger.Wire.
type Wire struct {
	API     string // as Config has it
	HTTP    *http.Client
	Address string                    // where this program takes deliveries
	Secret  func(token string) string // that they bear
}

var _ messenger.Wire = Wire{}

func (w Wire) bot(token string) *Bot { return New(Config{Token: token, API: w.API, HTTP: w.HTTP}) }

// errOdd is an answer that a Bot API server does not give.
var errOdd = errors.New("an answer that is none of Telegram's")

// Who asks whose a token is. What answers for another bot than the token's own number is no Telegram.
func (w Wire) Who(ctx context.Context, token string) (messenger.Bot, error) {
	raw, err := w.bot(token).call(ctx, "getMe", nil)
	if err != nil {
		return messenger.Bot{}, trouble(err)
	}
	var me struct {
		ID       int64  `json:"id"`
		IsBot    bool   `json:"is_bot"`
		Username string `json:"username"`
	}
	if json.Unmarshal(raw, &me) != nil || !me.IsBot || !usernames.MatchString(me.Username) || me.ID != messenger.Number(token) {
		return messenger.Bot{}, &messenger.TroubleError{Kind: messenger.Odd, Err: errOdd}
	}
	return messenger.Bot{ID: me.ID, Username: me.Username}, nil
}

// Hook asks where Telegram delivers to, what waits there, and what went wrong last. Telegram's own words of it are not handed on.
func (w Wire) Hook(ctx context.Context, token string) (messenger.Hook, error) {
	raw, err := w.bot(token).call(ctx, "getWebhookInfo", nil)
	if err != nil {
		return messenger.Hook{}, trouble(err)
	}
	var is *struct {
		URL     string `json:"url"`
		Waiting int64  `json:"pending_update_count"`
		At      int64  `json:"last_error_date"`
		Message string `json:"last_error_message"`
	}
	if json.Unmarshal(raw, &is) != nil || is == nil || is.Waiting < 0 {
		return messenger.Hook{}, &messenger.TroubleError{Kind: messenger.Odd, Err: errOdd}
	}
	h := messenger.Hook{Set: is.URL != "", Ours: is.URL != "" && is.URL == w.Address, Waiting: is.Waiting}
	if is.At > 0 {
		at := time.Unix(is.At, 0)
		h.FailedAt, h.FailedFor = &at, hookFault(is.Message)
	}
	return h, nil
}

// hookFault is the class of what Telegram says of a delivery that failed.
func hookFault(message string) string {
	e := apiError{Message: message}
	switch {
	case e.says("wrong response from the webhook"):
		return "answer"
	case e.says("ssl", "certificate"):
		return "certificate"
	case e.says("resolve", "name or service"):
		return "name"
	case e.says("timed out", "timeout", "refused", "unreachable", "reset"):
		return "silent"
	default:
		return "other"
	}
}

// SetHook has Telegram deliver to this program.
func (w Wire) SetHook(ctx context.Context, token string) error {
	return trouble(w.bot(token).SetWebhook(ctx, w.Address, w.Secret(token)))
}

// DropHook has it deliver nowhere. What waits is kept.
func (w Wire) DropHook(ctx context.Context, token string) error {
	return trouble(w.bot(token).DeleteWebhook(ctx))
}

// Say sends one message.
func (w Wire) Say(ctx context.Context, token, chat, text string) error {
	_, err := w.bot(token).Send(ctx, conversation.To{Channel: Name, Chat: chat}, conversation.Outgoing{Text: text})
	return trouble(err)
}

// trouble puts an error of a call into the words of whoever connects a bot.
func trouble(err error) error {
	if err == nil {
		return nil
	}
	t := &messenger.TroubleError{Kind: messenger.Refused, Err: err}
	var api *apiError
	if !errors.As(err, &api) {
		t.Kind = messenger.Odd
		return t
	}
	switch code := api.Code; {
	case code == 0, api.cause != nil:
		t.Kind = messenger.Silent
	case code == http.StatusUnauthorized, code == http.StatusNotFound:
		t.Kind = messenger.WrongToken
	case code == http.StatusTooManyRequests:
		t.Kind, t.After = messenger.Busy, max(api.After, time.Second)
	case code >= http.StatusInternalServerError:
		t.Kind = messenger.Down
	case code < http.StatusBadRequest:
		t.Kind = messenger.Odd
	case code == http.StatusForbidden, conversation.Refused(err) != nil && conversation.Refused(err).Kind == conversation.Shut:
		t.Kind = messenger.Shut
	}
	return t
}

// Reachable says whether Telegram can deliver to an address: its own servers want https, a server of the clinic's own takes what it is told.
func Reachable(api, address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || (api != "" && api != DefaultAPI))
}
