package visit

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// remind plans a new visit's reminders.
func (d Desk) remind(ctx context.Context, tx *store.Tx, v db.Visit) error {
	return tx.RemindersPlan(ctx, db.RemindersPlanParams{VisitID: v.ID, StartsAt: v.During.Lower.Time, Minutes: d.minutes(v), Now: d.Clock()})
}

// remindAnew plans those of a visit that was moved.
func (d Desk) remindAnew(ctx context.Context, tx *store.Tx, v db.Visit) error {
	return tx.RemindersRenew(ctx, db.RemindersRenewParams{VisitID: v.ID, StartsAt: v.During.Lower.Time, Minutes: d.minutes(v), Now: d.Clock()})
}

// minutes before a visit at which it is reminded of: the service's, or else the speciality's, or else the branch's.
func (d Desk) minutes(v db.Visit) []int32 {
	c := d.Book.Current()
	branch, _ := c.Branch(v.BranchID)
	minutes := branch.Reminders
	if x, ok := c.Specialty(v.Specialty); ok && x.Reminders != nil {
		minutes = x.Reminders
	}
	if s, ok := c.Service(v.ServiceID); ok && s.Reminders != nil {
		minutes = s.Reminders
	}
	return minutes
}

// forget takes back whatever was to be said about a visit as it was.
func (d Desk) forget(ctx context.Context, tx *store.Tx, id uuid.UUID) error {
	if err := tx.RemindersDrop(ctx, id); err != nil {
		return err
	}
	return tx.OutboxCancelVisit(ctx, &id)
}
