package cabinet

import (
	"embed"
	"fmt"
	"io/fs"
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
		files, err := fs.Glob(wordFiles, "words/*"+lang+".toml")
		if err != nil {
			return nil, fmt.Errorf("words of the cabinet: %w", err)
		}
		d[lang] = map[string]string{}
		for _, file := range files {
			if err := d.read(lang, file); err != nil {
				return nil, fmt.Errorf("words of the cabinet, %s: %w", file, err)
			}
		}
	}
	return d, nil
}

// read adds a file of words: those of a part of the cabinet stand in words/part.ru.toml, what is everybody's in words/ru.toml.
func (d dictionary) read(lang, file string) error {
	tree := map[string]map[string]string{}
	if _, err := toml.DecodeFS(wordFiles, file, &tree); err != nil {
		return err
	}
	for group, list := range tree {
		for key, text := range list {
			if _, twice := d[lang][group+"."+key]; twice {
				return fmt.Errorf("%s.%s has words already", group, key)
			}
			d[lang][group+"."+key] = text
		}
	}
	return nil
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
