package acts

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/feedback"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// box does the acts with feedback.
type box struct {
	Means
	feedback.Box
}

func feedbacks(m Means) []Act {
	b := box{m, feedback.Box{Clock: m.Clock, IDs: m.IDs, Vault: m.Vault}}
	return []Act{
		{core.Feedback, core.Create, "", b.create},
		{core.Feedback, core.Read, "", b.read},
		{core.Feedback, core.Update, "", b.reply},
		m.counts(core.Feedback, core.Aggregate),
	}
}

// maxWords bounds what somebody writes: a messenger's message.
const maxWords = 4000

// create takes a patient's "score" of Visit, their words ("text") on it, or both.
func (b box) create(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := b.asker(tx, core.Feedback, core.Create, in)
	v, err := tx.Visit(ctx, in.Visit)
	if err != nil {
		return Output{}, store.NoRows(err, "not_found")
	}
	f, err := a.of(ctx, store.ID(v.PatientID))
	if err != nil {
		return Output{}, err
	}
	verdict, err := a.object(f)
	if err != nil {
		return Output{}, err
	}
	if in.Fields["score"] != "" {
		n, err := in.number("score", 0, 10)
		if err != nil {
			return Output{}, err
		}
		if err := b.Score(ctx, tx, v, int16(n)); err != nil { //nolint:gosec // 0 to 10
			return Output{}, err
		}
	}
	if in.Fields["text"] == "" && in.Fields["score"] != "" {
		return One(verdict.View, Row{keyVisit: v.ID}), nil
	}
	text, err := in.text("text", maxWords, false)
	if err != nil {
		return Output{}, err
	}
	return One(verdict.View, Row{keyVisit: v.ID}), b.Words(ctx, tx, v, text)
}

// read shows the feedback ID, or what Patient has said, or the newest. Of those that a doctor sees, nobody can tell which visit it was.
func (b box) read(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := b.asker(tx, core.Feedback, core.Read, in)
	best, err := a.might()
	if err != nil {
		return Output{}, err
	}
	list, err := b.list(ctx, tx, in)
	if err != nil {
		return Output{}, err
	}
	out := Output{View: best.View, Rows: []Row{}}
	worded := map[uuid.UUID]Row{}
	var ids []uuid.UUID
	for _, f := range list {
		v, ok := a.allows(b.facts(a, f))
		if !ok || (in.ID != uuid.Nil && v.View == access.Deidentified) || (in.Patient != uuid.Nil && v.View != access.Full) {
			continue // asked for by its id, or by whose it is, it would be somebody's
		}
		row := b.row(f, v.View)
		if v.View == access.Full {
			worded[f.ID], ids = row, append(ids, f.ID)
		}
		out.Rows = append(out.Rows, row)
	}
	if in.ID != uuid.Nil && len(out.Rows) == 0 {
		return Output{}, core.Refuse(core.NotFound, "not_found")
	}
	return out, b.words(ctx, tx, ids, worded)
}

func (b box) list(ctx context.Context, tx *store.Tx, in Input) ([]db.Feedback, error) {
	if in.ID == uuid.Nil && in.Patient != uuid.Nil {
		return tx.FeedbacksOf(ctx, in.Patient)
	}
	if in.ID == uuid.Nil {
		return tx.Feedbacks(ctx)
	}
	one, err := tx.Feedback(ctx, in.ID)
	return []db.Feedback{one}, store.NoRows(err, "not_found")
}

func (b box) facts(a *asker, f db.Feedback) core.Facts {
	facts := a.base("")
	facts.Branch, facts.Schedule = a.inBranch(f.BranchID), a.mine(f.PractitionerID)
	return facts
}

func (b box) row(f db.Feedback, view string) Row {
	row := Row{"score": f.Score, "sentiment": f.Sentiment, "topics": f.Topics}
	switch view {
	case access.Deidentified:
		row["month"] = f.CreatedAt.UTC().Format("2006-01")
	case access.Full:
		row[keyID], row[keyVisit], row[keyPatient], row[keyBranch], row[keyDoctor] = f.ID, f.VisitID, f.PatientID, f.BranchID, f.PractitionerID
		row[keyStatus], row[keyAt] = f.Status, shown(f.CreatedAt)
	default:
		row[keyBranch], row[keyStatus], row["day"] = f.BranchID, f.Status, f.CreatedAt.UTC().Format("2006-01-02")
	}
	return row
}

// words adds what was said to the rows that may have it.
func (b box) words(ctx context.Context, tx *store.Tx, ids []uuid.UUID, rows map[uuid.UUID]Row) error {
	if len(ids) == 0 {
		return nil
	}
	talk, err := b.Talk(ctx, tx, ids)
	for id, said := range talk {
		list := make([]Row, 0, len(said))
		for _, s := range said {
			list = append(list, Row{"side": s.Side, "text": s.Text, keyAt: shown(s.At)})
		}
		rows[id]["words"] = list
	}
	return err
}

// reply answers the feedback ID: "text", and "status" in_work or closed.
func (b box) reply(ctx context.Context, tx *store.Tx, in Input) (Output, error) {
	a := b.asker(tx, core.Feedback, core.Update, in)
	f, err := tx.Feedback(ctx, in.ID)
	if err != nil {
		return Output{}, store.NoRows(err, "not_found")
	}
	verdict, err := a.object(b.facts(a, f))
	if err != nil {
		return Output{}, err
	}
	text, err := in.text("text", maxWords, true)
	if err != nil {
		return Output{}, err
	}
	status, err := in.word("status", "in_work", "closed")
	if err != nil {
		return Output{}, err
	}
	return One(verdict.View, Row{keyID: f.ID, keyStatus: status}), b.Reply(ctx, tx, f, text, status)
}
