package dialog

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
)

// Payment tells what is due and how to pay. What went wrong with a payment is for a human.
func Payment() Flow {
	return Flow{Name: "payment", Finish: func(ctx context.Context, t *Talk) (Outcome, error) {
		bills, err := t.bills(ctx)
		if err != nil {
			return Outcome{}, err
		}
		parts := slices.Concat(bills, t.articles("payment"))
		if len(parts) == 0 {
			return Outcome{}, refusing("article_missing")
		}
		return Outcome{Replies: []Reply{{Text: strings.Join(parts, "\n\n"), Keep: true, Buttons: [][]Button{
			{{Label: t.Say("button.ask_human"), Commands: []Command{{Do: Handoff}}}},
		}}}}, nil
	}}
}

// mostBills is how many invoices are told; the desk knows the rest.
const mostBills = 5

// bills says of the newest invoices what is due, or that they are paid.
func (t *Talk) bills(ctx context.Context) ([]string, error) {
	family, err := t.Desk.People.Family(ctx)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, p := range family {
		out, err := t.Desk.Doings.Do(ctx, core.Payments, core.Read, acts.Input{Patient: p.ID})
		if core.Refusal(err) != nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, row := range out.Rows {
			if line := t.bill(row); line != "" && len(lines) < mostBills {
				lines = append(lines, line)
			}
		}
	}
	if len(lines) == 0 {
		return nil, nil
	}
	return []string{strings.Join(append([]string{t.Say("payment.title")}, lines...), "\n")}, nil
}

// bill is one invoice in a line; nothing of one that was voided.
func (t *Talk) bill(row acts.Row) string {
	currency, _ := row["currency"].(string)
	at, _ := row["at"].(string)
	day, err := time.Parse(time.RFC3339, at)
	if err != nil || row["state"] == "void" {
		return ""
	}
	of := t.Words.Far(t.Lang, day.In(t.zone()), t.Now.In(t.zone()))
	if due, _ := row["due"].(int64); due > 0 {
		return t.Say("payment.due", "Sum", core.Money(due, currency), "Day", of)
	}
	total, _ := row["total"].(int64)
	return t.Say("payment.paid", "Sum", core.Money(total, currency), "Day", of)
}

// idOf reads an id of a row.
func idOf(row acts.Row, key string) uuid.UUID {
	id, _ := row[key].(uuid.UUID)
	return id
}
