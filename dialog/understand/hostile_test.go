package understand_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
)

// slots that may be asked when a text arrives.
func askable() []string {
	return []string{"", "name", "phone", "reason", "when", "time", "person", "doctor", "branch", "confirm", "lang"}
}

func TestWhatIsNoLanguageIsNotUnderstood(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for name, text := range map[string]string{
		"nothing":           "",
		"spaces":            " \t\n ",
		"emoji":             "😀🎉👩‍⚕️🏳️‍🌈",
		"zero width":        "\u200b\u200c\u200d\ufeff",
		"direction marks":   "\u202e\u202d\u2066\u2069",
		"combining marks":   strings.Repeat("\u0301", 100_000),
		"NUL":               "\x00\x00\x00",
		"lone surrogates":   "\xed\xa0\x80\xed\xb0\x80",
		"broken UTF-8":      "\xff\xfe\xc3\x28",
		"right to left":     "مرحبا بالعالم",
		"one letter":        strings.Repeat("я", 4096),
		"digits":            strings.Repeat("7", 4096),
		"punctuation":       strings.Repeat("?!.,", 1024),
		"a phone's numbers": strings.Repeat("1 2 3 ", 700),
		"markup":            "<script>alert(1)</script>",
		"not a language":    strings.Repeat("ъыь ", 1000),
	} {
		for _, asked := range askable() {
			if asked == "reason" || asked == "name" { // there anything that has a letter is somebody's own words
				continue
			}
			m := reader.Read(text, understand.Situation{Now: wednesday(t), Asked: asked})
			assert.Empty(t, m.Commands, "%s, asked for %q: %s", name, asked, said(m))
			assert.Zero(t, m.Confidence, name)
		}
	}
}

func TestWordsSurviveWhatIsPutAroundThem(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	for _, text := range []string{
		"к карди\x00ологу завтра", "\u202eк кардиологу завтра", "к кардиологу\xff завтра", "😀к кардиологу😀завтра😀",
		"к к\u0301а\u0301р\u0301д\u0301и\u0301о\u0301л\u0301о\u0301г\u0301у\u0301 завтра", "к\u00a0кардиологу\u00a0завтра",
		"к карди" + strings.Repeat("\u0301", 50_000) + "ологу завтра",
	} {
		m := reader.Read(text, understand.Situation{Now: wednesday(t)})
		if strings.Contains(text, "\x00") { // cut in two, the word is another
			assert.NotNil(t, when(m))
			continue
		}
		assert.Equal(t, "start booking; set specialty=cardiologist; set when=03-12 day", said(m), "%.40q", text)
	}
}

func TestOwnWordsAreKeptCleanAndShort(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	s := understand.Situation{Now: wednesday(t), Flow: "booking", Asked: "reason"}
	m := reader.Read("болит\x00 \u202e живот\n\n\xff и"+strings.Repeat(" очень", 4000), s)
	reason := slot(m, "reason")
	assert.True(t, utf8.ValidString(reason))
	assert.LessOrEqual(t, utf8.RuneCountInString(reason), 1000)
	assert.True(t, strings.HasPrefix(reason, "болит живот и очень"), reason[:60])
}

func TestManyMayReadAtOnce(t *testing.T) {
	t.Parallel()
	reader := understand.New(clinic())
	want := said(reader.Read("к Ивановой завтра в 10", understand.Situation{Now: wednesday(t)}))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				assert.Equal(t, want, said(reader.Read("к Ивановой завтра в 10", understand.Situation{Now: wednesday(t)})))
			}
		})
	}
	all.Wait()
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"хочу к кардиологу завтра после обеда", "с 17 по 21 апреля", "без четверти десять", "26.11 в 10-30", "+7 (916) 123-45-67", "через 2-3 недели",
		"99999999999999999999 числа", "через две недели кроме среды и пятницы", "7, 8 или 9-го", "на час позже", "с 16 по 20 марта после 15", "до него",
		"в первую пятницу месяца", "29 февраля", "после майских, кроме 12-го", "в то же время", "на следующей", "первого или второго", "в 23:59 31 декабря", "31.02.0000", "\xff\xfe", "и\u0306", "pfdnhf", "отмените", "ближайшие 1000000000 дней", "через 999999999 месяцев", "- - - 5 -", "пол пол",
	} {
		for i := range askable() {
			f.Add(text, i)
		}
	}
	reader := understand.New(clinic())
	now := time.Date(2026, time.March, 11, 10, 15, 0, 0, time.FixedZone("MSK", 3*3600))
	f.Fuzz(func(t *testing.T, text string, asked int) {
		s := understand.Situation{Now: now, Asked: askable()[max(asked, 0)%len(askable())]}
		if s.Asked != "" {
			s.Flow = "booking"
		}
		m := reader.Read(text, s)
		require.NotNil(t, m.Commands)
		require.GreaterOrEqual(t, m.Confidence, 0.0)
		require.LessOrEqual(t, m.Confidence, 1.0)
		for _, c := range m.Commands {
			require.NotEmpty(t, c.Do)
			if c.Do == dialog.Set {
				require.True(t, c.When != nil || c.Value != "", "an empty %s", c.Slot)
				require.True(t, utf8.ValidString(c.Value))
			}
			if c.When != nil {
				require.False(t, c.When.From.Before(now), "a past moment: %s", c.When.From)
				require.True(t, c.When.To.After(c.When.From))
				for _, s := range slices.Concat(c.When.Also, c.When.Readings) {
					require.False(t, s.From.Before(now), "a past moment: %s", s.From)
					require.True(t, s.To.After(s.From))
				}
				require.True(t, c.When.Words == nil || c.When.Words[0] < c.When.Words[1] && c.When.Words[1] <= len(text), "words beyond the text")
			}
		}
		_, err := json.Marshal(m)
		require.NoError(t, err)
	})
}

func BenchmarkRead(b *testing.B) {
	for _, doctors := range []int{8, 1000} {
		v := clinic()
		for i := range doctors - len(v.Doctors) {
			v.Doctors = append(v.Doctors, understand.Doctor{ID: strconv.Itoa(i), Surname: invented(i) + "ов"})
		}
		reader := understand.New(v)
		s := understand.Situation{Now: time.Date(2026, time.March, 11, 10, 15, 0, 0, time.UTC)}
		b.Run(fmt.Sprintf("%d_doctors", doctors), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				reader.Read("хачу к кардиологу на зафтра после шести, только не к Петрову", s)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for _, doctors := range []int{8, 1000} {
		v := clinic()
		for i := range doctors - len(v.Doctors) {
			v.Doctors = append(v.Doctors, understand.Doctor{ID: strconv.Itoa(i), Surname: invented(i) + "ов"})
		}
		b.Run(fmt.Sprintf("%d_doctors", doctors), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				understand.New(v)
			}
		})
	}
}

// invented is a pronounceable word of its own for each n.
func invented(n int) string {
	var b strings.Builder
	for n += 100; n > 0; n /= 20 {
		b.WriteRune([]rune("бвгджзклмнпрстфхцчшщ")[n%20])
		b.WriteRune([]rune("аеиоу")[n%5])
	}
	return b.String()
}
