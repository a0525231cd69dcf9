package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
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
	Target string `arg:"" help:"An id, a doctor's surname, or a campaign's name."`
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
		if bot := telegramBot(c); bot != nil {
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
	c := book.Current()
	id, _ := uuid.Parse(l.Target)
	_, branch := c.Branch(id)
	_, service := c.Service(id)
	switch {
	case l.Kind == "doctor":
		i := slices.IndexFunc(c.Doctors, func(d clinic.Doctor) bool { return d.ID == id || strings.EqualFold(d.Surname, l.Target) })
		if i >= 0 {
			return c.Doctors[i].ID.String(), nil
		}
	case l.Kind == "branch" && branch, l.Kind == "service" && service:
		return id.String(), nil
	}
	return "", usageError{fmt.Errorf("no %s %q in this clinic", l.Kind, l.Target)}
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
		return errors.Join(fmt.Errorf("--qr: cannot write %s", l.QR), err)
	}
	return nil
}
