package understand_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog/understand"
)

// TestWhen is said on Wednesday 11 March 2026 at 10:15 in Moscow.
func TestWhen(t *testing.T) {
	t.Parallel()
	groups := map[string]map[string]string{
		"days": {
			"сегодня":               "03-11 10:15 to 03-12 00:00 day",
			"на завтра":             "03-12 day",
			"послезавтра":           "03-13 day",
			"после завтра":          "03-13 day",
			"сегодня-завтра":        "03-11 10:15 to 03-13 00:00 day",
			"в пятницу":             "03-13 day",
			"в среду":               "03-18 day",
			"в эту среду":           "03-11 10:15 to 03-12 00:00 day",
			"в следующую среду":     "03-18 day",
			"в следующую субботу":   "03-21 day",
			"через воскресенье":     "03-22 day",
			"в пн":                  "03-16 day",
			"в это воскресенье":     "03-15 day",
			"четверг или пятница":   "03-12 day or 03-13 day",
			"пн, вт или ср":         "03-16 day or 03-17 day or 03-18 day",
			"не в пятницу, в среду": "03-18 day",
		},
		"dates": {
			"26 ноября":  "11-26 day",
			"26.11":      "11-26 day",
			"26/11/2026": "11-26 day",
			"2026-11-26": "11-26 day",
			"25-го":      "03-25 day",
			"25 числа":   "03-25 day",
			"5-го":       "04-05 day",
			"на первое":  "04-01 day",
			"тридцать первого марта": "03-31 day",
			"3 янв":                     "01-03 day",
			"во вторник, 24 марта":      "03-24 day",
			"с 23 по 27 марта":          "03-23 to 03-27 day",
			"23-27 марта":               "03-23 to 03-27 day",
			"с 30 марта по 3 апреля":    "03-30 to 04-03 day",
			"с понедельника по среду":   "03-16 to 03-18 day",
			"31 февраля":                "",
			"12.05.1985":                "",
			"родилась 12 мая 1985 года": "",
			"45.67": "",
		},
		"ahead": {
			"через неделю":            "03-18 day",
			"через 4 дня":             "03-15 day",
			"через три дня в 4":       "03-14 16:00",
			"дня через два":           "03-13 day",
			"через день":              "03-13 day",
			"через пару недель":       "03-25 to 04-01 day",
			"через два месяца":        "05-11 day",
			"через неделю во вторник": "03-17 day",
			"через два часа":          "03-11 12:15",
			"через полчаса":           "03-11 10:45",
		},
		"stretches": {
			"на этой неделе":                 "03-11 10:15 to 03-16 00:00 week",
			"на следующей неделе":            "03-16 to 03-22 week",
			"на след. неделе в четверг":      "03-19 day",
			"в четверг на следующей неделе":  "03-19 day",
			"в выходные":                     "03-14 to 03-15 day",
			"в следующие выходные":           "03-21 to 03-22 day",
			"на следующей неделе в выходные": "03-21 to 03-22 day",
			"в мае":                     "05-01 to 05-31 month",
			"в следующем месяце":        "04-01 to 04-30 month",
			"в середине апреля":         "04-11 to 04-20 week",
			"в начале недели":           "",
			"в начале следующей недели": "03-16 to 03-17 week",
			"до конца месяца":           "03-11 10:15 to 04-01 00:00 week",
			"не раньше пятницы":         "03-13 to 03-19 week",
			"после 20 марта":            "03-21 to 03-27 week",
			"до пятницы":                "03-11 10:15 to 03-13 00:00 week",
			"в ближайшие дни":           "03-11 10:15 to 03-15 00:00 day",
		},
		"hours": {
			"в 10":               "03-12 10:00",
			"в 11":               "03-11 11:00",
			"в 4":                "03-11 16:00",
			"завтра в 8":         "03-12 08:00",
			"завтра вечером в 8": "03-12 20:00",
			"завтра в 7 утра":    "03-12 07:00",
			"завтра к 12":        "03-12 12:00",
			"завтра 10:30":       "03-12 10:30",
			"завтра на 15-45":    "03-12 15:45",
			"завтра 14 00":       "03-12 14:00",
			"завтра в 17ч20":     "03-12 17:20",
			"завтра в 9.15":      "03-12 09:15",
			"завтра в десять тридцать":       "03-12 10:30",
			"завтра полдевятого":             "03-12 08:30",
			"завтра без четверти десять":     "03-12 09:45",
			"завтра без пяти четыре":         "03-12 15:55",
			"завтра в четверть пятого":       "03-12 16:15",
			"завтра в половине третьего":     "03-12 14:30",
			"завтра десять минут четвертого": "03-12 15:10",
			"завтра в полдень":               "03-12 12:00",
			"завтра на час дня":              "03-12 13:00",
			"завтра часиков в пять":          "03-12 17:00 to 03-12 18:00 hour",
			"завтра около 11":                "03-12 11:00 to 03-12 12:00 hour",
		},
		"windows": {
			"завтра после обеда":        "03-12 13:00 to 03-12 18:00 part",
			"завтра утречком":           "03-12 08:00 to 03-12 12:00 part",
			"в обед":                    "03-11 12:00 to 03-11 14:00 part",
			"вечером":                   "03-11 17:00 to 03-11 21:00 part",
			"утром":                     "03-12 08:00 to 03-12 12:00 part",
			"сегодня утром":             "03-11 10:15 to 03-11 12:00 part",
			"после 15":                  "03-11 15:00 to 03-11 21:00 part",
			"завтра после шести":        "03-12 18:00 to 03-12 21:00 part",
			"завтра до 12":              "03-12 08:00 to 03-12 12:00 part",
			"завтра с 10 до 14":         "03-12 10:00 to 03-12 14:00 part",
			"завтра 9-12":               "03-12 09:00 to 03-12 12:00 part",
			"завтра с двух до пяти":     "03-12 14:00 to 03-12 17:00 part",
			"завтра с 5 до 7 вечера":    "03-12 17:00 to 03-12 19:00 part",
			"завтра между 14 и 16":      "03-12 14:00 to 03-12 16:00 part",
			"завтра не раньше 16:00":    "03-12 16:00 to 03-12 21:00 part",
			"завтра до вечера":          "03-12 08:00 to 03-12 17:00 part",
			"в субботу после работы":    "03-14 18:00 to 03-14 21:00 part",
			"на следующей неделе утром": "03-16 08:00 to 03-22 12:00 part",
		},
		"soon": {
			"как можно скорее":      "asap from 03-11 10:15",
			"ближайшее время":       "asap from 03-11 10:15",
			"чем раньше, тем лучше": "asap from 03-11 10:15",
			"срочно":                "asap from 03-11 10:15",
		},
		"moves": {
			"с четверга на субботу":           "03-14 day",
			"перенесите с 10 на 12":           "03-11 12:00",
			"завтра никак, давайте в пятницу": "03-13 day",
			"завтра не могу":                  "",
			"на этой неделе кроме четверга":   "03-11 10:15 to 03-12 00:00 day or 03-13 to 03-15 day",
		},
		"english": {
			"tomorrow afternoon":                "03-12 13:00 to 03-12 18:00 part",
			"next Monday morning":               "03-16 08:00 to 03-16 12:00 part",
			"on Friday at half past ten":        "03-13 10:30",
			"tomorrow at 4pm":                   "03-12 16:00",
			"tomorrow at 4 p.m.":                "03-12 16:00",
			"the day after tomorrow":            "03-13 day",
			"November 26 at quarter to ten":     "11-26 09:45",
			"26th of November":                  "11-26 day",
			"in two weeks":                      "03-25 day",
			"next week on Tuesday":              "03-17 day",
			"between 2 and 4 pm on Thursday":    "03-12 14:00 to 03-12 16:00 part",
			"from 9 to 11 am":                   "03-12 09:00 to 03-12 11:00 part",
			"this weekend":                      "03-14 to 03-15 day",
			"move it from Thursday to Saturday": "03-14 day",
			"as soon as possible":               "asap from 03-11 10:15",
		},
	}
	reader := understand.New(clinic())
	for name, cases := range groups {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for text, want := range cases {
				m := reader.Read(text, understand.Situation{Now: wednesday(t)})
				assert.Equal(t, want, window(when(m)), text)
			}
		})
	}
}

