package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"github.com/zapis-clinic/zapis/bots"
)

// secretHeader is where Telegram puts setWebhook's secret_token.
const secretHeader = "X-Telegram-Bot-Api-Secret-Token" //nolint:gosec // the header's name, no secret

// maxUpdate bounds one delivery: an update of the longest text takes some tens of kilobytes.
const maxUpdate = 1 << 20

// Webhook takes Telegram's deliveries and hands them to to. Without the right secret nothing is read; an empty secret lets nobody in.
//
// What to has not committed is answered 503, so that Telegram brings it again. What cannot be read is answered 200 and counted:
// it would come again for a day and hold up the chat.
func (b *Bot) Webhook(secret string, to bots.Receiver, log *slog.Logger) http.Handler {
	want := sha256.Sum256([]byte(secret))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		got := sha256.Sum256([]byte(r.Header.Get(secretHeader)))
		if secret == "" || subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		case err != nil:
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if err := b.receive(r.Context(), raw, to, log); err != nil {
			log.ErrorContext(r.Context(), "telegram update not taken", "account", b.account, "error", err)
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

// receive parses one update and hands it on. An unreadable one is counted and passed over.
func (b *Bot) receive(ctx context.Context, raw []byte, to bots.Receiver, log *slog.Logger) error {
	ins, err := b.Parse(raw)
	if err != nil {
		b.passOver(ctx, log, err)
		return nil
	}
	for _, in := range ins {
		if err := to.Receive(ctx, raw, in); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bot) passOver(ctx context.Context, log *slog.Logger, err error) {
	b.unreadable.Add(1)
	log.WarnContext(ctx, "telegram update passed over", "account", b.account, "code", "unreadable", "error", err)
}
