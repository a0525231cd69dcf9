package main

import (
	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/dialog/words"
)

// mountWeb adds what people open in a browser.
func (s *server) mountWeb(_ chi.Router) error { return nil }

// menu is the list of commands a messenger shows.
func menu(say *words.Book, lang string) []telegram.Command {
	if lang == "" {
		lang = "ru"
	}
	var out []telegram.Command
	for _, c := range []struct{ name, key string }{
		{"book", "command.book"}, {"visits", "command.visits"}, {"move", "command.move"}, {"prices", "command.prices"},
		{"contacts", "command.contacts"}, {"language", "command.language"}, {"help", "command.help"},
	} {
		out = append(out, telegram.Command{Name: c.name, About: say.Say(lang, c.key)})
	}
	return out
}
