package jobs

import (
	"context"

	"github.com/zapis-clinic/zapis/core/knowledge"
	asked "github.com/zapis-clinic/zapis/core/question"
	"github.com/zapis-clinic/zapis/dialog"
)

// library is the clinic's articles as one turn's flows see them.
type library struct{ *desk }

// Find looks for the passage that answers.
func (l library) Find(ctx context.Context, text, lang string) (knowledge.Found, error) {
	return l.house.finder.Find(ctx, l.tx, knowledge.Question{Text: text, Lang: lang})
}

// Unanswered puts what was said on the list for the clinic's people.
func (l library) Unanswered(ctx context.Context, u dialog.Unanswered) error {
	box := asked.Box{Clock: l.house.Clock, IDs: l.house.IDs, Vault: l.house.Vault}
	return box.Add(ctx, l.tx, asked.New{
		Chat: l.actor.ID, Branch: u.Branch, Lang: u.Lang, Why: u.Why, Text: u.Text, Flow: u.Flow, Slot: u.Slot, Nearest: u.Nearest,
	})
}
