package jobs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/visit"
	"github.com/zapis-clinic/zapis/dialog"
)

// oneself is the relation of a chat to the person's own card.
const oneself = "self"

// The rules of sending reminders.
const (
	reminderBatch = 1000
	tooNear       = 2 * time.Hour    // a reminder of the day before that comes this late says nothing new
	lateBy        = 6 * time.Hour    // how long after its moment a reminder of a day before may still go out
	lateBySoon    = 75 * time.Minute // and one of a few hours before: a server's clock may be an hour off
)

// Remind turns due reminders and notices into messages and says how many rows it settled. It may run anywhere at any time: rows are
// taken once, and the messages' keys stand against a second telling.
func (h *House) Remind(ctx context.Context) (int, error) {
	told, err := h.notify(ctx)
	if err != nil {
		return told, fmt.Errorf("due notices: %w", err)
	}
	n := 0
	err = h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		due, err := tx.RemindersDue(ctx, db.RemindersDueParams{Now: h.Clock(), Rows: reminderBatch})
		if err != nil || len(due) == 0 {
			return err
		}
		n = len(due)
		p := h.plan(due)
		return p.write(ctx, tx)
	})
	if err != nil {
		return told, fmt.Errorf("due reminders: %w", err)
	}
	return told + n, nil
}

// plan is what becomes of a batch of due reminders.
type plan struct {
	*House
	now    time.Time
	settle db.RemindersSettleParams
	later  []db.RemindersPutParams
	notes  map[string]note // by chat, day and lead time: visits of one day share one message
	order  []string
}

// note is one message about one visit or several of the same day.
type note []db.RemindersDueRow

