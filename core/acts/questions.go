package acts

import (
	"context"
	"regexp"
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/question"
	"github.com/zapis-clinic/zapis/core/store"
)

// counter does the acts with questions that nobody could answer. What was said is shown without names and numbers, and no row leads to whose
// it was.
type counter struct {
	Means
	question.Box
}

func questions(m Means) []Act {
	c := counter{m, question.Box{Clock: m.Clock, IDs: m.IDs, Vault: m.Vault}}
	return []Act{
		{core.Questions, core.Read, "", c.list},
		{core.Questions, core.Update, "", c.settle},
	}
}

// list shows the question ID, or the newest of a "state": open where none is told.
func (c counter) list(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := c.asker(tx, core.Questions, core.Read, in)
	best, err := a.might()
	if err != nil {
		return Output{}, err
	}
	var rows []question.Question
	if in.ID != uuid.Nil {
		one, err := c.One(ctx, tx, in.ID)
		if err != nil {
			return Output{}, err
		}
		rows = []question.Question{one}
	} else {
		state := in.Fields[keyState]
		if !slices.Contains([]string{"settled", "dismissed"}, state) {
			state = "open"
		}
		if rows, err = c.List(ctx, tx, state); err != nil {
			return Output{}, err
		}
	}
	out := Output{View: best.View, Rows: []Row{}}
	for _, q := range rows {
		if _, ok := a.allows(c.facts(a, q)); ok {
			out.Rows = append(out.Rows, c.row(q))
		}
	}
	if in.ID != uuid.Nil && len(out.Rows) == 0 {
		return Output{}, core.Refuse(core.NotFound, "not_found")
	}
	return out, nil
}

// facts: what was about no branch is every desk's.
func (c counter) facts(a *asker, q question.Question) core.Facts {
	f := a.base("")
	f.Branch = a.inBranch(q.Branch) || (q.Branch == uuid.Nil && a.tx.Actor.Kind == core.Staff)
	return f
}

func (c counter) row(q question.Question) Row {
	return Row{
		keyID: q.ID, "why": q.Why, "text": q.Text, "lang": q.Lang, "flow": q.Flow, "slot": q.Slot, "nearest": q.Nearest, keyState: q.State,
		"right_flow": q.RightFlow, "right_article": q.RightArticle, keyAt: shown(q.At),
	}
}

// flowName is how a flow is called; which there are is the dialog's to know.
var flowName = regexp.MustCompile(`^[a-z][a-z_]{0,39}$`)

// settle says of the question ID which "flow" or which "article" was right; with neither, that there is nothing to learn from it.
func (c counter) settle(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := c.asker(tx, core.Questions, core.Update, in)
	q, err := c.One(ctx, tx, in.ID)
	if err != nil {
		return Output{}, err
	}
	verdict, err := a.object(c.facts(a, q))
	if err != nil {
		return Output{}, err
	}
	r := question.Ruling{ID: q.ID, Flow: in.Fields["flow"], Article: in.Fields["article"]}
	if r.Flow != "" && !flowName.MatchString(r.Flow) {
		return Output{}, wrong("flow")
	}
	if r.Article != "" && !slices.ContainsFunc(c.Catalog.Current().Articles, func(a clinic.Article) bool { return a.Slug == r.Article }) {
		return Output{}, wrong("article")
	}
	return One(verdict.View, Row{keyID: q.ID}), c.Settle(ctx, tx, r)
}
