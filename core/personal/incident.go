package personal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// The clocks of an incident: 152-FZ, art. 21, part 3.1.
const (
	TellWithin = 24 * time.Hour // Roskomnadzor is told that it happened
	FindWithin = 72 * time.Hour // and what was found
)

// Incident is something that went wrong with people's data.
type Incident struct {
	ID     uuid.UUID
	Kind   string // access, leak, loss, device, other
	About  string // without a patient's name
	Staff  uuid.UUID
	Login  string    // through whose account; empty where nobody's
	Since  time.Time // from when it may have been
	Opened time.Time
	Told   *time.Time
	Found  *time.Time
	Closed *time.Time
}

// TellBy and FindBy are when the clocks run out.
func (i Incident) TellBy() time.Time { return i.Opened.Add(TellWithin) }

// FindBy is the second one.
func (i Incident) FindBy() time.Time { return i.Opened.Add(FindWithin) }

// incidentTable is what an incident is called on record and in the list of tasks.
const incidentTable = "incident"

// maxAbout bounds what is said of an incident, in bytes.
const maxAbout = 4000

// OpenIncident begins the clocks.
func (o Office) OpenIncident(ctx context.Context, actor core.Actor, i Incident) (uuid.UUID, error) {
	i.About = strings.TrimSpace(i.About)
	if i.About == "" || len(i.About) > maxAbout || i.Since.IsZero() || i.Since.After(o.Clock()) ||
		!slices.Contains([]string{"access", "leak", "loss", "device", "other"}, i.Kind) {
		return uuid.Nil, core.Refuse(core.Invalid, "incident_incomplete")
	}
	id := o.IDs()
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if _, err := access.Require(actor, core.Ask{Action: core.Read, Class: core.Policies}); err != nil {
			return err
		}
		staff, err := tx.IncidentStaff(ctx, i.Login)
		if err != nil {
			return err
		}
		if i.Login != "" && staff == uuid.Nil {
			return core.Refuse(core.NotFound, "staff_unknown")
		}
		err = tx.IncidentAdd(ctx, db.IncidentAddParams{
			ID: id, Kind: i.Kind, About: i.About, StaffID: store.Ref(staff), Since: i.Since, OpenedAt: o.Clock(), OpenedBy: store.Ref(actor.ID),
		})
		if err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{ID: o.IDs(), At: o.Clock(), Action: "personal.incident_open", Object: incidentTable, Subject: id})
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("open an incident: %w", err)
	}
	return id, nil
}

// Incidents lists them, the open ones first.
func (o Office) Incidents(ctx context.Context, actor core.Actor) ([]Incident, error) {
	var out []Incident
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		rows, err := tx.Incidents(ctx)
		for _, r := range rows {
			out = append(out, Incident{
				ID: r.ID, Kind: r.Kind, About: r.About, Staff: store.ID(r.StaffID), Since: r.Since, Opened: r.OpenedAt, Told: r.ToldAt, Found: r.FoundAt,
				Closed: r.ClosedAt,
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("incidents: %w", err)
	}
	return out, nil
}

// Step is what was done about an incident.
type Step string

// The steps, in their order.
const (
	Told   Step = "told"
	Found  Step = "found"
	Closed Step = "closed"
)

// Advance notes a step; the clock that it stops stands.
func (o Office) Advance(ctx context.Context, actor core.Actor, id uuid.UUID, step Step) error {
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if _, err := access.Require(actor, core.Ask{Action: core.Update, Class: core.Policies}); err != nil {
			return err
		}
		_, err := tx.IncidentStep(ctx, db.IncidentStepParams{ID: id, Step: string(step), At: o.moment(), By: store.Ref(actor.ID)})
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		return audit.Add(ctx, tx, audit.Entry{ID: o.IDs(), At: o.Clock(), Action: "personal.incident_" + string(step), Object: incidentTable, Subject: id})
	})
	if err != nil {
		return fmt.Errorf("a step of an incident: %w", err)
	}
	return nil
}

// Touched is a patient whose data an account touched: which, which fields, how often, since when.
type Touched struct {
	Patient     uuid.UUID
	Object      string
	Fields      []string
	Times       int64
	First, Last time.Time
}

// Touched lists whose data an incident concerns, from the record: what the account touched since the incident may have begun; of an
// incident without an account, what anybody did. For whoever may export the record, with a second factor just shown; ids and no names.
func (o Office) Touched(ctx context.Context, actor core.Actor, id uuid.UUID) ([]Touched, error) {
	var out []Touched
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		ask := core.Ask{Action: core.Export, Class: core.AuditLog, Facts: core.Facts{Fresh: o.fresh(actor)}}
		if _, err := access.Require(actor, ask); err != nil {
			return err
		}
		i, err := tx.Incident(ctx, id)
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		rows, err := tx.Query(ctx, "SELECT patient, object, fields, times, first_at, last_at FROM touched($1, $2)", i.StaffID, i.Since)
		if err != nil {
			return err
		}
		if out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Touched]); err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{ID: o.IDs(), At: o.Clock(), Action: "personal.incident_export", Object: incidentTable, Subject: id})
	})
	if err != nil {
		return nil, fmt.Errorf("whose data an incident concerns: %w", err)
	}
	return out, nil
}

// Remind makes tasks of clocks that run out in twelve hours and in one.
func (o Office) Remind(ctx context.Context) error {
	return o.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		rows, err := tx.Incidents(ctx)
		if err != nil {
			return err
		}
		for _, r := range rows {
			for _, c := range []struct {
				name string
				by   time.Time
				done *time.Time
			}{{"told", r.OpenedAt.Add(TellWithin), r.ToldAt}, {"found", r.OpenedAt.Add(FindWithin), r.FoundAt}} {
				for _, ahead := range []time.Duration{12 * time.Hour, time.Hour} {
					if r.ClosedAt != nil || c.done != nil || o.Clock().Before(c.by.Add(-ahead)) {
						continue
					}
					key := fmt.Sprintf("%s:%s:%dh", r.ID, c.name, int(ahead.Hours()))
					if err := tx.TaskOnce(ctx, db.TaskOnceParams{ID: o.IDs(), Kind: incidentTable, Key: key, CreatedAt: o.Clock()}); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}
