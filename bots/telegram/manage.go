package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// Me asks who the bot is: its username, without "@". It is also how to find out whether the token is right.
func (b *Bot) Me(ctx context.Context) (username string, err error) {
	raw, err := b.call(ctx, "getMe", nil)
	if err != nil {
		return "", err
	}
	var me struct {
		Username string `json:"username"`
	}
	if err := json.Unmarshal(raw, &me); err != nil || me.Username == "" {
		return "", errors.New("getMe: an answer without a username")
	}
	return me.Username, nil
}

// Command is a line of the bot's menu. Name is 1–32 of a–z, 0–9 and _; About is what the person reads, 1–256 characters.
type Command struct {
	Name  string `json:"command"`
	About string `json:"description"`
}

// SetCommands sets the menu for people whose Telegram speaks lang, a two-letter code; "" is everybody else.
func (b *Bot) SetCommands(ctx context.Context, lang string, commands []Command) error {
	raw, err := json.Marshal(commands)
	if err != nil {
		return fmt.Errorf("encoding the menu: %w", err)
	}
	params := tgbotapi.Params{"commands": string(raw)}
	params.AddNonEmpty("language_code", lang)
	_, err = b.call(ctx, "setMyCommands", params)
	return err
}

// webhookConnections is how many updates Telegram may deliver at once; its default is 40.
const webhookConnections = "64"

// SetWebhook tells Telegram to deliver updates to address, with secret in their header: 1–256 of A–Z, a–z, 0–9, _ and -.
func (b *Bot) SetWebhook(ctx context.Context, address, secret string) error {
	_, err := b.call(ctx, "setWebhook", tgbotapi.Params{
		"url": address, "secret_token": secret, "allowed_updates": allowedUpdates, "max_connections": webhookConnections,
	})
	return err
}

// DeleteWebhook turns to polling. Updates that wait are kept.
func (b *Bot) DeleteWebhook(ctx context.Context) error {
	_, err := b.call(ctx, "deleteWebhook", nil)
	return err
}

// usernames are 5–32 characters (core.telegram.org/method/account.checkUsername); bots of Telegram's own may be shorter.
var usernames = regexp.MustCompile(`^[A-Za-z0-9_]{3,32}$`)

// DeepLink is the link that opens the bot and brings token as Incoming.Start. A token that Telegram would silently drop is an error.
func DeepLink(username, token string) (string, error) {
	if !usernames.MatchString(username) {
		return "", errors.New("a deep link needs the bot's username, without @")
	}
	if !startPayload.MatchString(token) {
		return "", errors.New("a deep link's token is 1 to 64 of A-Z, a-z, 0-9, _ and -")
	}
	return "https://t.me/" + username + "?start=" + token, nil
}
