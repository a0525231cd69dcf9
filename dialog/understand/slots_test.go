package understand_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

// slot is the value set for a slot, "" where none is.
func slot(m understand.Meaning, name string) string {
	for _, c := range m.Commands {
		if c.Do == dialog.Set && c.Slot == name {
			return c.Value
		}
	}
	return ""
}

func TestSlots(t *testing.T) {
	t.Parallel()
	groups := map[string]map[string]string{
		"specialty": {
			"запишите к кардиологу":       "cardiologist",
			"нужен невропатолог":          "neurologist",
			"к ухо-горло-носу":            "ent",
			"к лору":                      "ent",
			"глазной врач":                "ophthalmologist",
			"к окулисту":                  "ophthalmologist",
			"детский врач нужен":          "pediatrician",
			"к женскому врачу":            "gynecologist",
			"сдать кровь":                 "laboratory",
			"сделать узи":                 "ultrasound",
			"на мрт":                      "radiology",
			"поставить прививку":          "vaccination",
			"на массаж":                   "massage",
			"к зубному":                   "dentist",
			"кто принимает по неврологии": "neurologist",
			"book a dermatologist":        "dermatologist",
			"I need an eye doctor":        "ophthalmologist",
			"не к терапевту, а к хирургу": "surgeon",
			"приём у врача":               "",
		},
		"doctor": {
			"к Ивановой":               "Иванова",
			"Иванову":                  "Иванова",
			"к доктору Иванову":        "Иванова",
			"запишите к Петрову":       "Петров",
			"на приём к врачу Петрову": "Петров",
			"у Петрова есть время?":    "Петров",
			"только не к Петрову":      "",
			"к любому кроме Петрова":   "any",
			"к Шевченко":               "Шевченко",
			"с Шевченко":               "Шевченко",
			"к Ковальскому":            "Ковальский",
			"к Мельнику":               "Мельник",
			"к Кравцу":                 "Кравец",
			"к Соловьевой":             "Соловьёва",
			"к белой":                  "Белая",
			"to Dr. Petrov":            "Петров",
			"к Сидорову":               "Сидоров", // whom the clinic does not have: said so
		},
		"person": {
			"запишите меня":            "self",
			"для себя":                 "self",
			"запишите сына":            "child",
			"дочку к лору":             "child",
			"для ребёнка":              "child",
			"жену к терапевту":         "spouse",
			"мужу к урологу":           "spouse",
			"маму к кардиологу":        "parent",
			"бабушке к окулисту":       "other",
			"my daughter to a dentist": "child",
			"мне к лору":               "",
		},
		"branch": {
			"в Калининграде к лору":         "b2",
			"на Тверской к лору":            "b1",
			"к лору на Ленинском проспекте": "b2",
			"к лору в Москве":               "b1",
			"к лору в Казани":               "",
		},
		"service": {
			"узи брюшной полости":           "s2",
			"хочу на УЗИ щитовидной железы": "s3",
			"сделать узи":                   "",
			"сделать экг":                   "s4",
			"сдать общий анализ крови":      "s5",
			"к кардиологу":                  "",
		},
		"reason": {
			"болит спина, запишите на завтра":                             "болит спина",
			"Здравствуйте! У меня сильно болит ухо. Можно завтра к лору?": "У меня сильно болит ухо",
			"к лору, заложен нос и температура 38,5":                      "заложен нос и температура 38,5",
			"запишите к лору": "",
		},
	}
	reader := understand.New(clinic())
	for name, cases := range groups {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for text, want := range cases {
				m := reader.Read(text, understand.Situation{Now: wednesday(t), Flow: "booking"})
				assert.Equal(t, want, slot(m, name), "%s: %s", text, said(m))
			}
		})
	}
}

func TestSlipsOfTheKeyboardAreForgiven(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for text, want := range map[string]string{
		"к кардиалогу завтро":           "start booking; set specialty=cardiologist; set when=03-12 day",
		"хачу к травмотологу в суботу":  "start booking; set specialty=traumatologist; set when=03-14 day",
		"запишите к Ковалскому":         "start booking; set doctor=Ковальский",
		"zapishite k kardiologu zavtra": "start booking; set specialty=cardiologist; set when=03-12 day",
		"pfgbibnt r kjhe pfdnhf":        "start booking; set specialty=ent; set when=03-12 day", // запишите к лору завтра
		"ещьщккщц фе 10":                "start booking; set when=03-12 10:00",                  // tomorrow at 10
		"К КАРДИОЛОГУ!!! ЗАВТРА!!!":     "start booking; set specialty=cardiologist; set when=03-12 day",
		"к kардиологу зaвтра":           "start booking; set specialty=cardiologist; set when=03-12 day", // Latin k and a
		"к ка\u200bрди\u00adологу":      "start booking; set specialty=cardiologist",
		"к неи\u0306рохирургу":          "start booking", // to whom is asked: no surgeon
		"вечером к тера\u0301певту":     "start booking; set specialty=therapist; set when=03-11 17:00 to 03-11 21:00 part",
		"завтрак в постель":             "start other",
	} {
		m := reader.Read(text, understand.Situation{Now: wednesday(t)})
		assert.Equal(t, want, said(m), text)
	}
}
