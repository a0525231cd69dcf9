package task

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Event is something that happened to a task.
type Event struct {
	At   time.Time
	What string // taken, released, given, later, note, closed, reopened, late
	Who  string // a login; empty for Zapis itself
	To   string
	Text string
}

// Ref is a task as somebody saw it: a change of one that has changed meanwhile is refused with "task_changed".
type Ref struct {
	ID      uuid.UUID
	Version int32
}

// maxText is how many letters a note has at most.
const maxText = 4000

// Take makes a task the actor's own. Somebody else's is taken over only as it was seen.
func (o Office) Take(ctx context.Context, actor core.Actor, r Ref) error {
	return o.own(ctx, actor, r, "taken", &actor.ID)
}

// Release gives a task back to everybody.
func (o Office) Release(ctx context.Context, actor core.Actor, r Ref) error {
	return o.own(ctx, actor, r, "released", nil)
}

// Give makes a task somebody's, who is one of Hands.
func (o Office) Give(ctx context.Context, actor core.Actor, r Ref, to uuid.UUID) error {
	hands, err := o.Hands(ctx, actor)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(hands, func(h Hand) bool { return h.ID == to }) {
		return core.Refuse(core.Invalid, "field_invalid", "Field", "to")
	}
	return o.own(ctx, actor, r, "given", &to)
}

func (o Office) own(ctx context.Context, actor core.Actor, r Ref, what string, owner *uuid.UUID) error {
	return o.change(ctx, actor, r, said{what: what, to: owner}, func(tx *store.Tx) (uuid.UUID, error) {
		return tx.TaskOwn(ctx, db.TaskOwnParams{ID: r.ID, Version: r.Version, Owner: owner})
	})
}

// PutOff hides a task until a moment to come.
func (o Office) PutOff(ctx context.Context, actor core.Actor, r Ref, until time.Time) error {
	if !until.After(o.Clock()) || until.After(o.Clock().AddDate(1, 0, 0)) {
		return core.Refuse(core.Invalid, "field_invalid", "Field", "until")
	}
	return o.change(ctx, actor, r, said{what: "later"}, func(tx *store.Tx) (uuid.UUID, error) {
		return tx.TaskLater(ctx, db.TaskLaterParams{ID: r.ID, Version: r.Version, Until: &until})
	})
}

// Close ends a task with one of Outcomes, and words where there is something to say.
func (o Office) Close(ctx context.Context, actor core.Actor, r Ref, outcome, text string) error {
	if !slices.Contains(Outcomes(), outcome) {
		return core.Refuse(core.Invalid, "field_invalid", "Field", "outcome")
	}
	now := o.Clock()
	return o.change(ctx, actor, r, said{what: "closed", text: text}, func(tx *store.Tx) (uuid.UUID, error) {
		return tx.TaskClose(ctx, db.TaskCloseParams{ID: r.ID, Version: r.Version, At: &now, Who: &actor.ID, Outcome: &outcome})
	})
}

// Reopen takes back that a task is done, unless its cause has made a new one.
func (o Office) Reopen(ctx context.Context, actor core.Actor, r Ref) error {
	return o.change(ctx, actor, r, said{what: "reopened"}, func(tx *store.Tx) (uuid.UUID, error) {
		return tx.TaskReopen(ctx, db.TaskReopenParams{ID: r.ID, Version: r.Version, Now: o.Clock()})
	})
}

// Note adds words to a task's story.
func (o Office) Note(ctx context.Context, actor core.Actor, id uuid.UUID, text string) error {
	if strings.TrimSpace(text) == "" {
		return core.Refuse(core.Invalid, "field_invalid", "Field", "text")
	}
	return o.change(ctx, actor, Ref{ID: id}, said{what: "note", text: text}, func(*store.Tx) (uuid.UUID, error) { return id, nil })
}

// New is a task that somebody writes down: what is to be done, by when, of whom it is.
type New struct {
	Text          string
	Due           *time.Time // nil: as the clinic's rule for such tasks has it
	Urgent        bool
	Patient, Chat uuid.UUID
	Visit, Owner  uuid.UUID
}

