package telegram_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/core/conversation"
)

var (
	noon = time.Date(2026, time.November, 24, 9, 0, 0, 0, time.UTC)
	to   = conversation.To{Channel: telegram.Name, Account: botstest.TelegramAccount, Chat: "77001"}
)

func clock() time.Time { return noon }

// quickly is a context that ends a hung test.
func quickly(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// start runs a fake and a bot that talks to it, and never waits.
func start(tb testing.TB) (*botstest.FakeTelegram, *telegram.Bot) {
	tb.Helper()
	fake, err := botstest.NewFakeTelegram(clock)
	require.NoError(tb, err)
	tb.Cleanup(fake.Close)
	return fake, telegram.New(telegram.Config{
		Token: botstest.FakeToken, API: fake.URL(), Account: botstest.TelegramAccount, Wait: func(context.Context, time.Duration) {},
	})
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// inbox keeps what is received, and refuses what it is told to.
type inbox struct {
	mu      sync.Mutex
	got     []conversation.Incoming
	refuse  func(conversation.Incoming) error
	changed chan struct{}
}

func newInbox() *inbox { return &inbox{changed: make(chan struct{}, 1)} }

func (b *inbox) Receive(_ context.Context, _ []byte, in conversation.Incoming) error {
	if b.refuse != nil {
		if err := b.refuse(in); err != nil {
			return err
		}
	}
	b.mu.Lock()
	b.got = append(b.got, in)
	b.mu.Unlock()
	select {
	case b.changed <- struct{}{}:
	default:
	}
	return nil
}

func (b *inbox) all() []conversation.Incoming {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]conversation.Incoming(nil), b.got...)
}

// waitFor waits for n received messages.
func (b *inbox) waitFor(t *testing.T, ctx context.Context, n int) []conversation.Incoming {
	t.Helper()
	for {
		if got := b.all(); len(got) >= n {
			return got
		}
		select {
		case <-b.changed:
		case <-ctx.Done():
			require.FailNow(t, "not received", "%d of %d", len(b.all()), n)
		}
	}
}

// kindOf is what a send's error means.
func kindOf(t *testing.T, err error) conversation.Refusal {
	t.Helper()
	var refused *conversation.SendError
	require.ErrorAs(t, err, &refused)
	return refused.Kind
}
