package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/intake"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// intakeFor is how long one sweep is at imports: what is left then, the next goes on with.
const intakeFor = 20 * time.Second

type intakeArgs struct{}

func (intakeArgs) Kind() string { return "sweep_intake" }

// Intake is the desk of imports, as the worker has it.
func (h *House) Intake() intake.Desk {
	return intake.Desk{In: h.DB, Vault: h.Vault, Clock: h.Clock, IDs: h.IDs, Book: h.Book}
}

// SweepIntake carries out imports that were let, and takes back those that are to be. A line is done with its mark, in one transaction: whoever
// dies in the middle leaves the rest to the next.
func (h *House) SweepIntake(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, intakeFor)
	defer cancel()
	desk := h.Intake()
	jobs, err := desk.Jobs(ctx)
	if err != nil {
		return err
	}
	for _, job := range jobs {
		err := h.carryIntake(ctx, desk, job)
		switch why := core.Refusal(err); {
		case why != nil:
			h.Log.WarnContext(ctx, "an import was refused", "import", job.ID, "refusal", why.Key)
			err = desk.Fail(ctx, job, why.Key)
		case ctx.Err() != nil:
			return nil // its time is over, and nothing is lost
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (h *House) carryIntake(ctx context.Context, desk intake.Desk, job intake.Job) error {
	h.crash("intake")
	if job.Kind != intake.Patients { // another has decided on it
		return desk.Work(ctx, core.Sys("worker"), job)
	}
	who, err := h.bringer(ctx, job)
	if err != nil {
		return err
	}
	return desk.Work(ctx, h.Guard.Admit(who).During(ctx), job)
}

// bringer is who brought a table, as they are on the staff now: an administrator still, or nothing more of it is written.
func (h *House) bringer(ctx context.Context, job intake.Job) (core.Actor, error) {
	var row db.Staff
	err := h.DB.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		var err error
		row, err = tx.Staff(ctx, job.Staff)
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return core.Actor{}, core.Refuse(core.Denied, "intake_not_yours")
	}
	if err != nil {
		return core.Actor{}, fmt.Errorf("who brought an import: %w", err)
	}
	const desk = "admin"
	if !row.Active || (row.Role != desk && !slices.Contains(row.Roles, desk)) {
		return core.Actor{}, core.Refuse(core.Denied, "intake_not_yours")
	}
	return core.Actor{Kind: core.Staff, ID: row.ID, Role: desk, Branches: row.Branches, Channel: core.Sys("worker").Channel}, nil
}
