package webchat_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/conversation"
)

// events reads a stream until n items have come.
func (s *site) events(b *http.Client, lastID string, n int) []map[string]any {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/chat/events", nil)
	require.NoError(s.t, err)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	answer, err := b.Do(req)
	require.NoError(s.t, err)
	defer answer.Body.Close()
	require.Equal(s.t, "text/event-stream", answer.Header.Get("Content-Type"))
	var items []map[string]any
	id := ""
	for lines := bufio.NewScanner(answer.Body); len(items) < n && lines.Scan(); {
		if data, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			id = data
		}
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			item := map[string]any{"cursor": id}
			require.NoError(s.t, json.Unmarshal([]byte(data), &item))
			items = append(items, item)
		}
	}
	require.Len(s.t, items, n)
	return items
}

func TestAStreamTellsWhatIsSaidAndGoesOnWhereItBroke(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	chat := s.visit(s.browser)
	old := time.Now().Add(-time.Hour)
	s.say(chat, old, "m1", conversation.Outgoing{Text: "первое"})
	s.say(chat, old.Add(5*time.Minute), "m1", conversation.Outgoing{Text: "исправлено", Edit: "m1"})
	first := s.events(s.browser, "", 2)
	assert.Equal(t, "первое", first[0]["text"])
	assert.Equal(t, true, first[1]["edit"])
	assert.Equal(t, first[0]["id"], first[1]["id"], "an edit is of the same message on the screen")

	s.say(chat, old.Add(10*time.Minute), "m2", conversation.Outgoing{Text: "третье", Strip: "m1"})
	cursor, ok := first[1]["cursor"].(string)
	require.True(t, ok)
	next := s.events(s.browser, cursor, 2)
	assert.Equal(t, first[1]["row"], next[0]["row"], "the last minute comes again, and is known by its row")
	assert.Equal(t, "третье", next[1]["text"])
	assert.Equal(t, "m1", next[1]["strip"])
}

func TestAMessageThatWasPutOffIsStillTold(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	chat := s.visit(s.browser)
	now := time.Now()
	// An older number, sent later: a reminder that waited for the morning.
	late := s.say(chat, now.Add(-10*time.Hour), "m1", conversation.Outgoing{Text: "напоминание"})
	s.say(chat, now.Add(-9*time.Hour), "m2", conversation.Outgoing{Text: "ответ"})
	seen := s.events(s.browser, "", 2)
	conn, err := pgx.Connect(t.Context(), s.address.OwnerURL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "UPDATE outbox SET sent_at = $2 WHERE id = $1", late, now)
	require.NoError(t, err)
	cursor, ok := seen[1]["cursor"].(string)
	require.True(t, ok)
	got := s.events(s.browser, cursor, 2)
	assert.Equal(t, "напоминание", got[1]["text"])
}

func TestAnOpenStreamHearsAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	chat := s.visit(s.browser)
	done := make(chan []map[string]any, 1)
	go func() { done <- s.events(s.browser, "", 1) }()
	s.say(chat, time.Now(), "m1", conversation.Outgoing{Text: "готово"})
	for {
		s.hub.Tell("chat:" + chat.String())
		select {
		case items := <-done:
			assert.Equal(t, "готово", items[0]["text"])
			return
		case <-time.After(20 * time.Millisecond): // the stream may not stand yet
		}
	}
}

func TestAClosingServerLetsItsVisitorsGo(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	s.visit(s.browser)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/chat/events", nil)
	require.NoError(t, err)
	answer, err := s.browser.Do(req)
	require.NoError(t, err)
	defer answer.Body.Close()
	s.Close()
	_, err = io.ReadAll(answer.Body)
	require.NoError(t, err, "the stream ends, the connection is not cut")
}

func TestAFileIsItsVisitorsOwn(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	chat := s.visit(s.browser)
	id := s.say(chat, time.Now(), "m1", conversation.Outgoing{File: &conversation.Attachment{Name: "визит.ics", MIME: "text/calendar", Data: []byte("BEGIN:VCALENDAR")}})
	answer, body := s.do(s.browser, http.MethodGet, "/chat/history", "")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, body, `"file":{"name":"визит.ics","url":"/chat/files/`+id.String())
	assert.NotContains(t, body, "QkVHSU46", "the bytes stay behind")

	answer, body = s.do(s.browser, http.MethodGet, "/chat/files/"+id.String(), "")
	assert.Equal(t, "BEGIN:VCALENDAR", body)
	assert.True(t, strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment;"))
	assert.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"))

	stranger := s.somebody()
	s.visit(stranger)
	foreign, one := s.do(stranger, http.MethodGet, "/chat/files/"+id.String(), "")
	missing, two := s.do(stranger, http.MethodGet, "/chat/files/"+uuid.NewString(), "")
	assert.Equal(t, http.StatusNotFound, foreign.StatusCode)
	assert.Equal(t, missing.StatusCode, foreign.StatusCode)
	assert.Equal(t, two, one)
}
