package personal

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/vault"
)

// copyFor is how long a copy's link works.
const copyFor = 24 * time.Hour

// Speech is what a copy is worded with.
type Speech struct {
	Lang string
	Say  func(key string) string // words of the keys copy.…; a key without words comes back as it is
	Zone *time.Location
}

// Open lists requests of a kind that wait for the job, those asked for in the last seconds left out.
func (o Office) Open(ctx context.Context, kind Kind) ([]Request, error) {
	var out []Request
	err := o.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		rows, err := tx.PersonalRequestsOpen(ctx, db.PersonalRequestsOpenParams{Kind: string(kind), Before: o.Clock().Add(-time.Second)})
		for _, r := range rows {
			out = append(out, request(r))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open requests: %w", err)
	}
	return out, nil
}

func request(r db.PersonalRequest) Request {
	return Request{
		ID: r.ID, Patient: store.ID(r.PatientID), Chat: store.ID(r.ConversationID), Kind: Kind(r.Kind), State: r.State, Fields: r.Fields,
		Asked: r.AskedAt, Due: r.DueAt,
	}
}

// Copy makes the copy that was asked for and has tell put its link (the token of it) into the transaction that keeps the copy, so that
// there is no copy without a message and no message without a copy. Begun twice, it is made once.
func (o Office) Copy(ctx context.Context, r Request, speech Speech, tell func(*store.Tx, string) error) error {
	w, err := o.whose(ctx, r)
	if err != nil {
		return fmt.Errorf("whose copy: %w", err)
	}
	data, err := o.gather(ctx, w, speech.Zone)
	if err != nil {
		return err
	}
	archive, err := pack(data, speech, o.Clock())
	if err != nil {
		return fmt.Errorf("pack a copy: %w", err)
	}
	token, err := o.token()
	if err != nil {
		return err
	}
	id := o.IDs()
	sealed, err := o.Vault.Seal(copyPlace(id), archive)
	if err != nil {
		return err
	}
	hash, now := sha256.Sum256([]byte(token)), o.Clock()
	return o.settle(ctx, r, Erased{}, func(tx *store.Tx) error {
		err := tx.CopyAdd(ctx, db.CopyAddParams{
			ID: id, RequestID: r.ID, PatientID: store.Ref(r.Patient), TokenHash: hash[:], ArchiveSealed: sealed, Bytes: int32(len(archive)), //nolint:gosec // bounded by maxFiles
			Medical: w.medical, MadeAt: now, ExpiresAt: now.Add(copyFor),
		})
		if err != nil {
			return err
		}
		return tell(tx, token)
	})
}

// settle ends a request with what fn does, unless another job has ended it.
func (o Office) settle(ctx context.Context, r Request, done Erased, fn func(*store.Tx) error) error {
	return o.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		_, err := tx.PersonalRequestLock(ctx, r.ID)
		if core.Refusal(store.NoRows(err, "nothing_new")) != nil {
			return nil //nolint:nilerr // another job has ended it
		}
		if err != nil {
			return err
		}
		total, err := sum(ctx, tx, r, done)
		if err != nil {
			return err
		}
		now := o.Clock()
		err = tx.PersonalRequestDone(ctx, db.PersonalRequestDoneParams{ID: r.ID, State: "done", At: &now, Done: total})
		if err != nil {
			return err
		}
		err = audit.Add(ctx, tx, audit.Entry{
			ID: o.IDs(), At: now, Action: "personal." + string(r.Kind) + "_done", Object: object, Subject: r.ID, Patient: r.Patient,
		})
		if err != nil {
			return err
		}
		return fn(tx)
	})
}

// whose says as whom and how much may be read for a request.
func (o Office) whose(ctx context.Context, r Request) (whose, error) {
	w := whose{patient: r.Patient, medical: r.Chat == uuid.Nil} // at the desk they have seen a document
	if r.Chat != uuid.Nil {
		w.chat, w.chats = core.Actor{Kind: core.Patient, ID: r.Chat, Channel: "worker"}, []uuid.UUID{r.Chat}
		err := o.In.InTx(ctx, w.chat, func(tx *store.Tx) error {
			var err error
			w.medical, err = tx.PersonalProved(ctx, r.Patient)
			return err
		})
		return w, err
	}
	err := o.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error {
		chats, err := tx.PersonalChats(ctx, r.Patient)
		for _, c := range chats {
			w.chats = append(w.chats, c.ID)
		}
		return err
	})
	return w, err
}

func copyPlace(id uuid.UUID) vault.Place {
	return vault.Place{Table: "personal_copy", Column: "archive_sealed", Row: id}
}

// token is 128 random bits.
func (o Office) token() (string, error) {
	var bits [16]byte
	if _, err := io.ReadFull(o.Random, bits[:]); err != nil {
		return "", fmt.Errorf("a link's token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(bits[:]), nil
}

// Link is a copy that waits to be taken.
type Link struct {
	Bytes int32
	Born  bool // the birth date is asked for first
}

// Look says what waits behind a token; a refusal where nothing does.
func (o Office) Look(ctx context.Context, token string) (Link, error) {
	k, err := o.find(ctx, token)
	return Link{Bytes: k.Bytes, Born: k.BirthDate != nil}, err
}

func (o Office) find(ctx context.Context, token string) (k db.CopyByTokenRow, err error) {
	hash := sha256.Sum256([]byte(token))
	err = o.In.InTx(ctx, core.Sys("web"), func(tx *store.Tx) error {
		k, err = tx.CopyByToken(ctx, db.CopyByTokenParams{TokenHash: hash[:], Now: o.Clock()})
		return store.NoRows(err, "link_over")
	})
	return k, err
}

// Take hands the copy out, once. Where the card has a birth date it must be said (YYYY-MM-DD); five wrong ones end the link.
func (o Office) Take(ctx context.Context, token, born string) ([]byte, error) {
	k, err := o.find(ctx, token)
	if err != nil {
		return nil, err
	}
	right := k.BirthDate == nil || subtle.ConstantTimeCompare([]byte(k.BirthDate.Format(time.DateOnly)), []byte(strings.TrimSpace(born))) == 1
	var sealed []byte
	err = o.In.InTx(ctx, core.Sys("web"), func(tx *store.Tx) error {
		if !right {
			return tx.CopyTried(ctx, k.ID)
		}
		sealed, err = tx.CopyTake(ctx, db.CopyTakeParams{ID: k.ID, Now: o.moment()})
		if err != nil {
			return store.NoRows(err, "link_over")
		}
		return audit.Add(ctx, tx, audit.Entry{
			ID: o.IDs(), At: o.Clock(), Action: "personal.copy_taken", Object: "personal_copy", Subject: k.ID, Patient: store.ID(k.PatientID),
		})
	})
	if err == nil && !right {
		err = core.Refuse(core.Denied, "birth_date_wrong")
	}
	if err != nil {
		return nil, err
	}
	return o.Vault.Open(copyPlace(k.ID), sealed)
}

// Tidy empties copies that were taken or have run out.
func (o Office) Tidy(ctx context.Context) error {
	return o.In.InTx(ctx, core.Sys("worker"), func(tx *store.Tx) error { return tx.CopiesEmpty(ctx, o.Clock()) })
}
