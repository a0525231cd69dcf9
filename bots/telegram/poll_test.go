package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/core/conversation"
)

// refusing takes nothing.
type refusing struct{}

func (refusing) Receive(context.Context, []byte, conversation.Incoming) error {
	return errors.New("no")
}

// poll runs the bot's loop; stop ends it and returns its error.
func poll(t *testing.T, bot *telegram.Bot, in *inbox) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- bot.Poll(ctx, in, quiet()) }()
	ended := false
	stop = func() error {
		if ended {
			return nil
		}
		ended = true
		cancel()
		return <-done
	}
	t.Cleanup(func() { _ = stop() })
	return stop
}

func TestEveryUpdateIsReceivedAndConfirmed(t *testing.T) {
	t.Parallel()
	ctx := quickly(t)
	fake, bot := start(t)
	in := newInbox()
	stop := poll(t, bot, in)
	for n := range 250 {
		_, err := fake.Chat(int64(n%7 + 1)).Text(strconv.Itoa(n))
		require.NoError(t, err)
	}
	last := map[string]int{}
	for _, got := range in.waitFor(t, ctx, 250) {
		n, err := strconv.Atoi(got.Text)
		require.NoError(t, err)
		before, known := last[got.Chat]
		require.True(t, !known || before < n, "a chat keeps its order")
		last[got.Chat] = n
	}
	require.Len(t, in.all(), 250)
	require.NoError(t, fake.WaitConfirmed(ctx))
	require.NoError(t, stop())
}

func TestAFailureHoldsUpOnlyItsOwnChat(t *testing.T) {
	t.Parallel()
	ctx := quickly(t)
	fake, bot := start(t)
	in := newInbox()
	var mu sync.Mutex
	broken := true
	in.refuse = func(m conversation.Incoming) error {
		mu.Lock()
		defer mu.Unlock()
		if broken && m.Chat == "1" && m.Text == "b" {
			return errors.New("no database")
		}
		return nil
	}
	for _, text := range []string{"a", "b", "c"} {
		for chat := range int64(3) {
			_, err := fake.Chat(chat + 1).Text(text)
			require.NoError(t, err)
		}
	}
	stop := poll(t, bot, in)
	in.waitFor(t, ctx, 7)
	require.NoError(t, fake.WaitCount(ctx, "getUpdates", 3))
	require.Len(t, in.all(), 7, "b of chat 1 and what follows it wait, and nothing is received twice")
	require.Equal(t, 6, fake.Waiting(), "nothing is confirmed past a gap")
	mu.Lock()
	broken = false
	mu.Unlock()
	got := in.waitFor(t, ctx, 9)
	require.Equal(t, "b", got[7].Text)
	require.Equal(t, "c", got[8].Text)
	require.NoError(t, stop())
}

func TestUnreadableUpdatesArePassedOverOnce(t *testing.T) {
	t.Parallel()
	ctx := quickly(t)
	fake, bot := start(t)
	in := newInbox()
	require.NoError(t, fake.Push(botstest.Update{ID: 900, Raw: []byte(`{"update_id":900,"message":{"text":7}}`)}))
	require.NoError(t, fake.Push(botstest.Update{ID: 901, Raw: []byte(`{"update_id":901,"message":{"chat":{"id":-5,"type":"group"},"text":"x"}}`)}))
	_, err := fake.Chat(1).Text("дальше")
	require.NoError(t, err)
	poll(t, bot, in)
	require.Equal(t, "дальше", in.waitFor(t, ctx, 1)[0].Text)
	require.NoError(t, fake.WaitConfirmed(ctx))
	require.EqualValues(t, 1, bot.Unreadable())
}

