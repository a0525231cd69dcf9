package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/messenger"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/words"
	"github.com/zapis-clinic/zapis/jobs"
)

// openHouse connects everything that answers people. Close the returned database at the end, and let the keeper follow the keys.
func openHouse(ctx context.Context, c config, log *slog.Logger) (*jobs.Talks, *vault.Keeper, error) {
	db, err := store.Open(ctx, c.Database, c.Connections)
	if err != nil {
		return nil, nil, fmt.Errorf("ZAPIS_DATABASE_URL: %w", err)
	}
	book, err := clinic.Open(ctx, db)
	if err != nil {
		db.Close()
		return nil, nil, fmt.Errorf("%w (is the database up, and has `zapis migrate` been run?)", err)
	}
	keeper := c.keeper(db)
	if err := keeper.Open(ctx); err != nil {
		db.Close()
		return nil, nil, fmt.Errorf("ZAPIS_KEYS: %w", err)
	}
	guard, err := access.Open(ctx, access.Config{DB: db, Clock: time.Now, Log: log})
	if err != nil {
		db.Close()
		return nil, nil, fmt.Errorf("%w (has `zapis migrate` been run?)", err)
	}
	say, err := words.Load()
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	book.Hear(func(now *clinic.Catalog) {
		if err := say.Adopt(jobs.OwnWords(now)); err != nil {
			log.ErrorContext(ctx, "own words not said", "error", err)
		}
	})
	wait, err := c.results()
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	check, err := c.files()
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	taught, err := taughtBy(c.Prompts)
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	rules := &jobs.Reader{Taught: taught}
	rules.Index(book.Current()) // learned now, and not while the first person waits
	house := &jobs.Talks{
		House: &jobs.House{
			DB: db, Vault: keeper.Vault, Book: book, Guard: guard, Engine: dialog.Standard(), Words: say, Senders: map[string]jobs.Sender{},
			Clock: time.Now, IDs: core.NewIDs(nil), Random: rand.Reader, Log: log, Hub: jobs.NewHub(), Crash: crash(), PublicURL: c.PublicURL,
			Anchors: c.Anchors, Results: wait,
		},
		Rules: rules, Check: check,
	}
	if err := house.OpenActs(); err != nil {
		db.Close()
		return nil, nil, err
	}
	return house, keeper, nil
}

// telegramAccount is our name of the one bot there is.
const telegramAccount = "telegram:main"

// botOf is the clinic's bot with a token.
func botOf(c config, token string) *telegram.Bot {
	return telegram.New(telegram.Config{Token: token, API: c.TelegramAPI, Account: telegramAccount, HTTP: wireHTTP()})
}

func wireHTTP() *http.Client {
	transport, _ := http.DefaultTransport.(*http.Transport)
	own := transport.Clone()
	own.MaxIdleConns, own.MaxIdleConnsPerHost = 256, 256
	return &http.Client{Transport: own}
}

// telegramBot is the bot of the settings, else the one that was connected in the cabinet; nil where there is none.
func telegramBot(ctx context.Context, c config) (*telegram.Bot, error) {
	if c.TelegramToken != "" {
		return botOf(c, c.TelegramToken), nil
	}
	var bot *telegram.Bot
	err := withDatabase(ctx, c, func(db *store.DB) error {
		h, err := messenger.Now(ctx, db, telegram.Name)
		if err != nil || !h.On() {
			return err
		}
		keeper := c.keeper(db)
		if err := keeper.Open(ctx); err != nil {
			return fmt.Errorf("ZAPIS_KEYS: %w", err)
		}
		token, err := h.Token(keeper.Vault)
		if err == nil {
			bot = botOf(c, token)
		}
		return err
	})
	return bot, err
}