func TestNumbersThatAreNoTime(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for _, text := range []string{
		"мне 45 лет", "ребенку 5 лет", "температура 38.5", "температура 38 уже 3 дня", "давление 160 на 100", "принимаю 10 мг", "1500 рублей",
		"дом 12, квартира 5", "улица 8 Марта", "кабинет 305", "12 недель беременности", "болит уже неделю", "болит с понедельника", "3 дня назад",
		"вчера", "в прошлую пятницу", "8 916 123 45 67", "+7 (916) 123-45-67", "24/7", "нас 3 человека", "второй раз", "витамин b12",
		"полис 1234567890123456", "на пять минут", "на час позже", "2 раза в день",
	} {
		m := reader.Read(text, understand.Situation{Now: wednesday(t)})
		assert.Empty(t, window(when(m)), text)
	}
}

func TestAskedForATimeABareNumberIsOne(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	friday := time.Date(2026, time.March, 13, 0, 0, 0, 0, moscow(t))
	for _, c := range []struct {
		asked, text, want string
		day               time.Time
	}{
		{"when", "25", "03-25 day", time.Time{}},
		{"when", "10", "03-12 10:00", time.Time{}},
		{"when", "март", "03-11 10:15 to 04-01 00:00 month", time.Time{}},
		{"when", "любой день", "asap from 03-11 10:15", time.Time{}},
		{"when", "ближайшее", "asap from 03-11 10:15", time.Time{}},
		{"time", "10:30", "03-11 10:30", time.Time{}},
		{"time", "10:30", "03-13 10:30", friday},
		{"time", "в 4", "03-13 16:00", friday},
		{"time", "в субботу в 4", "03-14 16:00", friday},
	} {
		m := reader.Read(c.text, understand.Situation{Now: wednesday(t), Flow: "booking", Asked: c.asked, Day: c.day})
		assert.Equal(t, c.want, window(when(m)), "%s: %s", c.asked, c.text)
	}
}

