//go:build faults

package faults_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/core/conversation"
)

// sweeperKill is one worker killed in its middle: what it is given to do, by statements whose $1 is the chat, and what it leaves, once.
type sweeperKill struct {
	point string
	make  []string
	once  string
}

func sweeperKills() []sweeperKill {
	return []sweeperKill{
		{
			"sweep_inbound",
			[]string{
				`INSERT INTO inbound_key (account, external_id, at) VALUES ('telegram:main', 'left', now())`,
				`INSERT INTO inbound (id, conversation_id, account, external_id, position, body, raw, received_at)
VALUES (gen_random_uuid(), $1, 'telegram:main', 'left', 9000000, '{"channel": "telegram", "account": "telegram:main", "chat": "4000", "kind": "text", "text": "/prices"}', '{}', now() - interval '10 s')`,
			},
			"SELECT count(*) FROM inbound WHERE external_id = 'left' AND state = 'handled' AND conversation_id = $1",
		},
		{
			"sweep_outbox",
			[]string{
				`INSERT INTO outbox_key (key, at) VALUES ('left', now())`,
				`INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, state, not_before, created_at)
VALUES (gen_random_uuid(), $1, 'telegram', 'service', 'notice', 'left', '{"text": "Заключение готово."}', 'queued', now(), now())`,
			},
			"SELECT count(*) FROM outbox WHERE idempotency_key = 'left' AND state = 'sent' AND attempts = 1 AND conversation_id = $1",
		},
		{
			"sweep_holds",
			[]string{`UPDATE visit SET hold_expires_at = now() - interval '1 s' WHERE holder_id = $1 AND status = 'held'`},
			"SELECT count(*) FROM visit_event WHERE action = 'expired' AND visit_id IN (SELECT visit_id FROM visit_event WHERE actor_id = $1)",
		},
		{
			"sweep_talks",
			[]string{`UPDATE conversation SET nudge_at = now() - interval '1 s', wake_at = now() - interval '1 s' WHERE id = $1`},
			"SELECT count(*) FROM conversation WHERE session @> '{\"nudged\": true}' AND id = $1",
		},
		{
			"sweep_reminders",
			[]string{
				`UPDATE branch SET quiet_from = 0, quiet_to = 0`,
				`INSERT INTO patient (id, given, created_at) VALUES ('00000000-0000-4000-8000-000000000001', 'Racer', now())`,
				`INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES ($1, '00000000-0000-4000-8000-000000000001', 'self', now())`,
				`WITH v AS (SELECT id FROM visit WHERE status = 'booked' AND lower(during) > now() + interval '1 hour' AND created_at < now() - interval '1 min' ORDER BY lower(during) LIMIT 1),
     own AS (UPDATE visit SET patient_id = '00000000-0000-4000-8000-000000000001', holder_id = $1 FROM v WHERE visit.id = v.id)
INSERT INTO reminder (visit_id, minutes, due_at) SELECT id, 45, now() FROM v`,
			},
			"SELECT count(*) FROM outbox WHERE kind = 'reminder' AND state IN ('queued', 'sending', 'sent') AND conversation_id = $1",
		},
	}
}

// recovered bounds the recovery of a killed worker with the settings of production.
const recovered = 150 * time.Second

// kill lets a worker die over its work and waits until another has done it.
func (l *live) kill(k sweeperKill) (time.Duration, error) {
	chat := l.fake.Chat(4000)
	id := conversation.ID("telegram:main", "4000")
	l.start("")
	ctx, cancel := context.WithTimeout(context.Background(), recovered+resumeWithin)
	defer cancel()
	if err := l.upTo(ctx, chat, 6); err != nil { // a time is held, a consent asked for
		return 0, err
	}
	if err := l.until(ctx, 0, "SELECT count(*) FROM outbox WHERE state <> 'sent' AND conversation_id = $1", id); err != nil {
		return 0, err
	}
	l.stop()
	for _, sql := range k.make {
		args := []any{}
		if strings.Contains(sql, "$1") {
			args = append(args, id)
		}
		if err := l.arrange(ctx, sql, args...); err != nil {
			return 0, fmt.Errorf("arrange: %w", err)
		}
	}
	l.start(k.point)
	if err := l.untilKilled(ctx); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := l.until(ctx, 1, k.once, id); err != nil {
		return time.Since(began), fmt.Errorf("%w\n%s", err, l.talk())
	}
	took := time.Since(began)
	// Every sweeper comes round again, and finds nothing more to do; none is stuck behind the one that died.
	jobs := "SELECT count(DISTINCT kind) FROM river.river_job WHERE state = 'completed' AND kind = $1 AND finalized_at > $2"
	if err := l.until(ctx, 1, jobs, k.point, began); err != nil {
		return took, fmt.Errorf("%s is stuck: %w", k.point, err)
	}
	if again, err := value[int](l, k.once, id); err != nil || again != 1 {
		return took, fmt.Errorf("%d effects: %w", again, err)
	}
	return max(took, time.Since(began)), l.check(ctx)
}

// upTo plays the first steps of the booking.
func (l *live) upTo(ctx context.Context, chat *botstest.Chat, steps int) error {
	for _, step := range liveBooking()[:steps] {
		if err := act1(chat, step.do); err != nil {
			return err
		}
		if _, err := chat.WaitFor(ctx, step.then); err != nil {
			return fmt.Errorf("%s: %w", step.do, err)
		}
	}
	return nil
}

// arrange runs a statement as the owner.
func (l *live) arrange(ctx context.Context, sql string, args ...any) error {
	conn, err := pgx.Connect(ctx, l.url.OwnerURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql, args...)
	return err
}

// A worker of the real program is killed in the middle of each sweeper. Its work is done after the return, once, and that sweeper
// works on.
func TestTheProgramIsKilledInTheMiddleOfASweep(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for _, k := range sweeperKills() {
		l := newLive(t)
		all.Go(func() {
			took, err := l.kill(k)
			t.Logf("R5: killed in %s, all well %s after the kill", k.point, took.Round(10*time.Millisecond))
			if err != nil {
				t.Errorf("killed in %s: %v\n%s", k.point, err, l.logs.String())
			}
		})
	}
	all.Wait()
}
