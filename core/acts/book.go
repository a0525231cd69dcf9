package acts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
)

// Book finds and does acts. It does not change once it is made.
type Book struct {
	in   *store.DB
	note Note
	acts map[place]Act
}

// Note is what a Book needs to put refusals on record.
type Note struct {
	Clock core.Clock
	IDs   core.IDs
}

type place struct {
	class  core.Class
	action core.Action
	kind   string
}

// New is a Book of the given acts, which it does in transactions of in. Two acts for one place are a fault.
func New(in *store.DB, note Note, list []Act) (*Book, error) {
	b := &Book{in: in, note: note, acts: make(map[place]Act, len(list))}
	for _, a := range list {
		at := place{a.Class, a.Action, a.Kind}
		if _, twice := b.acts[at]; twice || a.Do == nil {
			return nil, fmt.Errorf("acts: %s %s %q is there twice, or does nothing", a.Action, a.Class, a.Kind)
		}
		b.acts[at] = a
	}
	return b, nil
}

// Has says whether there is an act for an action on a class, of a kind or of all.
func (b *Book) Has(class core.Class, action core.Action, kind string) bool {
	_, ok := b.find(class, action, kind)
	return ok
}

func (b *Book) find(class core.Class, action core.Action, kind string) (Act, bool) {
	if a, ok := b.acts[place{class, action, kind}]; ok {
		return a, true
	}
	a, ok := b.acts[place{class, action, ""}]
	return a, ok
}

// Do does an act as actor, in a transaction of its own. What is not there, what there is no act for and what is not allowed are one
// refusal: "not_found" where something was asked for by its id, else "not_allowed".
func (b *Book) Do(ctx context.Context, actor core.Actor, class core.Class, action core.Action, in Input) (Output, error) {
	r := request{class, action, in}
	out, err := b.within(ctx, b.in, actor, r)
	if r.isClosed(err) {
		if noted := audit.Denied(ctx, b.in, actor, b.denial(r)); noted != nil {
			return out, noted // what is not on record has not been answered
		}
	}
	return out, err
}

// Within is Do as a part of tx, and as its actor: a refusal takes back that part alone.
func (b *Book) Within(ctx context.Context, tx *store.Tx, class core.Class, action core.Action, in Input) (Output, error) {
	r := request{class, action, in}
	out, err := b.within(ctx, tx, tx.Actor, r)
	if r.isClosed(err) {
		if noted := audit.Refused(ctx, tx, b.denial(r)); noted != nil {
			return out, noted
		}
	}
	return out, err
}

// denial is what stands on record of an act that was not allowed.
func (b *Book) denial(r request) audit.Entry {
	e := audit.Entry{
		ID: b.note.IDs(), At: b.note.Clock(), Action: "unknown.act", Object: "none", Subject: r.in.ID, Patient: r.in.Patient,
	}
	if e.Subject == uuid.Nil {
		e.Subject = r.in.Visit
	}
	if slices.Contains(core.Classes(), r.class) && slices.Contains(core.Actions(), r.action) { // nobody writes into the record what they like
		e.Action, e.Class, e.Object = string(r.class)+"."+string(r.action), r.class, string(r.class)
	}
	return e
}

type request struct {
	class  core.Class
	action core.Action
	in     Input
}

func (b *Book) within(ctx context.Context, opener store.Opener, actor core.Actor, r request) (Output, error) {
	act, ok := b.find(r.class, r.action, r.in.Kind)
	if !ok || !possible(actor, r) {
		return Output{}, r.closed()
	}
	var out Output
	err := opener.InTx(ctx, actor, func(tx *store.Tx) error {
		w := watch(tx, r)
		defer w.leave()
		var err error
		if out, err = act.Do(ctx, tx, r.in); err != nil {
			return err
		}
		if err := tx.Flush(ctx); err != nil { // what the database refuses is known here
			return err
		}
		return w.allowed()
	})
	if err != nil {
		return Output{}, r.outcome(err)
	}
	return out, nil
}

// isClosed says that err is that refusal.
func (r request) isClosed(err error) bool {
	return errors.Is(err, core.Refuse(core.NotFound, "not_found")) || errors.Is(err, core.Refuse(core.Denied, "not_allowed"))
}

// closed is the one refusal for what is not there and what is not allowed.
func (r request) closed() error {
	if r.in.named() {
		return core.Refuse(core.NotFound, "not_found")
	}
	return core.Refuse(core.Denied, "not_allowed")
}

// The database's own refusals: of a row that policies do not let in, and of a reference to what there is not.
const (
	notAllowed = "42501"
	noSuchRow  = "23503"
)

// outcome makes every way of not being allowed look alike.
func (r request) outcome(err error) error {
	if refusal := core.Refusal(err); refusal != nil {
		if refusal.Code == core.NotFound || refusal.Code == core.Denied {
			return r.closed()
		}
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == notAllowed || pg.Code == noSuchRow) {
		return r.closed()
	}
	return fmt.Errorf("%s %s: %w", r.action, r.class, err)
}
