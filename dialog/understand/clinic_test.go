package understand_test

import (
	"strings"
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

// said writes commands in one line: "start booking; set doctor=Иванова; set when=03-12 13:00 to 03-12 18:00 part".
func said(m understand.Meaning) string {
	parts := make([]string, len(m.Commands))
	for i, c := range m.Commands {
		parts[i] = string(c.Do)
		if name := c.Flow + c.Slot; name != "" {
			parts[i] += " " + name
		}
		if c.Value != "" {
			parts[i] += "=" + c.Value
		}
		if c.When != nil {
			parts[i] += "=" + window(c.When)
		}
	}
	return strings.Join(parts, "; ")
}

// window writes a window as "03-12 13:00 to 03-12 18:00 part"; whole days without hours, "03-12 day", "03-16 to 03-22 week".
// The other stretches that suit as well follow after "or".
func window(w *dialog.Window) string {
	if w == nil {
		return ""
	}
	all := []string{stretch(dialog.Span{From: w.From, To: w.To, Grain: w.Grain})}
	for _, s := range w.Also {
		all = append(all, stretch(s))
	}
	return strings.Join(all, " or ")
}

func stretch(w dialog.Span) string {
	if midnight(w.From) && midnight(w.To) {
		first, last := w.From.Format("01-02"), w.To.AddDate(0, 0, -1).Format("01-02")
		if first == last {
			return first + " " + string(w.Grain)
		}
		return first + " to " + last + " " + string(w.Grain)
	}
	if w.Grain == dialog.Minute {
		return w.From.Format("01-02 15:04")
	}
	if w.Grain == dialog.Asap {
		return "asap from " + w.From.Format("01-02 15:04")
	}
	return w.From.Format("01-02 15:04") + " to " + w.To.Format("01-02 15:04") + " " + string(w.Grain)
}

func midnight(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 }
