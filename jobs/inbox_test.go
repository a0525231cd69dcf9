package jobs_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/inbox"
)

// reception is who answers chats in the tests.
type reception struct {
	*told
	inbox.Desk
	who core.Actor
}

func newReception(t *testing.T) reception {
	t.Helper()
	x := newTold(t)
	who := staff()
	who.ID = one[uuid.UUID](x, "SELECT id FROM staff WHERE login = 'admin' AND $1::uuid IS NOT NULL", x.chat())
	return reception{x, inbox.Desk{In: x.db, Clock: x.clock.Now, IDs: core.NewIDs(nil), Vault: x.Vault}, who}
}

func (r reception) ref() inbox.Ref {
	r.t.Helper()
	return inbox.Ref{ID: r.chat(), Version: one[int32](r.told, "SELECT version FROM inbox WHERE conversation_id = $1", r.chat())}
}

func (r reception) stands() string {
	r.t.Helper()
	return one[string](r.told, `SELECT c.owner || ' ' || i.state || CASE WHEN i.waiting_since IS NULL THEN '' ELSE ' waits' END || CASE WHEN i.staff_id IS NULL THEN '' ELSE ' owned' END
		FROM inbox i JOIN conversation c ON c.id = i.conversation_id WHERE c.id = $1`, r.chat())
}

func TestTheBotIsSilentWhileAHumanHasTheChat(t *testing.T) {
	t.Parallel()
	r := newReception(t)
	r.play("> позовите администратора\n")
	assert.Equal(t, "human open waits", r.stands())
	require.NoError(t, r.Reply(t.Context(), r.who, inbox.Answer{Chat: r.chat(), Text: "Слушаю вас", Key: uuid.New()}))
	assert.Equal(t, "human open owned", r.stands())
	assert.Equal(t, "done", one[string](r.told, "SELECT state FROM task WHERE kind = 'handoff' AND conversation_id = $1", r.chat()), "who answers has done the task")
	said := r.play("> сколько стоит приём кардиолога?\n")
	assert.NotContains(t, said, "₽", "the bot is silent")
	assert.Equal(t, "human open waits owned", r.stands())
	require.NoError(t, r.Close(t.Context(), r.who, r.ref()))
	assert.Equal(t, "human closed owned", r.stands())
	said = r.play("> и ещё вопрос\n")
	assert.NotContains(t, said, "не поняла")
	assert.Equal(t, "human open waits", r.stands(), "new words open it again, and it is anybody's")
	require.NoError(t, r.GiveBack(t.Context(), r.who, r.ref(), func(string) string { return "бот вернулся" }))
	require.NoError(t, r.Talks.Deliver(t.Context(), r.chat()))
	assert.Equal(t, "bot bot", r.stands())
	assert.Contains(t, r.play("> сколько стоит приём кардиолога?\n"), "₽", "and goes on when it is given back")
}

func TestADayAfterItWasClosedTheBotAnswersAgain(t *testing.T) {
	t.Parallel()
	r := newReception(t)
	r.play("> позовите администратора\n")
	require.NoError(t, r.Close(t.Context(), r.who, r.ref()))
	r.clock.Set(r.clock.Now().Add(25 * time.Hour))
	assert.Contains(t, r.play("> сколько стоит приём кардиолога?\n"), "₽")
	assert.Equal(t, "bot bot", r.stands())
}

func TestSilenceBecomesATaskOfTheHeads(t *testing.T) {
	t.Parallel()
	r := newReception(t)
	r.play("> позовите администратора\n")
	late := func() int {
		require.NoError(t, r.Talks.SweepTasks(t.Context()))
		return one[int](r.told, "SELECT count(*)::int FROM task t JOIN staff s ON s.id = t.owner_id WHERE t.kind = 'late_chat' AND s.role = 'head' AND t.conversation_id = $1", r.chat())
	}
	r.clock.Set(r.clock.Now().Add(16 * time.Minute))
	assert.Zero(t, late(), "it is only marked")
	r.clock.Set(r.clock.Now().Add(15 * time.Minute))
	assert.Equal(t, 1, late())
	assert.Equal(t, 1, late(), "once")
}
