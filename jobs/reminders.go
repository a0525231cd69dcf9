package jobs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/dialog"
)

// The rules of sending reminders.
const (
	reminderBatch = 1000
	tooNear       = 90 * time.Minute // a reminder of the day before that comes this late says nothing new
	lateBy        = 6 * time.Hour    // how long after its moment a reminder of a day before may still go out
)

// Remind turns due reminders into messages and says how many rows it settled. It may run anywhere at any time: rows are taken
// once, and the messages' keys stand against a second telling.
func (h *House) Remind(ctx context.Context) (int, error) {
	n := 0
	err := h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		due, err := tx.RemindersDue(ctx, db.RemindersDueParams{Now: h.Clock(), Rows: reminderBatch})
		if err != nil || len(due) == 0 {
			return err
		}
		n = len(due)
		p := h.plan(due)
		return p.write(ctx, tx)
	})
	if err != nil {
		return 0, fmt.Errorf("due reminders: %w", err)
	}
	return n, nil
}

// plan is what becomes of a batch of due reminders.
type plan struct {
	*House
	now    time.Time
	settle db.RemindersSettleParams
	later  []db.RemindersPutParams
	notes  map[string]*note // by chat, day and lead time: visits of one day share one message
	order  []string
}

// note is one message about one visit or several of the same day.
type note struct {
	due    []db.RemindersDueRow
	branch clinic.Branch
	after  time.Time // not before
}

func (h *House) plan(due []db.RemindersDueRow) *plan {
	p := &plan{House: h, now: h.Clock(), notes: map[string]*note{}}
	for _, r := range due {
		branch, _ := h.Book.Current().Branch(r.BranchID)
		if why := unsuited(r, p.now); why != "" {
			p.done(r, "skipped", why)
			continue
		}
		if at := awake(branch, p.now); at.After(p.now) {
			p.sleep(r, at)
			continue
		}
		p.add(r, branch)
	}
	return p
}

// unsuited says why a reminder is not sent at all; "" where it is.
func unsuited(r db.RemindersDueRow, now time.Time) string {
	starts := r.During.Lower.Time
	long := time.Duration(r.Minutes)*time.Minute > 3*time.Hour
	switch {
	case r.Status != "booked" && r.Status != "confirmed":
		return "status"
	case r.Status == "confirmed" && !long:
		return "confirmed" // who has said yes is reminded once
	case r.DeceasedAt != nil:
		return "deceased"
	case !starts.After(now):
		return "past"
	case long && starts.Sub(now) < tooNear, long && now.Sub(r.DueAt) > lateBy:
		return "too_late"
	case r.ConversationID == nil:
		return "no_channel"
	default:
		return ""
	}
}

// awake is now, or the morning where a branch sleeps: nobody is woken by a clinic.
func awake(b clinic.Branch, now time.Time) time.Time {
	if b.Zone == nil || b.QuietFrom == b.QuietTo {
		return now
	}
	local := now.In(b.Zone)
	h := local.Hour()
	morning := func(days int) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()+days, b.QuietTo, 0, 0, 0, b.Zone)
	}
	switch over := b.QuietFrom > b.QuietTo; { // midnight
	case over && h >= b.QuietFrom:
		return morning(1)
	case h < b.QuietTo && (over || h >= b.QuietFrom):
		return morning(0)
	default:
		return now
	}
}

// sleep puts a reminder off to the morning, or gives it up where the visit is by then too near.
func (p *plan) sleep(r db.RemindersDueRow, morning time.Time) {
	if !morning.Before(r.During.Lower.Time.Add(-30 * time.Minute)) {
		p.done(r, "skipped", "quiet_hours")
		return
	}
	p.later = append(p.later, db.RemindersPutParams{VisitID: r.VisitID, Minutes: r.Minutes, DueAt: morning})
}

func (p *plan) done(r db.RemindersDueRow, state, why string) {
	p.settle.Visits, p.settle.Minutes = append(p.settle.Visits, r.VisitID), append(p.settle.Minutes, r.Minutes)
	p.settle.States, p.settle.Whys = append(p.settle.States, state), append(p.settle.Whys, why)
}

func (p *plan) add(r db.RemindersDueRow, b clinic.Branch) {
	day := r.During.Lower.Time.In(b.Zone).Format(time.DateOnly)
	key := fmt.Sprintf("%s:%s:%d", r.ConversationID, day, r.Minutes)
	if p.notes[key] == nil {
		p.notes[key] = &note{branch: b}
		p.order = append(p.order, key)
	}
	p.notes[key].due = append(p.notes[key].due, r)
	p.done(r, "queued", "")
}

