package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
	"github.com/zapis-clinic/zapis/jobs"
	"github.com/zapis-clinic/zapis/jobs/stage"
	"github.com/zapis-clinic/zapis/llm"
	"github.com/zapis-clinic/zapis/llm/llmtest"
)

// morning is when these talks begin: Tuesday 24 November 2026, 10:15 in Moscow.
func morning() time.Time { return time.Date(2026, 11, 24, 7, 15, 0, 0, time.UTC) }

// line is a clinic behind a bot of the fake Telegram, with a clock that stands still.
type line struct {
	t     *testing.T
	fake  *botstest.FakeTelegram
	house *stage.Stage
	clock *stage.Clock
	chat  *botstest.Chat
	bot   *telegram.Bot
}

func openLine(t *testing.T, ear jobs.Ear) *line {
	t.Helper()
	db, _ := storetest.Open(t, storetest.Seed{Key: "small at " + morning().String(), Fill: func(ctx context.Context, owner string) error {
		_, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: morning()})
		return err
	}}, 4)
	l := &line{t: t, clock: stage.NewClock(morning())}
	var err error
	l.fake, err = botstest.NewFakeTelegram(l.clock.Now)
	require.NoError(t, err)
	t.Cleanup(l.fake.Close)
	l.bot = telegram.New(telegram.Config{Token: botstest.FakeToken, API: l.fake.URL(), Account: botstest.TelegramAccount})
	l.house = &stage.Stage{DB: db, Vault: vaulttest.Vault(t), Screen: &stage.Screen{}, Clock: l.clock.Now, Move: l.clock.Set, Chat: "1", Ear: ear, Deaf: ear == nil}
	l.restart()
	t.Cleanup(func() { l.house.Talks.Wait() })
	l.chat = l.fake.Chat(700)
	return l
}

// restart begins the program anew, on the same rows.
func (l *line) restart() {
	l.t.Helper()
	require.NoError(l.t, l.house.Begin(l.t.Context()))
	l.house.Talks.Senders[telegram.Name] = l.bot
	l.house.Talks.Sources[telegram.Name] = l.bot
}

// push delivers an update as the webhook would.
func (l *line) push(u botstest.Update, err error) {
	l.t.Helper()
	require.NoError(l.t, err)
	l.deliver(u)
}

func (l *line) deliver(u botstest.Update) {
	l.t.Helper()
	list, err := l.bot.Parse(u.Raw)
	require.NoError(l.t, err)
	for _, in := range list {
		require.NoError(l.t, l.house.Talks.Receive(l.t.Context(), u.Raw, in))
	}
}

// pass moves the clock and sweeps, as the queue would.
func (l *line) pass(d time.Duration) {
	l.t.Helper()
	l.clock.Set(l.clock.Now().Add(d))
	for _, sweep := range []func(context.Context) error{l.house.Talks.SweepFiles, l.house.Talks.SweepInbound, l.house.Talks.SweepOutbox} {
		require.NoError(l.t, sweep(l.t.Context()))
	}
}

func (l *line) said() []string {
	var out []string
	for _, m := range l.chat.Messages() {
		out = append(out, m.Text)
	}
	return out
}

func (l *line) value(sql string) string {
	l.t.Helper()
	var out string
	require.NoError(l.t, l.house.DB.InTx(l.t.Context(), core.Sys("test"), func(tx *store.Tx) error {
		return tx.QueryRow(l.t.Context(), sql).Scan(&out)
	}))
	return out
}

// ear hears what stands behind the header of a recording, once it is let.
type ear struct {
	mu    sync.Mutex
	calls int
	let   chan struct{} // nil: at once
	text  string
}

