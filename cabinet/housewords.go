package cabinet

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/settings"
	"github.com/zapis-clinic/zapis/dialog/words"
)

const (
	wordsPath = settingsPath + "/words"
	keyForms  = "forms"
	keyAt     = "address" // of a form: the last part of its page's address
	keyOurs   = "ours"
	keyOther  = "other"
	wordPage  = 60
)

// wordForms are the forms of a sentence, in the order of counting.
func wordForms() []string { return []string{"one", "few", "many", keyOther} }

// wordAt is the key and the language of an address such as "reminder.text.ru".
func wordAt(address string) (key, lang string) {
	i := strings.LastIndexByte(address, '.')
	if i < 0 {
		return "", ""
	}
	return address[:i], address[i+1:]
}

func wordPart() housePart {
	return housePart{
		Path: wordsPath, Word: "word", list: wordList, reads: readWord, drawn: drawWord, preview: previewWord, notes: wordNotes,
		title:   func(f url.Values) string { return f.Get("key") },
		subject: func(string, url.Values) uuid.UUID { return settings.WordsID() },
		item: func(address string) string {
			key, lang := wordAt(address)
			return key + "/" + lang
		},
		ask: func(address string) settings.Change {
			key, lang := wordAt(address)
			return settings.Change{Word: &settings.Word{Key: key, Lang: lang}}
		},
		change: func(text []byte) (settings.Change, error) {
			return setAs(text, func(x *settings.Word) settings.Change { return settings.Change{Word: x} })
		},
		lines: func(p desk, form url.Values) [][]formLine {
			key, lang := wordAt(form.Get(keyAt))
			ours := p.dates.Forms(lang, key)
			var rows [][]formLine
			for _, name := range wordForms() {
				if _, is := ours[name]; !is {
					continue
				}
				label := "form_" + name
				if len(ours) == 1 {
					label = "form_only"
				}
				rows = append(rows, []formLine{{Name: name, Kind: lineArea, Label: "settings." + label, Required: true}})
			}
			return rows
		},
	}
}

// readWord is what the clinic would say; with "ours" it is Zapis' own words again.
func readWord(p desk, form url.Values) (map[string]any, error) {
	key, lang := wordAt(form.Get(keyAt))
	forms := typedForms(p, form)
	if form.Get(keyOurs) != "" {
		forms = map[string]string{}
	} else if err := p.dates.Check(words.Own{Key: key, Lang: lang, Forms: forms}); err != nil {
		return nil, err
	}
	return map[string]any{"key": key, "lang": lang, keyForms: forms}, nil
}

// typedForms are the forms that a form has, with lines ended as we end them.
func typedForms(p desk, form url.Values) map[string]string {
	key, lang := wordAt(form.Get(keyAt))
	out := map[string]string{}
	for name := range p.dates.Forms(lang, key) {
		out[name] = strings.ReplaceAll(form.Get(name), "\r\n", "\n")
	}
	return out
}

// drawWord puts what is said now into a form that stands, and refuses what the bot does not say.
func drawWord(p desk, form url.Values) error {
	key, lang := wordAt(form.Get(keyAt))
	ours := p.dates.Forms(lang, key)
	if len(ours) == 0 || !slices.Contains(p.dates.Keys(), key) {
		return core.Refuse(core.NotFound, "word_unknown")
	}
	for name, text := range ours {
		if form.Get(name) == "" {
			form.Set(name, text)
		}
	}
	return nil
}

// wordNotes say where a sentence is said and what it tells.
func wordNotes(_ context.Context, p desk, _ uuid.UUID, form url.Values) ([]note, error) {
	key, lang := wordAt(form.Get(keyAt))
	var facts []string
	for _, text := range p.dates.Forms(lang, key) {
		facts = append(facts, words.Facts(text)...)
	}
	slices.Sort(facts)
	facts = slices.Compact(facts)
	out := []note{{Text: p.View.fill("settings.said_in", "where", wordPlace(p.View, key))}}
	if len(facts) > 0 {
		out = append(out, note{Text: p.View.fill("settings.word_fields", "fields", strings.Join(facts, ", "))})
	}
	other := map[string]string{russian: english, english: russian}[lang]
	return append(out, note{Text: p.View.Say("settings.word_other"), Href: wordsPath + "/" + key + "." + other, Label: p.View.Say("settings.lang_" + other)}), nil
}

// wordGroup is the part of the talk that a key belongs to.
func wordGroup(key string) string {
	group, _, in := strings.Cut(key, ".")
	if !in {
		return "common"
	}
	return group
}

func wordPlace(v view, key string) string {
	return orWord(v, "settings.place_"+wordGroup(key), v.Say("settings.place_other"))
}

