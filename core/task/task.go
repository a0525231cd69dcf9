// Package task decides what becomes of what needs a human: whose it is, by when, what came of it.
package task

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Kinds are what tasks are about, as the table has them; most urgent first.
func Kinds() []string {
	return []string{
		"emergency", "worry", "late_chat", "handoff", "complaint", "dead_letter", "unknown_delivery", "move_visit", "file", "verify_patient", "duplicate_patient",
		"personal_data", "glass_review", "incident", Manual,
	}
}

// Manual is a task that somebody wrote down themselves.
const Manual = "manual"

// Outcomes are what a task may end with.
func Outcomes() []string { return []string{"solved", "not_needed", "not_reached"} }

// Task is something that needs a human.
type Task struct {
	ID        uuid.UUID
	Kind      string
	Open      bool
	Urgent    bool
	Created   time.Time
	Due       time.Time // in the clinic's hours; a late task is told to the head
	Later     *time.Time
	Escalated bool
	Owner     uuid.UUID // nil: nobody's yet
	OwnerName string    // their login
	Patient   uuid.UUID
	Name      string // the patient's, where the reader may know it
	Chat      uuid.UUID
	Visit     uuid.UUID
	Text      string // of a Manual one
	Closed    *time.Time
	Outcome   string
	Version   int32 // travels with each change: nobody overwrites what they have not seen
}

// Late says that the time to do it is over.
func (t Task) Late(now time.Time) bool { return t.Open && t.Due.Before(now) }

// Office keeps tasks.
type Office struct {
	In    store.Opener
	Clock core.Clock
	IDs   core.IDs
	Vault *vault.Vault
}

// Filter says which tasks are asked for; the zero Filter is all that wait now.
type Filter struct {
	Mine, Free, Done, PutOff bool
	Kind                     string // "" is any
	Page                     int    // from 0
}

// Counts is how much waits.
type Counts struct{ Open, Free, Mine, Late, PutOff int64 }

// PageSize is how many tasks one List shows at most.
const PageSize = 50

// may is nil for those whose work tasks are. Which of them they see, the rows' own policy says.
func may(who core.Actor) error {
	ask := core.Ask{Action: core.Update, Class: core.Appointments, Facts: core.Facts{Branch: true}}
	if who.Role == "security" {
		ask = core.Ask{Action: core.Read, Class: core.AuditLog}
	}
	_, err := access.Require(who, ask)
	if err == nil && who.Role != "admin" && who.Role != "head" && who.Role != "security" {
		err = core.Refuse(core.Denied, "not_allowed")
	}
	return err
}

// List is some tasks, and how much waits in all. More says that there are further ones.
type List struct {
	Tasks  []Task
	Counts Counts
	More   bool
}

// List shows tasks, the urgent and the late first, those done by when they were.
func (o Office) List(ctx context.Context, actor core.Actor, f Filter) (List, error) {
	var out List
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := may(actor); err != nil {
			return err
		}
		n, err := tx.TaskCounts(ctx, db.TaskCountsParams{Me: actor.ID, Now: o.Clock()})
		if err != nil {
			return err
		}
		out.Counts = Counts{Open: n.Open, Free: n.Free, Mine: n.Mine, Late: n.Late, PutOff: n.PutOff}
		rows, err := tx.TaskList(ctx, o.asked(actor, f))
		if err != nil {
			return err
		}
		out.More, out.Tasks = len(rows) > PageSize, nil
		for _, r := range rows[:min(len(rows), PageSize)] {
			t, err := o.task(db.TaskOneRow(r))
			if err != nil {
				return err
			}
			out.Tasks = append(out.Tasks, t)
		}
		return nil
	})
	if err != nil {
		return List{}, fmt.Errorf("tasks: %w", err)
	}
	return out, nil
}

func (o Office) asked(actor core.Actor, f Filter) db.TaskListParams {
	p := db.TaskListParams{State: "open", Free: f.Free, PutOff: f.PutOff, Now: o.Clock(), Most: PageSize + 1, Skip: int32(f.Page * PageSize)} //nolint:gosec // a page number is bounded by its reader
	if f.Done {
		p.State = "done"
	}
	if f.Mine {
		p.Owner = &actor.ID
	}
	if f.Kind != "" {
		p.Kind = &f.Kind
	}
	return p
}

func (o Office) task(r db.TaskOneRow) (Task, error) {
	t := Task{
		ID: r.ID, Kind: r.Kind, Open: r.State == "open", Urgent: r.Urgent, Created: r.CreatedAt, Due: r.CreatedAt, Later: r.LaterUntil,
		Escalated: r.EscalatedAt != nil, Owner: store.ID(r.OwnerID), OwnerName: r.Owner, Patient: store.ID(r.PatientID), Name: r.Patient,
		Chat: store.ID(r.ConversationID), Visit: store.ID(r.VisitID), Closed: r.ClosedAt, Version: r.Version,
	}
	if r.DueAt != nil {
		t.Due = *r.DueAt
	}
	if r.Outcome != nil {
		t.Outcome = *r.Outcome
	}
	text, err := o.open("task", r.ID, r.TextSealed)
	t.Text = text
	return t, err
}

func (o Office) open(table string, id uuid.UUID, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := o.Vault.Open(vault.Place{Table: table, Column: "text_sealed", Row: id}, sealed)
	return string(plain), err
}

// One is a task with its story.
func (o Office) One(ctx context.Context, actor core.Actor, id uuid.UUID) (t Task, story []Event, err error) {
	err = o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if err := may(actor); err != nil {
			return err
		}
		r, err := tx.TaskOne(ctx, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return core.Refuse(core.NotFound, "not_found")
		}
		if err != nil {
			return err
		}
		if t, err = o.task(r); err != nil {
			return err
		}
		story, err = o.story(ctx, tx, id)
		return err
	})
	if err != nil {
		return t, nil, fmt.Errorf("task: %w", err)
	}
	return t, story, nil
}
