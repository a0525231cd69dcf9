package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// maxDescription bounds what is kept of Telegram's own words, in bytes.
const maxDescription = 200

// apiError is what went wrong with one call. Its text holds neither the token nor a person's words.
type apiError struct {
	Code      int           // Telegram's, which is HTTP's too; 0 where no answer came
	After     time.Duration // of a 429
	Connected bool          // the request may have been written
	Message   string
	cause     error // only a context's error, so that errors.Is finds it
}

func (e *apiError) Error() string {
	if e.Code == 0 {
		return e.Message
	}
	return fmt.Sprintf("%d %s", e.Code, e.Message)
}

func (e *apiError) Unwrap() error { return e.cause }

// fault reads what came of a call: Telegram's own answer where there is one, else a proxy's, else the network's error.
func (b *Bot) fault(w *wire, answer *tgbotapi.APIResponse, err error) *apiError {
	e := &apiError{Code: w.status, After: w.after, Connected: w.connected.Load(), Message: b.redact(err)}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			e.cause = known
		}
	}
	var theirs *tgbotapi.Error
	if !errors.As(err, &theirs) {
		if e.Code >= http.StatusMultipleChoices { // a proxy's page: the parser's complaint about it says nothing
			e.Message = http.StatusText(e.Code)
		}
		return e
	}
	e.Message = b.clip(theirs.Message)
	e.Code = codeOf(answer, theirs, w.status)
	if e.Code == http.StatusTooManyRequests && theirs.RetryAfter > 0 {
		e.After = time.Duration(theirs.RetryAfter) * time.Second
	}
	return e
}

var retryAfterText = regexp.MustCompile(`(?i)retry after (\d+)`)

// codeOf finds the error's code: an upload loses it on its way through the library, and then the answer or its words tell.
func codeOf(answer *tgbotapi.APIResponse, theirs *tgbotapi.Error, status int) int {
	if theirs.Code != 0 {
		return theirs.Code
	}
	if answer != nil && answer.ErrorCode != 0 {
		return answer.ErrorCode
	}
	if m := retryAfterText.FindStringSubmatch(theirs.Message); m != nil && theirs.RetryAfter == 0 {
		theirs.RetryAfter, _ = strconv.Atoi(m[1])
	}
	for text, code := range map[string]int{
		"Forbidden": http.StatusForbidden, "Bad Request": http.StatusBadRequest, "Too Many Requests": http.StatusTooManyRequests,
		"Unauthorized": http.StatusUnauthorized, "Not Found": http.StatusNotFound,
	} {
		if strings.HasPrefix(theirs.Message, text) {
			return code
		}
	}
	return status
}

func (e *apiError) notModified() bool {
	return e.Code == http.StatusBadRequest && e.says("message is not modified")
}

// says finds any of the phrases, whatever their case: Telegram's servers differ in it.
func (e *apiError) says(phrases ...string) bool {
	low := strings.ToLower(e.Message)
	for _, p := range phrases {
		if strings.Contains(low, p) {
			return true
		}
	}
	return false
}

// kind says what the error of method means to us. Where nobody knows whether the call took effect, it is ambiguous, unless
// the same call may be repeated without harm: an edit, a toast, a chat action.
func (e *apiError) kind(method string) conversation.Refusal {
	kind := e.refusal()
	if kind == conversation.Ambiguous && method != sendMessage && method != sendDocument {
		return conversation.Unavailable
	}
	return kind
}

func (e *apiError) refusal() conversation.Refusal {
	switch {
	case e.Code == 0 && !e.Connected:
		return conversation.Unavailable
	case e.Code < http.StatusMultipleChoices: // no answer at all, or half of one
		return conversation.Ambiguous
	case e.Code == http.StatusTooManyRequests:
		e.After = max(e.After, time.Second)
		return conversation.RetryAfter
	case e.Code == http.StatusForbidden:
		return conversation.Shut
	case e.Code == http.StatusBadRequest:
		return e.badRequest()
	case e.Code == http.StatusUnauthorized, e.Code == http.StatusNotFound, e.Code == http.StatusConflict, e.Code < http.StatusBadRequest:
		return conversation.Unavailable // the token or the address is wrong: nothing was sent, and it can be put right
	case e.Code == http.StatusServiceUnavailable: // refused at the door; a 500, 502 or 504 may come after the deed
		return conversation.Unavailable
	case e.Code >= http.StatusInternalServerError:
		return conversation.Ambiguous
	default:
		return conversation.BadRequest
	}
}

func (e *apiError) badRequest() conversation.Refusal {
	switch {
	case e.says("message to edit not found", "message can't be edited", "message_id_invalid", "message identifier is not specified",
		"there is no text in the message to edit"):
		return conversation.Gone
	case e.says("chat not found", "user not found", "peer_id_invalid"):
		return conversation.Shut
	default:
		return conversation.BadRequest
	}
}

// redact tells a network's or a parser's error without the address, which holds the token.
func (b *Bot) redact(err error) string {
	var addressed *url.Error
	if errors.As(err, &addressed) {
		err = addressed.Err
	}
	return b.clip(err.Error())
}

func (b *Bot) clip(text string) string {
	if b.api.Token != "" {
		text = strings.ReplaceAll(text, b.api.Token, "***")
	}
	if len(text) <= maxDescription {
		return text
	}
	text = text[:maxDescription]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text
}
