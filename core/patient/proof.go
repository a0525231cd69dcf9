package patient

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// How long six digits work: told on the phone or sent, and printed on paper.
const (
	codeFor      = 5 * time.Minute
	codeForPaper = 24 * time.Hour
)

// codeKind is the kind of blind index that a code is kept as.
const codeKind = "patient_code"

// Seen is a person whose document the desk has seen, and the chat that they showed to be theirs.
type Seen struct {
	Patient uuid.UUID
	Chat    uuid.UUID
}

// Verify notes that the desk has seen whose chat this is: from now on it may be shown the medical content of the card.
func (c Cards) Verify(ctx context.Context, actor core.Actor, s Seen) error {
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if _, err := c.may(ctx, tx, core.Update, s.Patient); err != nil {
			return err
		}
		done, err := tx.PatientLinkVerify(ctx, db.PatientLinkVerifyParams{ConversationID: s.Chat, PatientID: s.Patient, Now: c.Clock(), By: actor.ID})
		if err == nil && len(done) == 0 {
			err = core.Refuse(core.NotFound, "patient_unknown")
		}
		if err != nil {
			return err
		}
		if err := tx.PatientVerified(ctx, db.PatientVerifiedParams{ID: s.Patient, Now: c.Clock()}); err != nil {
			return err
		}
		return c.note(ctx, tx, s.Patient, "patient.verify", "verified")
	})
	if err != nil {
		return fmt.Errorf("verify a patient: %w", err)
	}
	return nil
}

// IssueCode makes six digits with which the patient proves, in a chat of theirs, that the card is theirs: for five minutes, or a day on
// paper. Codes of before are worth nothing. Without a birth date on the card they would prove too little (birth_unknown).
func (c Cards) IssueCode(ctx context.Context, actor core.Actor, id uuid.UUID, random io.Reader, paper bool) (string, error) {
	n, err := rand.Int(random, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("a code: %w", err)
	}
	code, lasts := fmt.Sprintf("%06d", n), codeFor
	if paper {
		lasts = codeForPaper
	}
	err = c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		if _, err := c.may(ctx, tx, core.Update, id); err != nil {
			return err
		}
		card, err := tx.Patient(ctx, id)
		if err != nil {
			return store.NoRows(err, "patient_unknown")
		}
		if card.BirthDate == nil {
			return core.Refuse(core.Conflict, "birth_unknown")
		}
		now := c.Clock()
		if err := tx.PatientCodesVoid(ctx, db.PatientCodesVoidParams{PatientID: id, Now: now}); err != nil {
			return err
		}
		put := db.PatientCodeAddParams{
			ID: c.IDs(), PatientID: id, CodeMac: c.Vault.Index(codeKind, id.String()+" "+code), CreatedAt: now, ExpiresAt: now.Add(lasts),
		}
		if actor.Kind == core.Staff {
			put.IssuedBy = &actor.ID
		}
		if err := tx.PatientCodeAdd(ctx, put); err != nil {
			return err
		}
		return c.note(ctx, tx, id, "patient.code_issue")
	})
	if err != nil {
		return "", fmt.Errorf("issue a code: %w", err)
	}
	return code, nil
}

// Proof is what a person says of a card to prove that it is theirs.
type Proof struct {
	Patient uuid.UUID
	Born    time.Time
	Code    string
}

// Prove takes a proof from a chat. What was wrong with it is not told (proof_wrong); after five tries of a chat, of a phone or of a code the
// person waits, or asks for another (proof_wait). A refusal leaves its trace, so a caller that is refused must commit.
func (c Cards) Prove(ctx context.Context, actor core.Actor, p Proof) error {
	var outcome string
	err := c.In.InTx(ctx, actor, func(tx *store.Tx) error {
		var err error
		outcome, err = tx.ProveIdentity(ctx, db.ProveIdentityParams{
			PatientID: p.Patient, Codes: c.Vault.Indexes(codeKind, p.Patient.String()+" "+p.Code), Born: p.Born, Now: c.Clock(),
		})
		if err != nil {
			return err
		}
		return audit.Add(ctx, tx, audit.Entry{
			ID: c.IDs(), At: c.Clock(), Action: "patient." + outcome, Object: "patient", Subject: p.Patient, Patient: p.Patient, Fields: []string{"verified"},
		})
	})
	switch {
	case err != nil:
		return fmt.Errorf("prove an identity: %w", err)
	case outcome == "wait":
		return core.Refuse(core.TooMany, "proof_wait")
	case outcome != "proved":
		return core.Refuse(core.Invalid, "proof_wrong")
	}
	return nil
}

// SamePhone lists other cards that chats are linked to and that have a phone of this one: the same person with a new account, or a number
// that has found another owner. Either way the desk looks at it, and the new chat sees nothing of the old card meanwhile.
func (c Cards) SamePhone(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error) {
	var out []uuid.UUID
	err := c.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		phones, err := c.phones(ctx, tx, id)
		if err != nil {
			return err
		}
		out, err = tx.PatientsOfPhone(ctx, db.PatientsOfPhoneParams{PatientID: id, Phones: phones})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("cards with the same phone: %w", err)
	}
	return out, nil
}
