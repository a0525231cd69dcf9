package jobs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/visit"
	"github.com/zapis-clinic/zapis/dialog"
)

// The rules of telling what the clinic itself changed.
const (
	noticeBatch = 100              // each looks for other times
	movedBy     = 15 * time.Minute // a move by no more than this is left to the reminder
	ownTimes    = 3                // other times of the same doctor
	othersTimes = 2                // and of the doctors beside
	earlierBy   = 3                // days before the lost time that are looked at,
	laterBy     = 14               // and after it
)

// What a notice tells.
const (
	toldCancelled = "cancelled"
	toldMoved     = "moved"
)

// notify turns due notices into messages and says how many it settled.
func (h *House) notify(ctx context.Context) (int, error) {
	n := 0
	err := h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		due, err := tx.NoticesDue(ctx, db.NoticesDueParams{Now: h.Clock(), Rows: noticeBatch})
		if err != nil || len(due) == 0 {
			return err
		}
		n = len(due)
		bag := newMailbag(h, "notice", h.Clock())
		for _, r := range due {
			if err := h.notice(ctx, tx, r, bag); err != nil {
				return err
			}
		}
		return bag.queue(ctx, tx)
	})
	return n, err
}

// notice settles one: told, put off to the morning, or nothing to tell. Where there is something to tell and no chat to tell it in, staff
// gets a task: somebody has to call.
func (h *House) notice(ctx context.Context, tx *store.Tx, r db.NoticesDueRow, bag *mailbag) error {
	now := h.Clock()
	kind, why := untold(r, now)
	settle := db.NoticeSettleParams{VisitID: r.VisitID, State: "skipped", Kind: store.Text(kind), Why: store.Text(why)}
	switch {
	case why == noChannel || why == "consent":
		x := task{kind: "move_visit", key: r.VisitID.String(), visit: r.VisitID, patient: store.ID(r.PatientID)}
		if err := h.task(ctx, tx, x); err != nil {
			return err
		}
		return tx.NoticeSettle(ctx, settle)
	case why != "":
		return tx.NoticeSettle(ctx, settle)
	}
	branch, _ := h.Book.Current().Branch(r.BranchID)
	if morning := awake(branch, now); morning.After(now) && morning.Before(expected(r).Add(-30*time.Minute)) {
		return tx.NoticePutOff(ctx, db.NoticePutOffParams{VisitID: r.VisitID, DueAt: morning})
	} // else nobody is to come in vain because they were let sleep
	say := h.tellMoved
	if kind == toldCancelled {
		say = h.tellCancelled
	}
	text, rows, err := say(ctx, tx, r)
	if err != nil {
		return err
	}
	id, err := bag.put(post{
		chat: *r.ConversationID, channel: store.Str(r.Channel), visit: r.VisitID, until: until(r, kind), text: text, rows: rows,
		key: again(fmt.Sprintf("%s:%d:%s:0", r.VisitID, r.Version, kind), r.Tries),
	})
	if err != nil {
		return err
	}
	settle.State, settle.MessageID = queued, &id
	return tx.NoticeSettle(ctx, settle)
}

// untold says what the patient is to be told, or why nothing: the visit as it is now against what they know of it.
func untold(r db.NoticesDueRow, now time.Time) (kind, why string) {
	known, starts := r.Known.Lower.Time, r.During.Lower.Time
	slight := r.PractitionerID == r.KnownPractitioner && r.BranchID == r.KnownBranch && starts.Sub(known).Abs() <= movedBy
	kind = toldMoved
	switch status := visit.Status(r.Status); {
	case status == visit.Cancelled && r.Rebooked:
		return "", "rebooked"
	case status == visit.Cancelled && store.Str(r.CancelReason) == visit.Asked:
		return "", "asked" // they know: it was their own wish
	case status == visit.Cancelled:
		kind = toldCancelled
	case status != visit.Booked && status != visit.Confirmed:
		return "", "status"
	case slight:
		return "", "slight"
	}
	switch {
	case !until(r, kind).After(now):
		return "", "past"
	case r.DeceasedAt != nil:
		return "", "deceased"
	case r.ConversationID == nil:
		return kind, noChannel
	case r.Withdrawn:
		return kind, "consent"
	default:
		return kind, ""
	}
}

