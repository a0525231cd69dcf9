package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/sheet"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Job is an import that the worker has something to do for, and in whose name.
type Job struct {
	ID    uuid.UUID
	Kind  Kind
	Staff uuid.UUID
	Undo  bool
}

// Jobs lists what there is to do: Zapis' own look.
func (d Desk) Jobs(ctx context.Context) ([]Job, error) {
	var out []Job
	err := d.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		rows, err := tx.IntakesWorking(ctx)
		for _, r := range rows {
			out = append(out, Job{ID: r.ID, Kind: Kind(r.Kind), Staff: r.StaffID, Undo: r.State == Undoing})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("imports to carry out: %w", err)
	}
	return out, nil
}

// Fail ends an import that cannot go on, and says why: a code.
func (d Desk) Fail(ctx context.Context, job Job, why string) error {
	was := Applying
	if job.Undo {
		was = Undoing
	}
	err := d.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		if _, err := tx.IntakeTurn(ctx, db.IntakeTurnParams{ID: job.ID, Was: was, State: Failed, Why: &why, Now: d.Clock()}); err != nil {
			return ignoreNone(err)
		}
		return d.note(ctx, tx, Failed, db.Intake{ID: job.ID, Kind: string(job.Kind)})
	})
	if err != nil {
		return fmt.Errorf("end an import: %w", err)
	}
	return nil
}

// batch is how many lines one transaction does.
const batch = 50

// outcome is what became of a line.
type outcome struct {
	state   string
	why     []string
	subject uuid.UUID
	before  any // to be sealed beside it
}

// doer does the lines of a kind.
type doer interface {
	apply(ctx context.Context, tx *store.Tx, one line) (outcome, error)
	undo(ctx context.Context, tx *store.Tx, r db.IntakeRow, before []byte) (outcome, error)
	// again judges some lines anew, for what has become of the clinic meanwhile.
	again(ctx context.Context, tx *store.Tx, numbers map[int]bool) ([]line, error)
}

func (l people) again(ctx context.Context, tx *store.Tx, numbers map[int]bool) ([]line, error) {
	some := people{Desk: l.Desk, fill: l.fill}
	for _, p := range l.list {
		if numbers[p.number] {
			fresh := *p
			fresh.entry = &entry{number: p.number, cells: p.cells, state: Create}
			fresh.subject = uuid.Nil
			some.list = append(some.list, &fresh)
		}
	}
	if err := some.meet(ctx, tx, some.list); err != nil {
		return nil, err
	}
	out := make([]line, 0, len(some.list))
	for _, p := range some.list {
		out = append(out, p)
	}
	return out, nil
}

// Work does an import's lines, a batch a transaction, until none is left or ctx ends: whoever comes next goes on there. Patients are brought as
// who brought the file, with the rights that they have by now; how the clinic is set up, on which another has decided, Zapis alone writes.
func (d Desk) Work(ctx context.Context, who core.Actor, job Job) error {
	if job.Kind != Patients {
		who = core.Sys("worker")
	} else if !May(who, job.Kind) {
		return errDenied
	}
	do, err := d.doer(ctx, who, job)
	if err != nil {
		return err
	}
	for more := true; more && ctx.Err() == nil; {
		if more, err = d.step(ctx, who, job, do); err != nil {
			return fmt.Errorf("carry an import out: %w", err)
		}
	}
	return nil
}

// doer reads the file, where it is needed.
func (d Desk) doer(ctx context.Context, who core.Actor, job Job) (doer, error) {
	var row db.Intake
	var t sheet.Table
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		var err error
		if row, err = tx.Intake(ctx, job.ID); err != nil {
			return store.NoRows(err, "not_found")
		}
		if !job.Undo {
			t, err = d.table(ctx, tx, job.ID)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what is to be imported: %w", err)
	}
	if Kind(row.Kind) != Patients {
		return d.house(row, t), nil
	}
	return d.patients(row, t, entries(t, row.Columns)), nil
}