func TestPollingOutlivesFaults(t *testing.T) {
	t.Parallel()
	ctx := quickly(t)
	fake, err := botstest.NewFakeTelegram(clock)
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	var waits []time.Duration
	bot := telegram.New(telegram.Config{
		Token: botstest.FakeToken, API: fake.URL(), Account: botstest.TelegramAccount,
		Wait: func(_ context.Context, d time.Duration) { waits = append(waits, d) },
	})
	fake.Fault("getUpdates", botstest.Page(502), botstest.TooMany(9), botstest.Reset(), botstest.Refuse(500, "Internal Server Error"))
	_, err = fake.Chat(1).Text("всё ещё здесь")
	require.NoError(t, err)
	in := newInbox()
	stop := poll(t, bot, in)
	in.waitFor(t, ctx, 1)
	require.NoError(t, stop())
	require.Equal(t, []time.Duration{250 * time.Millisecond, 9 * time.Second, time.Second, 2 * time.Second}, waits)
}

func TestAWebhookInTheWayIsDeletedOnce(t *testing.T) {
	t.Parallel()
	ctx := quickly(t)
	fake, bot := start(t)
	fake.UseWebhook("http://127.0.0.1:1/", "s")
	var logged bytes.Buffer
	in := newInbox()
	polling, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- bot.Poll(polling, in, slog.New(slog.NewJSONHandler(&logged, nil))) }()
	require.NoError(t, fake.WaitCount(ctx, "getUpdates", 2))
	_, err := fake.Chat(1).Text("привет")
	require.NoError(t, err)
	in.waitFor(t, ctx, 1)
	require.Equal(t, 1, fake.Count("deleteWebhook"))
	cancel()
	require.NoError(t, <-done)
	require.Contains(t, logged.String(), "telegram webhook deleted")
}

func TestARefusedTokenEndsPolling(t *testing.T) {
	t.Parallel()
	fake, _ := start(t)
	bot := telegram.New(telegram.Config{Token: "1:revoked", API: fake.URL(), Account: "telegram:main"})
	err := bot.Poll(quickly(t), newInbox(), quiet())
	require.Error(t, err)
	require.NotContains(t, err.Error(), "revoked")
}

// slowInbox lets the test see a message being received and hold it there.
type slowInbox struct {
	entered, release chan struct{}
	err              error
}

func (s *slowInbox) Receive(ctx context.Context, _ []byte, _ conversation.Incoming) error {
	close(s.entered)
	<-s.release
	s.err = ctx.Err()
	return s.err
}

func TestWhatIsBeingReceivedIsFinishedBeforeTheEnd(t *testing.T) {
	t.Parallel()
	ctx := quickly(t)
	fake, bot := start(t)
	_, err := fake.Chat(1).Text("привет")
	require.NoError(t, err)
	in := &slowInbox{entered: make(chan struct{}), release: make(chan struct{})}
	polling, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- bot.Poll(polling, in, quiet()) }()
	<-in.entered
	cancel()
	close(in.release)
	require.NoError(t, <-done)
	require.NoError(t, in.err)
}

// echo answers each message, as the real inbox does.
type echo struct{ bot *telegram.Bot }

func (e echo) Receive(ctx context.Context, _ []byte, in conversation.Incoming) error {
	out := card("Врач: Иванова А. П. Когда вам удобно? " + in.ExternalID)
	_, err := e.bot.Send(ctx, conversation.To{Channel: in.Channel, Account: in.Account, Chat: in.Chat}, out)
	return err
}

// BenchmarkPolledAnswer is one update polled, answered and seen, over many chats at once: the ceiling that the messenger's side sets.
func BenchmarkPolledAnswer(b *testing.B) {
	fake, bot := start(b)
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- bot.Poll(ctx, echo{bot}, quiet()) }()
	const chats = 32
	b.ReportAllocs()
	b.ResetTimer()
	var group sync.WaitGroup
	for n := range chats {
		group.Go(func() {
			if err := talk(ctx, fake.Chat(int64(n+1)), b.N/chats+1); err != nil {
				b.Error(err)
			}
		})
	}
	group.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

// talk writes and waits for the answer, n times.
func talk(ctx context.Context, chat *botstest.Chat, n int) error {
	for at := range n {
		if _, err := chat.Text("хочу к кардиологу"); err != nil {
			return err
		}
		if _, err := chat.WaitFor(ctx, botstest.AtLeast(at+1)); err != nil {
			return fmt.Errorf("after %d: %w", at, err)
		}
	}
	return nil
}