// until is when a notice is of no more use: at the time of the visit, or at that which was cancelled.
func until(r db.NoticesDueRow, kind string) time.Time {
	if kind == toldCancelled {
		return r.Known.Lower.Time
	}
	return r.During.Lower.Time
}

// expected is the first moment at which the patient may come to the clinic, as they know it or as it is.
func expected(r db.NoticesDueRow) time.Time {
	if r.During.Lower.Time.Before(r.Known.Lower.Time) {
		return r.During.Lower.Time
	}
	return r.Known.Lower.Time
}

// opening says what happened, and whose visit it is where that is not the reader's own.
func (h *House) opening(lang, key string, r db.NoticesDueRow) string {
	if r.Relation != oneself && r.Given != nil {
		return h.Words.Say(lang, key+"_for", "Name", *r.Given)
	}
	return h.Words.Say(lang, key)
}

// tellMoved says that the clinic moved a visit, from what to what.
func (h *House) tellMoved(_ context.Context, _ *store.Tx, r db.NoticesDueRow) (string, [][]dialog.Button, error) {
	lang := cmp.Or(store.Str(r.Lang), "ru")
	from, to := h.Words.Moment(lang, h.there(r.KnownBranch, r.Known.Lower.Time)), h.Words.Moment(lang, h.there(r.BranchID, r.During.Lower.Time))
	c := h.Book.Current()
	if was, _ := c.Doctor(r.KnownPractitioner); r.KnownPractitioner != r.PractitionerID {
		from += ", " + h.Words.Name(lang, was.Full())
	}
	if was, _ := c.Branch(r.KnownBranch); r.KnownBranch != r.BranchID {
		from += ", " + was.Name.In(lang) + ", " + was.Address.In(lang)
	}
	_, where, _ := strings.Cut(h.facts(lang, r.PractitionerID, r.BranchID, r.During.Lower.Time), "\n")
	text := h.opening(lang, "notice.moved", r) + "\n\n" + h.Words.Say(lang, "notice.from_to", "From", from, "To", to) + "\n" + where +
		"\n\n" + h.Words.Say(lang, "notice.suits")
	return text, h.choices(lang, r.VisitID, "", visit.Status(r.Status) == visit.Booked), nil
}

// tellCancelled says that the clinic cancelled a visit, why in words fit for it, and when else there is time.
func (h *House) tellCancelled(ctx context.Context, tx *store.Tx, r db.NoticesDueRow) (string, [][]dialog.Button, error) {
	lang := cmp.Or(store.Str(r.Lang), "ru")
	slots, err := h.otherTimes(ctx, tx, r)
	if err != nil {
		return "", nil, err
	}
	text := h.opening(lang, "notice.cancelled", r)
	if why := reason(store.Str(r.CancelReason)); why != "" {
		text += " " + h.Words.Say(lang, why)
	}
	text += "\n\n" + h.facts(lang, r.KnownPractitioner, r.KnownBranch, r.Known.Lower.Time) + "\n\n"
	var rows [][]dialog.Button
	for _, s := range slots {
		rows = append(rows, []dialog.Button{{Label: h.timeLabel(lang, s, r), Commands: h.bookThere(r, s)}})
	}
	if len(slots) > 0 {
		other := dialog.Button{Label: h.Words.Say(lang, "button.other_time"), Commands: h.bookThere(r, schedule.Slot{Doctor: r.PractitionerID, Branch: r.BranchID})}
		rows, text = append(rows, []dialog.Button{other}), text+h.Words.Say(lang, "notice.other_times")
	} else {
		text += h.Words.Say(lang, "notice.no_times")
	}
	human := dialog.Button{Label: h.Words.Say(lang, "button.ask_human"), Commands: []dialog.Command{{Do: dialog.Handoff}}}
	return text, append(rows, []dialog.Button{human}), nil
}