// Whenever it is said and whatever is said, nothing that is proposed lies in the past, and no window is empty.
func TestPastMomentsAreNeverProposed(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	phrases := []string{
		"в 9", "сегодня", "сегодня в 9", "сегодня утром", "утром", "вечером", "в обед", "в среду", "в эту среду утром", "на этой неделе", "на этой неделе утром",
		"в выходные", "до конца недели", "в марте", "в начале месяца", "1 марта", "11 марта", "11.03 в 9", "до 12", "с 10 до 14", "как можно скорее", "через час",
		"до конца месяца вечером", "в эти выходные после обеда", "до 10", "сегодня до 12", "с утра", "tonight", "this week", "at noon", "by friday",
	}
	start := time.Date(2026, time.March, 9, 0, 7, 0, 0, moscow(t))
	for hour := range 24 * 8 {
		now := start.Add(time.Duration(hour) * time.Hour)
		for _, text := range phrases {
			w := when(reader.Read(text, understand.Situation{Now: now}))
			if w == nil {
				continue
			}
			require.False(t, w.From.Before(now), "%q at %s: from %s", text, now, w.From)
			require.True(t, w.To.After(w.From), "%q at %s: %s to %s", text, now, w.From, w.To)
		}
	}
}

func TestHoursAreWallClockHoursOnTheDayClocksChange(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	now := time.Date(2026, time.March, 28, 12, 0, 0, 0, berlin)
	m := understand.New(clinic()).Read("завтра в 10", understand.Situation{Now: now})
	assert.Equal(t, "03-29 10:00", window(when(m)))
}