func (e *ear) Transcribe(ctx context.Context, _ string, audio io.Reader) (string, error) {
	if _, err := io.Copy(io.Discard, audio); err != nil {
		return "", err
	}
	e.mu.Lock()
	e.calls++
	e.mu.Unlock()
	if e.let != nil {
		select {
		case <-e.let:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return e.text, nil
}

func TestAVoiceMessageIsHeardOnceHoweverOftenItComes(t *testing.T) {
	t.Parallel()
	e := &ear{text: "к кардиологу"}
	l := openLine(t, e)
	l.fake.PutFile("v", "voice/file_9.oga", botstest.Recording(4, "секретная запись"))
	voice, err := l.chat.VoiceOf("v", 4)
	require.NoError(t, err)
	l.deliver(voice)
	l.deliver(voice)
	l.house.Talks.Wait()
	l.deliver(voice)
	l.house.Talks.Wait()
	require.Len(t, l.said(), 1)
	assert.True(t, strings.HasPrefix(l.said()[0], "Я услышала: «к кардиологу»\n\n"), l.said()[0])
	assert.Equal(t, 1, e.calls)
	assert.Positive(t, l.chat.Typing(), "somebody listens, and shows it")
	assert.Equal(t, "к кардиологу", l.value("SELECT body->>'text' FROM inbound"), "the words stand where the chat's words do")
	assert.Equal(t, "1", l.value("SELECT count(*)::text FROM attachment WHERE kind = 'voice' AND state = 'kept' AND mime = 'audio/ogg'"))
	assert.Equal(t, "0", l.value("SELECT count(*)::text FROM attachment_content WHERE position('секретная'::bytea IN bytes_sealed) > 0"))
	l.pass(31 * 24 * time.Hour)
	require.NoError(t, l.house.Talks.Housekeeping(t.Context()))
	assert.Equal(t, "0", l.value("SELECT count(*)::text FROM attachment_content"), "a recording goes after a month")
	assert.Equal(t, "к кардиологу", l.value("SELECT body->>'text' FROM inbound"))
}

func TestWhatIsTypedAfterAVoiceMessageWaitsForItAndNotLong(t *testing.T) {
	t.Parallel()
	e := &ear{text: "к кардиологу", let: make(chan struct{})}
	l := openLine(t, e)
	l.push(l.chat.Voice())
	l.push(l.chat.Text("На Тверской"))
	l.pass(6 * time.Second)
	require.Empty(t, l.said(), "the voice was first")
	close(e.let)
	l.house.Talks.Wait()
	require.Len(t, l.said(), 1)
	assert.Contains(t, l.said()[0], "Я услышала: «к кардиологу»\n\n", "both were understood, in their order")
	assert.Contains(t, l.said()[0], "Тверской")
	assert.NotContains(t, l.said()[0], "В каком филиале")

	e = &ear{text: "к кардиологу", let: make(chan struct{})}
	l = openLine(t, e)
	l.push(l.chat.Voice())
	l.push(l.chat.Text("цены"))
	l.pass(11 * time.Second)
	require.NotEmpty(t, l.said(), "ten seconds are enough")
	assert.Contains(t, strings.Join(l.said(), "\n"), "Напишите, пожалуйста, текстом")
	n := len(l.said())
	close(e.let)
	l.house.Talks.Wait()
	l.pass(time.Second)
	assert.Len(t, l.said(), n, "what is heard too late is answered no more")
	assert.Equal(t, "к кардиологу", l.value("SELECT body->>'text' FROM inbound WHERE body->>'kind' = 'voice'"), "and is there for people to read")
}

func TestATapAfterAVoiceMessageIsAcknowledgedAtOnce(t *testing.T) {
	t.Parallel()
	e := &ear{text: "к кардиологу", let: make(chan struct{})}
	l := openLine(t, e)
	l.push(l.chat.Text("привет"))
	l.house.Talks.Wait()
	l.push(l.chat.Voice())
	l.push(l.chat.Tap("Цены"))
	require.Eventually(t, func() bool { return l.chat.Unanswered() == 0 }, 5*time.Second, time.Millisecond)
	close(e.let)
	l.house.Talks.Wait()
	assert.Contains(t, l.said()[len(l.said())-1], "Я услышала: «к кардиологу»", "the voice was answered; the card was of before")
}

func TestFilesThatCannotBeHadAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	text := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
	}
	endless := func(w http.ResponseWriter, r *http.Request) {
		for block := make([]byte, 64<<10); r.Context().Err() == nil; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	for name, c := range map[string]struct {
		path  string
		size  int
		serve http.HandlerFunc
		want  string
	}{
		"a path that leads elsewhere": {"../../etc/passwd", 10, text("x"), "Файл не дошёл"},
		"another host":                {"http://169.254.169.254/latest", 10, text("x"), "Файл не дошёл"},
		"gone":                        {"documents/gone.pdf", 10, http.NotFound, "Файл не дошёл"},
		"a redirect elsewhere":        {"documents/moved.pdf", 10, http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound).ServeHTTP, "Файл не дошёл"},
		"told to be too large":        {"documents/large.pdf", telegram.MaxFile + 1, text("%PDF-1.4"), "слишком большой"},
		"too large, and not told":     {"documents/liar.pdf", 10, text(strings.Repeat("x", telegram.MaxFile+1)), "слишком большой"},
		"endless":                     {"documents/endless.pdf", 10, endless, "слишком большой"},
		"a page by a picture's name":  {"photos/page.png", 10, text("<!doctype html><script>alert(1)</script>"), "не принимаем"},
		"a program":                   {"documents/program.pdf", 10, text("MZ\x90\x00"), "не принимаем"},
		"nothing":                     {"documents/nothing.pdf", 0, text(""), "не принимаем"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := openLine(t, &ear{})
			l.fake.PutBadFile("bad", c.path, c.size, c.serve)
			l.push(l.chat.DocumentOf("bad", "анализы.pdf"))
			l.house.Talks.Wait()
			require.Len(t, l.said(), 1)
			assert.Contains(t, l.said()[0], c.want)
			assert.Equal(t, "0", l.value("SELECT count(*)::text FROM attachment_content"))
			assert.Equal(t, "refused", l.value("SELECT state FROM attachment"))
			assert.Equal(t, "0", l.value("SELECT count(*)::text FROM task"), "nobody need look at nothing")
			l.push(l.chat.Text("цены"))
			l.house.Talks.Wait()
			assert.Greater(t, len(l.said()), 1, "the talk goes on")
		})
	}
}

