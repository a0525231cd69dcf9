package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/zapis-clinic/zapis/bots/fetch"
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
)

// MaxFile is the largest file that a bot may fetch, in bytes (core.telegram.org/bots/api#getfile).
const MaxFile = 20 << 20

// media is what a message says of a file: an object, or of a photo a list of the same in several sizes. Whatever else stands there is a
// file without an id.
type media struct {
	there, known bool
	file         conversation.FileRef
}

type wireFile struct {
	ID   string `json:"file_id"`
	Name string `json:"file_name"`
	MIME string `json:"mime_type"`
	Size int64  `json:"file_size"`

	Seconds int64 `json:"duration"`
}

// UnmarshalJSON never fails: a file that cannot be read is still something that the person sent.
func (m *media) UnmarshalJSON(raw []byte) error {
	if m.there = !bytes.Equal(raw, []byte("null")); !m.there {
		return nil
	}
	sizes := make([]wireFile, 1)
	if json.Unmarshal(raw, &sizes[0]) != nil && (json.Unmarshal(raw, &sizes) != nil || len(sizes) == 0) {
		return nil //nolint:nilerr // see above
	}
	best := sizes[0]
	for _, s := range sizes { // they come from the smallest to the largest, but nobody promises it
		if s.Size >= best.Size {
			best = s
		}
	}
	m.known = best.ID != ""
	m.file = conversation.FileRef{
		ID: conversation.Clean(best.ID), Name: conversation.Clean(best.Name), MIME: conversation.Clean(best.MIME), Size: max(0, best.Size),
		Seconds: max(0, best.Seconds),
	}
	return nil
}

// attached is the file of a message, or nil.
func (m *message) attached() *conversation.FileRef {
	for _, x := range []media{m.Photo, m.Voice, m.Audio, m.Video, m.VideoNote, m.Document, m.Animation} {
		if x.known {
			file := x.file
			return &file
		}
	}
	return nil
}

// files makes the client that fetches files. A server other than Telegram's own is the clinic's, and may stand beside us.
func files(base string) *fetch.Client {
	client, err := fetch.New(fetch.Config{Base: base, Local: base != DefaultAPI, Max: MaxFile})
	if err != nil {
		return nil // New is called with an address that the settings have checked; File says so otherwise
	}
	return client
}

// filePath is what getFile may lead to: a path below the bot's files. A server in local mode tells a path on its own disk, which is none.
var filePath = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$`)

var errFile = errors.New("a file that cannot be fetched")

// Refusals: trying again changes nothing.
func tooLarge(err error) error {
	return fmt.Errorf("getFile: %w: %w", core.Refuse(core.Invalid, "file_large"), err)
}

func gone(err error) error {
	return fmt.Errorf("getFile: %w: %w", core.Refuse(core.NotFound, "file_gone"), err)
}

// File fetches what a person sent, by the id in Incoming.File. Nothing is known yet of what it is: core/upload looks at it. What is too
// large, gone, or said to be elsewhere is refused; any other error may pass.
func (b *Bot) File(ctx context.Context, id string) ([]byte, error) {
	answer, err := b.call(ctx, "getFile", tgbotapi.Params{"file_id": id})
	var theirs *apiError
	switch {
	case errors.As(err, &theirs) && theirs.Code == http.StatusBadRequest && strings.Contains(theirs.Message, "too big"):
		return nil, tooLarge(err)
	case errors.As(err, &theirs) && theirs.Code == http.StatusBadRequest:
		return nil, gone(err)
	case err != nil:
		return nil, err
	}
	var at struct {
		Path string `json:"file_path"`
		Size int64  `json:"file_size"`
	}
	if err := json.Unmarshal(answer, &at); err != nil || !filePath.MatchString(at.Path) || strings.Contains(at.Path, "..") || b.files == nil {
		return nil, gone(errFile)
	}
	if at.Size > MaxFile {
		return nil, tooLarge(fetch.ErrTooLarge)
	}
	data, err := b.files.Get(ctx, b.root+"/file/bot"+b.api.Token+"/"+at.Path)
	switch {
	case errors.Is(err, fetch.ErrTooLarge):
		return nil, tooLarge(err)
	case errors.Is(err, fetch.ErrGone), errors.Is(err, fetch.ErrForbidden):
		return nil, gone(err)
	case err != nil:
		return nil, fmt.Errorf("getFile: %w", err)
	}
	return data, nil
}
