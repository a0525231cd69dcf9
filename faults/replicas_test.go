package faults_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/jobs"
	"github.com/zapis-clinic/zapis/jobs/stage"
)

// talker is a person whose every message may reach the clinic any number of times, through any of its replicas.
type talker struct {
	g        *ground
	screen   *stage.Screen
	replicas []*jobs.Talks
	copies   int
	chat     string
	updates  int64
}

func newTalker(g *ground, replicas, copies int) *talker {
	p := &talker{g: g, screen: g.screen, copies: copies, chat: "1"}
	for range replicas {
		p.replicas = append(p.replicas, g.replica())
	}
	return p
}

func (p *talker) id() uuid.UUID { return conversation.ID("talk:test", p.chat) }

// update numbers a message as a messenger does.
func (p *talker) update(in conversation.Incoming) conversation.Incoming {
	p.updates++
	in.Channel, in.Account, in.Chat = "talk", "talk:test", p.chat
	in.ExternalID, in.Position, in.At = fmt.Sprint(p.chat, ":", p.updates), p.updates, p.g.clock.Now()
	return in
}

func (p *talker) text(words string) conversation.Incoming {
	return p.update(conversation.Incoming{Kind: conversation.Text, Text: words})
}

func (p *talker) tap(label string) conversation.Incoming {
	p.g.t.Helper()
	if label == anyTime {
		label = p.firstTime()
	}
	message, c, ok := p.screen.Button(label)
	require.True(p.g.t, ok, "no button %q on %q", label, p.shown())
	return p.update(conversation.Incoming{Kind: conversation.Button, Button: c.Data, MessageID: message, CallbackID: "cb"})
}

// anyTime is the label of whatever time is offered first.
const anyTime = "HH:MM"

func (p *talker) firstTime() string {
	all := p.screen.All()
	for _, m := range slices.Backward(all) {
		for _, row := range m.Buttons {
			for _, c := range row {
				if clockTime.MatchString(c.Label) {
					return c.Label
				}
			}
		}
	}
	return anyTime
}

var clockTime = regexp.MustCompile(`\d\d:\d\d$`)

// send delivers messages all at once, each as often as copies says, in any order, through all replicas, and waits until the clinic
// is at rest.
func (p *talker) send(ins ...conversation.Incoming) {
	p.g.t.Helper()
	var all []conversation.Incoming
	for range p.copies {
		all = append(all, ins...)
	}
	dice := rand.New(rand.NewPCG(uint64(p.updates), 3))
	dice.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	o := race(len(all), func(i int) error {
		return p.replicas[i%len(p.replicas)].Receive(p.g.t.Context(), []byte("{}"), all[i])
	}, func(error) bool { return false })
	require.Empty(p.g.t, o.others)
	p.rest()
}

// rest lets everything under way end; what one replica left to the sweeper, the sweeper does.
func (p *talker) rest() {
	p.g.t.Helper()
	for _, t := range p.replicas {
		t.Wait()
	}
	p.g.clock.Set(p.g.clock.Now().Add(6 * time.Second))
	for _, sweep := range []func(context.Context) error{p.replicas[0].SweepInbound, p.replicas[0].SweepOutbox} {
		require.NoError(p.g.t, sweep(p.g.t.Context()))
	}
	for _, t := range p.replicas {
		t.Wait()
	}
}

// do plays a conversation: "[label]" taps, "(contact +7…)" shares a phone, "(start)" opens, the rest is words.
func (p *talker) do(steps ...string) {
	p.g.t.Helper()
	for _, step := range steps {
		p.send(p.act(step))
	}
}

func (p *talker) act(step string) conversation.Incoming {
	p.g.t.Helper()
	switch {
	case strings.HasPrefix(step, "["):
		return p.tap(strings.Trim(step, "[]"))
	case step == "(start)":
		return p.update(conversation.Incoming{Kind: conversation.Opened, Lang: "ru"})
	case strings.HasPrefix(step, "(contact"):
		return p.update(conversation.Incoming{Kind: conversation.Contact, Phone: strings.Trim(step[8:], " )"), OwnPhone: true})
	default:
		return p.text(step)
	}
}

