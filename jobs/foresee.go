package jobs

import (
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/visit"
)

// Foreseen is a reminder as it would go out. Why says why it would not: quiet_hours, too_late.
type Foreseen struct {
	Minutes int32
	At      time.Time
	Text    string
	Buttons []string
	Why     string
}

// Example is a visit that nobody has booked, in a branch with rules that may not stand yet.
type Example struct {
	Branch clinic.Branch
	Doctor uuid.UUID
	Starts time.Time
	Lang   string
}

// Foresee tells what a patient would be sent of a visit, by the code that sends it.
func (h *House) Foresee(e Example) []Foreseen {
	var out []Foreseen
	chat := e.Branch.ID // any: there has to be somebody to tell
	for _, minutes := range e.Branch.Reminders {
		due := e.Starts.Add(-time.Duration(minutes) * time.Minute)
		row := db.RemindersDueRow{
			Minutes: minutes, DueAt: due, BranchID: e.Branch.ID, PractitionerID: e.Doctor, Status: string(visit.Booked), During: store.Between(e.Starts, e.Starts.Add(time.Hour)),
			ConversationID: &chat, Lang: &e.Lang, Relation: oneself,
		}
		f := Foreseen{Minutes: minutes, At: awake(e.Branch, due)}
		switch {
		case f.At.After(due) && !f.At.Before(e.Starts.Add(-30*time.Minute)):
			f.Why = "quiet_hours"
		default: // put off to the morning, it is due then
			row.DueAt = f.At
			f.Why = unsuited(row, f.At)
		}
		if f.Why == "" {
			p := &plan{House: h, now: f.At}
			f.Text = p.text(note{row})
			for _, line := range p.actions(note{row}) {
				for _, b := range line {
					f.Buttons = append(f.Buttons, b.Label)
				}
			}
		}
		out = append(out, f)
	}
	return out
}
