package understand_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

// clinic is a small one: surnames of every declension, two branches, some services.
func clinic() understand.Vocabulary {
	return understand.Vocabulary{
		Doctors: []understand.Doctor{
			{ID: "d1", Surname: "Иванова", Name: "Анна", Gender: "female"},
			{ID: "d2", Surname: "Петров", Name: "Илья", Gender: "male"},
			{ID: "d3", Surname: "Шевченко", Name: "Ольга"},
			{ID: "d4", Surname: "Ковальский", Name: "Пётр"},
			{ID: "d5", Surname: "Мельник", Name: "Сергей", Gender: "male"},
			{ID: "d6", Surname: "Кравец", Name: "Лев", Gender: "male"},
			{ID: "d7", Surname: "Соловьёва", Name: "Вера", Gender: "female"},
			{ID: "d8", Surname: "Белая", Name: "Нина", Gender: "female"},
		},
		Branches: []understand.Branch{
			{ID: "b1", Name: "На Тверской", City: "Москва", Address: "ул. Тверская, 7"},
			{ID: "b2", Name: "Калининград", City: "Калининград", Address: "Ленинский проспект, 30"},
		},
		Services: []understand.Service{
			{ID: "s1", Name: "Приём кардиолога"},
			{ID: "s2", Name: "УЗИ брюшной полости"},
			{ID: "s3", Name: "УЗИ щитовидной железы"},
			{ID: "s4", Name: "ЭКГ с расшифровкой"},
			{ID: "s5", Name: "Общий анализ крови"},
		},
	}
}

func moscow(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Moscow")
	require.NoError(t, err)
	return zone
}

// wednesday is 11 March 2026, 10:15 in Moscow.
func wednesday(t *testing.T) time.Time {
	t.Helper()
	return time.Date(2026, time.March, 11, 10, 15, 0, 0, moscow(t))
}

func when(m understand.Meaning) *dialog.Window {
	for _, c := range m.Commands {
		if c.Do == dialog.Set && c.Slot == "when" {
			return c.When
		}
	}
	return nil
}

func flow(m understand.Meaning) string {
	for _, c := range m.Commands {
		if c.Do == dialog.Start {
			return c.Flow
		}
	}
	return ""
}
