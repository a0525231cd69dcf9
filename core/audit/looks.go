package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// LookedAt is what one person or machine did with one class of a patient's data on one day: how often they looked and how often they
// changed something, through what. Nothing of what was there.
type LookedAt struct {
	Day        time.Time // midnight, in UTC, of the day in the zone that was asked for
	Kind       core.Kind // Staff or Service
	Role       string
	Surname    string // of who treats: doctors, nurses, the head; empty for everybody else
	Given      string
	Patronymic string
	Class      core.Class
	Channel    string
	Glass      bool // the glass was broken
	Looks      int64
	Changes    int64
	First      time.Time
	Last       time.Time
}

// Looking is a question who looked at a patient's record: on days before Before in Zone; the zero time is up to now.
type Looking struct {
	Patient uuid.UUID
	Zone    *time.Location
	Before  time.Time
}

// mostLooks bounds one answer. It holds whole days: ask for those before the last one for more.
const mostLooks = 200

// Looks answers to the patient, or to whoever may speak for them, who looked at their medical data: by day, the latest first, and by person.
// A chat whose person is not verified, and anybody else, is refused as where there is no such patient; Zapis itself may ask for a
// person's data to be handed over. More says that there are earlier days.
func Looks(ctx context.Context, in store.Opener, actor core.Actor, q Looking) (list []LookedAt, more bool, err error) {
	var rows []db.AuditLooksRow
	err = in.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := mayAsk(ctx, tx, q.Patient); err != nil {
			return err
		}
		ask := db.AuditLooksParams{Patient: q.Patient, Zone: q.Zone.String(), Most: mostLooks + 1}
		if !q.Before.IsZero() {
			ask.Before = &q.Before
		}
		rows, err = tx.AuditLooks(ctx, ask)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("who looked at a record: %w", err)
	}
	for _, r := range wholeDays(rows) {
		list = append(list, LookedAt{
			Day: r.Day, Kind: core.Kind(r.Kind), Role: r.Role, Surname: r.Surname, Given: r.Given, Patronymic: r.Patronymic, Class: core.Class(r.Class),
			Channel: r.Channel, Glass: r.Glass, Looks: r.Looks, Changes: r.Changes, First: r.FirstAt, Last: r.LastAt,
		})
	}
	return list, len(rows) > len(list), nil
}

// mayAsk is nil for Zapis itself and for a chat whose verified person the patient is, where the rules allow it.
func mayAsk(ctx context.Context, tx *store.Tx, patient uuid.UUID) error {
	if tx.Actor.Kind == core.System {
		return nil
	}
	ward, err := tx.AuditWard(ctx, patient)
	if err != nil {
		return err
	}
	facts := core.Facts{Own: ward, Verified: ward}
	if !ward || !allowed(tx.Actor, core.Ask{Action: core.Read, Class: core.AuditLog, Facts: facts}) {
		return core.Refuse(core.NotFound, "not_found")
	}
	return nil
}

// allowed asks the rules that the actor came with; without any, nothing is.
func allowed(actor core.Actor, ask core.Ask) bool {
	return actor.Rules != nil && actor.Rules.Decide(actor, ask).Allowed
}

// wholeDays leaves the last day out where the list was cut off in it, unless there is no other.
func wholeDays(rows []db.AuditLooksRow) []db.AuditLooksRow {
	if len(rows) <= mostLooks {
		return rows
	}
	last := rows[len(rows)-1].Day
	for i, r := range rows {
		if r.Day.Equal(last) && i > 0 {
			return rows[:i]
		}
	}
	return rows[:mostLooks]
}
