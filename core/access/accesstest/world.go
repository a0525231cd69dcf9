// Package accesstest is a small clinic in which every situation of the matrix exists, so that each entry of the program can be asked every
// question of it.
package accesstest

import (
	"context"
	"crypto/md5" //nolint:gosec // ids are the md5 of their names, as world.sql has them
	"crypto/sha256"
	_ "embed"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// Roles that the world treats in ways of their own.
const (
	patient = "patient"
	doctor  = "doctor"
	service = "service"
)

//go:embed world.sql
var worldText string

// World is the clinic. Its time stands still.
type World struct {
	DB       *store.DB
	Database storetest.Database
	Rules    core.Rules
}

// Now is Monday noon in Moscow.
func Now() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// Seed fills a template database with the clinic.
func Seed() storetest.Seed {
	return storetest.Seed{Key: fmt.Sprintf("world 3 %x", sha256.Sum256([]byte(worldText))), Fill: func(ctx context.Context, owner string) error {
		conn, err := pgx.Connect(ctx, owner)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(ctx) }()
		if _, err = conn.Exec(ctx, worldText); err != nil {
			return err
		}
		return seal(ctx, conn)
	}}
}

// text is what every sealed place of the world says: it will do for a phone as well.
const text = "+79991234567"

// seal puts a text under the test's keys wherever world.sql has a placeholder.
func seal(ctx context.Context, conn *pgx.Conn) error {
	keys := vaulttest.New()
	if _, err := conn.Exec(ctx, "SELECT set_config('zapis.actor_kind', 'system', false), set_config('zapis.reseal', 'on', false)"); err != nil {
		return err
	}
	for _, c := range vault.Columns() {
		id := c.ID
		if id == "" {
			id = "id"
		}
		rows, err := conn.Query(ctx, fmt.Sprintf("SELECT %s::text FROM %s WHERE %s = '\\x00'", id, c.Table, c.Column))
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, row := range list {
			sealed, err := keys.Seal(vault.Place{Table: c.Table, Column: c.Column, Row: uuid.MustParse(row)}, []byte(text))
			if err != nil {
				return err
			}
			if _, err := conn.Exec(ctx, fmt.Sprintf("UPDATE %s SET %s = $1 WHERE %s = $2", c.Table, c.Column, id), sealed, row); err != nil {
				return err
			}
		}
	}
	_, err := conn.Exec(ctx, "UPDATE record SET sha256 = sha256(uuid_send(id) || convert_to($1, 'UTF8')) WHERE state = 'signed'", text)
	return err
}

// Open makes a clinic of the test's own, under the policies Zapis comes with.
func Open(tb testing.TB) *World {
	tb.Helper()
	db, address := storetest.Open(tb, Seed(), 4)
	db.Clock = Now
	return &World{DB: db, Database: address, Rules: Rules()}
}

// Rules are the policies Zapis comes with.
func Rules() core.Rules { return access.Default().Admit(core.Actor{}).Rules }

// ID is the id of a name in world.sql.
func ID(name string) uuid.UUID {
	return uuid.UUID(md5.Sum([]byte(name))) //nolint:gosec // see above
}

// Actor is the one of a role: the chat of the patient "own", the member of staff of that name, an integration with the given contract.
func (w *World) Actor(role, contract string) core.Actor {
	a := core.Actor{Kind: core.Staff, ID: ID(role), Role: role, Channel: "cabinet", Rules: w.Rules, Fresh: Now()}
	switch role {
	case patient:
		a.Kind, a.ID, a.Role, a.Channel = core.Patient, ID("chat own"), "", "telegram"
	case "newcomer": // a chat that never proved whose it is
		a.Kind, a.ID, a.Role, a.Channel = core.Patient, ID("chat new"), "", "telegram"
	case service:
		a.Kind, a.ID, a.Role, a.Channel = core.Service, ID("service account"), contract, "api"
	case doctor:
		a.Doctor = ID("mine")
	case "admin", "nurse", "cashier":
		a.Branches = []uuid.UUID{ID("here")}
	}
	return a
}

// Patient is whose object a role meets in a situation.
func Patient(role, situation string) string {
	switch {
	case situation != "restricted":
		return situation
	case role == patient:
		return "own"
	default:
		return "care"
	}
}
