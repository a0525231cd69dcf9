package audit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Filter is what somebody looks for in the journal. What is empty matches everything.
type Filter struct {
	Who     string // a login, or the id of a member of staff, of a chat, of a machine
	Patient uuid.UUID
	Action  string // or how it begins: "records.", "visit.booked"
	Class   core.Class
	Object  uuid.UUID // what it was done to
	Denied  bool      // only what was refused
	Allowed bool      // only what was not
	Since   time.Time
	Until   time.Time // not included
	After   Mark      // rows after this one, that is older ones
}

// Mark is a place in the journal.
type Mark struct {
	At time.Time
	ID uuid.UUID
}

// Line is one row of the journal: who did what to which object, and nothing of what is in it.
type Line struct {
	Mark
	Kind          core.Kind
	Actor         uuid.UUID
	Login         string // of a member of staff
	Role          string
	OnBehalfOf    uuid.UUID
	Channel       string
	Action        string
	Class         core.Class
	Object        string
	Subject       uuid.UUID
	Count         int32
	Patient       uuid.UUID
	Denied        bool
	Glass         bool
	PolicyVersion int32
	Request       string
	Fields        []string
	Seal          int64 // 0: not sealed yet
}

// Page is how many lines one search answers with; most, of an export's parts too.
const (
	Page      = 50
	part      = 1000
	maxExport = 100_000
)

// Desk is where the journal is read: by security all of it, by the head what concerns medical data, by the cashier what concerns money.
// Each reading stands in the journal itself.
type Desk struct {
	In    store.Opener
	Clock core.Clock
	IDs   core.IDs
}

// Search finds the newest lines that f matches, at most a Page. More says that there are older ones.
func (d Desk) Search(ctx context.Context, actor core.Actor, f Filter) (list []Line, more bool, err error) {
	if !allowed(actor, d.ask(actor, core.Read)) {
		return nil, false, core.Refuse(core.Denied, "not_allowed")
	}
	err = d.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if list, err = search(ctx, tx, f, Page+1); err != nil {
			return err
		}
		return d.note(ctx, tx, core.Read, f)
	})
	if err != nil {
		return nil, false, fmt.Errorf("search the journal: %w", err)
	}
	if len(list) > Page {
		return list[:Page], true, nil
	}
	return list, false, nil
}

// Export hands every line that f matches, the newest first, to each; 100,000 at most, and cut says that there were more. It asks for
// a second factor just shown.
func (d Desk) Export(ctx context.Context, actor core.Actor, f Filter, each func(Line) error) (cut bool, err error) {
	if !allowed(actor, d.ask(actor, core.Export)) {
		return false, core.Refuse(core.Denied, "not_allowed")
	}
	if err := d.In.InTx(ctx, actor, func(tx *store.Tx) error { return d.note(ctx, tx, core.Export, f) }); err != nil {
		return false, fmt.Errorf("export the journal: %w", err)
	}
	for n := 0; n < maxExport; n += part {
		var list []Line
		err := d.In.InTx(ctx, actor, func(tx *store.Tx) error {
			list, err = search(ctx, tx, f, part)
			return err
		})
		if err != nil {
			return false, fmt.Errorf("export the journal: %w", err)
		}
		for _, l := range list {
			if err := each(l); err != nil {
				return false, err
			}
			f.After = l.Mark
		}
		if len(list) < part {
			return false, nil
		}
	}
	return true, nil
}

// fresh is how long a second factor counts as just shown; as staff has it.
const fresh = 5 * time.Minute

// ask is the question to the rules. The head and the cashier have a part of the journal, and ask for that.
func (d Desk) ask(actor core.Actor, action core.Action) core.Ask {
	now := d.Clock()
	f := core.Facts{Fresh: !actor.Fresh.IsZero() && !actor.Fresh.After(now) && now.Sub(actor.Fresh) <= fresh}
	switch actor.Role {
	case "head":
		f.Kind = "medical"
	case "cashier":
		f.Kind = "financial"
	}
	return core.Ask{Action: action, Class: core.AuditLog, Facts: f}
}

// note puts the reading itself on record, with the patient it was about.
func (d Desk) note(ctx context.Context, tx *store.Tx, action core.Action, f Filter) error {
	return Add(ctx, tx, Entry{ID: d.IDs(), At: d.Clock(), Action: "audit." + string(action), Object: "audit", Patient: f.Patient})
}

func search(ctx context.Context, tx *store.Tx, f Filter, most int32) ([]Line, error) {
	rows, err := tx.AuditSearch(ctx, db.AuditSearchParams{
		Who: store.Text(strings.ToLower(strings.TrimSpace(f.Who))), Patient: store.Ref(f.Patient), What: store.Text(begins(f.Action)),
		Since: moments(f.Since), Until: moments(f.Until), BeforeAt: moments(f.After.At), BeforeID: store.Ref(f.After.ID), Most: most,
		Class: store.Text(string(f.Class)), Object: store.Ref(f.Object), Decision: store.Text(f.decision()),
	})
	if err != nil {
		return nil, err
	}
	out := make([]Line, 0, len(rows))
	for _, r := range rows {
		out = append(out, Line{
			Mark: Mark{At: r.At, ID: r.ID}, Kind: core.Kind(r.Kind), Actor: r.ActorID, Login: r.Login, Role: r.Role, OnBehalfOf: r.OnBehalfOf,
			Channel: r.Channel, Action: r.Action, Class: core.Class(r.Class), Object: r.ObjectType, Subject: r.ObjectID, Count: r.Objects,
			Patient: r.PatientID, Denied: r.Decision == deny, Glass: r.Glass, PolicyVersion: r.PolicyVersion, Request: r.RequestID, Fields: r.Fields,
			Seal: r.Seal,
		})
	}
	return out, nil
}

// decision is what was decided, where it is asked for.
func (f Filter) decision() string {
	switch {
	case f.Denied:
		return deny
	case f.Allowed:
		return allow
	default:
		return ""
	}
}

// begins is the pattern of everything that begins with a text.
func begins(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

// moments is NULL for no time.
func moments(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
