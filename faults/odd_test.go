package faults_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/bots/webchat"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/jobs"
)

// oddTexts is what people, and those who mean ill, write.
func oddTexts() map[string]string {
	return map[string]string{
		"4096 characters":           strings.Repeat("к кардиологу ", 316)[:4096],
		"4096 wide characters":      strings.Repeat("Я", 4096),
		"a hundred thousand marks":  "e" + strings.Repeat("\u0301", 100_000),
		"marks between letters":     strings.Repeat("з\u0489а\u0489", 2000),
		"right to left":             "\u202eугодрак к\u202c שלום \u2067مرحبا\u2069",
		"zero width":                "к\u200bкар\u200dдио\ufeffлогу\u2060 завтра",
		"only zero width":           strings.Repeat("\u200b", 4000),
		"a NUL in the middle":       "к кардио\x00логу",
		"only NUL":                  strings.Repeat("\x00", 100),
		"half a surrogate as bytes": "к \xed\xa0\x80 кардиологу \xff\xfe",
		"half a character":          "к кардиологу \xd0",
		"only emoji":                strings.Repeat("👩‍👩‍👧‍👦", 200),
		"an old emoji flag":         strings.Repeat("🏴", 1000),
		"a statement":               "'; DROP TABLE visit; --",
		"a template":                "{{.Now}} {{range .}}{{end}} %s %d %!v(MISSING) ${jndi:ldap://x}",
		"markup":                    "<script>alert(1)</script> *жирно* [x](javascript:1)",
		"a big number":              strings.Repeat("9", 4000),
		"a date that is none":       "32 февраля 99999 года в 25:61",
		"brackets":                  strings.Repeat("(", 4000),
		"spaces":                    strings.Repeat(" \t\n\r\u00a0", 800),
		"a replacement character":   strings.Repeat("\uFFFD", 3000),
		"control characters":        "\x01\x02\x1b[31mкрасный\x7f",
	}
}

// Whatever is written is answered: nothing panics, nothing is refused as a fault, nothing gets lost, the program does not grow.
func TestOddWordsAreAnswered(t *testing.T) {
	t.Parallel()
	g := newGround(t, 8)
	talks := g.replica()
	n := 0
	for name, text := range oddTexts() {
		n++
		p := &talker{g: g, screen: g.screen, replicas: []*jobs.Talks{talks}, copies: 1, chat: fmt.Sprint("odd ", n)}
		for _, before := range [][]string{{"(start)"}, {"/book"}, nil} { // at the menu, in the middle of a booking, and once more
			p.do(before...)
			said := ask[int](g, "SELECT count(*) FROM outbox WHERE conversation_id = $1", p.id())
			p.send(p.text(text))
			require.Greater(t, ask[int](g, "SELECT count(*) FROM outbox WHERE conversation_id = $1", p.id())+
				ask[int](g, "SELECT count(*) FROM conversation WHERE id = $1 AND owner = 'human'", p.id()), said, "%s is answered", name)
		}
	}
	require.Zero(t, ask[int](g, "SELECT count(*) FROM inbound WHERE state <> 'handled'"))
	require.NotContains(t, g.logs.String(), "level=ERROR")
	g.check()
}

// Every field of a message may be odd, not only its words.
func TestOddFieldsAreAnswered(t *testing.T) {
	t.Parallel()
	g := newGround(t, 8)
	talks := g.replica()
	p := &talker{g: g, screen: g.screen, replicas: []*jobs.Talks{talks}, copies: 2, chat: "fields"}
	p.do("(start)", "/book")
	for _, text := range oddTexts() {
		for _, in := range []conversation.Incoming{
			{Kind: conversation.Button, Button: text, MessageID: text, CallbackID: "cb"},
			{Kind: conversation.Contact, Phone: text, OwnPhone: true},
			{Kind: conversation.Contact, Phone: text},
			{Kind: conversation.Opened, Start: text, Lang: text},
			{Kind: conversation.Photo, Text: text},
			{Kind: conversation.Kind("nothing known"), Text: text},
			{Kind: conversation.Edited, Text: text, Lang: text},
		} {
			p.send(p.update(in))
		}
	}
	require.Zero(t, ask[int](g, "SELECT count(*) FROM inbound WHERE state <> 'handled'"))
	require.NotContains(t, g.logs.String(), "level=ERROR")
	g.check()
}

const hookSecret = "webhook-secret"

// door is an HTTP entrance; dress makes a body that carries a text a request of it.
type door struct {
	handler http.Handler
	path    string
	dress   func(r *http.Request, n int)
	body    func(n int, text string) []byte
}

func (g *ground) telegramDoor(talks *jobs.Talks) door {
	log := slog.New(slog.NewTextHandler(g.logs, nil))
	bot := telegram.New(telegram.Config{Token: "4242:none", API: "http://127.0.0.1:1", Account: "telegram:odd", HTTP: http.DefaultClient})
	return door{
		handler: bot.Webhook(hookSecret, talks, log), path: "/",
		dress: func(r *http.Request, _ int) { r.Header.Set("X-Telegram-Bot-Api-Secret-Token", hookSecret) },
		body: func(n int, text string) []byte {
			quoted, _ := json.Marshal(text)
			return fmt.Appendf(nil, `{"update_id":%d,"message":{"message_id":%d,"date":1,"chat":{"id":77,"type":"private"},"from":{"id":77,"language_code":"ru"},"text":%s}}`,
				n, n, quoted)
		},
	}
}

