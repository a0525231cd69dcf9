package telegram_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhetherADangerIsSoNowIsAskedInTelegram(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]struct{ says, task string }{
		"Да, сейчас": {"112", "1"}, "Нет, раньше": {"В каком филиале", "0"},
	} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			l := openLine(t, nil)
			l.push(l.chat.Text("колет сердце вечерами уже месяц, запишите к кардиологу"))
			l.house.Talks.Wait()
			require.Contains(t, l.chat.Last().Text, "прямо сейчас")
			assert.Equal(t, []string{"Да, сейчас", "Нет, раньше"}, l.chat.Last().Labels())
			l.push(l.chat.Tap(answer))
			l.house.Talks.Wait()
			assert.Contains(t, l.chat.Last().Text, want.says)
			assert.Equal(t, want.task, l.value("SELECT count(*)::text FROM task WHERE kind = 'emergency'"))
		})
	}
}
