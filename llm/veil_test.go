package llm_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog/understand"
	"github.com/zapis-clinic/zapis/llm"
	"github.com/zapis-clinic/zapis/llm/llmtest"
)

func vocabulary() understand.Vocabulary {
	return understand.Vocabulary{
		Doctors: []understand.Doctor{
			{ID: "1", Surname: "Иванова", Name: "Анна", Gender: "female"}, {ID: "2", Surname: "Петров", Name: "Илья", Gender: "male"},
		},
		Branches: []understand.Branch{{ID: "tv", Name: "Клиника на Тверской", City: "Москва", Address: "Тверская улица, 12"}},
	}
}

// privacy is of a chat of Смирнова Галина with her son.
func privacy() llm.Privacy {
	v := vocabulary()
	return llm.Privacy{
		Own:   []string{"Смирнова", "Галина", "Петровна", "Смирнов", "Лев", "+79161234567", "smirnova.g@mail.ru", "112-233-445 95"},
		Knows: theClinic().Rules.Knows, Doctors: v.Doctors, Today: newClock().Now(),
	}
}

// left is what a server is told of a text; "" where nothing leaves.
func left(t *testing.T, text string) (told, back string) {
	t.Helper()
	s := server(t, llmtest.Answer(func(q llmtest.Request) string { return q.Chat.Last() }))
	answer, err := client(t, s).Chat(t.Context(), llm.Ask{Purpose: llm.Understand, Messages: []llm.Message{{Role: llm.User, Text: text}}, Privacy: privacy()})
	if err != nil {
		assert.Equal(t, llm.Forbidden, llm.Failed(err).Kind)
		return "", ""
	}
	return s.Seen()[0].Chat.Last(), answer.Text
}

func TestWhatNamesSomebodyStaysInTheClinic(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Запишите Смирнову Галину Петровну к Ивановой завтра":                         "Запишите [имя1] [имя2] [имя3] к Ивановой завтра",
		"запишите смирнову галину к ивановой":                                         "запишите [имя1] [имя2] к ивановой",
		"это Smirnova Galina, хочу к Петрову":                                         "это [имя1] [имя2], хочу к Петрову",
		"Льву Смирнову нужен осмотр":                                                  "[имя1] [имя2] нужен осмотр",
		"мой номер +7 (916) 123-45-67, перезвоните":                                   "мой номер [номер1], перезвоните",
		"мой телефон 8 9 1 6 1 2 3 4 5 6 7":                                           "мой телефон [номер1]",
		"восемь девятьсот шестнадцать сто двадцать три сорок пять":                    "[номер1]",
		"почта smirnova.g@mail.ru и @galya_s":                                         "почта [почта1] и [почта2]",
		"родилась 12.03.1984, можно завтра в 10:30":                                   "родилась [дата1], можно завтра в 10:30",
		"дата рождения 5 марта 1984 года; мой снилс 112-233-445 95":                   "дата рождения [дата1] мой снилс [номер1]",
		"родился пятого мая":                                                          "родился [дата1] [дата2]",
		"паспорт 45 09 123456, полис 1234 5678 9012 3456":                             "паспорт [номер1], полис [номер2]",
		"карта 4276 1600 1234 5678":                                                   "карта [номер1]",
		"дойду ли от улицы Ленина, 5?":                                                "дойду ли от улицы [адрес1], [адрес2]?",
		"меня зовут Акакий Башмачкин, болит горло":                                    "меня зовут [имя1] [имя2], болит горло",
		"запишите мужа, Кузнецова Петра Ильича, на 26.11.2026 в 14:30":                "запишите мужа, [имя1] [имя2] [имя3], на 26.11.2026 в 14:30",
		"у врача Анны Ивановой есть время после 18?":                                  "у врача Анны Ивановой есть время после 18?",
		"как проехать на Тверскую улицу 12":                                           "как проехать на Тверскую улицу [адрес1]",
		"my name is John Smith, born 05/06/1990, call 8-900-000-00-17":                "my name is [имя1] [имя2], born [дата1], call [номер1]",
		"хочу к кардиологу завтра после шести, с 10 до 12, 25 ноября, через 2 недели": "хочу к кардиологу завтра после шести, с 10 до 12, 25 ноября, через 2 недели",
		"головной боли нет, в основном слабость":                                      "головной боли нет, в основном слабость",
	} {
		told, back := left(t, text)
		assert.Equal(t, want, told)
		assert.Equal(t, text, back, "it is put back")
	}
}

func TestWhatIsHiddenBadlyDoesNotLeave(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"я С м и р н о в а, запишите", "9-1-6-и-1-2-3-4-5-6-7 это мой", "почта smirnova собака mail точка ру", "Смир\u00adнова\u200b Галина", "Cмиpнoвa Гaлинa", // look-alikes
		"９１６１２３４５６７", "٩١٦١٢٣٤٥٦٧", "916!123!45!67", "smirnova.g @ mail.ru", "галиночка смирновых", "<b>Смирнова</b>", "{\"name\":\"Смирнова\"}", "живу: Ленина 5, Смирновой",
	} {
		told, _ := left(t, text)
		folded := strings.ToLower(told)
		for _, secret := range []string{"смирнов", "с м и р", "smirnova", "галин", "1234567", "1-2-3", "123!45", "mail", "@", "１"} {
			assert.NotContains(t, folded, secret, text)
		}
	}
}

func TestThePeoplesOwnWordsLeaveWhereNothingNamesThem(t *testing.T) {
	t.Parallel()
	reader := theClinic().Rules
	require.True(t, reader.Knows("завтра"))
	told, _ := left(t, "Здравствуйте! Мне бы показаться, мотор барахлит")
	assert.Equal(t, "Здравствуйте! Мне бы показаться, мотор барахлит", told)
}