// write settles the rows and queues the messages, all by a handful of statements.
func (p *plan) write(ctx context.Context, tx *store.Tx) error {
	out := db.OutboxAddManyParams{Lane: "service", Kind: "reminder", CreatedAt: p.now}
	keys := db.KeyboardAddManyParams{Flow: "reminder", Step: "", CreatedAt: p.now}
	for _, key := range p.order {
		if err := p.letter(p.notes[key], &out, &keys); err != nil {
			return err
		}
	}
	if err := tx.RemindersSettle(ctx, p.settle); err != nil {
		return err
	}
	for _, l := range p.later {
		if err := tx.RemindersPut(ctx, l); err != nil {
			return err
		}
	}
	if len(out.Ids) == 0 {
		return nil
	}
	if err := tx.OutboxAddMany(ctx, out); err != nil {
		return err
	}
	return tx.KeyboardAddMany(ctx, keys)
}

func (p *plan) letter(n *note, out *db.OutboxAddManyParams, keys *db.KeyboardAddManyParams) error {
	slices.SortFunc(n.due, func(a, b db.RemindersDueRow) int {
		return cmp.Or(a.During.Lower.Time.Compare(b.During.Lower.Time), strings.Compare(a.VisitID.String(), b.VisitID.String()))
	})
	first := n.due[0]
	token, err := p.token()
	if err != nil {
		return err
	}
	actions, choices := label(token, p.actions(n))
	body, err := json.Marshal(conversation.Outgoing{Text: p.text(n), Buttons: choices})
	if err != nil {
		return err
	}
	data, err := json.Marshal(actions)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(token))
	keys.Hashes, keys.Conversations = append(keys.Hashes, sum[:]), append(keys.Conversations, *first.ConversationID)
	keys.Actions, keys.Expires = append(keys.Actions, data), append(keys.Expires, first.During.Lower.Time)
	out.Ids, out.Conversations = append(out.Ids, p.IDs()), append(out.Conversations, *first.ConversationID)
	out.Channels, out.Bodies = append(out.Channels, store.Str(first.Channel)), append(out.Bodies, body)
	out.OutboxKeys = append(out.OutboxKeys, fmt.Sprintf("%s:%d:reminder:%d", first.VisitID, first.Version, first.Minutes))
	out.Visits, out.NotBefores = append(out.Visits, first.VisitID), append(out.NotBefores, p.now)
	out.NotAfters = append(out.NotAfters, first.During.Lower.Time)
	return nil
}

// text is the reminder as the person reads it: who, in how long, and every fact in full.
func (p *plan) text(n *note) string {
	first := n.due[0]
	lang := cmp.Or(store.Str(first.Lang), "ru")
	in := p.Words.In(lang, first.During.Lower.Time.Sub(p.now).Round(time.Hour))
	var parts []string
	switch {
	case len(n.due) > 1:
		parts = append(parts, p.Words.Say(lang, "reminder.several", "In", in))
	case first.Relation != "self" && first.Given != nil:
		parts = append(parts, p.Words.Say(lang, "reminder.text_for", "Name", *first.Given, "In", in))
	default:
		parts = append(parts, p.Words.Say(lang, "reminder.text", "In", in))
	}
	for _, r := range n.due {
		parts = append(parts, p.facts(lang, r, n.branch))
	}
	return strings.Join(parts, "\n\n")
}

func (p *plan) facts(lang string, r db.RemindersDueRow, b clinic.Branch) string {
	c := p.Book.Current()
	doctor, _ := c.Doctor(r.PractitionerID)
	if here, ok := c.Branch(r.BranchID); ok {
		b = here
	}
	return strings.Join([]string{
		"🗓 " + p.Words.Moment(lang, r.During.Lower.Time.In(b.Zone)),
		"👩‍⚕️ " + doctor.Full(),
		"📍 " + b.Name.In(lang) + ", " + b.Address.In(lang),
	}, "\n")
}

// actions are what a reminder's buttons do: come, move, cancel; of several visits, each by its time.
func (p *plan) actions(n *note) [][]dialog.Button {
	var rows [][]dialog.Button
	for _, r := range n.due {
		lang := cmp.Or(store.Str(r.Lang), "ru")
		at := ""
		if len(n.due) > 1 {
			at = " " + r.During.Lower.Time.In(n.branch.Zone).Format("15:04")
		}
		do := func(key, flow string) dialog.Button { return visitButton(p.Words.Say(lang, key)+at, flow, r.VisitID) }
		row := []dialog.Button{do("button.move", "reschedule"), do("button.cancel_visit", "cancel")}
		if r.Status == "booked" {
			rows = append(rows, []dialog.Button{do("button.confirm_visit", "confirm")})
		}
		rows = append(rows, row)
	}
	return rows
}

func visitButton(text, flow string, id uuid.UUID) dialog.Button {
	return dialog.Button{Label: text, Commands: []dialog.Command{
		{Do: dialog.Start, Flow: flow}, {Do: dialog.Set, Slot: "visit", Value: id.String()},
	}}
}
