package cabinet

import (
	"embed"
	"fmt"
	"net/http"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/language"
)

//go:embed words/*.toml
var wordFiles embed.FS

// The cabinet's languages, the one that is always there first.
const (
	russian = "ru"
	english = "en"
)

// dictionary is what the cabinet says: language → key → words.
type dictionary map[string]map[string]string

func readDictionary() (dictionary, error) {
	d := dictionary{}
	for _, lang := range []string{russian, english} {
		tree := map[string]map[string]string{}
		if _, err := toml.DecodeFS(wordFiles, "words/"+lang+".toml", &tree); err != nil {
			return nil, fmt.Errorf("words of the cabinet: %w", err)
		}
		d[lang] = map[string]string{}
		for group, list := range tree {
			for key, text := range list {
				d[lang][group+"."+key] = text
			}
		}
	}
	return d, nil
}

// in returns the words for a key; a key without words is shown as it is.
func (d dictionary) in(lang, key string) string {
	if text, ok := d[lang][key]; ok {
		return text
	}
	if text, ok := d[russian][key]; ok {
		return text
	}
	return key
}

// langOf is the language that the browser asks for.
func langOf(r *http.Request) string {
	_, i := language.MatchStrings(language.NewMatcher([]language.Tag{language.Russian, language.English}), r.Header.Get("Accept-Language"))
	return []string{russian, english}[i]
}