func TestAServerThatStumblesIsAskedAgainAndThenNoMore(t *testing.T) {
	t.Parallel()
	l := openLine(t, &ear{})
	asked := 0
	l.fake.PutBadFile("shy", "documents/shy.pdf", 10, func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 2 {
			http.Error(w, "later", http.StatusBadGateway)
			return
		}
		_, _ = io.WriteString(w, "Гемоглобин 120")
	})
	l.push(l.chat.DocumentOf("shy", "анализы.txt"))
	l.house.Talks.Wait()
	require.Empty(t, l.said())
	l.pass(4 * time.Second)
	l.house.Talks.Wait()
	require.Len(t, l.said(), 1)
	assert.Contains(t, l.said()[0], "передам администратору")
	assert.Equal(t, "file", l.value("SELECT kind FROM task"))

	l = openLine(t, &ear{})
	l.fake.PutBadFile("sick", "documents/sick.pdf", 10, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusBadGateway) })
	l.push(l.chat.DocumentOf("sick", "анализы.pdf"))
	for range 8 {
		l.house.Talks.Wait()
		l.pass(10 * time.Second)
	}
	l.house.Talks.Wait()
	l.pass(time.Second)
	assert.Equal(t, "failed", l.value("SELECT state FROM attachment"))
	assert.Contains(t, strings.Join(l.said(), "\n"), "Файл не дошёл")
	assert.Equal(t, "file", l.value("SELECT kind FROM task"), "somebody looks into it")
}

func TestAProcessThatDiesOverADownloadLeavesItToTheNext(t *testing.T) {
	t.Parallel()
	l := openLine(t, &ear{text: "к кардиологу"})
	dying, die := context.WithCancel(t.Context())
	l.fake.PutBadFile("v", "voice/file_7.oga", 10, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(botstest.Recording(4, "")[:20])
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		die()
		<-dying.Done()
	})
	voice, err := l.chat.VoiceOf("v", 4)
	require.NoError(t, err)
	list, err := l.bot.Parse(voice.Raw)
	require.NoError(t, err)
	// It was journalled, and the process that took it in fetched nothing.
	l.house.Talks.Sources = map[string]jobs.Source{telegram.Name: nowhere{}}
	require.NoError(t, l.house.Talks.Receive(t.Context(), voice.Raw, list[0]))
	l.house.Talks.Wait()
	l.pass(4 * time.Second)
	l.house.Talks.Wait()
	require.Empty(t, l.said())

	// The next one dies in the middle.
	l.restart()
	l.clock.Set(l.clock.Now().Add(7 * time.Second))
	id := l.id()
	_ = l.house.Talks.FetchFile(dying, id)
	require.Error(t, dying.Err())
	require.Empty(t, l.said())
	l.fake.PutFile("v", "voice/file_7.oga", botstest.Recording(4, ""))
	l.restart()
	l.deliver(voice)
	l.pass(4 * time.Second)
	l.house.Talks.Wait()
	require.Len(t, l.said(), 1)
	assert.Contains(t, l.said()[0], "Я услышала: «к кардиологу»")
	require.NoError(t, l.house.Talks.FetchFile(t.Context(), id), "there is nothing left to do")
	l.pass(time.Minute)
	assert.Len(t, l.said(), 1)
}

