package jobs

import (
	"context"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/visit"
	"github.com/zapis-clinic/zapis/core/waitlist"
	"github.com/zapis-clinic/zapis/dialog"
)

// desk is the clinic as one turn's flows see it: everything happens in the turn's transaction, as the person in the chat.
type desk struct {
	house   *House
	tx      *store.Tx
	actor   core.Actor
	message string // the message that the turn answers, evidence of a consent
	family  []patient.Person
	known   bool
	made    []uuid.UUID // patients registered in this turn
}

func (h *House) desk(tx *store.Tx, actor core.Actor, message string) (*desk, dialog.Desk) {
	d := &desk{house: h, tx: tx, actor: actor, message: message}
	return d, dialog.Desk{Clinic: h.Book.Current(), Calendar: d, Visits: d, People: d, Waiting: d, Mutes: d, Consents: d, Privacy: d, Links: links{d}, Proofs: d, Doings: doings{d}, Library: library{d}}
}

func (d *desk) visits() visit.Desk {
	return d.house.visits(d.tx)
}

// visits is the house's visit desk within in. Whoever looks at a branch's day is told of its changes.
func (h *House) visits(in store.Opener) visit.Desk {
	return visit.Desk{
		In: in, Book: h.Book, Clock: h.Clock, IDs: h.IDs, Vault: h.Vault, Changed: func(branch uuid.UUID) { h.Hub.Tell("branch:" + branch.String()) },
	}
}

func (d *desk) free() schedule.Free {
	return schedule.Free{In: d.tx.Reading(), Book: d.house.Book, Clock: d.house.Clock}
}

func (d *desk) cards(in store.Opener) patient.Cards {
	return patient.Cards{In: in, Vault: d.house.Vault, Clock: d.house.Clock, IDs: d.house.IDs}
}

func (d *desk) consents(in store.Opener) consent.Register {
	return consent.Register{In: in, Clock: d.house.Clock, IDs: d.house.IDs}
}

func (d *desk) Nearest(ctx context.Context, ask schedule.Ask) ([]schedule.Slot, error) {
	return d.free().Nearest(ctx, d.actor, ask)
}

func (d *desk) Explain(ctx context.Context, ask schedule.Ask) (schedule.Why, error) {
	return d.free().Explain(ctx, d.actor, ask)
}

func (d *desk) Upcoming(ctx context.Context) ([]visit.Visit, error) {
	family, err := d.Family(ctx)
	if err != nil || len(family) == 0 {
		return nil, err
	}
	ids := make([]uuid.UUID, 0, len(family))
	for _, p := range family {
		ids = append(ids, p.ID)
	}
	return d.house.visits(d.tx.Reading()).Upcoming(ctx, d.actor, ids...)
}

func (d *desk) Hold(ctx context.Context, slot schedule.Slot, service uuid.UUID) (uuid.UUID, error) {
	v, err := d.visits().Hold(ctx, d.actor, visit.Wish{Slot: slot, Service: service, Holder: d.actor.ID, Source: source(d.actor.Channel)})
	return v.ID, err
}

// source is how a visit's origin is called in reports.
func source(channel string) string {
	switch channel {
	case "telegram", "whatsapp", "max", "webchat":
		return channel
	default:
		return "api"
	}
}

func (d *desk) Release(ctx context.Context) error {
	return d.visits().Release(ctx, d.actor, d.actor.ID)
}

func (d *desk) Book(ctx context.Context, hold, patient uuid.UUID, complaint string) (visit.Visit, error) {
	return d.visits().ConfirmWith(ctx, d.actor, hold, patient, complaint)
}

func (d *desk) Accept(ctx context.Context, id uuid.UUID) (visit.Visit, error) {
	return d.visits().Accept(ctx, d.actor, id)
}

func (d *desk) Move(ctx context.Context, id uuid.UUID, to schedule.Slot) (visit.Visit, error) {
	return d.visits().Move(ctx, d.actor, id, to)
}

func (d *desk) Cancel(ctx context.Context, id uuid.UUID, reason string) (visit.Visit, error) {
	return d.visits().Cancel(ctx, d.actor, id, reason)
}

// Withdraw takes a consent back. Of processing the clinic's people learn too: what the law does not keep is theirs to look at.
func (d *desk) Withdraw(ctx context.Context, p consent.Purpose) error {
	if err := d.consents(d.tx).Withdraw(ctx, d.actor, p, d.message); err != nil || p != consent.Processing {
		return err
	}
	return d.house.task(ctx, d.tx, task{kind: "personal_data", key: "withdrawal:" + d.actor.ID.String(), conversation: d.actor.ID})
}

// Family is asked several times in a turn and read once.
func (d *desk) Family(ctx context.Context) ([]patient.Person, error) {
	if d.known {
		return d.family, nil
	}
	var err error
	d.family, err = d.cards(d.tx.Reading()).Family(ctx, d.actor)
	d.known = err == nil
	return d.family, err
}

func (d *desk) Register(ctx context.Context, n patient.New) (uuid.UUID, error) {
	id, err := d.cards(d.tx).Register(ctx, d.actor, n)
	if err == nil {
		d.known = false
		d.made = append(d.made, id)
	}
	return id, err
}

func (d *desk) Agreed(ctx context.Context) (bool, error) {
	return d.consents(d.tx.Reading()).Stands(ctx, d.actor, consent.Processing)
}

func (d *desk) Terms(ctx context.Context, lang string) (consent.Text, error) {
	return d.consents(d.tx.Reading()).Newest(ctx, d.actor, consent.Processing, lang)
}

func (d *desk) Agree(ctx context.Context, text uuid.UUID) error {
	return d.consents(d.tx).Give(ctx, d.actor, text, d.message)
}

func (d *desk) Said(ctx context.Context) ([]consent.Said, error) {
	return d.consents(d.tx.Reading()).Said(ctx, d.actor)
}

func (d *desk) Wording(ctx context.Context, p consent.Purpose, lang string) (consent.Text, error) {
	return d.consents(d.tx.Reading()).Newest(ctx, d.actor, p, lang)
}

func (d *desk) waiting(in store.Opener) waitlist.List {
	return waitlist.List{In: in, Clock: d.house.Clock, IDs: d.house.IDs}
}

func (d *desk) Join(ctx context.Context, w waitlist.Wish) error {
	return d.waiting(d.tx).Join(ctx, d.actor, w)
}

func (d *desk) Waits(ctx context.Context) (bool, error) {
	return d.waiting(d.tx.Reading()).Waiting(ctx, d.actor)
}

func (d *desk) Leave(ctx context.Context) error { return d.waiting(d.tx).Leave(ctx, d.actor) }

func (d *desk) Muted(ctx context.Context) ([]string, error) {
	return d.tx.ConversationMuted(ctx, d.actor.ID)
}

func (d *desk) Mute(ctx context.Context, purposes []string) error {
	return d.tx.ConversationMute(ctx, db.ConversationMuteParams{ID: d.actor.ID, Muted: purposes})
}

func (d *desk) Prove(ctx context.Context, p patient.Proof) error {
	return d.cards(d.tx).Prove(ctx, d.actor, p)
}

// links is the desk's side of a link to a member of staff.
type links struct{ *desk }

func (l links) staff() staff.Links {
	return staff.Links{In: l.tx, Clock: l.house.Clock, IDs: l.house.IDs}
}

func (l links) Open(ctx context.Context, token string) (ref, login string, err error) {
	return l.staff().Open(ctx, l.actor, token)
}

func (l links) Take(ctx context.Context, ref string) error { return l.staff().Take(ctx, l.actor, ref) }
