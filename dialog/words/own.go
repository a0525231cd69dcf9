package words

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"github.com/zapis-clinic/zapis/core"
)

// Own are a clinic's own words under a key: "other", and the plural forms where it counts.
type Own struct {
	Key, Lang string
	Forms     map[string]string
}

// placeholder is a fact in a sentence.
var placeholder = regexp.MustCompile(`{{\.\w+}}`)

// fixed is what the clinic does not set: parts of dates, and what is said in danger, which doctors review as a whole.
func fixed(key string) bool {
	return key == "weekdays" || key == "months" || key == "months_of" || strings.HasPrefix(key, "emergency.")
}

// standard reads Zapis' own words: language → key → form → text.
func standard() (map[string]map[string]map[string]string, error) {
	out := map[string]map[string]map[string]string{}
	for _, lang := range []string{"ru", "en"} {
		var tree map[string]any
		if _, err := toml.DecodeFS(files, lang+".toml", &tree); err != nil {
			return nil, fmt.Errorf("words of %s: %w", lang, err)
		}
		out[lang] = map[string]map[string]string{}
		gather("", tree, out[lang])
	}
	return out, nil
}

func gather(prefix string, tree map[string]any, out map[string]map[string]string) {
	if _, plural := tree["other"].(string); plural {
		forms := map[string]string{}
		for form, text := range tree {
			if s, ok := text.(string); ok {
				forms[form] = s
			}
		}
		out[strings.TrimSuffix(prefix, ".")] = forms
		return
	}
	for name, value := range tree {
		switch x := value.(type) {
		case string:
			out[prefix+name] = map[string]string{"other": x}
		case map[string]any:
			gather(prefix+name+".", x, out)
		}
	}
}

// Keys lists what a clinic may say in its own words, in their order.
func (b *Book) Keys() []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(b.standard["ru"])) {
		if !fixed(key) {
			out = append(out, key)
		}
	}
	return out
}

// Forms are Zapis' own words under a key; nil where there is no such key.
func (b *Book) Forms(lang, key string) map[string]string { return maps.Clone(b.standard[lang][key]) }

// Check refuses own words that tell other facts than Zapis' own, or lack a plural form that the language has.
func (b *Book) Check(own Own) error {
	stands := b.standard[own.Lang][own.Key]
	if stands == nil || fixed(own.Key) {
		return core.Refuse(core.NotFound, "word_unknown")
	}
	for form := range stands {
		if strings.TrimSpace(own.Forms[form]) == "" {
			return core.Refuse(core.Invalid, "word_form", "Field", form)
		}
	}
	for form, text := range own.Forms {
		was, known := stands[form]
		if !known {
			return core.Refuse(core.Invalid, "word_form", "Field", form)
		}
		if want, got := facts(was), facts(text); want != got || strings.Contains(placeholder.ReplaceAllString(text, ""), "{{") {
			return core.Refuse(core.Invalid, "word_facts", "Field", form, "Facts", orNone(want))
		}
	}
	return nil
}

// Facts are the placeholders of a text, each once, in order: {{.Name}}.
func Facts(text string) []string {
	list := placeholder.FindAllString(text, -1)
	sort.Strings(list)
	return slices.Compact(list)
}

func facts(text string) string { return strings.Join(Facts(text), " ") }

func orNone(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

// Adopt makes the clinic's own words the ones that are said; Zapis' own stand where there are none, and where own ones are not sound.
func (b *Book) Adopt(own []Own) error {
	bundle, err := bundled()
	if err != nil {
		return err
	}
	for _, w := range own {
		if b.Check(w) != nil {
			continue
		}
		tag := language.Russian
		if w.Lang == "en" {
			tag = language.English
		}
		m := &i18n.Message{ID: w.Key, One: w.Forms["one"], Few: w.Forms["few"], Many: w.Forms["many"], Other: w.Forms["other"]}
		if err := bundle.AddMessages(tag, m); err != nil {
			return fmt.Errorf("own words %s: %w", w.Key, err)
		}
	}
	b.say.Store(spoken(bundle))
	return nil
}
