package personal

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// Kind is what is asked for.
type Kind string

// The kinds of request.
const (
	Access     Kind = "access"
	Correction Kind = "correction"
	Erasure    Kind = "erasure"
)

// object is what a request is called on record, and its table.
const object = "personal_request"

// Request is what somebody asked about their data.
type Request struct {
	ID      uuid.UUID
	Patient uuid.UUID // nil: there is a chat and no card
	Chat    uuid.UUID // nil: asked at the desk
	Kind    Kind
	State   string // asked, done, refused
	Fields  []string
	Asked   time.Time
	Due     time.Time
}

// maxCopies is how many copies a chat gets a day: making one reads everything.
const maxCopies = 3

// Ask puts a request of the acting chat down for the job. Asked again while it is under way, it is refused.
func (o Office) Ask(ctx context.Context, actor core.Actor, kind Kind) error {
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		me, err := tx.PersonalSelf(ctx, actor.ID)
		if err != nil {
			return err
		}
		before, err := tx.PersonalAsked(ctx, db.PersonalAskedParams{ConversationID: store.Ref(actor.ID), Kind: string(kind), Since: o.Clock().AddDate(0, 0, -1)})
		switch {
		case err != nil:
			return err
		case before.Open > 0:
			return core.Refuse(core.Conflict, "personal_under_way")
		case before.Lately >= maxCopies:
			return core.Refuse(core.TooMany, "personal_too_often")
		}
		return o.put(ctx, tx, asking{kind: kind, patient: store.ID(me.PatientID), chat: actor.ID})
	})
	if err != nil {
		return fmt.Errorf("ask for %s: %w", kind, err)
	}
	return nil
}

type asking struct {
	kind          Kind
	patient, chat uuid.UUID
	id            uuid.UUID
	fields        []string
	change        []byte // sealed
}

func (o Office) put(ctx context.Context, tx *store.Tx, a asking) error {
	if a.id == uuid.Nil {
		a.id = o.IDs()
	}
	if a.fields == nil {
		a.fields = []string{}
	}
	now := o.Clock()
	err := tx.PersonalRequestAdd(ctx, db.PersonalRequestAddParams{
		ID: a.id, PatientID: store.Ref(a.patient), ConversationID: store.Ref(a.chat), Kind: string(a.kind), Fields: a.fields, ChangeSealed: a.change,
		AskedAt: now, DueAt: due(now, answerDays),
	})
	if err != nil {
		return err
	}
	return audit.Add(ctx, tx, audit.Entry{
		ID: o.IDs(), At: now, Action: "personal." + string(a.kind), Object: object, Subject: a.id, Patient: a.patient, Fields: a.fields,
	})
}

// Self is what the clinic keeps of the person in a chat, in numbers: what is told before anything is handed out.
type Self struct {
	Patient  uuid.UUID // nil: no card
	Verified bool      // the identity is proved: medical content may be told
	Checked  bool      // the desk has seen a document: corrections are the desk's to make
	Name     string
	Born     *time.Time
	Visits   int64
	Messages int64
	Medical  int64 // records, prescriptions, results, documents; 0 unless Verified
	Payments int64
}

// Self tells the acting chat of itself.
func (o Office) Self(ctx context.Context, actor core.Actor) (Self, error) {
	var out Self
	err := o.In.InTx(ctx, actor, func(tx *store.Tx) error {
		r, err := tx.PersonalSelf(ctx, actor.ID)
		out = Self{
			Patient: store.ID(r.PatientID), Verified: r.Verified, Checked: r.Checked, Name: r.Name, Born: r.BirthDate,
			Visits: r.Visits, Messages: r.Messages, Medical: r.Medical, Payments: r.Payments,
		}
		return err
	})
	if err != nil {
		return out, fmt.Errorf("what is kept of a chat: %w", err)
	}
	return out, nil
}

// Looks lists who saw the record of the person in the acting chat, the last first, by days in zone. Nothing is told before the identity
// is proved.
func (o Office) Looks(ctx context.Context, actor core.Actor, zone *time.Location) ([]audit.LookedAt, error) {
	self, err := o.Self(ctx, actor)
	if err != nil {
		return nil, err
	}
	if self.Patient == uuid.Nil || !self.Verified {
		return nil, core.Refuse(core.Denied, "identity_unproved")
	}
	list, _, err := audit.Looks(ctx, o.In, actor, audit.Looking{Patient: self.Patient, Zone: zone})
	return list, err
}