// shown is what the person sees in the end, without the buttons' tokens.
func (p *talker) shown() []string {
	var out []string
	for _, m := range p.screen.All() {
		var labels []string
		for _, row := range m.Buttons {
			for _, c := range row {
				labels = append(labels, c.Label)
			}
		}
		out = append(out, m.Text+" ["+strings.Join(labels, "|")+"] "+m.File)
	}
	return out
}

// stands is the chat's side of the database.
func (p *talker) stands() []string {
	p.g.t.Helper()
	return ask[[]string](p.g, `
SELECT coalesce(array_agg(line ORDER BY line), '{}') FROM (
    SELECT 'session ' || session::text AS line FROM conversation WHERE id = $1
    UNION ALL SELECT 'visit ' || v.local_start || ' ' || v.status || ' ' || v.version FROM visit v WHERE v.holder_id = $1
    UNION ALL SELECT 'patient ' || p.given || ' ' || l.relation FROM patient_link l JOIN patient p ON p.id = l.patient_id WHERE l.conversation_id = $1
    UNION ALL SELECT 'consent ' || action FROM consent_event WHERE conversation_id = $1
    UNION ALL SELECT 'task ' || kind FROM task WHERE conversation_id = $1
    UNION ALL SELECT 'said ' || kind || ' ' || state || ' ' || count(*) FROM outbox WHERE conversation_id = $1 GROUP BY kind, state
) x`, p.id())
}

// booking is a first visit by buttons.
func booking() []string {
	return []string{
		"(start)", "[Записаться]", "[Кардиолог]", "[Клиника на Тверской]", "[27]", "[11:00]", "[Согласен]", canaryName, "(contact " + canaryPhone + ")",
		"[Записаться]",
	}
}

// The personal data of every trial: whatever log or job holds it has leaked.
const (
	canaryName  = "Канарейкина Ольга Викторовна"
	canaryPhone = "+79161234567"
)

func personal() []string { return []string{"Канарейкин", "Викторовн", "9161234567"} }

// A whole booking of which every update comes a hundred times through two replicas is the booking that came once.
func TestAHundredCopiesHaveOneEffect(t *testing.T) {
	t.Parallel()
	once, often := newGround(t, 8), newGround(t, 24)
	once.pii, often.pii = personal(), personal()
	plain, copied := newTalker(once, 1, 1), newTalker(often, 2, 100)
	plain.do(booking()...)
	copied.do(booking()...)
	session := func(lines []string) []string {
		return slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "session ") }) // holds ids of this very run
	}
	require.Equal(t, session(plain.stands()), session(copied.stands()))
	require.Equal(t, plain.shown(), copied.shown())
	require.Contains(t, strings.Join(copied.stands(), "\n"), "visit 2026-11-27 11:00:00 booked")
	require.NotContains(t, often.logs.String(), "level=ERROR")
	once.check()
	often.check()
}

// Facts that do not contradict each other lead to the same place in whatever order they come.
func TestFactsInAnyOrderLeadToTheSameTalk(t *testing.T) {
	t.Parallel()
	facts := []string{"к кардиологу", "на Тверской", "27 ноября"}
	var want string
	for round := range 4 {
		g := newGround(t, 8)
		p := newTalker(g, 2, 5)
		p.do("(start)", "[Записаться]")
		dice := rand.New(rand.NewPCG(uint64(round), 1))
		said := slices.Clone(facts)
		dice.Shuffle(len(said), func(i, j int) { said[i], said[j] = said[j], said[i] })
		p.do(said...)
		got := ask[string](g, `
SELECT coalesce((session #> '{stack,-1,slots}')::text, '{}') FROM conversation WHERE id = $1`, p.id())
		if round == 0 {
			want = got
			require.Contains(t, want, "cardiolog")
		}
		require.JSONEq(t, want, got, "order %v", said)
		g.check()
	}
}