func (g *ground) chatDoor(talks *jobs.Talks) door {
	g.t.Helper()
	chat, err := webchat.New(webchat.Config{
		DB: g.db, Hub: talks.Hub, Receiver: talks, Guard: talks.Guard, Clock: g.clock.Now, Random: rand.Reader, PublicURL: "http://127.0.0.1",
		Log: slog.New(slog.NewTextHandler(g.logs, nil)),
	})
	require.NoError(g.t, err)
	talks.Senders[webchat.Name] = chat
	r := chi.NewRouter()
	chat.Routes(r)
	return door{
		handler: r, path: "/chat/messages",
		dress: func(r *http.Request, n int) { // several visitors, each at an address of their own: none writes too often
			r.AddCookie(&http.Cookie{Name: "zapis_chat", Value: fmt.Sprintf("%022d", n/50)})
			r.RemoteAddr = fmt.Sprintf("127.0.0.%d:9", n/50)
		},
		body: func(_ int, text string) []byte {
			quoted, _ := json.Marshal(text)
			return fmt.Appendf(nil, `{"id":%q,"text":%s}`, uuid.NewString(), quoted)
		},
	}
}

// oddBodies is what a program sends that is not the messenger, or a messenger gone mad.
func oddBodies() map[string][]byte {
	deep := strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000)
	return map[string][]byte{
		"nothing":               nil,
		"no JSON":               []byte("hello"),
		"a list":                []byte("[]"),
		"null":                  []byte("null"),
		"ten thousand deep":     []byte(deep),
		"a mebibyte and deep":   []byte(`{"x":"` + strings.Repeat("y", 1<<20-30_000) + `","update_id":1,"message":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "}"),
		"more than a mebibyte":  bytes.Repeat([]byte(" "), 1<<21),
		"lone surrogates":       []byte(`{"update_id":9000001,"id":"7b0a6a4e-0000-4000-8000-000000000001","text":"\ud800 \udfff","message":{"message_id":1,"date":1,"chat":{"id":77,"type":"private"},"from":{"id":77},"text":"\ud800\udc00\udfff\ud800"}}`),
		"a NUL escaped":         []byte(`{"update_id":9000002,"id":"7b0a6a4e-0000-4000-8000-000000000002","text":"a\u0000b","message":{"message_id":1,"date":1,"chat":{"id":77,"type":"private"},"from":{"id":77},"text":"a\u0000b"}}`),
		"numbers out of range":  []byte(`{"update_id":99999999999999999999999,"id":"x","message":{"message_id":1e999}}`),
		"the largest number":    []byte(`{"update_id":9223372036854775807,"message":{"message_id":9223372036854775807,"date":9223372036854775807,"chat":{"id":9223372036854775807,"type":"private"},"from":{"id":9223372036854775807},"text":"x"}}`),
		"the smallest number":   []byte(`{"update_id":-9223372036854775808,"message":{"message_id":-1,"date":-9223372036854775808,"chat":{"id":77,"type":"private"},"from":{"id":77},"text":"x"}}`),
		"wrong types":           []byte(`{"update_id":"1","id":5,"text":{},"message":"x","callback_query":[]}`),
		"not UTF-8":             []byte("{\"update_id\":9000003,\"id\":\"7b0a6a4e-0000-4000-8000-000000000003\",\"text\":\"\xff\xfe\",\"message\":{\"message_id\":1,\"date\":1,\"chat\":{\"id\":77,\"type\":\"private\"},\"from\":{\"id\":77},\"text\":\"\xff\xfe\"}}"),
		"the same key twice":    []byte(`{"update_id":1,"update_id":9000004,"id":"7b0a6a4e-0000-4000-8000-000000000004","text":"a","text":"b"}`),
		"half an object":        []byte(`{"update_id":1,`),
		"everything in one tap": []byte(`{"update_id":9000005,"callback_query":{"id":"` + strings.Repeat("q", 3000) + `","from":{"id":77},"data":"` + strings.Repeat("z", 3000) + `"}}`),
	}
}

// What comes through the doors is answered with anything but a fault, and takes no memory with it.
func TestOddRequestsNeverBecomeFaults(t *testing.T) { //nolint:paralleltest // it measures the memory of the whole program
	g := newGround(t, 8)
	talks := g.replica()
	for name, d := range map[string]door{"telegram": g.telegramDoor(talks), "chat": g.chatDoor(talks)} {
		n, took := 0, 0
		post := func(what string, body []byte) {
			n++
			r := httptest.NewRequestWithContext(g.t.Context(), http.MethodPost, d.path, bytes.NewReader(body))
			d.dress(r, n)
			w := httptest.NewRecorder()
			d.handler.ServeHTTP(w, r)
			require.Less(t, w.Code, 500, "%s at the door of %s", what, name)
			require.NotEqual(t, http.StatusTooManyRequests, w.Code)
			if w.Code < 300 {
				took++
			}
		}
		for round := range 2 { // the first time fills what is filled once
			before := heap()
			for range 1 + 4*round {
				for what, text := range oddTexts() {
					post(what, d.body(100*n, text))
				}
				for what, body := range oddBodies() {
					post(what, body)
				}
				talks.Wait()
			}
			if grown := int64(heap()) - int64(before); round == 1 {
				t.Logf("R23: %s: %d requests, %d taken, the heap has grown by %d KiB", name, n, took, grown>>10)
				require.Less(t, grown, int64(50<<20))
			}
		}
		require.Greater(t, took, n/3, name)
	}
	g.clock.Set(g.clock.Now().Add(6e9))
	require.NoError(t, talks.SweepInbound(t.Context()))
	require.Zero(t, ask[int](g, "SELECT count(*) FROM inbound WHERE state = 'new'"))
	require.Zero(t, ask[int](g, "SELECT count(*) FROM inbound WHERE state = 'dead'"))
	require.NotContains(t, g.logs.String(), "panic")
	g.exec("UPDATE outbox SET state = 'sent' WHERE channel = 'telegram'") // nobody takes them here
	g.check()
}

// heap is what lives after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
