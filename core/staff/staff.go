// Package staff decides who works at the clinic and how they prove that it is they.
package staff

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
	"github.com/zapis-clinic/zapis/core/throttle"
	"github.com/zapis-clinic/zapis/core/vault"
)

// Member is somebody who works here. Generation grows with every change that voids their sessions.
type Member struct {
	ID         uuid.UUID
	Login      string
	Role       string      // the active one
	Roles      []string    // all that they may switch to, the usual one first; never held at once
	Doctor     uuid.UUID   // the practitioner they are; nil for others
	Branches   []uuid.UUID // empty is all
	Generation int32
	Demo       bool
	Fresh      time.Time // when this session last showed a second factor; zero for never
}

// Actor is the member acting through channel.
func (m Member) Actor(channel string) core.Actor {
	return core.Actor{Kind: core.Staff, ID: m.ID, Role: m.Role, Doctor: m.Doctor, Branches: m.Branches, Channel: channel, Fresh: m.Fresh}
}

// As is the member in another of their roles; a refusal where it is not theirs.
func (m Member) As(role string) (Member, error) {
	if !slices.Contains(m.Roles, role) {
		return Member{}, core.Refuse(core.Denied, "role_not_yours")
	}
	m.Role = role
	return m, nil
}

// Config is what a Roster works with.
type Config struct {
	In     store.Opener
	Clock  core.Clock
	IDs    core.IDs
	Random io.Reader // of links
	Vault  *vault.Vault
	Demand Demand // whose role asks for a second factor
	Demo   bool   // the demo's logins, whose password everybody knows, may sign in
}

// Roster knows who works here.
type Roster struct {
	Config
	passwords passwords
	door      throttle.Door
}

// NewRoster makes a Roster. A process needs one, for it bounds how much memory hashing takes.
func NewRoster(c Config) *Roster {
	return &Roster{Config: c, passwords: make(passwords, seats), door: throttle.Door{In: c.In, Clock: c.Clock, IDs: c.IDs}}
}

// Newcomer is somebody to be added. Doctor is the practitioner they are, where they are one; no Branches are all. OneRoom says that the
// clinic is too small to keep its security apart from its medicine (see combined).
type Newcomer struct {
	Login    string
	Role     string   // the usual one
	Roles    []string // others that they may switch to
	OneRoom  bool
	Doctor   uuid.UUID
	Branches []uuid.UUID
}

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{1,63}$`)

// Add puts somebody on the staff and returns the token of a one-time link with which they set their password.
func (r *Roster) Add(ctx context.Context, actor core.Actor, n Newcomer) (string, error) {
	if !loginForm.MatchString(n.Login) {
		return "", core.Refuse(core.Invalid, "login_invalid")
	}
	more, err := combined(n.Role, n.Roles, n.OneRoom)
	if err == nil {
		err = linked(n.Doctor, append(slices.Clone(more), n.Role)...)
	}
	if err != nil {
		return "", err
	}
	if n.Branches == nil {
		n.Branches = []uuid.UUID{}
	}
	var token string
	err = r.as(ctx, actor, func(tx *store.Tx) error {
		row, err := tx.StaffAdd(ctx, db.StaffAddParams{
			ID: r.IDs(), Login: n.Login, Role: n.Role, Roles: more, PractitionerID: store.Ref(n.Doctor), Branches: n.Branches, CreatedAt: r.Clock(),
		})
		if err != nil {
			return unknownDoctor(err)
		}
		if err := r.note(ctx, tx, "staff.add", row.ID, fieldsOf(n.OneRoom, "login", "role")...); err != nil {
			return err
		}
		token, err = r.invite(ctx, tx, row.ID)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("add to the staff: %w", err)
	}
	return token, nil
}

// as does fn in actor's name: the staff's rows are nobody's but Zapis's own, so whoever calls has looked whether actor may.
func (r *Roster) as(ctx context.Context, actor core.Actor, fn func(*store.Tx) error) error {
	return r.In.InTx(ctx, core.Sys(actor.Channel), func(tx *store.Tx) error {
		own := tx.Actor
		tx.Actor = actor
		defer func() { tx.Actor = own }()
		return fn(tx)
	})
}

// unknownDoctor makes a reference to nobody a refusal.
func unknownDoctor(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "staff_practitioner_id_fkey" {
		return core.Refuse(core.NotFound, "doctor_unknown")
	}
	return err
}

// Find is who has an id and still works here. A demo login is nobody where there is no demo.
func (r *Roster) Find(ctx context.Context, id uuid.UUID) (Member, error) {
	var m Member
	err := r.In.InTx(ctx, core.Sys("staff"), func(tx *store.Tx) error {
		row, err := tx.Staff(ctx, id)
		if err != nil {
			return store.NoRows(err, "staff_unknown")
		}
		m, err = r.member(row)
		return err
	})
	if err != nil {
		return Member{}, fmt.Errorf("find staff %s: %w", id, err)
	}
	return m, nil
}

func (r *Roster) member(row db.Staff) (Member, error) {
	if row.Demo && !r.Demo {
		return Member{}, core.Refuse(core.NotFound, "staff_unknown")
	}
	return Member{
		ID: row.ID, Login: row.Login, Role: row.Role, Roles: append([]string{row.Role}, row.Roles...), Doctor: store.ID(row.PractitionerID), Branches: row.Branches,
		Generation: row.Generation, Demo: row.Demo,
	}, nil
}

func (r *Roster) note(ctx context.Context, tx *store.Tx, action string, id uuid.UUID, fields ...string) error {
	return audit.Add(ctx, tx, audit.Entry{ID: r.IDs(), At: r.Clock(), Action: action, Class: core.Policies, Object: "staff", Subject: id, Fields: fields})
}
