package patient

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/throttle"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Ticket is what a one-time link of a patient's gives: something (Object) of theirs for a Purpose. Who makes one decides how long it Lasts.
type Ticket struct {
	Patient uuid.UUID
	Purpose string // export, document …
	Object  uuid.UUID
	Lasts   time.Duration
}

// digits is how many of a phone's last digits are asked for, and triesOfTicket how often before the link is worth nothing.
const (
	digits        = 2
	triesOfTicket = 5
)

// Tickets keeps one-time links.
type Tickets struct {
	Cards
	Random io.Reader
}

// Offer makes a link's token: 128 random bits, of which the database has the hash alone. Of a patient without a phone there is
// nothing to ask for (phone_unknown).
func (t Tickets) Offer(ctx context.Context, actor core.Actor, k Ticket) (string, error) {
	var bits [16]byte
	if _, err := io.ReadFull(t.Random, bits[:]); err != nil {
		return "", fmt.Errorf("a link's token: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(bits[:])
	err := t.In.InTx(ctx, actor, func(tx *store.Tx) error {
		phones, err := t.phones(ctx, tx, k.Patient)
		if err == nil && len(phones) == 0 {
			err = core.Refuse(core.Conflict, "phone_unknown")
		}
		if err != nil {
			return err
		}
		now := t.Clock()
		put := db.PatientTicketAddParams{
			TokenHash: hashOf(token), PatientID: k.Patient, Purpose: k.Purpose, ObjectID: store.Ref(k.Object), CreatedAt: now, ExpiresAt: now.Add(k.Lasts),
		}
		if err := tx.PatientTicketAdd(ctx, put); err != nil {
			return err
		}
		return t.note(ctx, tx, k.Patient, "patient.link_offer", k.Purpose)
	})
	if err != nil {
		return "", fmt.Errorf("offer a link: %w", err)
	}
	return token, nil
}

func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Stands is what a link that still works is for; looking at it uses nothing up. Any that does not is the same refusal (ticket_unknown).
func (t Tickets) Stands(ctx context.Context, token string) (purpose string, err error) {
	err = t.In.InTx(ctx, core.Sys("link"), func(tx *store.Tx) error {
		row, err := tx.PatientTicket(ctx, db.PatientTicketParams{TokenHash: hashOf(token), Most: triesOfTicket, Now: t.Clock()})
		purpose = row.Purpose
		return store.NoRows(err, "ticket_unknown")
	})
	if err != nil {
		return "", fmt.Errorf("look at a link: %w", err)
	}
	return purpose, nil
}

// Use gives what a link was made for to whoever knows the last digits of the patient's phone, once. from is the address they come from. Wrong
// digits (digits_wrong) count against the link and the address.
func (t Tickets) Use(ctx context.Context, token, last, from string) (Ticket, error) {
	door := throttle.Door{In: t.In, Clock: t.Clock, IDs: t.IDs}
	address := throttle.Key{
		What: "ticket.address", Who: from, Limit: throttle.Limit{Free: 10, Pause: 5 * time.Minute, Longest: time.Hour, Forget: 24 * time.Hour},
	}
	if err := door.Try(ctx, address); err != nil {
		return Ticket{}, fmt.Errorf("use a link: %w", err)
	}
	var out Ticket
	good := false
	err := t.In.InTx(ctx, core.Sys("link"), func(tx *store.Tx) error {
		row, err := tx.PatientTicketTry(ctx, db.PatientTicketTryParams{TokenHash: hashOf(token), Most: triesOfTicket, Now: t.Clock()})
		if errors.Is(err, pgx.ErrNoRows) {
			return core.Refuse(core.NotFound, "ticket_unknown")
		}
		if err != nil {
			return err
		}
		out = Ticket{Patient: row.PatientID, Purpose: row.Purpose, Object: store.ID(row.ObjectID)}
		if good, err = t.knows(ctx, tx, row.PatientID, last); err != nil {
			return err
		}
		if !good { // the try stays counted
			return t.note(ctx, tx, row.PatientID, "patient.link_refused", row.Purpose)
		}
		used, err := tx.PatientTicketUse(ctx, db.PatientTicketUseParams{TokenHash: hashOf(token), Now: t.Clock()})
		if err == nil && len(used) == 0 {
			err = core.Refuse(core.NotFound, "ticket_unknown")
		}
		if err != nil {
			return err
		}
		return t.note(ctx, tx, row.PatientID, "patient.link_used", row.Purpose)
	})
	switch {
	case err != nil:
		return Ticket{}, fmt.Errorf("use a link: %w", err)
	case !good:
		return Ticket{}, core.Refuse(core.Denied, "digits_wrong")
	}
	return out, door.Right(ctx, throttle.Key{What: "ticket", Who: token}, address)
}

// knows says whether these are the last digits of one of a patient's phones. All are compared, in constant time.
func (t Tickets) knows(ctx context.Context, tx *store.Tx, id uuid.UUID, last string) (bool, error) {
	known, err := t.contacts(ctx, tx, id)
	if err != nil {
		return false, err
	}
	good := 0
	for _, k := range known {
		if k.Kind == vault.Phone && len(k.Value) >= digits {
			good |= subtle.ConstantTimeCompare([]byte(k.Value[len(k.Value)-digits:]), []byte(last))
		}
	}
	return good == 1, nil
}
