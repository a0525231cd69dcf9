package jobs_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/jobs/stage"
	"github.com/zapis-clinic/zapis/llm/llmtest"
)

const worrying = "> колет сердце вечерами уже месяц, запишите к кардиологу\n"

func (x *told) tasks(kind string) int {
	x.t.Helper()
	return one[int](x, "SELECT count(*)::int FROM task WHERE kind = $1", kind)
}

func TestADangerThatIsSoNowIsToldToTheDeskAsAnyOther(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	desk := x.watches("telegram", "admin")
	require.NotContains(t, x.play(worrying), "112")
	x.play("@ +30s\n")
	news, _ := desk.News()
	require.Empty(t, news, "a question is no alarm")
	require.Zero(t, x.tasks("emergency")+x.tasks("worry"))

	require.Contains(t, x.play("> да, сейчас\n"), "112")
	x.play("@ +30s\n")
	news, _ = desk.News()
	require.Len(t, news, 1)
	require.Contains(t, news[0].Text, "/cabinet/tasks/"+one[string](x, "SELECT id::text FROM task WHERE kind = 'emergency'"))
	require.Zero(t, x.tasks("worry"))
	require.NotContains(t, one[string](x, "SELECT session::text FROM conversation WHERE id = $1", x.chat()), "колет", "what was asked about is not kept")
}

func TestSilenceAfterTheQuestionOfADangerReachesTheDeskWithinMinutes(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	desk := x.watches("telegram", "admin")
	x.play(worrying + "@ +4m\n")
	require.Zero(t, x.tasks("worry"))
	require.Contains(t, x.play("@ +90s\n"), "112")
	x.play("@ +30s\n@ +20m\n")
	require.Equal(t, 1, x.tasks("worry"))
	require.True(t, one[bool](x, "SELECT urgent FROM task WHERE kind = 'worry' AND conversation_id = $1", x.chat()))
	require.Equal(t, "human", one[string](x, "SELECT owner FROM conversation WHERE id = $1", x.chat()))
	news, _ := desk.News()
	require.Len(t, news, 1)
	require.Contains(t, news[0].Text, "/cabinet/tasks/"+one[string](x, "SELECT id::text FROM task WHERE kind = 'worry'"))
	for _, secret := range []string{"колет", "сердце", "Смирнова", "Ольга"} {
		require.NotContains(t, news[0].Text, secret)
	}

	require.Contains(t, x.play("> да\n"), "112", "a late yes counts, whoever has the chat")
	x.play("@ +30s\n")
	news, _ = desk.News()
	require.Len(t, news, 1, "and is told although silence was told of within the hour")
	require.Equal(t, 1, x.tasks("emergency"))
}

func TestAnHourLaterAYesIsNoAnswerAnyMore(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.play(worrying + "@ +6m\n@ +61m\n")
	require.NotContains(t, x.play("> да\n"), "112")
	require.Zero(t, x.tasks("emergency"))
}

func TestAtAHumansChatTheDeskIsToldAndNobodyIsAsked(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.play("> позовите администратора\n")
	require.NotContains(t, x.play(worrying), "прямо сейчас")
	require.Equal(t, 1, x.tasks("worry"))
}

func TestTheProgramMayDieBetweenTheQuestionAndItsAnswer(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.play(worrying)
	require.NoError(t, x.Begin(t.Context()))
	x.play("@ +25h\n") // nobody swept for a day
	require.Equal(t, 1, x.tasks("worry"))
}

func TestNoModelIsAskedBeforeWhoeverMayBeInDanger(t *testing.T) {
	t.Parallel()
	const text = "> с моим сердцем странно, иногда задыхаюсь по ночам, как-то так\n"
	got, model := withModel(t, text, 4*time.Second, llmtest.Say(`{"commands":[]}`))
	require.Contains(t, got, "прямо сейчас")
	assert.Zero(t, model.asked)
	_, model = withModel(t, text+"@ +1m\n> ой ну как сказать\n", 4*time.Second, llmtest.Say(`{"commands":[]}`))
	assert.Zero(t, model.asked, "nor for the answer")
}

func TestTheQuestionOfADangerIsAskedOnTheSiteToo(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	screen := &stage.Screen{}
	x.Talks.Senders["webchat"] = screen
	say := func(position int64, in conversation.Incoming) string {
		t.Helper()
		in.Channel, in.Account, in.Chat, in.Position, in.At = "webchat", "webchat:test", "visitor", position, x.clock.Now()
		in.ExternalID = "visitor:" + in.Text + in.Button
		require.NoError(t, x.Talks.Receive(t.Context(), []byte("{}"), in))
		x.Talks.Wait()
		news, _ := screen.News()
		require.NotEmpty(t, news)
		return news[len(news)-1].Text
	}
	require.Contains(t, say(1, conversation.Incoming{Kind: conversation.Text, Text: "колет сердце вечерами уже месяц, запишите к кардиологу"}), "прямо сейчас")
	message, button, found := screen.Button("Да, сейчас")
	require.True(t, found)
	require.Contains(t, say(2, conversation.Incoming{Kind: conversation.Button, Button: button.Data, MessageID: message, CallbackID: "cb"}), "112")
	require.Equal(t, 1, x.tasks("emergency"))
}
