package report

import (
	"context"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// outcomes are what becomes of a talk, in the order of report_talks.
func outcomes() []string { return []string{"answered", "waiting", "booked", "lost", "bot"} }

// talks is what becomes of what people write: whether the bot was enough.
func talks(ctx context.Context, tx *store.Tx, a Ask, s Scope) ([]Table, error) {
	rows, err := tx.ReportTalks(ctx, db.ReportTalksParams{FromDay: a.From, ToDay: a.To})
	if err != nil {
		return nil, err
	}
	var atoms []atom
	for _, r := range rows {
		atoms = append(atoms, atom{month: r.Month, code: r.Channel, fewest: r.Fewest, n: []int64{r.Answered, r.Waiting, r.Booked, r.Lost, r.Bot}})
	}
	if s.Few {
		atoms, _ = pool(atoms)
	}
	channel := sheet{
		side: ByChannel, main: 1, width: len(outcomes()), row: func(x atom) Row { return Row{Code: x.code} }, figures: talkFigures,
		columns: []Column{{"talks", Count}, {"alone", Share}, {"bot_booked", Count}, {"answered", Count}, {"called", Count}, {"lost_talks", Count}},
	}
	return []Table{channel.table(atoms, true), outcomeTable(atoms)}, nil
}

func talkFigures(n []int64) []Figure {
	answered, waiting, booked, lost, bot := n[0], n[1], n[2], n[3], n[4]
	all := answered + waiting + booked + lost + bot
	return []Figure{number(all), ratio(booked+lost+bot, all), number(booked), number(answered), number(waiting), number(lost)}
}

// outcomeTable is the same, by what became of the talks. Its rows are sums over everybody, so they are of ten people or of none.
func outcomeTable(atoms []atom) Table {
	t := Table{Side: ByOutcome, Main: 0, Columns: []Column{{"talks", Count}, {"talk_share", Share}}}
	n, all := sum(len(outcomes()), atoms), int64(0)
	for _, x := range n {
		all += x
	}
	if all == 0 {
		return t
	}
	for i, code := range outcomes() {
		t.Rows = append(t.Rows, Row{Code: code, Figures: []Figure{number(n[i]), ratio(n[i], all)}})
	}
	t.Total.Figures = []Figure{number(all), ratio(all, all)}
	return t
}

// answers is how long people waited for people.
func answers(ctx context.Context, tx *store.Tx, a Ask, s Scope) ([]Table, error) {
	rows, err := tx.ReportAnswers(ctx, db.ReportAnswersParams{FromDay: a.From, ToDay: a.To})
	if err != nil {
		return nil, err
	}
	columns := []Column{{"answer_half", Minutes}, {"answer_most", Minutes}, {"kept", Share}, {"answers", Count}, {"unanswered", Count}}
	channel, weekday := Table{Side: ByChannel, Columns: columns}, Table{Side: ByWeekday, Columns: columns}
	for _, r := range rows {
		row := Row{Code: r.Code, Figures: answerFigures(r, s)}
		switch r.Side {
		case "channel":
			channel.Rows = append(channel.Rows, row)
		case "weekday":
			row.Figures[4] = Figure{} // of somebody who waits still there is no day
			weekday.Rows = append(weekday.Rows, row)
		default:
			channel.Total, weekday.Total = row, row
		}
	}
	return []Table{channel, weekday}, nil
}

// answerFigures: counts are told to those who may read the chats alone, for a month's could be told apart by taking one period from another.
func answerFigures(r db.ReportAnswersRow, s Scope) []Figure {
	known := r.Answers > 0
	out := []Figure{{Value: r.Half, Known: known}, {Value: r.Most, Known: known}, ratio(r.Kept, r.Answers), number(r.Answers), number(r.Unanswered)}
	if !s.Few {
		return out
	}
	hide(out[3:])
	if r.People < least {
		hide(out)
	}
	if r.Kept < least && r.Kept > 0 || r.Answers-r.Kept < least && r.Kept < r.Answers {
		hide(out[2:3])
	}
	return out
}
