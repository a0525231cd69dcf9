package stage

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"strconv"
	"strings"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
)

// What a script sends besides words. "(photo)", "(file)" and "(album 3)" are pictures; "(file page)" is one in name only, "(file gone)" is
// no more when it is fetched; what else stands there is written under it. "(voice к кардиологу)" says that aloud; "(voice)" says nothing,
// "(voice 200 …)" for so many seconds, and "(voice noise)" is not understood.

// album is several photos sent as one; words after their number stand for what is wrong with the last.
func album(text string) ([]conversation.Incoming, error) {
	count, last, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(count)
	var out []conversation.Incoming
	for i := range n {
		in := conversation.Incoming{Kind: conversation.Photo, Album: "album " + text, File: &conversation.FileRef{ID: "picture"}}
		if i == n-1 && last != "" {
			in.File.ID = last
		}
		out = append(out, in)
	}
	return out, err
}

// bears is the file of a message, and the words under it.
func bears(what, text string) (*conversation.FileRef, string) {
	if what != "voice" {
		switch text {
		case "page", "gone":
			return &conversation.FileRef{ID: text, Name: "анализы.pdf"}, ""
		default:
			return &conversation.FileRef{ID: "picture"}, text
		}
	}
	seconds := int64(5)
	if first, rest, _ := strings.Cut(text, " "); first != "" {
		if n, err := strconv.ParseInt(first, 10, 64); err == nil {
			seconds, text = n, rest
		}
	}
	return &conversation.FileRef{ID: fmt.Sprintf("voice %d %s", seconds, text)}, ""
}

// post is where a script's files lie. It is a jobs.Source.
type post struct{}

// File gives out what an id says that it is.
func (post) File(_ context.Context, id string) ([]byte, error) {
	kind, rest, _ := strings.Cut(id, " ")
	switch kind {
	case "picture":
		var out bytes.Buffer
		err := png.Encode(&out, image.NewRGBA(image.Rect(0, 0, 8, 8)))
		return out.Bytes(), err
	case "page":
		return []byte("<!doctype html><script>alert(1)</script>"), nil
	case "voice":
		count, said, _ := strings.Cut(rest, " ")
		seconds, err := strconv.ParseUint(count, 10, 32)
		return Recording(seconds, said), err
	default:
		return nil, core.Refuse(core.NotFound, "file_gone")
	}
}

// Recording is a voice message that lasts so many seconds and says that.
func Recording(seconds uint64, said string) []byte {
	page := func(kind byte, samples uint64, body string) string {
		return "OggS\x00" + string(rune(kind)) + string(binary.LittleEndian.AppendUint64(nil, samples)) + strings.Repeat("\x00", 13) + body
	}
	const rate = 48000
	return []byte(page(2, 0, "OpusHead\x01\x01") + page(0, rate, saidMark+said+saidMark) + page(4, seconds*rate, ""))
}

// saidMark stands around what a recording says.
const saidMark = "\x01said\x01"

// ear hears what the script says. It is a jobs.Ear.
type ear struct{}

// Transcribe gives back the words of a Recording; of noise, it makes nothing.
func (ear) Transcribe(_ context.Context, _ string, audio io.Reader) (string, error) {
	data, err := io.ReadAll(audio)
	if err != nil {
		return "", err
	}
	parts := strings.Split(string(data), saidMark)
	if len(parts) != 3 || parts[1] == "noise" {
		return "", errors.New("nobody can make this out")
	}
	return parts[1], nil
}
