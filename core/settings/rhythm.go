package settings

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Rhythm is when patients are reminded: of a branch's visits, with its quiet hours and the order of its channels; or, with a Code, of a
// speciality's in all branches, where they are not the branch's.
type Rhythm struct {
	Code      string   `json:"specialty_code,omitempty"`
	Own       bool     `json:"own_reminders"` // of a speciality: its own and not the branch's
	Reminders []int32  `json:"reminders"`     // minutes before the visit, the earliest first
	QuietFrom int32    `json:"quiet_from"`    // hour from which notices wait
	QuietTo   int32    `json:"quiet_to"`
	Channels  []string `json:"channels"` // tried first, in this order
}

// Bounds of a rhythm. A reminder nearer than half an hour would come to somebody who is on the way.
const (
	maxReminders = 5
	soonest      = 30
	earliest     = 14 * 24 * 60
)

// Channels are the messengers that a reminder may go by.
func Channels() []string { return []string{"telegram", "whatsapp", "max", "webchat"} }

func (r *Rhythm) item() string { return "rhythm" }

func (r *Rhythm) check(c *clinic.Catalog, subject uuid.UUID) error {
	_, place := c.Branch(subject)
	_, field := c.Specialty(r.Code)
	switch {
	case r.Code == "" && !place, r.Code != "" && (!field || subject != SpecialtyID(r.Code)):
		return core.Refuse(core.NotFound, "not_found")
	case len(r.Reminders) > maxReminders || slices.ContainsFunc(r.Reminders, func(n int32) bool { return n < soonest || n > earliest }):
		return wrong("reminders")
	case r.QuietFrom < 0 || r.QuietFrom > 23 || r.QuietTo < 0 || r.QuietTo > 23:
		return wrong("quiet")
	}
	for i, name := range r.Channels {
		if !slices.Contains(Channels(), name) || slices.Contains(r.Channels[:i], name) {
			return wrong("channels")
		}
	}
	for i, n := range r.Reminders {
		if slices.Contains(r.Reminders[:i], n) {
			return wrong("reminders")
		}
	}
	return nil
}

func (r *Rhythm) standing(ctx context.Context, tx *store.Tx, subject uuid.UUID) (any, error) {
	if r.Code != "" {
		x, err := tx.SpecialtyNow(ctx, r.Code)
		return &Rhythm{Code: r.Code, Own: x.Reminders != nil, Reminders: x.Reminders}, err
	}
	b, err := tx.BranchNow(ctx, subject)
	return &Rhythm{Reminders: b.Reminders, QuietFrom: b.QuietFrom, QuietTo: b.QuietTo, Channels: b.ReminderChannels}, err
}

func (r *Rhythm) put(ctx context.Context, tx *store.Tx, subject uuid.UUID) error {
	list := slices.Clone(r.Reminders)
	slices.Sort(list)
	slices.Reverse(list)
	if list == nil {
		list = []int32{}
	}
	if r.Code == "" {
		channels := r.Channels
		if channels == nil {
			channels = []string{}
		}
		return tx.BranchRhythm(ctx, db.BranchRhythmParams{ID: subject, Reminders: list, QuietFrom: r.QuietFrom, QuietTo: r.QuietTo, ReminderChannels: channels})
	}
	if !r.Own {
		list = nil
	}
	return tx.SpecialtyRhythm(ctx, db.SpecialtyRhythmParams{Code: r.Code, Reminders: list})
}