// Two buttons of one card tapped at the same moment, each a hundred times through two replicas: one counts, the other has expired.
func TestOfTwoTapsAtOnceOneCounts(t *testing.T) {
	t.Parallel()
	g := newGround(t, 24)
	g.pii = personal()
	p := newTalker(g, 2, 20)
	p.do(booking()[:5]...)
	for range 4 { // back and forth between two times
		before := ask[int](g, "SELECT version FROM conversation WHERE id = $1", p.id())
		p.send(p.tap("10:00"), p.tap("11:00"))
		require.Equal(t, 1, ask[int](g, "SELECT count(*) FROM visit WHERE holder_id = $1 AND status = 'held'", p.id()))
		require.Equal(t, 1, ask[int](g, "SELECT count(*) FROM visit_event e WHERE action = 'held' AND version > 0 AND at > (SELECT coalesce(max(at), '-infinity') FROM visit_event WHERE action = 'released')"))
		require.Greater(t, ask[int](g, "SELECT version FROM conversation WHERE id = $1", p.id()), before)
		_, toasts := g.screen.News()
		require.NotEmpty(t, toasts, "whoever tapped an expired button is told")
		p.do("назад")
	}
	g.check()
}

// Taps that wait together are answered as if each had come alone: the first counts, the second is of yesterday.
func TestTapsThatWaitTogetherAreAnsweredOneByOne(t *testing.T) {
	t.Parallel()
	g := newGround(t, 8)
	p := newTalker(g, 1, 1)
	p.do(booking()[:5]...)
	talks := p.replicas[0]
	first, second := p.tap("10:00"), p.tap("11:00")
	for _, in := range []conversation.Incoming{first, second} { // both journalled by a replica that then died
		require.NoError(t, journal(t.Context(), g, in))
	}
	require.NoError(t, talks.Handle(t.Context(), p.id()))
	p.rest()
	require.Equal(t, "10:00", ask[string](g, "SELECT to_char(local_start, 'HH24:MI') FROM visit WHERE holder_id = $1 AND status = 'held'", p.id()))
	require.Equal(t, 1, ask[int](g, "SELECT count(*) FROM visit_event WHERE action = 'held'"))
	g.check()
}

// journal keeps a message as a replica does that dies before it answers.
func journal(ctx context.Context, g *ground, in conversation.Incoming) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, g.url.OwnerURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `
WITH k AS (INSERT INTO inbound_key (account, external_id, at) VALUES ($3, $4, $7))
INSERT INTO inbound (id, conversation_id, account, external_id, position, body, raw, received_at, tapped)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, '{}', $7, sha256(convert_to(split_part($6::jsonb ->> 'button', '.', 1), 'UTF8')))`,
		uuid.New(), in.ConversationID(), in.Account, in.ExternalID, in.Position, body, g.clock.Now())
	return err
}

// A hundred messages in one chat at once, through four replicas: each is answered, one turn after another, and none is lost.
func TestAHundredMessagesAtOnceAreAnsweredOneAfterAnother(t *testing.T) {
	t.Parallel()
	g := newGround(t, 24)
	p := newTalker(g, 4, 1)
	p.do("(start)")
	words := []string{"/prices", "/contacts", "/help", "/menu", "/book"}
	var ins []conversation.Incoming
	for i := range 100 {
		ins = append(ins, p.text(words[i%len(words)]))
	}
	before := ask[int](g, "SELECT version FROM conversation WHERE id = $1", p.id())
	began := time.Now()
	p.send(ins...)
	t.Logf("R17: 100 messages through 4 replicas in %s", time.Since(began))
	require.Equal(t, 100, ask[int](g, "SELECT count(*) FROM inbound WHERE state = 'handled' AND body ->> 'kind' = 'text'"))
	turns := ask[int](g, "SELECT version FROM conversation WHERE id = $1", p.id()) - before
	require.Positive(t, turns)
	require.LessOrEqual(t, turns, 100)
	// Every turn answered exactly once, under its own number.
	require.Equal(t, turns, ask[int](g, `SELECT count(DISTINCT split_part(idempotency_key, ':', 2)) FROM outbox
WHERE conversation_id = $1 AND split_part(idempotency_key, ':', 2)::integer > $2`, p.id(), before))
	require.Zero(t, ask[int](g, "SELECT count(*) FROM outbox WHERE state <> 'sent'"))
	require.NotContains(t, g.logs.String(), "level=ERROR")
	// The card shows what the last turn said.
	last := ask[string](g, "SELECT body ->> 'text' FROM outbox WHERE conversation_id = $1 ORDER BY seq DESC LIMIT 1", p.id())
	all := g.screen.All()
	require.Equal(t, last, all[len(all)-1].Text)
	g.check()
}

