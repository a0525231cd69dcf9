package llm

import (
	"context"
	"io/fs"
	"strings"
	"text/template"

	"github.com/zapis-clinic/zapis/prompts"
)

// Drafter writes an answer for a member of staff to read, change and send. It never sends.
type Drafter struct {
	client *Client
	prompt *template.Template
}

// NewDrafter reads the prompt.
func NewDrafter(c *Client, files fs.FS) (*Drafter, error) {
	prompt, err := prompts.Read(files, "draft.tmpl")
	if err != nil {
		return nil, err
	}
	return &Drafter{client: c, prompt: prompt}, nil
}

// On says whether a draft can be had now: a model is named and may be asked.
func (d *Drafter) On(ctx context.Context) bool {
	leave, err := d.client.Leave(ctx)
	return err == nil && d.client.Can(Draft) && leave.Any
}

// draftTokens is how long a draft may be.
const draftTokens = 400

// Write drafts an answer to what was said in a chat, the newest last, each of at most maxSaid characters, from the clinic's own articles. own
// are the names and numbers of the chat's people: what was said leaves without them, and where something of them may be left, not at all.
func (d *Drafter) Write(ctx context.Context, lang string, own, said, articles []string) (string, error) {
	system, err := prompts.Render(d.prompt, struct {
		Lang     string
		Articles []string
	}{lang, articles})
	if err != nil {
		return "", err
	}
	ask := Ask{Purpose: Draft, Tokens: draftTokens, Privacy: Privacy{Own: own}, Messages: []Message{{System, system}}}
	for _, text := range said {
		if runes := []rune(text); len(runes) > maxSaid {
			text = string(runes[:maxSaid])
		}
		ask.Messages = append(ask.Messages, Message{User, text})
	}
	answer, err := d.client.Chat(ctx, ask)
	return strings.TrimSpace(answer.Text), err
}
