package understand_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

func TestYesAndNoAnswerWhetherADangerIsSoNow(t *testing.T) {
	t.Parallel()
	reader := understand.New(understand.Vocabulary{})
	for _, c := range []struct {
		want  dialog.Verb
		texts []string
	}{
		{dialog.Confirm, []string{
			"да", "Да!", "да, сейчас", "сейчас", "прямо сейчас", "ага", "угу щас", "да болит", "yes", "Yes, now", "right now", "it is happening now", "да это происходит",
		}},
		{dialog.Deny, []string{
			"нет", "не сейчас", "нет, раньше", "раньше", "нет это было в прошлом году", "вчера", "давно", "no", "not now", "No, earlier", "it was last year", "нет, запишите на завтра",
		}},
		{"", []string{"сколько стоит приём", "нет, прямо сейчас", "да нет", "сейчас все хорошо а вчера плохо", "запишите к врачу", "да давно уже"}},
	} {
		for _, text := range c.texts {
			for _, asked := range []string{"", "time", "name", "confirm"} {
				m := reader.Read(text, understand.Situation{Now: wednesday(t), Flow: "booking", Asked: asked, Worry: true})
				got := dialog.Verb("")
				if len(m.Commands) == 1 && m.Commands[0].Slot == "worry" {
					got = m.Commands[0].Do
				}
				assert.Equal(t, c.want, got, "%s, asked for %q", text, asked)
			}
		}
	}
	m := reader.Read("да, он не дышит", understand.Situation{Now: wednesday(t), Worry: true})
	assert.Equal(t, "emergency", flow(m), "a danger is an alarm whatever is asked")
}

func TestWhoeverDoesNotBreatheHasAdviceOfTheirOwn(t *testing.T) {
	t.Parallel()
	reader := understand.New(understand.Vocabulary{})
	for text, want := range map[string]string{
		"муж не дышит": "nobreath", "мама упала и не дышит": "nobreath", "ребёнок перестал дышать": "nobreath", "болит сердце, упал, не дышит": "nobreath",
		"she is not breathing": "nobreath", "подавился и не дышит": "choking", "не могу дышать, хватаю воздух ртом": "breath",
	} {
		m := reader.Read(text, understand.Situation{Now: wednesday(t)})
		if assert.Equal(t, "emergency", flow(m), text) {
			assert.Equal(t, want, m.Commands[0].Value, text)
		}
	}
	assert.NotEqual(t, "emergency", flow(reader.Read("у ребёнка нос не дышит, к лору", understand.Situation{Now: wednesday(t)})))
}
