package settings

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Desk shows how the clinic is set up, what is proposed and what has been, to those who ask for changes and to those who decide.
type Desk struct {
	Office
	In store.Opener
}

// Prices is the class's kind that prices are of; everything else is the daily work's.
const Prices = "prices"

// May says whether somebody could do something with settings of a kind ("prices", or "schedule" with all that is not).
func May(who core.Actor, action core.Action, kind string) bool {
	_, err := access.Require(who, core.Ask{Action: action, Class: core.Settings, Facts: core.Facts{Kind: kind, Branch: true, Second: true, Button: true}})
	return err == nil
}

// Sees says whether somebody reads settings of a kind: who changes them, and who decides.
func Sees(who core.Actor, kind string) bool {
	return May(who, core.Read, kind) || May(who, core.Approve, kind)
}

// Proposal is a change with its way: asked for, decided, carried out.
type Proposal struct {
	ID, Subject, Branch uuid.UUID
	Kind, Item, State   string
	Change              Change
	Standing            []byte // what stands there now, or stood there when it was carried out; JSON
	Asker, Decider      string // their logins
	At                  time.Time
	Due, Done           *time.Time
	Mine, Decide        bool
}

// Wanted says which proposals are looked for.
type Wanted struct {
	Subject uuid.UUID // nil: of everything
	Item    string
	Open    bool // neither refused nor carried out
	Past    int  // how many to leave out, the newest first
}

// page is how many proposals are told at once.
const page = 30

// Proposals tells what somebody may see, the newest first, and whether there is more.
func (d Desk) Proposals(ctx context.Context, who core.Actor, w Wanted) ([]Proposal, bool, error) {
	if !Sees(who, Prices) && !Sees(who, kindSchedule) {
		return nil, false, core.Refuse(core.Denied, "settings_not_yours")
	}
	var out []Proposal
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		out = nil
		list, err := tx.SettingsProposals(ctx, db.SettingsProposalsParams{
			Subject: store.Ref(w.Subject), Item: w.Item, Open: w.Open, Rows: page + 1, Past: int32(max(0, min(w.Past, 1_000_000))),
		})
		for _, r := range list {
			var p Proposal
			if p, err = d.proposal(ctx, tx, r); err != nil {
				return err
			}
			out = append(out, p)
		}
		return err
	})
	if err == nil {
		err = d.named(ctx, out)
	}
	if err != nil {
		return nil, false, fmt.Errorf("proposals: %w", err)
	}
	if len(out) > page {
		return out[:page], true, nil
	}
	return out, false, nil
}

func (d Desk) proposal(ctx context.Context, tx *store.Tx, r db.SettingsRequest) (Proposal, error) {
	p := Proposal{
		ID: r.ID, Subject: r.SubjectID, Branch: store.ID(r.BranchID), Kind: r.Kind, Item: r.Item, State: r.State, Standing: r.Before, At: r.At, Due: r.Due,
		Done: r.DoneAt, Mine: r.AskedBy == tx.Actor.ID, Asker: r.AskedBy.String(), Decider: store.ID(r.DecidedBy).String(),
	}
	if err := json.Unmarshal(r.Change, &p.Change); err != nil {
		return p, fmt.Errorf("change %s: %w", r.ID, err)
	}
	ahead := r.State == "approved" && r.Due != nil && r.Due.After(d.Clock())
	p.Decide = (r.State == "asked" || ahead) && !p.Mine && May(tx.Actor, core.Approve, kindOf(r.Kind))
	if r.DoneAt != nil {
		return p, nil
	}
	var err error
	p.Standing, err = d.standing(ctx, tx, r.SubjectID, p.Change)
	return p, err
}

// kindOf is the class's kind of a request.
func kindOf(request string) string {
	if request == Price {
		return Prices
	}
	return kindSchedule
}

// named puts logins where ids stood. Names of colleagues are no secret of the clinic's, and rows of staff are everybody's own.
func (d Desk) named(ctx context.Context, list []Proposal) error {
	ids := make([]uuid.UUID, 0, 2*len(list))
	for _, p := range list {
		for _, text := range []string{p.Asker, p.Decider} {
			if id, err := uuid.Parse(text); err == nil && id != uuid.Nil {
				ids = append(ids, id)
			}
		}
	}
	logins := map[string]string{}
	err := d.In.InTx(ctx, core.Sys("settings"), func(tx *store.Tx) error {
		rows, err := tx.StaffCalled(ctx, ids)
		for _, r := range rows {
			logins[r.ID.String()] = r.Login
		}
		return err
	})
	for i, p := range list {
		list[i].Asker, list[i].Decider = logins[p.Asker], logins[p.Decider]
	}
	return err
}

// Standing is what stands where a change would go, as JSON: with its Mark a form says what its writer has seen.
func (d Desk) Standing(ctx context.Context, who core.Actor, subject uuid.UUID, c Change) ([]byte, error) {
	if !Sees(who, kindSchedule) && !Sees(who, Prices) {
		return nil, core.Refuse(core.Denied, "settings_not_yours")
	}
	var out []byte
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		var err error
		out, err = d.standing(ctx, tx, subject, c)
		return err
	})
	return out, err
}

// Withdraw takes back one's own proposal that nobody has decided.
func (d Desk) Withdraw(ctx context.Context, who core.Actor, id uuid.UUID) error {
	if !May(who, core.Update, Prices) && !May(who, core.Update, kindSchedule) {
		return core.Refuse(core.Denied, "settings_not_yours")
	}
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		if _, err := tx.SettingsWithdraw(ctx, db.SettingsWithdrawParams{ID: id, Who: who.ID}); err != nil {
			return store.NoRows(err, "settings_decided")
		}
		return d.note(ctx, tx, "settings.withdrawn", id)
	})
	if err != nil {
		return fmt.Errorf("take a proposal back: %w", err)
	}
	return nil
}
