package staff

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// linkFor is how long a link to a messenger works.
const linkFor = 15 * time.Minute

// purposeMessenger is the purpose of a link that binds a messenger's account.
const purposeMessenger = "messenger"

// LinkPrefix begins what a messenger's deep link carries; the token follows.
const LinkPrefix = "staff_"

// LinkToken makes what a deep link carries by which somebody on the staff proves that a messenger's account is theirs: once, within
// fifteen minutes. An older link stops working.
func (r *Roster) LinkToken(ctx context.Context, actor core.Actor, login string) (string, error) {
	var payload string
	err := r.as(ctx, actor, func(tx *store.Tx) error {
		row, err := tx.StaffByLogin(ctx, login)
		if err != nil {
			return store.NoRows(err, "staff_unknown")
		}
		if err := r.note(ctx, tx, "staff.link_offer", row.ID); err != nil {
			return err
		}
		token, err := r.oneTime(ctx, tx, row.ID, purposeMessenger, linkFor)
		payload = LinkPrefix + token
		return err
	})
	if err != nil {
		return "", fmt.Errorf("a link to a messenger: %w", err)
	}
	return payload, nil
}

// Linked is a messenger's account of somebody on the staff.
type Linked struct {
	Chat    uuid.UUID
	Channel string
	Since   time.Time
}

// Links lists m's messenger accounts.
func (r *Roster) Links(ctx context.Context, m Member) ([]Linked, error) {
	var out []Linked
	err := r.In.InTx(ctx, core.Sys("cabinet"), func(tx *store.Tx) error {
		rows, err := tx.StaffLinks(ctx, m.ID)
		for _, row := range rows {
			out = append(out, Linked{Chat: row.ConversationID, Channel: row.Channel, Since: row.LinkedAt})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("messengers of %s: %w", m.ID, err)
	}
	return out, nil
}

// Unlink forgets a messenger's account of m's own.
func (r *Roster) Unlink(ctx context.Context, m Member, chat uuid.UUID) error {
	err := r.as(ctx, m.Actor("cabinet"), func(tx *store.Tx) error {
		gone, err := tx.StaffLinkDrop(ctx, db.StaffLinkDropParams{ConversationID: chat, StaffID: m.ID})
		if err == nil && len(gone) == 0 {
			err = core.Refuse(core.NotFound, "link_gone")
		}
		if err != nil {
			return err
		}
		return r.note(ctx, tx, "staff.unlink", m.ID, "messenger")
	})
	if err != nil {
		return fmt.Errorf("unlink a messenger: %w", err)
	}
	return nil
}

// Links is the side of a chat on which a link is opened and taken.
type Links struct {
	In    store.Opener
	Clock core.Clock
	IDs   core.IDs
}

// Open is whose link this is (their login) and how Take is told of it. From then on the link works for this chat alone. One that is
// made up, used, too old or another chat's is refused, always alike.
func (l Links) Open(ctx context.Context, actor core.Actor, token string) (ref, login string, err error) {
	hash := hashOf(token)
	err = l.In.InTx(ctx, actor, func(tx *store.Tx) error {
		var err error
		login, err = tx.StaffLinkClaim(ctx, db.StaffLinkClaimParams{TokenHash: hash, Now: l.Clock()})
		return err
	})
	switch {
	case err != nil:
		return "", "", fmt.Errorf("open a link: %w", err)
	case login == "":
		return "", "", noLink()
	}
	return hex.EncodeToString(hash), login, nil
}

// Take binds the chat to whose link it opened. ref is what Open returned.
func (l Links) Take(ctx context.Context, actor core.Actor, ref string) error {
	hash, err := hex.DecodeString(ref)
	if err != nil {
		return noLink()
	}
	err = l.In.InTx(ctx, actor, func(tx *store.Tx) error {
		whose, err := tx.StaffLinkTake(ctx, db.StaffLinkTakeParams{TokenHash: hash, Now: l.Clock()})
		if err != nil {
			return err
		}
		if len(whose) == 0 {
			return noLink()
		}
		return audit.Add(ctx, tx, audit.Entry{ID: l.IDs(), At: l.Clock(), Action: "staff.link", Object: "staff", Subject: whose[0], Fields: []string{"messenger"}})
	})
	if err != nil {
		return fmt.Errorf("take a link: %w", err)
	}
	return nil
}

func noLink() error { return core.Refuse(core.Denied, "link_unknown") }
