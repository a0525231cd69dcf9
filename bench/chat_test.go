package bench_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// The load of the chat benchmarks.
const (
	connections = 32
	chats       = 5000
	steadyRate  = 100 // updates a second
	steadyFor   = 20 * time.Second
)

// BenchmarkChats books over and over: every chat goes from /start to a visit, 32 people at once, the answer at Telegram's end
// awaited before the next tap. Then the same at a steady 100 updates a second, for the waiting times.
func BenchmarkChats(b *testing.B) {
	db := storetest.New(b, seed(benchSize()))
	p := startProgram(b, db)
	n := chats
	if s := os.Getenv("ZAPIS_BENCH_CHATS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	load := &load{fake: p.fake}
	b.ResetTimer()
	began := time.Now()
	var wait sync.WaitGroup
	var next atomic.Int64
	for range connections {
		wait.Go(func() {
			for id := next.Add(1); id <= int64(n); id = next.Add(1) {
				load.book(b.Context(), id, nil)
			}
		})
	}
	wait.Wait()
	took := time.Since(began)
	b.StopTimer()
	require.NoError(b, load.failed())
	b.ReportMetric(float64(load.updates.Load())/took.Seconds(), "updates/s")
	b.ReportMetric(float64(load.booked.Load())/took.Seconds(), "bookings/s")
	b.ReportMetric(p.cpu(b).Seconds()*1000/float64(load.updates.Load()), "program-cpu-ms/update")
	b.ReportMetric(p.peakMemory(b), "MB-peak")
	b.ReportMetric(0, "ns/op")
	load.report(b, "full")
	steady(b, p)
}

// steady sends updates at an even rate from many chats.
func steady(b *testing.B, p *program) {
	b.Helper()
	load := &load{fake: p.fake}
	ctx, stop := context.WithTimeout(b.Context(), steadyFor)
	defer stop()
	pace := make(chan struct{})
	go func() {
		tick := time.NewTicker(time.Second / steadyRate)
		defer tick.Stop()
		defer close(pace)
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				pace <- struct{}{}
			}
		}
	}()
	var wait sync.WaitGroup
	var next atomic.Int64
	next.Store(1_000_000)
	for range 2 * connections {
		wait.Go(func() {
			for ctx.Err() == nil {
				load.book(context.WithoutCancel(ctx), next.Add(1), pace) // who has begun also ends
			}
		})
	}
	wait.Wait()
	require.NoError(b, load.failed())
	load.report(b, "steady")
}

// load is people who book.
type load struct {
	fake    *botstest.FakeTelegram
	updates atomic.Int64
	booked  atomic.Int64

	mu    sync.Mutex
	waits []time.Duration
	err   error
}

func (l *load) failed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *load) report(b *testing.B, name string) {
	b.Helper()
	slices.Sort(l.waits)
	at := func(q float64) float64 { return float64(l.waits[int(q*float64(len(l.waits)-1))].Microseconds()) / 1000 }
	b.ReportMetric(at(0.5), name+"-p50-ms")
	b.ReportMetric(at(0.99), name+"-p99-ms")
}

// maxSteps bounds a conversation: one that goes in circles is a failure.
const maxSteps = 40

// book talks until the visit stands. pace, where there is one, gives leave for each update.
func (l *load) book(ctx context.Context, id int64, pace <-chan struct{}) {
	r := rand.New(rand.NewPCG(uint64(id), 1))
	c := l.fake.Chat(id)
	for range maxSteps {
		last := c.Last()
		if strings.HasPrefix(last.Text, "Готово") || strings.Contains(last.Text, "свой календарь") {
			l.booked.Add(1)
			return
		}
		if pace != nil {
			if _, open := <-pace; !open {
				return
			}
		}
		act := next(c, last, r)
		before := last.Edits
		began := time.Now()
		if err := l.push(act); err != nil {
			l.fail(fmt.Errorf("chat %d: %w", id, err))
			return
		}
		limited, cancel := context.WithTimeout(ctx, 20*time.Second)
		_, err := c.WaitFor(limited, func(m []botstest.Message) bool {
			return len(m) > 0 && (m[len(m)-1].ID != last.ID || m[len(m)-1].Edits != before) && settled(m[len(m)-1])
		})
		cancel()
		if err != nil {
			l.fail(fmt.Errorf("chat %d after %q %v, toasts %q, open %d: %w", id, last.Text, last.Labels(), c.Toasts(), c.Unanswered(), err))
			return
		}
		l.note(time.Since(began))
	}
	l.fail(fmt.Errorf("chat %d goes in circles: %q", id, c.Last().Text))
}

// settled says that a card is whole: the one that asks for a phone comes in two messages, and the calendar file is the last of all.
func settled(m botstest.Message) bool {
	return m.File != nil || m.Phone != "" || (len(m.Buttons) > 0 && !strings.Contains(m.Text, "номер телефона"))
}

// push has the person act: the fake delivers the update to the webhook and returns when it was taken.
func (l *load) push(act func() (botstest.Update, error)) error {
	l.updates.Add(1)
	_, err := act()
	return err
}

func (l *load) note(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waits = append(l.waits, d)
}

func (l *load) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
	}
}

// next is what a person does about a card.
func next(c *botstest.Chat, last botstest.Message, r *rand.Rand) func() (botstest.Update, error) {
	labels := last.Labels()
	tap := func(label string) func() (botstest.Update, error) {
		return func() (botstest.Update, error) { return c.Tap(label) }
	}
	has := func(label string) bool { return slices.Contains(labels, label) }
	pick := func(is func(string) bool) string {
		var some []string
		for _, s := range labels {
			if is(s) {
				some = append(some, s)
			}
		}
		if len(some) == 0 {
			return ""
		}
		return some[r.IntN(len(some))]
	}
	switch {
	case last.ID == 0:
		return func() (botstest.Update, error) { return c.Text("/start") }
	case has("🗓 Записаться к врачу"):
		return tap("🗓 Записаться к врачу")
	case has("✅ Записаться"):
		return tap("✅ Записаться")
	case has("Согласен"):
		return tap("Согласен")
	case has("👪 Для близкого человека"):
		return tap(pick(func(s string) bool {
			return !strings.Contains(s, "Отмена") && !strings.Contains(s, "близкого")
		}))
	case has("Любой филиал"):
		return tap("Любой филиал")
	case has("Любой врач"):
		return tap("Любой врач")
	case has("⚡ Ближайшее время"):
		if day := pick(func(s string) bool { _, err := strconv.Atoi(s); return err == nil }); day != "" {
			return tap(day)
		}
		return tap("⚡ Ближайшее время")
	case has("Другой день"):
		return tap(pick(func(s string) bool { return strings.Contains(s, ":") }))
	case strings.Contains(last.Text, "Как вас зовут"):
		return func() (botstest.Update, error) { return c.Text("Петров Иван Сергеевич") }
	default:
		return func() (botstest.Update, error) { return c.Contact(fmt.Sprintf("+7916%07d", c.ID()%10_000_000), true) }
	}
}