// step does one batch, and says whether there is more.
func (d Desk) step(ctx context.Context, who core.Actor, job Job, do doer) (more bool, err error) {
	err = d.In.InTx(ctx, who, func(tx *store.Tx) error {
		more = false
		mine, err := tx.IntakeOne(ctx)
		if err != nil || !mine {
			return err
		}
		now, err := tx.IntakeLock(ctx, job.ID)
		if err != nil || (now.State != Applying && now.State != Undoing) {
			return ignoreNone(err)
		}
		states := []string{Create, Update}
		if job.Undo {
			states = []string{Created, Updated}
		}
		rows, err := tx.IntakeBatch(ctx, db.IntakeBatchParams{IntakeID: job.ID, States: states, Backwards: job.Undo, Rows: batch})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			end := Applied
			if job.Undo {
				end = Undone
			}
			return d.turn(ctx, tx, now, now.State, end)
		}
		more = true
		if job.Undo {
			err = d.takeBack(ctx, tx, do, rows)
		} else {
			err = d.carry(ctx, tx, do, rows)
		}
		if err == nil && job.Kind != Patients {
			err = tx.ClinicTouch(ctx) // every replica reads the clinic anew
		}
		return err
	})
	return more, err
}

func (d Desk) carry(ctx context.Context, tx *store.Tx, do doer, rows []db.IntakeRow) error {
	numbers, of := map[int]bool{}, map[int]db.IntakeRow{}
	for _, r := range rows {
		numbers[int(r.Line)], of[int(r.Line)] = true, r
	}
	list, err := do.again(ctx, tx, numbers)
	if err != nil {
		return err
	}
	for _, one := range list {
		e, _ := one.about()
		err := d.one(ctx, tx, of[e.number], func(tx *store.Tx) (outcome, error) { return do.apply(ctx, tx, one) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (d Desk) takeBack(ctx context.Context, tx *store.Tx, do doer, rows []db.IntakeRow) error {
	for _, r := range rows {
		before, err := d.before(r)
		if err != nil {
			return err
		}
		if err := d.one(ctx, tx, r, func(tx *store.Tx) (outcome, error) { return do.undo(ctx, tx, r, before) }); err != nil {
			return err
		}
	}
	return nil
}

func (d Desk) before(r db.IntakeRow) ([]byte, error) {
	if len(r.BeforeSealed) == 0 {
		return nil, nil
	}
	return d.Vault.Open(beforePlace(r.ID), r.BeforeSealed)
}

// unfit says that the data or the schema speak against a line, which no later time would mend: it is wrong, and the others go on.
func unfit(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "23"))
}

// one does one line in a part of the transaction that is taken back alone where it is refused, and writes down what became of it.
func (d Desk) one(ctx context.Context, tx *store.Tx, r db.IntakeRow, do func(*store.Tx) (outcome, error)) error {
	var o outcome
	err := tx.InTx(ctx, tx.Actor, func(tx *store.Tx) error {
		var err error
		if o, err = do(tx); err == nil {
			err = tx.Flush(ctx)
		}
		return err
	})
	if err != nil {
		if core.Refusal(err) == nil && !unfit(err) {
			return err
		}
		o = outcome{state: Wrong, why: refusedWhy(err)}
		if r.State == Created || r.State == Updated {
			o.state = Kept
		}
	}
	done := db.IntakeRowDoneParams{ID: r.ID, State: o.state, Why: o.why, SubjectID: r.SubjectID}
	if o.subject != uuid.Nil {
		done.SubjectID = store.Ref(o.subject)
	}
	if done.Why == nil {
		done.Why = []string{}
	}
	if o.before != nil {
		text, err := json.Marshal(o.before)
		if err != nil {
			return err
		}
		if done.BeforeSealed, err = d.Vault.Seal(beforePlace(r.ID), text); err != nil {
			return err
		}
	}
	return tx.IntakeRowDone(ctx, done)
}
