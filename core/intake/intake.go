// Package intake decides how a table that a clinic brings becomes its patients, doctors and services, and how that is taken back: columns are
// told by their headings, every line is judged before anything is written, and each is done once.
package intake

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/settings"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/upload"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Kind is what a table is of.
type Kind string

// The kinds.
const (
	Patients Kind = "patients"
	Doctors  Kind = "doctors"
	Services Kind = "services"
)

// Kinds lists them, in the order in which a clinic brings them: doctors are told what they perform.
func Kinds() []Kind { return []Kind{Services, Doctors, Patients} }

// The states of an import.
const (
	Brought  = "brought"  // the file is here
	Planned  = "planned"  // every line was judged, nothing is written
	Asked    = "asked"    // another person is to say yes
	Applying = "applying" // the worker is at it
	Applied  = "applied"
	Undoing  = "undoing"
	Undone   = "undone"
	Dropped  = "dropped"
	Failed   = "failed"
)

// The states of a line: what is to become of it, and what became.
const (
	Create  = "create"
	Update  = "update"
	Skip    = "skip"
	Wrong   = "wrong"
	Created = "created"
	Updated = "updated"
	Taken   = "undone"
	Kept    = "kept" // could not be taken back
)

// Desk takes tables and shows what becomes of them.
type Desk struct {
	In    store.Opener
	Vault *vault.Vault
	Clock core.Clock
	IDs   core.IDs
	Book  *clinic.Book
	Check upload.Checker
}

// Import is a table with its way.
type Import struct {
	ID      uuid.UUID
	Kind    Kind
	State   string
	Name    string // of the file; empty where it is gone
	Columns []string
	Fill    bool
	Paper   string
	Lines   int
	Why     string
	At      time.Time
	Mine    bool
	Undoes  bool           // whoever looks may have it taken back
	Counts  map[string]int // lines by state
}

// Under says that the worker has something to do for it.
func (i Import) Under() bool { return i.State == Applying || i.State == Undoing }

// Done is how many lines the worker has finished with, and of how many.
func (i Import) Done() (done, of int) {
	left := i.Counts[Create] + i.Counts[Update]
	if i.State == Undoing {
		left = i.Counts[Created] + i.Counts[Updated]
	}
	done = i.Counts[Created] + i.Counts[Updated]
	if i.State == Undoing {
		done = i.Counts[Taken] + i.Counts[Kept]
	}
	return done, done + left
}

// May says whether somebody brings tables of a kind: patients who makes cards, the rest who proposes how the clinic is set up.
func May(who core.Actor, k Kind) bool {
	if k == Patients {
		_, err := access.Require(who, core.Ask{Action: core.Create, Class: core.Contacts, Facts: core.Facts{Branch: who.Kind == core.Staff}})
		return err == nil && who.Kind == core.Staff
	}
	return settings.May(who, core.Update, "schedule")
}

// Decides says whether somebody says yes or no to what others bring.
func Decides(who core.Actor) bool { return settings.May(who, core.Approve, "schedule") }

// Sees says whether imports are anything to somebody.
func Sees(who core.Actor) bool { return May(who, Patients) || May(who, Doctors) || Decides(who) }

var errDenied = core.Refuse(core.Denied, "intake_not_yours")

// namePlace and bytesPlace are where a file lies.
func namePlace(id uuid.UUID) vault.Place {
	return vault.Place{Table: "intake_content", Column: "name_sealed", Row: id}
}

func bytesPlace(id uuid.UUID) vault.Place {
	return vault.Place{Table: "intake_content", Column: "bytes_sealed", Row: id}
}

func beforePlace(row uuid.UUID) vault.Place {
	return vault.Place{Table: "intake_row", Column: "before_sealed", Row: row}
}

// List tells the newest imports that somebody may see.
func (d Desk) List(ctx context.Context, who core.Actor) ([]Import, error) {
	if !Sees(who) {
		return nil, errDenied
	}
	var out []Import
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		rows, err := tx.Intakes(ctx)
		for _, r := range rows {
			i := Import{ID: r.ID, Kind: Kind(r.Kind), State: r.State, Lines: int(r.Lines), At: r.At, Mine: r.StaffID == who.ID}
			if i.Name, err = d.name(r.ID, r.NameSealed); err != nil {
				return err
			}
			out = append(out, i)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("imports: %w", err)
	}
	return out, nil
}

func (d Desk) name(id uuid.UUID, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	text, err := d.Vault.Open(namePlace(id), sealed)
	return string(text), err
}

// Of is an import with how many of its lines are in which state.
func (d Desk) Of(ctx context.Context, who core.Actor, id uuid.UUID) (Import, error) {
	var out Import
	if !Sees(who) {
		return out, errDenied
	}
	err := d.In.InTx(ctx, who, func(tx *store.Tx) error {
		row, err := tx.Intake(ctx, id)
		if err != nil {
			return store.NoRows(err, "not_found")
		}
		out = d.shown(who, row)
		counts, err := tx.IntakeCounts(ctx, id)
		for _, c := range counts {
			out.Counts[c.State] = int(c.N)
		}
		if err != nil {
			return err
		}
		content, err := tx.IntakeContent(ctx, id)
		if err != nil {
			return ignoreNone(err)
		}
		out.Name, err = d.name(id, content.NameSealed)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("an import: %w", err)
	}
	return out, nil
}

func (d Desk) shown(who core.Actor, r db.Intake) Import {
	undoes := r.StaffID == who.ID
	if Kind(r.Kind) != Patients {
		undoes = store.ID(r.DecidedBy) == who.ID
	}
	return Import{
		Undoes: undoes, ID: r.ID, Kind: Kind(r.Kind), State: r.State, Columns: r.Columns, Fill: r.Fill, Paper: r.Paper, Lines: int(r.Lines), Why: store.Str(r.Why),
		At: r.At, Mine: r.StaffID == who.ID, Counts: map[string]int{},
	}
}

// ignoreNone is nil where nothing was found.
func ignoreNone(err error) error {
	if err = store.NoRows(err, "none"); core.Refusal(err) != nil {
		err = nil
	}
	return err
}

func (d Desk) note(ctx context.Context, tx *store.Tx, action string, i db.Intake) error {
	class := core.Settings
	if Kind(i.Kind) == Patients {
		class = core.Contacts
	}
	return audit.Add(ctx, tx, audit.Entry{ID: d.IDs(), At: d.Clock(), Action: "intake." + action, Class: class, Object: "intake", Subject: i.ID})
}

// own is an import that the actor brought and may go on with, locked.
func (d Desk) own(ctx context.Context, tx *store.Tx, id uuid.UUID) (db.Intake, error) {
	row, err := tx.IntakeLock(ctx, id)
	if err != nil {
		return row, store.NoRows(err, "not_found")
	}
	if row.StaffID != tx.Actor.ID {
		return row, core.Refuse(core.NotFound, "not_found")
	}
	if !May(tx.Actor, Kind(row.Kind)) {
		return row, errDenied
	}
	return row, nil
}

// errLate is said where somebody else, or another page, was there first.
var errLate = core.Refuse(core.Conflict, "intake_late")
