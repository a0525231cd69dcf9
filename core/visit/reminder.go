package visit

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// remind plans a visit's reminders: the service's, or else the speciality's, or else the branch's.
func (d Desk) remind(ctx context.Context, tx *store.Tx, v db.Visit) error {
	c := d.Book.Current()
	branch, _ := c.Branch(v.BranchID)
	minutes := branch.Reminders
	if x, ok := c.Specialty(v.Specialty); ok && x.Reminders != nil {
		minutes = x.Reminders
	}
	if s, ok := c.Service(v.ServiceID); ok && s.Reminders != nil {
		minutes = s.Reminders
	}
	return tx.RemindersPlan(ctx, db.RemindersPlanParams{VisitID: v.ID, StartsAt: v.During.Lower.Time, Minutes: minutes, Now: d.Clock()})
}

// forget takes back whatever was to be said about a visit as it was.
func (d Desk) forget(ctx context.Context, tx *store.Tx, id uuid.UUID) error {
	if err := tx.RemindersDrop(ctx, id); err != nil {
		return err
	}
	return tx.OutboxCancelVisit(ctx, &id)
}
