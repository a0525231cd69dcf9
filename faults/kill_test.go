package faults_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
)

// tapStep is a step of a booking in Telegram and what the person sees when it is answered.
type tapStep struct {
	do   string
	then func([]botstest.Message) bool
}

// liveBooking is a first visit as a person makes it: the next tap follows once its button is there.
func liveBooking() []tapStep {
	return []tapStep{
		{"(start)", hasButton("🗓 Записаться")},
		{"[🗓 Записаться]", hasButton("Кардиолог")},
		{"[Кардиолог]", hasButton("Клиника на Тверской")},
		{"[Клиника на Тверской]", hasButton("⚡ Ближайшее")},
		{"[⚡ Ближайшее]", func(m []botstest.Message) bool { return timeOn(m) != "" }},
		{"[" + anyTime + "]", hasButton("Согласен")},
		{"[Согласен]", says("Как вас зовут")},
		{canaryName, says("номер телефона")},
		{"(contact)", hasButton("✅ Записаться")},
		{"[✅ Записаться]", says("Готово, вы записаны")},
	}
}

// says looks at all messages: the one that answers may have another below it already.
func says(words string) func([]botstest.Message) bool {
	return func(shown []botstest.Message) bool {
		return slices.ContainsFunc(shown, func(m botstest.Message) bool { return strings.Contains(m.Text, words) })
	}
}

func hasButton(label string) func([]botstest.Message) bool {
	return func(shown []botstest.Message) bool {
		return slices.ContainsFunc(shown, func(m botstest.Message) bool {
			return slices.ContainsFunc(m.Labels(), func(l string) bool { return strings.HasPrefix(l, label) })
		})
	}
}

// timeOn is the first time offered.
func timeOn(shown []botstest.Message) string {
	for _, m := range slices.Backward(shown) {
		for _, l := range m.Labels() {
			if clockTime.MatchString(l) {
				return l
			}
		}
	}
	return ""
}

// resumeWithin bounds how long a person may wait after a kill; the figure that matters is logged.
const resumeWithin = 60 * time.Second

func act1(c *botstest.Chat, step string) error {
	var err error
	switch {
	case step == "(start)":
		_, err = c.Text("/start")
	case step == "(contact)":
		_, err = c.Contact(canaryPhone, true)
	case step == "["+anyTime+"]":
		_, err = c.Tap(timeOn(c.Messages()))
	case strings.HasPrefix(step, "["):
		_, err = c.Tap(strings.Trim(step, "[]"))
	default:
		_, err = c.Text(step)
	}
	return err
}

// book plays the booking and returns the longest wait for an answer that was cut off by a kill, from the program's return on.
func (l *live) book(chat *botstest.Chat) (time.Duration, error) {
	longest := time.Duration(0)
	for i, step := range liveBooking() {
		before, _ := l.killed()
		ctx, cancel := context.WithTimeout(context.Background(), resumeWithin)
		err := act1(chat, step.do)
		if err == nil {
			_, err = chat.WaitFor(ctx, step.then)
		}
		cancel()
		if err != nil {
			return longest, fmt.Errorf("step %d %s: %w\nshown: %+v\nstands: %s", i, step.do, err, chat.Messages(), l.talk())
		}
		if after, back := l.killed(); after > before {
			longest = max(longest, time.Since(back))
		}
	}
	return longest, nil
}

// talk is what stands in the database of a talk that does not go on.
func (l *live) talk() string {
	text, err := value[string](l, `SELECT concat_ws(E'\n',
    (SELECT string_agg(concat_ws(' ', 'in', state, attempts, received_at, body ->> 'kind'), E'\n' ORDER BY position) FROM inbound),
    (SELECT string_agg(concat_ws(' ', 'out', idempotency_key, state, error, not_before, lease_until, attempts), E'\n' ORDER BY seq) FROM outbox),
    (SELECT string_agg(concat_ws(' ', version, owner, card_message_id, session), E'\n') FROM conversation WHERE version > 0))`)
	if err != nil {
		return err.Error()
	}
	return text
}

// drill is one kill of the real program; it returns how long the talk took to go on.
func (l *live) drill(point string) (time.Duration, error) {
	l.start(point)
	chat := l.fake.Chat(4000)
	waited, err := l.book(chat)
	if err != nil {
		return waited, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), resumeWithin)
	defer cancel()
	if kills, _ := l.killed(); point != "" && kills == 0 {
		if err := l.untilKilled(ctx); err != nil {
			return waited, err
		}
	}
	if err := l.fake.WaitConfirmed(ctx); err != nil {
		return waited, err
	}
	if err := l.check(ctx); err != nil {
		return waited, err
	}
	visits, err := value[int](l, "SELECT count(*) FROM visit WHERE created_at >= $1 AND status = 'booked'", l.began)
	if err != nil || visits != 1 {
		return waited, fmt.Errorf("%d visits: %w", visits, err)
	}
	if n := readTwice(chat.Messages()); n > 1 {
		return waited, fmt.Errorf("%d messages came twice", n)
	}
	return waited, nil
}

// readTwice is how many messages stand in a chat that say what another says.
func readTwice(shown []botstest.Message) int {
	seen, twice := map[string]bool{}, 0
	for _, m := range shown {
		if seen[m.Text] {
			twice++
		}
		seen[m.Text] = true
	}
	return twice
}

// untilKilled waits for a kill after the last answer was seen.
func (l *live) untilKilled(ctx context.Context) error {
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		if kills, _ := l.killed(); kills > 0 {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("the point was not passed: %w", ctx.Err())
		}
	}
}

func killPoints() []string {
	if !longDrills {
		return []string{"in_turn:6", "in_turn:10", "after_turn:1", "after_turn:10", "before_send:5", "after_send:3", "after_send:10", "after_mark:7"}
	}
	var out []string
	for _, p := range points() {
		for n := range len(liveBooking()) {
			out = append(out, fmt.Sprintf("%s:%d", p, n+1))
		}
	}
	return slices.Concat(out, out, out, out, out, out, out, out, out, out)
}

// The real program is killed, with kill -9, on the way of a booking in Telegram, and started again. The talk goes on by itself, one
// visit comes of it, and at most one message is read twice.
func TestTheProgramIsKilledInTheMiddleOfABooking(t *testing.T) {
	t.Parallel()
	sound := newLive(t)
	if _, err := sound.drill(""); err != nil {
		require.NoError(t, err, sound.logs.String())
	}
	var mu sync.Mutex
	var waits []time.Duration
	var all sync.WaitGroup
	turn := make(chan struct{}, 4) // programs at a time
	for _, point := range killPoints() {
		turn <- struct{}{}
		l := newLive(t)
		all.Go(func() {
			defer func() { <-turn }()
			waited, err := l.drill(point)
			mu.Lock()
			defer mu.Unlock()
			waits = append(waits, waited)
			t.Logf("R4: killed at %s, the talk went on %s after the program was back", point, waited.Round(10*time.Millisecond))
			if err != nil {
				t.Errorf("killed at %s: %v\n%s", point, err, l.logs.String())
			}
		})
	}
	all.Wait()
	t.Logf("R4: %d kills; the longest wait %s", len(waits), percentile(waits, 100).Round(10*time.Millisecond))
}
