package acts_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// monday is a morning at work.
func monday() time.Time { return time.Date(2026, 11, 23, 7, 56, 0, 0, time.UTC) }

// house is the small demo clinic with everything that can be done in it.
type house struct {
	t     *testing.T
	db    *store.DB
	owner *pgx.Conn
	book  *acts.Book
	now   time.Time
	rules *access.Guard
}

func open(t *testing.T) *house {
	t.Helper()
	db, address := storetest.Open(t, storetest.Seed{Key: "demo small 2026-11-23", Fill: func(ctx context.Context, owner string) error {
		_, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: monday()})
		return err
	}}, 4)
	h := &house{t: t, db: db, now: monday(), rules: access.Default()}
	db.Clock = func() time.Time { return h.now }
	var err error
	h.owner, err = pgx.Connect(t.Context(), address.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = h.owner.Close(context.Background()) })
	catalog, err := clinic.Open(t.Context(), db)
	require.NoError(t, err)
	h.book, err = acts.New(db, acts.Note{Clock: db.Clock, IDs: core.NewIDs(nil)}, acts.All(acts.Means{DB: db, Clock: db.Clock, IDs: core.NewIDs(nil), Vault: vaulttest.Vault(t), Catalog: catalog}))
	require.NoError(t, err)
	return h
}

// id is the one answer of a query.
func (h *house) id(sql string, args ...any) uuid.UUID {
	h.t.Helper()
	var id uuid.UUID
	require.NoError(h.t, h.owner.QueryRow(h.t.Context(), sql, args...).Scan(&id), sql)
	return id
}

func (h *house) count(sql string, args ...any) int {
	h.t.Helper()
	var n int
	require.NoError(h.t, h.owner.QueryRow(h.t.Context(), sql, args...).Scan(&n), sql)
	return n
}

func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	_, err := h.owner.Exec(h.t.Context(), sql, args...)
	require.NoError(h.t, err, sql)
}

// as is the demo's member of a role, with a second factor just shown.
func (h *house) as(role string) core.Actor {
	h.t.Helper()
	who := core.Actor{Kind: core.Staff, Role: role, Channel: "cabinet", Fresh: h.now, Rules: h.rules.Admit(core.Actor{}).Rules}
	who.ID = h.id("SELECT id FROM staff WHERE login = $1", role)
	if role == "doctor" {
		who.Doctor = h.id("SELECT practitioner_id FROM staff WHERE login = 'doctor'")
	}
	return who
}

// another is a further member of a role.
func (h *house) another(role string) core.Actor {
	who := core.Actor{Kind: core.Staff, Role: role, Channel: "cabinet", Fresh: h.now, Rules: h.rules.Admit(core.Actor{}).Rules, ID: uuid.New()}
	h.exec("INSERT INTO staff (id, login, role, created_at) VALUES ($1, $2, $3, $4)", who.ID.String(), "second-"+role+who.ID.String()[:8], role, h.now)
	return who
}

// chat is a person's chat, linked to a patient.
func (h *house) chat(patient uuid.UUID, verified bool) core.Actor {
	who := core.Actor{Kind: core.Patient, ID: uuid.New(), Channel: "telegram", Rules: h.rules.Admit(core.Actor{}).Rules}
	h.exec(`INSERT INTO conversation (id, channel, account, external_id, lang, created_at, last_inbound_at) VALUES ($1, 'telegram', 'telegram:main', $2, 'ru', $3, $3)`,
		who.ID.String(), who.ID.String(), h.now)
	var at *time.Time
	if verified {
		at = &h.now
	}
	h.exec("INSERT INTO patient_link (conversation_id, patient_id, relation, created_at, verified_at) VALUES ($1, $2, 'self', $3, $4)",
		who.ID.String(), patient.String(), h.now, at)
	return who
}

// service is an integration with a contract.
func (h *house) service(contract string) core.Actor {
	return core.Actor{Kind: core.Service, ID: uuid.New(), Role: contract, Channel: "api", Rules: h.rules.Admit(core.Actor{}).Rules}
}

// do expects an act to be done.
func (h *house) do(who core.Actor, action core.Action, class core.Class, in acts.Input) acts.Output {
	h.t.Helper()
	out, err := h.book.Do(h.t.Context(), who, class, action, in)
	require.NoError(h.t, err, "%s %s as %s", action, class, who.Role)
	return out
}

// refuse expects a refusal by its key.
func (h *house) refuse(key string, who core.Actor, action core.Action, class core.Class, in acts.Input) {
	h.t.Helper()
	out, err := h.book.Do(h.t.Context(), who, class, action, in)
	require.NotNil(h.t, core.Refusal(err), "%s %s as %s: %v %v", action, class, who.Role, out, err)
	require.Equal(h.t, key, core.Refusal(err).Key, "%s %s as %s", action, class, who.Role)
}

// with are fields in pairs.
func fields(pairs ...string) map[string]string {
	out := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

// visit is the first visit, in the order of time, of which a condition holds.
func (h *house) visit(condition string) uuid.UUID {
	h.t.Helper()
	return h.id("SELECT id FROM visit WHERE patient_id IS NOT NULL AND status <> 'cancelled' AND " + condition + " ORDER BY starts_at, id LIMIT 1")
}

func contains(text []byte, word string) bool { return strings.Contains(string(text), word) }