// Add writes a task down.
func (o Office) Add(ctx context.Context, actor core.Actor, n New) (uuid.UUID, error) {
	id := o.IDs()
	n.Text = strings.TrimSpace(n.Text)
	switch {
	case n.Text == "" || utf8.RuneCountInString(n.Text) > maxText:
		return id, core.Refuse(core.Invalid, "field_invalid", "Field", "text")
	case n.Due != nil && n.Due.Before(o.Clock()):
		return id, core.Refuse(core.Invalid, "field_invalid", "Field", "due")
	}
	sealed, err := o.Vault.Seal(vault.Place{Table: "task", Column: "text_sealed", Row: id}, []byte(n.Text))
	if err != nil {
		return id, fmt.Errorf("a task: %w", err)
	}
	err = o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := may(actor); err != nil {
			return err
		}
		err := tx.TaskManual(ctx, db.TaskManualParams{
			ID: id, Key: id.String(), PatientID: store.Ref(n.Patient), ConversationID: store.Ref(n.Chat), VisitID: store.Ref(n.Visit),
			OwnerID: store.Ref(n.Owner), DueAt: n.Due, Urgent: n.Urgent, TextSealed: sealed, CreatedAt: o.Clock(),
		})
		if err != nil {
			return err
		}
		return o.note(ctx, tx, "task.added", id)
	})
	if err != nil {
		return id, fmt.Errorf("a task: %w", err)
	}
	return id, nil
}

// said is what is kept of a change.
type said struct {
	what, text string
	to         *uuid.UUID
}

// change does something to a task that the actor may see, and keeps that they did.
func (o Office) change(ctx context.Context, actor core.Actor, r Ref, s said, do func(*store.Tx) (uuid.UUID, error)) error {
	if utf8.RuneCountInString(s.text) > maxText {
		return core.Refuse(core.Invalid, "field_invalid", "Field", "text")
	}
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := may(actor); err != nil {
			return err
		}
		if _, err := tx.TaskOne(ctx, r.ID); err != nil {
			return store.NoRows(err, "not_found")
		}
		_, err := do(tx)
		if errors.Is(err, pgx.ErrNoRows) {
			err = core.Refuse(core.Conflict, "task_changed")
		}
		if err != nil {
			return err
		}
		if err := o.say(ctx, tx, r.ID, s); err != nil {
			return err
		}
		return o.note(ctx, tx, "task."+s.what, r.ID)
	})
	if err != nil {
		return fmt.Errorf("a task is %s: %w", s.what, err)
	}
	return nil
}

func (o Office) say(ctx context.Context, tx *store.Tx, task uuid.UUID, s said) error {
	p := db.TaskSaidParams{ID: o.IDs(), TaskID: task, At: o.Clock(), What: s.what}
	if tx.Actor.Kind == core.Staff {
		p.StaffID = &tx.Actor.ID
	}
	if s.what == "given" {
		p.ToStaffID = s.to
	}
	if s.text != "" {
		var err error
		if p.TextSealed, err = o.Vault.Seal(vault.Place{Table: "task_event", Column: "text_sealed", Row: p.ID}, []byte(s.text)); err != nil {
			return err
		}
	}
	return tx.TaskSaid(ctx, p)
}

func (o Office) note(ctx context.Context, tx *store.Tx, action string, id uuid.UUID) error {
	return audit.Add(ctx, tx, audit.Entry{ID: o.IDs(), At: o.Clock(), Action: action, Object: "task", Subject: id})
}

func (o Office) story(ctx context.Context, tx *store.Tx, id uuid.UUID) ([]Event, error) {
	rows, err := tx.TaskStory(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []Event
	for _, r := range rows {
		text, err := o.open("task_event", r.ID, r.TextSealed)
		if err != nil {
			return nil, err
		}
		out = append(out, Event{At: r.At, What: r.What, Who: r.Who, To: r.ToWhom, Text: text})
	}
	return out, nil
}

// Hand is somebody whose work tasks are.
type Hand struct {
	ID    uuid.UUID
	Login string
}

// Hands lists whom a task may be given to.
func (o Office) Hands(ctx context.Context, actor core.Actor) ([]Hand, error) {
	var out []Hand
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := may(actor); err != nil {
			return err
		}
		rows, err := tx.TaskHands(ctx)
		out = nil
		for _, r := range rows {
			out = append(out, Hand{r.ID, r.Login})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("whose work tasks are: %w", err)
	}
	return out, nil
}

// Overdue is a task that is late, and the role that hears of it.
type Overdue struct {
	ID   uuid.UUID
	Kind string
	Role string
}

// Overdue takes the tasks that have become late, each once: Zapis' own work.
func (o Office) Overdue(ctx context.Context, tx *store.Tx) ([]Overdue, error) {
	now := o.Clock()
	late, err := tx.TasksLate(ctx, &now)
	if err != nil || len(late) == 0 {
		return nil, err
	}
	rules, err := tx.TaskRules(ctx)
	if err != nil {
		return nil, err
	}
	roles := map[string]string{}
	for _, r := range rules {
		roles[r.Kind] = r.Escalate
	}
	var out []Overdue
	for _, t := range late {
		out = append(out, Overdue{ID: t.ID, Kind: t.Kind, Role: roles[t.Kind]})
		if err := o.say(ctx, tx, t.ID, said{what: "late"}); err != nil {
			return nil, err
		}
	}
	return out, nil
}
