package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/bots"
	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

type linkCmd struct {
	Kind   string `arg:"" enum:"doctor,branch,service,campaign" help:"doctor, branch, service or campaign."`
	Target string `arg:"" help:"A name or an id: the doctor's surname, the branch's city, the service; a campaign is what you call it."`
	QR     string `help:"Write the QR code here." placeholder:"FILE.png" name:"qr"`
}

// Run makes a link with an opaque token and prints it, for Telegram where a bot is set and for the site's chat.
func (l linkCmd) Run(e *env) error {
	c, err := load()
	if err != nil {
		return err
	}
	return withDatabase(e.ctx, c, func(d *store.DB) error {
		target, err := l.target(e.ctx, d)
		if err != nil {
			return err
		}
		token, err := l.keep(e.ctx, d, target)
		if err != nil {
			return err
		}
		links := []string{c.PublicURL + "/chat?start=" + token}
		bot, err := telegramBot(e.ctx, c)
		if err != nil {
			return err
		}
		if bot != nil {
			link, err := deepLink(e.ctx, bot, token)
			if err != nil {
				return err
			}
			links = append([]string{link}, links...)
		}
		e.say("%s", strings.Join(links, "\n"))
		return l.draw(links[0])
	})
}

func deepLink(ctx context.Context, bot *telegram.Bot, token string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	name, err := bot.Me(ctx)
	if err != nil {
		return "", fmt.Errorf("ask Telegram for the bot's name: %w", err)
	}
	return telegram.DeepLink(name, token)
}

// target finds what the link leads to; a campaign is whatever it is called.
func (l linkCmd) target(ctx context.Context, d *store.DB) (string, error) {
	if l.Kind == "campaign" {
		return l.Target, nil
	}
	book, err := clinic.Open(ctx, d)
	if err != nil {
		return "", err
	}
	all := l.places(book.Current())
	fits := slices.DeleteFunc(slices.Clone(all), func(p place) bool { return !p.is(l.Target) })
	switch len(fits) {
	case 0:
		return "", usageError{fmt.Errorf("no %s %q in this clinic; there are: %s", l.Kind, l.Target, list(all))}
	case 1:
		return fits[0].id.String(), nil
	default:
		return "", usageError{fmt.Errorf("%q is more than one %s, give the id: %s", l.Target, l.Kind, list(fits))}
	}
}

// place is where a link may lead. It goes by its id, by its whole name, or by what people call it.
type place struct {
	id    uuid.UUID
	names []string // the first is shown
}

func (p place) is(target string) bool {
	id, err := uuid.Parse(target)
	return (err == nil && id == p.id) || slices.ContainsFunc(p.names, func(name string) bool { return strings.EqualFold(name, target) })
}

// list shows places by name with their ids, the first few of many.
func list(places []place) string {
	const shown = 10
	var out []string
	for i, p := range places {
		if i == shown {
			out = append(out, "…")
			break
		}
		out = append(out, fmt.Sprintf("%s (%s)", p.names[0], p.id))
	}
	return strings.Join(out, ", ")
}

func (l linkCmd) places(c *clinic.Catalog) []place {
	var out []place
	switch l.Kind {
	case "doctor":
		for _, d := range c.Doctors {
			out = append(out, place{d.ID, []string{d.Full(), d.Surname}})
		}
	case "branch":
		for _, b := range c.Branches {
			out = append(out, place{b.ID, []string{b.Name.RU, b.Name.EN, b.City.RU, b.City.EN}})
		}
	case "service":
		for _, s := range c.Services {
			out = append(out, place{s.ID, []string{s.Name.RU, s.Name.EN}})
		}
	}
	return out
}

func (l linkCmd) keep(ctx context.Context, d *store.DB, target string) (string, error) {
	var bits [12]byte
	if _, err := rand.Read(bits[:]); err != nil {
		return "", fmt.Errorf("a token: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(bits[:])
	err := d.InTx(ctx, core.Sys("cli"), func(tx *store.Tx) error {
		if err := tx.EntryLinkAdd(ctx, db.EntryLinkAddParams{Token: token, Kind: l.Kind, Target: target}); err != nil {
			return err
		}
		return tx.ClinicTouch(ctx)
	})
	if err != nil {
		return "", fmt.Errorf("keep the link: %w", err)
	}
	return token, nil
}

func (l linkCmd) draw(link string) error {
	if l.QR == "" {
		return nil
	}
	png, err := bots.QR(link)
	if err != nil {
		return err
	}
	if err := os.WriteFile(l.QR, png, 0o600); err != nil {
		return fmt.Errorf("--qr: %w", err)
	}
	return nil
}
