package start_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/start"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// clinic is one with nothing in it.
type clinic struct {
	start.Desk
	t     *testing.T
	owner *pgx.Conn
}

func empty(t *testing.T) clinic {
	t.Helper()
	db, address := storetest.Open(t, storetest.Seed{}, 4)
	owner, err := pgx.Connect(t.Context(), address.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	return clinic{start.Desk{In: db, Clock: func() time.Time { return now }}, t, owner}
}

func (c clinic) exec(sql string, args ...any) {
	c.t.Helper()
	_, err := c.owner.Exec(c.t.Context(), sql, args...)
	require.NoError(c.t, err)
}

func staff(role string) core.Actor {
	return access.Default().Admit(core.Actor{Kind: core.Staff, ID: uuid.New(), Role: role, Channel: "cabinet"})
}

// look says what is done and what waits for a decision.
func (c clinic) look() (done, proposed []start.Name, next start.Step) {
	c.t.Helper()
	list, err := c.Look(c.t.Context(), staff("admin"))
	require.NoError(c.t, err)
	for _, s := range list {
		if s.Done {
			done = append(done, s.Name)
		}
		if s.Proposed {
			proposed = append(proposed, s.Name)
		}
	}
	return done, proposed, list.Next()
}

func (c clinic) hire(role string) {
	c.t.Helper()
	c.exec("INSERT INTO staff (id, login, role, password_hash, created_at) VALUES ($1, $2, $2, 'x', now())", uuid.New(), role)
}

func TestAnEmptyClinicLacksEverythingStepByStep(t *testing.T) {
	t.Parallel()
	c := empty(t)
	done, _, next := c.look()
	assert.Empty(t, done)
	assert.Equal(t, start.Step{Name: start.Staff, Missing: "admin"}, next)
	c.hire("admin")
	_, _, next = c.look()
	assert.Equal(t, "second", next.Missing, "who approves is somebody else")
	c.hire("director")
	branch, doctor, service := uuid.New(), uuid.New(), uuid.New()
	c.exec(`INSERT INTO branch (id, name_ru, name_en, city_ru, city_en, address_ru, address_en, tz) VALUES ($1, 'А', 'A', 'А', 'A', 'А', 'A', 'Europe/Moscow')`, branch)
	_, _, next = c.look()
	assert.Equal(t, start.Step{Name: start.Branch, Missing: "hours"}, next)
	c.exec("UPDATE branch SET hours_ru = 'пн–пт 9:00–18:00'")
	c.exec("INSERT INTO specialty (code, name_ru, name_en) VALUES ('ent', 'ЛОР', 'ENT')")
	c.exec("INSERT INTO service (id, specialty, name_ru, name_en, kind, minutes, price) VALUES ($1, 'ent', 'П', 'V', 'initial', 30, 100000)", service)
	c.exec("INSERT INTO practitioner (id, surname, given, female) VALUES ($1, 'Иванова', 'Анна', true)", doctor)
	_, _, next = c.look()
	assert.Equal(t, start.Doctor, next.Name, "a doctor without a service has nothing to be booked for")
	c.exec("INSERT INTO practitioner_service (practitioner_id, service_id) VALUES ($1, $2)", doctor, service)
	c.exec(`INSERT INTO schedule_template (id, practitioner_id, branch_id, weekday, from_time, to_time, valid_to) VALUES ($1, $2, $3, 1, '9:00', '18:00', '2026-11-01')`, uuid.New(), doctor, branch)
	_, _, next = c.look()
	assert.Equal(t, start.Hours, next.Name, "working time that is over is none")
	c.exec("UPDATE schedule_template SET valid_to = NULL")
	c.exec("INSERT INTO consent_text (id, purpose, lang, version, body, sha256) VALUES ($1, 'processing', 'ru', 1, 'Я согласен', 'x')", uuid.New())
	_, _, next = c.look()
	assert.Equal(t, start.Channel, next.Name)
	c.Bot = true
	done, proposed, next := c.look()
	assert.Len(t, done, 8)
	assert.Empty(t, proposed)
	assert.Equal(t, start.Booking, next.Name)
}

func TestWhatIsProposedWaitsForAnother(t *testing.T) {
	t.Parallel()
	c := empty(t)
	ask := `INSERT INTO settings_request (id, kind, subject_id, item, change, state, asked_by, at) VALUES ($1, $2, $1, '', $3, 'asked', $4, now())`
	c.hire("admin")
	var who uuid.UUID
	require.NoError(t, c.owner.QueryRow(t.Context(), "SELECT id FROM staff").Scan(&who))
	c.exec(ask, uuid.New(), "house", `{"branch": {}}`, who)
	c.exec(ask, uuid.New(), "house", `{"consent": {}}`, who)
	c.exec(ask, uuid.New(), "schedule", `{"plan": {}}`, who)
	_, proposed, _ := c.look()
	assert.Equal(t, []start.Name{start.Branch, start.Hours, start.Consent}, proposed)
	c.exec("UPDATE settings_request SET state = 'refused'")
	_, proposed, _ = c.look()
	assert.Empty(t, proposed)
}

func TestOnlyWhoSetsTheClinicUpIsTold(t *testing.T) {
	t.Parallel()
	c := empty(t)
	for role, told := range map[string]bool{"admin": true, "head": true, "director": true, "security": true, "doctor": false, "nurse": false, "cashier": false, "marketing": false} {
		assert.Equal(t, told, start.May(staff(role)), role)
		_, err := c.Look(t.Context(), staff(role))
		assert.Equal(t, told, err == nil, role)
	}
}