// id is the only attachment's.
func (l *line) id() (id [16]byte) {
	l.t.Helper()
	require.NoError(l.t, l.house.DB.InTx(l.t.Context(), core.Sys("test"), func(tx *store.Tx) error {
		return tx.QueryRow(l.t.Context(), "SELECT id FROM attachment").Scan(&id)
	}))
	return id
}

// nowhere is a source that has no answer.
type nowhere struct{}

func (nowhere) File(context.Context, string) ([]byte, error) { return nil, errors.New("no answer") }

// model is a client of a transcription server on this machine, or on somebody else's where leave says how far that is trusted.
func model(t *testing.T, server *llmtest.Server, leave *llm.Leave) *llm.Client {
	t.Helper()
	c := llm.Config{Base: server.Base(), Transcriptions: "whisper", Own: leave == nil, Limit: 300 * time.Millisecond, Clock: time.Now}
	if leave != nil {
		c.Leave = func(context.Context) (llm.Leave, error) { return *leave, nil }
	}
	client, err := llm.New(c)
	require.NoError(t, err)
	return client
}

func TestATranscriptionServerThatMisbehavesCostsNobodyTheirTalk(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		step llmtest.Step
		want string
	}{
		"it works":       {llmtest.Hear("к урологу"), "Я услышала: «к урологу»"},
		"500":            {llmtest.Refuse(http.StatusInternalServerError, ""), "текстом"},
		"slow":           {llmtest.Hang(), "текстом"},
		"garbage":        {llmtest.Raw(http.StatusOK, "\x00\xff<html>"), "текстом"},
		"nothing":        {llmtest.Hear(""), "текстом"},
		"blanks":         {llmtest.Hear(" \n "), "текстом"},
		"a megabyte":     {llmtest.Hear(strings.Repeat("а", 1<<19)), "текстом"},
		"far too much":   {llmtest.Hear(strings.Repeat("а", 5000)), "текстом"},
		"NUL and others": {llmtest.Hear("к\x00 урологу"), "Я услышала: «к урологу»"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := llmtest.Start(c.step)
			t.Cleanup(server.Close)
			l := openLine(t, model(t, server, nil))
			l.push(l.chat.Voice())
			l.house.Talks.Wait()
			require.Len(t, l.said(), 1)
			assert.Contains(t, l.said()[0], c.want)
			l.push(l.chat.Text("цены"))
			l.house.Talks.Wait()
			assert.Greater(t, len(l.said()), 1, "the talk goes on")
		})
	}
}

func TestAPatientsVoiceGoesOnlyWhereMedicalDataMay(t *testing.T) {
	t.Parallel()
	for leave, heard := range map[llm.Leave]bool{{}: false, {Any: true}: false, {Any: true, Medical: true}: true} {
		server := llmtest.Start(llmtest.Hear("к урологу"))
		t.Cleanup(server.Close)
		l := openLine(t, model(t, server, &leave))
		l.push(l.chat.Voice())
		l.house.Talks.Wait()
		require.Len(t, l.said(), 1)
		assert.Equal(t, heard, strings.Contains(l.said()[0], "Я услышала"))
		assert.Equal(t, heard, len(server.Seen()) > 0, "nothing leaves before")
	}
}

func TestAVoiceMessageThatSaysItIsShortIsMeasured(t *testing.T) {
	t.Parallel()
	e := &ear{text: "к урологу"}
	l := openLine(t, e)
	l.fake.PutFile("long", "voice/file_8.oga", botstest.Recording(3*60+1, ""))
	l.push(l.chat.VoiceOf("long", 2))
	l.house.Talks.Wait()
	require.Len(t, l.said(), 1)
	assert.Contains(t, l.said()[0], "до трёх минут")
	assert.Zero(t, e.calls)
	l.fake.PutFile("picture", "voice/file_6.oga", bytes.Repeat([]byte("\xff\xd8\xff"), 9))
	l.push(l.chat.VoiceOf("picture", 2))
	l.house.Talks.Wait()
	assert.Contains(t, l.said()[len(l.said())-1], "не принимаем")
	assert.Zero(t, e.calls, "what is no recording is not sent to anybody")
}