func (h *House) plan(due []db.RemindersDueRow) *plan {
	p := &plan{House: h, now: h.Clock(), notes: map[string]note{}}
	for _, r := range due {
		branch, _ := h.Book.Current().Branch(r.BranchID)
		if why := unsuited(r, p.now); why != "" {
			p.done(r, "skipped", why, uuid.Nil)
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
	long, allowed := time.Duration(r.Minutes)*time.Minute > 3*time.Hour, lateBySoon
	if long {
		allowed = lateBy
	}
	switch status := visit.Status(r.Status); {
	case status != visit.Booked && status != visit.Confirmed:
		return "status"
	case status == visit.Confirmed && !long:
		return "confirmed" // who has said yes is reminded once
	case r.DeceasedAt != nil:
		return "deceased"
	case !starts.After(now):
		return "past"
	case long && starts.Sub(now) < tooNear, now.Sub(r.DueAt) > allowed:
		return "too_late"
	case r.ConversationID == nil:
		return noChannel
	case r.Withdrawn:
		return "consent"
	case r.Muted:
		return "refused"
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
		p.done(r, "skipped", "quiet_hours", uuid.Nil)
		return
	}
	p.later = append(p.later, db.RemindersPutParams{VisitID: r.VisitID, Minutes: r.Minutes, DueAt: morning})
}

func (p *plan) done(r db.RemindersDueRow, state, why string, message uuid.UUID) {
	p.settle.Visits, p.settle.Minutes = append(p.settle.Visits, r.VisitID), append(p.settle.Minutes, r.Minutes)
	p.settle.States, p.settle.Whys = append(p.settle.States, state), append(p.settle.Whys, why)
	p.settle.Messages = append(p.settle.Messages, message)
}

func (p *plan) add(r db.RemindersDueRow, b clinic.Branch) {
	day := r.During.Lower.Time.In(b.Zone).Format(time.DateOnly)
	key := fmt.Sprintf("%s:%s:%d", r.ConversationID, day, r.Minutes)
	if p.notes[key] == nil {
		p.order = append(p.order, key)
	}
	p.notes[key] = append(p.notes[key], r)
}

// write settles the rows and queues the messages, all by a handful of statements.
func (p *plan) write(ctx context.Context, tx *store.Tx) error {
	bag := newMailbag(p.House, "reminder", p.now)
	for _, key := range p.order {
		if err := p.letter(p.notes[key], bag); err != nil {
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
	return bag.queue(ctx, tx)
}

func (p *plan) letter(n note, bag *mailbag) error {
	slices.SortFunc(n, func(a, b db.RemindersDueRow) int {
		return cmp.Or(a.During.Lower.Time.Compare(b.During.Lower.Time), strings.Compare(a.VisitID.String(), b.VisitID.String()))
	})
	first := n[0]
	id, err := bag.put(post{
		chat: *first.ConversationID, channel: store.Str(first.Channel), visit: first.VisitID, until: first.During.Lower.Time,
		key: again(fmt.Sprintf("%s:%d:reminder:%d", first.VisitID, first.Version, first.Minutes), first.Tries), text: p.text(n), rows: p.actions(n),
	})
	for _, r := range n {
		p.done(r, queued, "", id)
	}
	return err
}

// again is the key of a message that another chat is told after the first turned out to be blocked.
func again(key string, tries int32) string {
	if tries == 0 {
		return key
	}
	return fmt.Sprintf("%s:again%d", key, tries)
}

// mixed says whether a message speaks of the visits of different people, so that each needs its name.
func (n note) mixed() bool {
	return slices.ContainsFunc(n, func(r db.RemindersDueRow) bool { return store.ID(r.PatientID) != store.ID(n[0].PatientID) })
}

// text is the reminder as the person reads it: who, in how long, and every fact in full.
func (p *plan) text(n note) string {
	first := n[0]
	lang := cmp.Or(store.Str(first.Lang), "ru")
	in := p.Words.In(lang, first.During.Lower.Time.Sub(p.now).Round(time.Hour))
	var parts []string
	switch {
	case n.mixed():
		parts = append(parts, p.Words.Say(lang, "reminder.several_people", "In", in))
	case first.Relation != oneself && first.Given != nil:
		parts = append(parts, p.Words.Say(lang, "reminder.text_for", "Name", *first.Given, "In", in))
	case len(n) > 1:
		parts = append(parts, p.Words.Say(lang, "reminder.several", "In", in))
	default:
		parts = append(parts, p.Words.Say(lang, "reminder.text", "In", in))
	}
	for _, r := range n {
		facts := p.facts(lang, r.PractitionerID, r.BranchID, r.During.Lower.Time)
		if n.mixed() && r.Given != nil {
			facts += "\n👤 " + *r.Given
		}
		parts = append(parts, facts)
	}
	return strings.Join(parts, "\n\n")
}

// facts are when, with whom and where a visit is.
func (h *House) facts(lang string, doctor, branch uuid.UUID, at time.Time) string {
	c := h.Book.Current()
	d, _ := c.Doctor(doctor)
	b, _ := c.Branch(branch)
	return strings.Join([]string{
		"🗓 " + h.Words.Moment(lang, h.there(branch, at)),
		"👩‍⚕️ " + h.Words.Name(lang, d.Full()),
		"📍 " + b.Name.In(lang) + ", " + b.Address.In(lang),
	}, "\n")
}

// there is a moment by a branch's own clock.
func (h *House) there(branch uuid.UUID, at time.Time) time.Time {
	b, ok := h.Book.Current().Branch(branch)
	if !ok {
		return at.UTC()
	}
	return at.In(b.Zone)
}

// actions are what a reminder's buttons do: come, move, cancel; of several visits, each by its time, and its person where they differ.
func (p *plan) actions(n note) [][]dialog.Button {
	var rows [][]dialog.Button
	for _, r := range n {
		which := ""
		if len(n) > 1 {
			which = " " + p.there(r.BranchID, r.During.Lower.Time).Format("15:04")
		}
		if n.mixed() && r.Given != nil {
			which += " " + *r.Given
		}
		rows = append(rows, p.choices(cmp.Or(store.Str(r.Lang), "ru"), r.VisitID, which, visit.Status(r.Status) == visit.Booked)...)
	}
	return rows
}

// choices are the buttons of a visit that was spoken of: come (where nobody has said so yet), move, cancel.
func (h *House) choices(lang string, id uuid.UUID, which string, open bool) [][]dialog.Button {
	do := func(key, flow string) dialog.Button { return visitButton(h.Words.Say(lang, key)+which, flow, id) }
	rows := [][]dialog.Button{{do("button.move", "reschedule"), do("button.cancel_visit", "cancel")}}
	if open {
		rows = append([][]dialog.Button{{do("button.confirm_visit", "confirm")}}, rows...)
	}
	return rows
}

func visitButton(text, flow string, id uuid.UUID) dialog.Button {
	return dialog.Button{Label: text, Commands: []dialog.Command{
		{Do: dialog.Start, Flow: flow}, {Do: dialog.Set, Slot: "visit", Value: id.String()},
	}}
}
