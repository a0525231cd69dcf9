package question_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zapis-clinic/zapis/core/question"
)

func TestWhatLeadsToAPersonIsTakenOut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"меня зовут Ольга Викторовна, можно с собакой?":         "меня зовут [имя], можно с собакой?",
		"перезвоните на +7 916 123-45-67 пожалуйста":            "перезвоните на [номер] пожалуйста",
		"пишите на olga.s@mail.ru или @olga_smirnova":           "пишите на [почта] или [почта]",
		"родилась 12.03.1985, полис 1234 5678":                  "родилась [номер], полис [номер]",
		"записала Смирнову Ольгу на УЗИ к вам":                  "записала [имя] на УЗИ к вам",
		"для иванова петра ильича справка":                      "для [имя] справка",
		"Можно ли на МРТ с брекетами? Делаете ли вы 086 форму?": "Можно ли на МРТ с брекетами? Делаете ли вы 086 форму?",
		"my name is John Smith can I bring a dog":               "my name is [имя] I bring a dog",
	} {
		assert.Equal(t, want, question.Redact(text))
	}
}
