package words_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog/words"
)

// keys are the keys of a words file. A table of plural forms is one key.
func keys(t *testing.T, name string) map[string]string {
	t.Helper()
	var raw map[string]any
	_, err := toml.DecodeFile(name, &raw)
	require.NoError(t, err)
	out := map[string]string{}
	var walk func(prefix string, m map[string]any)
	walk = func(prefix string, m map[string]any) {
		if other, plural := m["other"].(string); plural {
			out[strings.TrimSuffix(prefix, ".")] = other
			return
		}
		for k, v := range m {
			switch v := v.(type) {
			case string:
				out[prefix+k] = v
			case map[string]any:
				walk(prefix+k+".", v)
			}
		}
	}
	walk("", raw)
	return out
}

func TestEveryKeyHasWordsInBothLanguages(t *testing.T) {
	t.Parallel()
	ru, en := keys(t, "ru.toml"), keys(t, "en.toml")
	require.Equal(t, slices.Sorted(maps.Keys(ru)), slices.Sorted(maps.Keys(en)))
	field := regexp.MustCompile(`{{\.\w+}}`)
	for key, text := range ru {
		require.NotEmpty(t, strings.TrimSpace(text), key)
		require.NotEmpty(t, strings.TrimSpace(en[key]), key)
		require.ElementsMatch(t, field.FindAllString(text, -1), field.FindAllString(en[key], -1), "%s: the languages tell different facts", key)
	}
}

// source calls fn with every Go file of the dialog, of core and of the jobs that speak, tests left out.
func source(t *testing.T, fn func(path, text string)) {
	t.Helper()
	for _, root := range []string{"../../core", "..", "../../jobs"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err == nil {
				fn(path, string(text))
			}
			return err
		})
		require.NoError(t, err)
	}
}

func TestEveryRefusalAndEverySentenceHasWords(t *testing.T) {
	t.Parallel()
	book, err := words.Load()
	require.NoError(t, err)
	var used []string
	patterns := []*regexp.Regexp{
		regexp.MustCompile(`\b(?:t|talk|u\.talk|p\.Words|t\.Words|b)\.Say\((?:lang, |store\.Str\([^)]*\), |r\.lang\(\), )?"([a-z_.]+)"[,)]`),
		regexp.MustCompile(`\bu\.(?:tell|handoff)\("([a-z_.]+)"`),
		regexp.MustCompile(`\baskVisit\("([a-z_.]+)"`),
	}
	refusal := regexp.MustCompile(`(?s)core\.Refuse\(\s*[\w.]+,\s*"([a-z_]+)"|refusing\("([a-z_]+)"|Key: "([a-z_]+)"|NoRows\([^,]+, "([a-z_]+)"`)
	source(t, func(path, text string) {
		for _, m := range refusal.FindAllStringSubmatch(text, -1) {
			key := m[1] + m[2] + m[3] + m[4]
			if key != "nothing_new" && !strings.HasSuffix(key, "_") { // nothing_new never leaves the jobs
				used = append(used, "refusal."+key)
			}
		}
		if strings.Contains(path, "core/") {
			return
		}
		for _, p := range patterns {
			for _, m := range p.FindAllStringSubmatch(text, -1) {
				if !strings.HasSuffix(m[1], ".") && !strings.HasSuffix(m[1], "_") {
					used = append(used, m[1])
				}
			}
		}
	})
	require.Greater(t, len(used), 80, "the patterns find too little")
	for _, status := range []string{"held", "booked", "confirmed", "arrived", "in_progress", "done", "cancelled", "no_show"} {
		used = append(used, "refusal.visit_state_"+status)
	}
	var missing []string
	for _, key := range used {
		for _, lang := range []string{"ru", "en"} {
			if !book.Has(lang, key) && !inCabinet(t, lang, key) {
				missing = append(missing, lang+" "+key)
			}
		}
	}
	slices.Sort(missing)
	require.Empty(t, slices.Compact(missing))
}

// inCabinet says that a refusal has its words where only staff can meet it.
func inCabinet(t *testing.T, lang, key string) bool {
	t.Helper()
	name, refusal := strings.CutPrefix(key, "refusal.")
	files, err := filepath.Glob("../../cabinet/words/*" + lang + ".toml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return refusal && slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		return strings.Contains(string(text), "\n"+name+" = ")
	})
}

func TestLengthsOfTimeTakeTheirPluralForms(t *testing.T) {
	t.Parallel()
	book, err := words.Load()
	require.NoError(t, err)
	for hours, want := range map[int]string{1: "через 1 час", 2: "через 2 часа", 5: "через 5 часов", 11: "через 11 часов", 21: "через 21 час", 22: "через 22 часа"} {
		require.Equal(t, want, book.In("ru", time.Duration(hours)*time.Hour))
	}
	for days, want := range map[int]string{1: "через 1 день", 3: "через 3 дня", 5: "через 5 дней", 11: "через 11 дней", 21: "через 21 день", 60: "через 60 дней"} {
		require.Equal(t, want, book.In("ru", time.Duration(days)*24*time.Hour))
	}
	require.Equal(t, "через 2 дня", book.In("ru", 47*time.Hour))
	require.Equal(t, "через 41 минуту", book.In("ru", 41*time.Minute))
	require.Equal(t, "in 1 hour", book.In("en", time.Hour))
	require.Equal(t, "У вас 21 запись:", book.Say("ru", "visits.ask_visit", "Count", 21))
}

func TestTimesAreSaidInFull(t *testing.T) {
	t.Parallel()
	book, err := words.Load()
	require.NoError(t, err)
	at := time.Date(2026, 11, 26, 14, 30, 0, 0, time.UTC)
	day := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	require.Equal(t, "чт 26 ноября, 14:30", book.Moment("ru", at))
	require.Equal(t, "Thu 26 November, 14:30", book.Moment("en", at))
	require.Equal(t, "чт 26 ноября", book.Window("ru", day, day.AddDate(0, 0, 1)))
	require.Equal(t, "чт 26 ноября, 13:00–18:00", book.Window("ru", day.Add(13*time.Hour), day.Add(18*time.Hour)))
	require.Equal(t, "23–29 ноября", book.Window("ru", day.AddDate(0, 0, -3), day.AddDate(0, 0, 4)))
	require.Equal(t, "26 ноября – 2 декабря", book.Window("ru", day, day.AddDate(0, 0, 7)))
	require.Equal(t, "25 марта 2027", book.Far("ru", time.Date(2027, 3, 25, 0, 0, 0, 0, time.UTC), at))
}

func TestNamesAndPhonesReadEasily(t *testing.T) {
	t.Parallel()
	book, err := words.Load()
	require.NoError(t, err)
	require.Equal(t, "Fedorov Konstantin Borisovich", book.Name("en", "Фёдоров Константин Борисович"))
	require.Equal(t, "Фёдоров", book.Name("ru", "Фёдоров"))
	require.Equal(t, "+7 495 000-00-01", book.Phone("+74950000001"))
	require.Equal(t, "+14155550123", book.Phone("+14155550123"))
}

func TestAKeyWithoutWordsIsShownRatherThanNothing(t *testing.T) {
	t.Parallel()
	book, err := words.Load()
	require.NoError(t, err)
	require.Equal(t, "no.such", book.Say("ru", "no.such"))
	require.Equal(t, book.Say("ru", "thanks"), book.Say("de", "thanks"), "an unknown language is answered in Russian")
}