// reason is the key of the words for a cancellation's code. Whatever else staff wrote was not written for the patient.
func reason(code string) string {
	switch code {
	case "doctor ill":
		return "notice.why_doctor_ill"
	case "leave", "doctor away":
		return "notice.why_doctor_away"
	case "branch closed":
		return "notice.why_branch_closed"
	case "equipment":
		return "notice.why_equipment"
	default:
		return ""
	}
}

// otherTimes are what a receptionist would offer: the doctor's own on the nearest other days, as near to the lost hour as can be; then
// the nearest of those who do the same in the branch.
func (h *House) otherTimes(ctx context.Context, tx *store.Tx, r db.NoticesDueRow) ([]schedule.Slot, error) {
	lost := r.Known.Lower.Time
	free := schedule.Free{In: tx.Reading(), Book: h.Book, Clock: h.Clock}
	ask := schedule.Ask{Specialty: r.Specialty, Service: r.ServiceID, Branch: r.BranchID, From: lost.AddDate(0, 0, -earlierBy), To: lost.AddDate(0, 0, laterBy)}
	near, err := free.Nearest(ctx, core.Sys("worker"), ask)
	if err == nil && len(near) == 0 {
		ask.From, ask.To, ask.Limit = lost, time.Time{}, ownTimes
		near, err = free.Nearest(ctx, core.Sys("worker"), ask)
	}
	if err != nil {
		return nil, err
	}
	lost = h.there(r.BranchID, lost)
	slices.SortStableFunc(near, func(a, b schedule.Slot) int {
		daysA, hoursA := apart(a.Start, lost)
		daysB, hoursB := apart(b.Start, lost)
		return cmp.Or(cmp.Compare(daysA, daysB), cmp.Compare(hoursA, hoursB))
	})
	seen := map[string]bool{lost.Format(time.DateOnly): true} // that day the doctor is not to be had
	var own, beside []schedule.Slot
	for _, s := range near {
		day, at := s.Start.Format(time.DateOnly), s.Start.Format(time.DateTime)
		switch {
		case s.Doctor == r.PractitionerID && len(own) < ownTimes && !seen[day]:
			own, seen[day] = append(own, s), true
		case s.Doctor != r.PractitionerID && len(beside) < othersTimes && !seen[at]:
			beside, seen[at] = append(beside, s), true
		}
	}
	for _, list := range [][]schedule.Slot{own, beside} {
		slices.SortFunc(list, func(a, b schedule.Slot) int { return a.Start.Compare(b.Start) })
	}
	return append(own, beside...), nil
}

// apart is how far two moments of one zone lie from each other: in days, and by the clock.
func apart(a, b time.Time) (days, clock time.Duration) {
	wall := func(t time.Time) (day, hour time.Duration) {
		hour = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
		midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
		return time.Duration(midnight.Unix()) * time.Second, hour
	}
	dayA, hourA := wall(a)
	dayB, hourB := wall(b)
	return (dayA - dayB).Abs(), (hourA - hourB).Abs()
}

// timeLabel names another doctor; the same one goes without saying.
func (h *House) timeLabel(lang string, s schedule.Slot, r db.NoticesDueRow) string {
	at := h.Words.Moment(lang, s.Start)
	if s.Doctor == r.PractitionerID {
		return at
	}
	d, _ := h.Book.Current().Doctor(s.Doctor)
	return at + ", " + h.Words.Name(lang, d.Short())
}

// bookThere begins a booking of the same for the same person, with the doctor set, and the time where there is one.
func (h *House) bookThere(r db.NoticesDueRow, s schedule.Slot) []dialog.Command {
	set := func(slot, value string) dialog.Command {
		return dialog.Command{Do: dialog.Set, Slot: slot, Value: value}
	}
	cmds := []dialog.Command{
		{Do: dialog.Start, Flow: "booking"},
		set("person", store.ID(r.PatientID).String()),
		set("specialty", r.Specialty),
		set("branch", s.Branch.String()),
		set("doctor", s.Doctor.String()),
		set("service", r.ServiceID.String()),
	}
	if s.Start.IsZero() {
		return cmds
	}
	when := &dialog.Window{From: s.Start, To: s.End, Grain: dialog.Minute}
	return append(cmds, dialog.Command{Do: dialog.Set, Slot: "when", When: when})
}
