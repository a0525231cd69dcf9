package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/bots/webchat"
	"github.com/zapis-clinic/zapis/cabinet"
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/integration"
	"github.com/zapis-clinic/zapis/core/messenger"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/dialog/words"
	"github.com/zapis-clinic/zapis/integrations"
)

// openChat makes the site's chat. Every replica sends through it, whichever of them serves its pages.
func (s *server) openChat() error {
	chat, err := webchat.New(webchat.Config{
		DB: s.talks.DB, Hub: s.talks.Hub, Receiver: s.talks, Guard: s.talks.Guard, Clock: s.talks.Clock, Random: s.talks.Random,
		PublicURL: s.config.PublicURL, Sites: s.config.ChatSites, Gate: s.gate, Log: s.log,
	})
	if err != nil {
		return fmt.Errorf("the site's chat: %w", err)
	}
	s.chat = chat
	s.talks.Senders[webchat.Name] = chat
	return nil
}

// mountWeb adds what people open in a browser.
func (s *server) mountWeb(r chi.Router) error {
	s.chat.Routes(r)
	demand, err := staff.ParseDemand(s.config.SecondFactor)
	if err != nil {
		return fmt.Errorf("ZAPIS_SECOND_FACTOR: %w", err)
	}
	drafts, err := s.drafts()
	if err != nil {
		return err
	}
	desk, err := cabinet.New(cabinet.Config{
		DB: s.talks.DB, Vault: s.keeper.Vault, Book: s.talks.Book, Guard: s.talks.Guard, Acts: s.talks.Acts, Hub: s.talks.Hub, Clock: s.talks.Clock, IDs: s.talks.IDs, Random: s.talks.Random,
		PublicURL: s.config.PublicURL, Demand: demand, DeepLink: s.deepLink, HasBot: func() bool { return !s.line.Off() }, OIDC: s.signOn(), Demo: s.config.Demo, Visitors: s.chat, Courier: s.talks, Drafts: drafts, Probes: s.probed, Keys: s.keysDesk(), Channels: s.channelsDesk(), Queues: &s.queues, ChatSites: s.config.ChatSites, Gate: s.gate, Check: s.talks.Check, Log: s.log,
	})
	if err != nil {
		return fmt.Errorf("the cabinet: %w", err)
	}
	desk.Routes(r)
	api := integrations.API{
		Acts: s.talks.Acts, Guard: s.talks.Guard, Gate: s.gate, Log: s.log,
		Tokens: integration.Tokens{In: s.talks.DB, Vault: s.keeper.Vault, Clock: s.talks.Clock, IDs: s.talks.IDs, Random: s.talks.Random},
	}
	api.Routes(r)
	s.cabinet = desk
	home := "/cabinet"
	if s.config.Demo {
		home = "/demo"
	}
	r.Get("/", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, home, http.StatusFound) })
	return nil
}

// keysDesk is the keys for the cabinet. Each look opens the provider anew, as a command of the terminal does; this program's own keeper
// follows what changes.
func (s *server) keysDesk() *vault.Desk {
	return &vault.Desk{
		In:    s.talks.DB,
		Fresh: s.isFresh,
		Open: func(in store.Opener) *vault.Keeper {
			k := s.config.keeper(s.talks.DB)
			k.In = in
			return k
		},
	}
}

// signOnWait bounds one call of the sign-on's provider: somebody waits at the door.
const signOnWait = 10 * time.Second

// signOn is the clinic's own, where the settings name one.
func (s *server) signOn() cabinet.OIDC {
	return cabinet.OIDC{
		Issuer: s.config.OIDCIssuer, ClientID: s.config.OIDCClientID, Secret: s.config.OIDCSecret, HTTP: &http.Client{Timeout: signOnWait},
	}
}

// deepLink opens the bot with a payload. The bot's name is asked for once it is needed.
func (s *server) deepLink(ctx context.Context, payload string) (string, error) {
	c := s.line.now.Load()
	if c == nil {
		return "", core.Refuse(core.NotFound, "no_bot")
	}
	return deepLink(ctx, c.Bot, payload)
}

// channelsDesk is where the bot is connected in the cabinet.
func (s *server) channelsDesk() *messenger.Desk {
	return &messenger.Desk{
		In: s.talks.DB, Vault: s.keeper.Vault, Clock: s.talks.Clock, IDs: s.talks.IDs, Wake: s.talks.Hub.Tell, Fresh: s.isFresh,
		Wire:  telegram.Wire{API: s.config.TelegramAPI, HTTP: wireHTTP(), Address: s.config.PublicURL + webhookPath, Secret: webhookSecret},
		Token: s.config.TelegramToken, Mode: s.config.TelegramMode, Reachable: telegram.Reachable(s.config.TelegramAPI, s.config.PublicURL),
	}
}

func (s *server) isFresh(who core.Actor) bool {
	return staff.Member{Fresh: who.Fresh}.IsFresh(s.talks.Clock())
}

// menu is the list of commands a messenger shows.
func menu(say *words.Book, lang string) []telegram.Command {
	if lang == "" {
		lang = "ru"
	}
	var out []telegram.Command
	for _, c := range []struct{ name, key string }{
		{"book", "command.book"},
		{"visits", "command.visits"},
		{"move", "command.move"},
		{"prices", "command.prices"},
		{"contacts", "command.contacts"},
		{"language", "command.language"},
		{"help", "command.help"},
	} {
		out = append(out, telegram.Command{Name: c.name, About: say.Say(lang, c.key)})
	}
	return out
}