// wordList is found by a part of the talk and by what is said.
func wordList(p desk) (listing, error) {
	q := p.Request.URL.Query()
	own, group, lang := map[string]string{}, q.Get("group"), q.Get("said_lang")
	if lang != english {
		lang = russian
	}
	for _, w := range p.Catalog.Words {
		own[w.Key+"."+w.Lang] = w.Forms[keyOther]
	}
	groups := []option{{"", p.View.Say("settings.place_all")}}
	l := listing{
		Values: url.Values{"group": {group}, "said_lang": {lang}, "q": {q.Get("q")}}, Fixed: true,
		Head: []string{"settings.said", "settings.where", "settings.whose"},
	}
	past, _ := strconv.Atoi(q.Get("past")) // from the first, where it is no number
	for _, key := range p.dates.Keys() {
		name := wordGroup(key)
		if !slices.ContainsFunc(groups, func(o option) bool { return o.Value == name }) {
			groups = append(groups, option{name, wordPlace(p.View, key)})
		}
		text, whose := p.dates.Forms(lang, key)[keyOther], cell{Text: p.View.Say("settings.word_ours")}
		if mine, is := own[key+"."+lang]; is {
			text, whose = mine, cell{Text: p.View.Say("settings.word_own"), Tone: "ok"}
		}
		if (group == "" || group == name) && strings.Contains(strings.ToLower(text+" "+key), strings.ToLower(q.Get("q"))) {
			l.Rows = append(l.Rows, []cell{{Text: text, Key: key + "." + lang}, {Text: wordPlace(p.View, key)}, whose})
		}
	}
	past = max(0, min(past, len(l.Rows)))
	if past+wordPage < len(l.Rows) {
		next := url.Values{"group": {group}, "said_lang": {lang}, "q": {q.Get("q")}, "past": {strconv.Itoa(past + wordPage)}}
		l.Older = wordsPath + "?" + next.Encode()
	}
	l.Rows = l.Rows[past:min(past+wordPage, len(l.Rows))]
	l.Filter = []formLine{
		{Name: "q"},
		{Name: "group", Kind: lineChoice, Options: groups},
		{Name: "said_lang", Kind: lineChoice, Options: []option{{russian, p.View.Say("settings.lang_ru")}, {english, p.View.Say("settings.lang_en")}}},
	}
	return l, nil
}

// shownAs is a message as channels show it. Characters and parts are those of an SMS.
type shownAs struct {
	When, Why         string // when it goes out, or why it does not; "" where that is not the question
	Text              string
	Buttons           []string
	Button            bool // it is a button's own words
	Characters, Parts int
}

// previewWord is what stands in a form, with a sample of each fact.
func previewWord(p desk, form url.Values) []shownAs {
	key, lang := wordAt(form.Get(keyAt))
	var out []shownAs
	for _, name := range wordForms() {
		if text, is := typedForms(p, form)[name]; is {
			out = append(out, p.shown(key, lang, sampled(p.View, text, name)))
		}
	}
	return out
}

func (d desk) shown(key, lang, text string) shownAs {
	x := shownAs{Text: text, Button: strings.HasPrefix(key, "button.")}
	if strings.HasPrefix(key, "reminder.") {
		for _, b := range []string{"button.confirm_visit", "button.move", "button.cancel_visit"} {
			x.Buttons = append(x.Buttons, d.dates.Say(lang, b))
		}
	}
	x.Characters, x.Parts = smsOf(text)
	return x
}

// sampled puts a sample where a fact will stand.
func sampled(v view, text, form string) string {
	count := map[string]string{"one": "1", "few": "2", "many": "5", keyOther: "5"}[form]
	for _, fact := range words.Facts(text) {
		sample := orWord(v, "settings.sample_"+strings.ToLower(strings.Trim(fact, "{.}")), "…")
		if fact == "{{.Count}}" {
			sample = count
		}
		text = strings.ReplaceAll(text, fact, sample)
	}
	return text
}

// The lengths of a message by SMS, 3GPP TS 23.038 and 23.040: 160 characters of seven bits or 70 of sixteen in one; 153 or 67 in each of several.
const (
	smsPlain, smsPlainPart = 160, 153
	smsWide, smsWidePart   = 70, 67
)

// smsOf is how long a text is as SMS, and in how many parts it goes. What is not plain Latin counts as wide.
func smsOf(text string) (characters, parts int) {
	units := len(utf16.Encode([]rune(text)))
	one, more := smsPlain, smsPlainPart
	for _, r := range text {
		if r > 126 || strings.ContainsRune("[]{}\\^~|`", r) {
			one, more = smsWide, smsWidePart
		}
	}
	if units <= one {
		return units, 1
	}
	return units, (units + more - 1) / more
}