// slowSender holds the first message until it is let go.
type slowSender struct {
	jobs.Sender
	mu     sync.Mutex
	hold   chan struct{}
	caught chan struct{}
}

func (s *slowSender) Send(ctx context.Context, to conversation.To, out conversation.Outgoing) (conversation.Receipt, error) {
	s.mu.Lock()
	hold := s.hold
	s.hold = nil
	s.mu.Unlock()
	if hold != nil {
		close(s.caught)
		<-hold
	}
	return s.Sender.Send(ctx, to, out)
}

// While one replica waits for a slow messenger, another does not overtake it: the person reads the answers in order.
func TestAnAnswerNeverOvertakesAnOlderOne(t *testing.T) {
	t.Parallel()
	g := newGround(t, 8)
	p := newTalker(g, 2, 1)
	p.do("(start)")
	slow := &slowSender{Sender: g.screen, hold: make(chan struct{}), caught: make(chan struct{})}
	release := slow.hold
	p.replicas[0].Senders = map[string]jobs.Sender{"talk": slow}
	require.NoError(t, p.replicas[0].Receive(t.Context(), []byte("{}"), p.text("/prices")))
	<-slow.caught
	require.NoError(t, p.replicas[1].Receive(t.Context(), []byte("{}"), p.text("/help")))
	p.replicas[1].Wait()
	require.NoError(t, p.replicas[1].SweepOutbox(t.Context()))
	shown := len(g.screen.All())
	close(release)
	p.replicas[0].Wait()
	require.Greater(t, len(g.screen.All()), shown-1)
	p.rest()
	sent := ask[[]string](g, "SELECT array_agg(idempotency_key ORDER BY sent_at) FROM outbox WHERE state = 'sent'")
	require.Equal(t, ask[[]string](g, "SELECT array_agg(idempotency_key ORDER BY seq) FROM outbox"), sent)
	g.check()
}

// A messenger that asks to wait delays the chat's later messages too: none is sent before the one that waits.
func TestWhatWaitsIsNotOvertaken(t *testing.T) {
	t.Parallel()
	g := newGround(t, 8)
	p := newTalker(g, 1, 1)
	p.do("(start)")
	talks := p.replicas[0]
	talks.Senders = map[string]jobs.Sender{"talk": &refusing{Sender: g.screen, times: 1}}
	require.NoError(t, talks.Receive(t.Context(), []byte("{}"), p.text("/prices")))
	talks.Wait()
	p.do("/help") // answered, but behind the one that waits
	require.Zero(t, ask[int](g, "SELECT count(*) FROM outbox WHERE state = 'sent' AND seq > (SELECT min(seq) FROM outbox WHERE state = 'queued')"))
	g.clock.Set(g.clock.Now().Add(31 * time.Second))
	p.rest()
	require.Equal(t, ask[[]string](g, "SELECT array_agg(idempotency_key ORDER BY seq) FROM outbox"),
		ask[[]string](g, "SELECT array_agg(idempotency_key ORDER BY sent_at) FROM outbox WHERE state = 'sent'"))
	g.check()
}

// refusing asks to wait half a minute, so many times.
type refusing struct {
	jobs.Sender
	mu    sync.Mutex
	times int
}

func (r *refusing) Send(ctx context.Context, to conversation.To, out conversation.Outgoing) (conversation.Receipt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.times > 0 {
		r.times--
		return conversation.Receipt{}, &conversation.SendError{Kind: conversation.RetryAfter, After: 30 * time.Second, Err: context.DeadlineExceeded}
	}
	return r.Sender.Send(ctx, to, out)
}
