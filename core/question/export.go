package question

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Case is a corrected question as a line of an evaluation set.
type Case struct {
	Text    string   `json:"text"`
	Flow    []string `json:"flow,omitempty"`    // that was right
	Article string   `json:"article,omitempty"` // that answers
	Lang    string   `json:"lang,omitempty"`
	Running string   `json:"running,omitempty"` // the flow under way when it was said
	Asked   string   `json:"asked,omitempty"`   // the slot asked for
}

// Export gives every settled question to each, the oldest ruling first, and puts itself on record.
func (b Box) Export(ctx context.Context, in store.Opener, actor core.Actor, each func(Case) error) error {
	n := 0
	err := in.InTx(ctx, actor, func(tx *store.Tx) error {
		after := db.QuestionsSettledParams{AfterAt: time.Unix(0, 0), AfterID: uuid.Nil}
		for {
			rows, err := tx.QuestionsSettled(ctx, after)
			if err != nil {
				return err
			}
			list, err := b.open(rows)
			if err != nil {
				return err
			}
			for _, q := range list {
				if err := each(caseOf(q)); err != nil {
					return err
				}
				n++
			}
			if len(rows) == 0 {
				return audit.Add(ctx, tx, audit.Entry{ID: b.IDs(), At: b.Clock(), Action: "question.export", Object: "question", Count: int32(n)}) //nolint:gosec // a list people made
			}
			last := rows[len(rows)-1]
			after.AfterAt, after.AfterID = *last.SettledAt, last.ID
		}
	})
	if err != nil {
		return fmt.Errorf("export questions: %w", err)
	}
	return nil
}

func caseOf(q Question) Case {
	c := Case{Text: q.Text, Article: q.RightArticle, Lang: q.Lang, Running: q.Flow, Asked: q.Slot}
	if q.RightFlow != "" {
		c.Flow = []string{q.RightFlow}
	}
	return c
}
