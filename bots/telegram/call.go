package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// callTimeout bounds a call whose context has no deadline of its own.
const callTimeout = 20 * time.Second

// maxAnswer bounds what is read of an answer: a hundred updates of the longest text are some megabytes.
const maxAnswer = 32 << 20

// call asks Telegram for method and returns the result. Its error is a *conversation.SendError.
// "message is not modified" is a success: what was wanted stands.
func (b *Bot) call(ctx context.Context, method string, params tgbotapi.Params) (json.RawMessage, error) {
	return b.exchange(ctx, method, func(api *tgbotapi.BotAPI) (*tgbotapi.APIResponse, error) {
		return api.MakeRequest(method, params)
	})
}

// upload is call with a file.
func (b *Bot) upload(ctx context.Context, s step) (json.RawMessage, error) {
	file := tgbotapi.RequestFile{Name: "document", Data: tgbotapi.FileBytes{Name: s.file.Name, Bytes: s.file.Data}}
	return b.exchange(ctx, s.method, func(api *tgbotapi.BotAPI) (*tgbotapi.APIResponse, error) {
		return api.UploadFiles(s.method, s.params, []tgbotapi.RequestFile{file})
	})
}

// exchange lends ask a copy of the library's client that obeys ctx.
func (b *Bot) exchange(
	ctx context.Context, method string, ask func(*tgbotapi.BotAPI) (*tgbotapi.APIResponse, error),
) (json.RawMessage, error) {
	if _, has := ctx.Deadline(); !has {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	w := &wire{ctx: ctx, client: b.http}
	api := b.api
	api.Client = w
	answer, err := ask(&api)
	if err == nil {
		return answer.Result, nil
	}
	fault := b.fault(w, answer, err)
	if fault.notModified() {
		return nil, nil
	}
	return nil, &conversation.SendError{Kind: fault.kind(method), After: fault.After, Err: fmt.Errorf("%s: %w", method, fault)}
}

// wire carries one request of the library with the caller's context, and remembers how far it came.
type wire struct {
	ctx       context.Context
	client    *http.Client
	connected atomic.Bool // a connection was there, so that the request may have been written
	status    int         // of the answer; 0 is none
	after     time.Duration
}

// Do sends req and reads the whole answer, so that the connection can be used again.
func (w *wire) Do(req *http.Request) (*http.Response, error) {
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { w.connected.Store(true) }}
	resp, err := w.client.Do(req.WithContext(httptrace.WithClientTrace(w.ctx, trace))) //nolint:gosec // the address is the configuration's
	if err != nil {
		return nil, err
	}
	body := resp.Body
	defer func() { _ = body.Close() }()
	w.status = resp.StatusCode
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		w.after = time.Duration(seconds) * time.Second
	}
	data, err := io.ReadAll(io.LimitReader(body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return resp, nil
}
