// Package glass decides who sees a patient whom they do not treat, in an emergency: one patient, half an hour, reading only, under the
// eyes of the head and of whoever keeps security.
package glass

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/chart"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// The limits. The database holds For and three a day against everybody.
const (
	For     = 30 * time.Minute // how long it stays broken; it is never prolonged
	DueIn   = 24 * time.Hour   // by when the head judges it
	LateIn  = 72 * time.Hour   // when it becomes an incident
	Least   = 15               // characters of an explanation
	maxWhy  = 2000
	object  = "glass"
	review  = "glass_review"
	penalty = "incident"
)

// Reasons lists what somebody may break the glass for.
func Reasons() []string {
	return []string{"emergency", "unconscious", "consultation", "substitution", "other"}
}

// Case is what the glass is in.
type Case struct{ chart.Chart }

// Breach is what somebody says who breaks the glass.
type Breach struct {
	Patient uuid.UUID
	Reason  string // one of Reasons
	Why     string // in their own words
}

// Grant is broken glass.
type Grant struct {
	ID      uuid.UUID
	Patient uuid.UUID
	Until   time.Time
}

// Break opens a patient to a clinician for half an hour. It asks for a clinical role, a shift that is on, and a second factor of the last
// five minutes; refusals are "glass_not_for_you", "glass_stale", "glass_no_shift", "glass_reason", "glass_words", "glass_open" where it is
// broken already and "glass_three_a_day". The grant, its record, and the task of those who are to judge it are one transaction; a
// sweeper writes to them within seconds.
func (c Case) Break(ctx context.Context, actor core.Actor, b Breach) (Grant, error) {
	var g Grant
	err := c.Work(ctx, actor, "break the glass", func(tx *store.Tx) error {
		if err := c.may(tx.Actor); err != nil {
			return err
		}
		if err := b.check(); err != nil {
			return err
		}
		works, err := tx.GlassShift(ctx)
		if err != nil {
			return err
		}
		if !works {
			return core.Refuse(core.Denied, "glass_no_shift")
		}
		g = Grant{ID: c.IDs(), Patient: b.Patient, Until: c.Clock().Add(For)}
		return c.open(ctx, tx, g, b)
	})
	return g, err
}

// may looks at who asks. Whether broken glass would show them anything is the rules' to say: of a role that it is not for, of a model, and
// where there are no rules, it is no.
func (c Case) may(who core.Actor) error {
	ask := core.Ask{Action: core.Read, Class: core.Records, Facts: core.Facts{Glass: true}}
	_, err := access.Require(who, ask)
	if err != nil || who.Kind != core.Staff || !staff.Clinical(who.Role) || who.Agent != nil {
		return core.Refuse(core.Denied, "glass_not_for_you")
	}
	if now := c.Clock(); who.Fresh.IsZero() || who.Fresh.After(now) || now.Sub(who.Fresh) > staff.FreshFor {
		return core.Refuse(core.Denied, "glass_stale")
	}
	return nil
}

func (b Breach) check() error {
	if !slices.Contains(Reasons(), b.Reason) {
		return core.Refuse(core.Invalid, "glass_reason")
	}
	if utf8.RuneCountInString(strings.Join(strings.Fields(b.Why), " ")) < Least {
		return core.Refuse(core.Invalid, "glass_words", "Least", Least)
	}
	return nil
}

func (c Case) open(ctx context.Context, tx *store.Tx, g Grant, b Breach) error {
	words, err := chart.Words(b.Why, maxWhy)
	if err != nil {
		return err
	}
	about, err := c.Seal(object, "about_sealed", g.ID, words)
	if err != nil {
		return err
	}
	now := c.Clock()
	err = tx.GlassBreak(ctx, db.GlassBreakParams{
		ID: g.ID, StaffID: tx.Actor.ID, Role: tx.Actor.Role, PatientID: g.Patient, Reason: b.Reason, About: about, At: now, Until: g.Until,
	})
	if err != nil {
		return err
	}
	if err := c.task(ctx, tx, review, g.ID, g.Patient); err != nil {
		return err
	}
	return c.note(ctx, tx, g, "break", "reason", "about")
}

func (c Case) task(ctx context.Context, tx *store.Tx, kind string, id, patient uuid.UUID) error {
	return tx.TaskAdd(ctx, db.TaskAddParams{ID: c.IDs(), Kind: kind, Key: id.String(), PatientID: &patient, CreatedAt: c.Clock()})
}

// note marks the record, so that the patient finds it among those who looked.
func (c Case) note(ctx context.Context, tx *store.Tx, g Grant, action string, fields ...string) error {
	return audit.Add(ctx, tx, audit.Entry{
		ID: c.IDs(), At: c.Clock(), Action: "glass." + action, Class: core.Records, Object: object, Subject: g.ID, Patient: g.Patient, Fields: fields,
		Glass: true,
	})
}

// Active lists what the actor has broken and is still open to them: for the banner on their pages.
func (c Case) Active(ctx context.Context, actor core.Actor) ([]Grant, error) {
	if actor.Kind != core.Staff || !staff.Clinical(actor.Role) {
		return nil, nil
	}
	var out []Grant
	err := c.Work(ctx, actor, "broken glass", func(tx *store.Tx) error {
		rows, err := tx.GlassActive(ctx, db.GlassActiveParams{StaffID: tx.Actor.ID, Role: tx.Actor.Role, Now: c.Clock()})
		out = nil
		for _, r := range rows {
			out = append(out, Grant{ID: r.ID, Patient: r.PatientID, Until: r.Until})
		}
		return err
	})
	return out, err
}
