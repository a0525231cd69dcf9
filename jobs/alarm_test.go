package jobs_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/jobs/stage"
)

func TestADangerIsToldToTheDeskAtOnceAndNotTwiceAnHour(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	desk, head, cashier := x.watches("telegram", "admin"), x.watches("whatsapp", "head"), x.watches("max", "cashier")
	told := func(want int, when string) (text string) {
		t.Helper()
		x.Talks.Wait()
		x.play("@ +30s\n") // the post goes out
		for _, screen := range []*stage.Screen{desk, head} {
			news, _ := screen.News()
			require.Len(t, news, want, when)
			if want > 0 {
				text = news[0].Text
			}
		}
		others, _ := cashier.News()
		require.Empty(t, others)
		return text
	}
	x.play("> у мужа рот перекосило и говорит невнятно\n")
	text := told(1, "at once")
	require.Contains(t, text, "/cabinet/tasks/"+one[string](x, "SELECT id::text FROM task WHERE kind = 'emergency'"))
	for _, secret := range []string{"перекосило", "муж", "Смирнова", "Ольга"} {
		require.NotContains(t, text, secret)
	}

	x.play("@ +40m\n> он не дышит\n")
	told(0, "within the hour")
	x.play("@ +30m\n> помогите он без сознания\n")
	told(1, "an hour later")
	require.Equal(t, 1, one[int](x, "SELECT count(*)::int FROM task WHERE kind = 'emergency'"))
}

func TestTheInfantsCardMakesFeverADanger(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	infant := uuid.New()
	x.exec("INSERT INTO patient (id, surname, given, birth_date, sex, created_at) VALUES ($1, 'Смирнов', 'Лев', $2, 'male', $3)", infant, beginning().AddDate(0, 0, -40), beginning())
	x.exec("INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES ($1, $2, 'child', $3)", x.chat(), infant, beginning())
	require.NotContains(t, x.play("> температура 38.5\n"), "112", "of nobody")
	x.play("> отмена\n> запишите ребёнка к педиатру\n")
	require.Contains(t, x.play("> температура 38.5\n"), "112")
}
