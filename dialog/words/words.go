// Package words decides how the clinic says what it says, in Russian and in English.
package words

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.toml
var files embed.FS

// Book holds the clinic's words. It is shared; what the clinic says in its own words changes under it (Adopt).
type Book struct {
	say      atomic.Pointer[map[string]*i18n.Localizer]
	standard map[string]map[string]map[string]string
}

// Load reads the words.
func Load() (*Book, error) {
	bundle, err := bundled()
	if err != nil {
		return nil, err
	}
	b := &Book{}
	b.say.Store(spoken(bundle))
	b.standard, err = standard()
	return b, err
}

func bundled() (*i18n.Bundle, error) {
	bundle := i18n.NewBundle(language.Russian)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	for _, name := range []string{"ru.toml", "en.toml"} {
		if _, err := bundle.LoadMessageFileFS(files, name); err != nil {
			return nil, fmt.Errorf("words of %s: %w", name, err)
		}
	}
	return bundle, nil
}

func spoken(bundle *i18n.Bundle) *map[string]*i18n.Localizer {
	return &map[string]*i18n.Localizer{"ru": i18n.NewLocalizer(bundle, "ru"), "en": i18n.NewLocalizer(bundle, "en")}
}

// Say returns the words for a key. args come in pairs of name and value; one named Count (an int) chooses the plural form.
// A key without words is returned as it is, so that a person never sees nothing.
func (b *Book) Say(lang, key string, args ...any) string {
	cfg := &i18n.LocalizeConfig{MessageID: key}
	if len(args) > 0 {
		data := make(map[string]any, len(args)/2)
		for i := 0; i+1 < len(args); i += 2 {
			data[fmt.Sprint(args[i])] = args[i+1]
		}
		cfg.TemplateData = data
		if n, ok := data["Count"]; ok {
			cfg.PluralCount = n
		}
	}
	text, err := b.in(lang).Localize(cfg)
	if err != nil && text == "" {
		return key
	}
	return text
}

// Has says whether a key has words of its own in lang.
func (b *Book) Has(lang, key string) bool {
	_, tag, err := b.in(lang).LocalizeWithTag(&i18n.LocalizeConfig{MessageID: key})
	return err == nil && tag.String() == lang
}

func (b *Book) in(lang string) *i18n.Localizer {
	say := *b.say.Load()
	if l, ok := say[lang]; ok {
		return l
	}
	return say["ru"]
}

// Day is «чт 26 ноября».
func (b *Book) Day(lang string, t time.Time) string {
	return fmt.Sprintf("%s %s", b.Weekday(lang, t), b.Date(lang, t))
}

// Date is «26 ноября».
func (b *Book) Date(lang string, t time.Time) string {
	month := strings.Split(b.Say(lang, "months_of"), " ")[int(t.Month())-1]
	return fmt.Sprintf("%d %s", t.Day(), month)
}

// Far is a date that may lie beyond this year: «25 марта 2027».
func (b *Book) Far(lang string, t, now time.Time) string {
	if t.Year() == now.Year() {
		return b.Date(lang, t)
	}
	return b.Date(lang, t) + " " + strconv.Itoa(t.Year())
}

// Weekday is «чт».
func (b *Book) Weekday(lang string, t time.Time) string {
	return strings.Split(b.Say(lang, "weekdays"), " ")[(int(t.Weekday())+6)%7]
}

// Month is «Ноябрь 2026».
func (b *Book) Month(lang string, t time.Time) string {
	return fmt.Sprintf("%s %d", strings.Split(b.Say(lang, "months"), " ")[int(t.Month())-1], t.Year())
}

// Moment is «чт 26 ноября, 14:30».
func (b *Book) Moment(lang string, t time.Time) string {
	return b.Day(lang, t) + ", " + t.Format("15:04")
}

// Window is what a span of time is called: «чт 26 ноября», «чт 26 ноября, 13:00–18:00».
func (b *Book) Window(lang string, from, to time.Time) string {
	switch last := to.Add(-time.Minute); {
	case to.Sub(from) > 36*time.Hour && last.Month() == from.Month() && last.Year() == from.Year():
		return strconv.Itoa(from.Day()) + "–" + b.Date(lang, last)
	case to.Sub(from) > 36*time.Hour:
		return b.Date(lang, from) + " – " + b.Date(lang, last)
	case to.Sub(from) >= 23*time.Hour:
		return b.Day(lang, from)
	default:
		return b.Moment(lang, from) + "–" + to.Format("15:04")
	}
}

// In is how long it is until something: «через 2 часа», «через 1 день».
func (b *Book) In(lang string, d time.Duration) string {
	switch {
	case d >= 24*time.Hour: // 47 hours are two days to anybody
		return b.Say(lang, "in_days", "Count", int(d.Round(24*time.Hour)/(24*time.Hour)))
	case d >= time.Hour:
		return b.Say(lang, "in_hours", "Count", int(d.Round(time.Hour)/time.Hour))
	default:
		return b.Say(lang, "in_minutes", "Count", max(1, int(d/time.Minute)))
	}
}
