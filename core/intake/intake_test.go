package intake_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/intake"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

func monday() time.Time { return time.Date(2026, 11, 23, 7, 56, 0, 0, time.UTC) }

// place is a small clinic to which an administrator brings tables.
type place struct {
	intake.Desk
	t     *testing.T
	db    *store.DB
	owner *pgx.Conn
	admin core.Actor
}

func setUp(t *testing.T) *place {
	t.Helper()
	db, address := storetest.Open(t, storetest.Seed{Key: "demo small 2026-11-23", Fill: func(ctx context.Context, owner string) error {
		_, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: monday()})
		return err
	}}, 4)
	p := &place{t: t, db: db}
	var err error
	p.owner, err = pgx.Connect(t.Context(), address.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.owner.Close(context.Background()) })
	book, err := clinic.Open(t.Context(), db)
	require.NoError(t, err)
	p.Desk = intake.Desk{In: db, Vault: vaulttest.Vault(t), Clock: monday, IDs: core.NewIDs(nil), Book: book}
	p.admin = p.as("admin")
	return p
}

// as is a member of the demo's staff.
func (p *place) as(role string) core.Actor {
	p.t.Helper()
	id := uuid.MustParse(p.text("SELECT id::text FROM staff WHERE role = $1 ORDER BY login LIMIT 1", role))
	return access.Default().Admit(core.Actor{Kind: core.Staff, ID: id, Role: role, Channel: "cabinet"})
}

func (p *place) text(sql string, args ...any) string {
	p.t.Helper()
	var out string
	require.NoError(p.t, p.owner.QueryRow(p.t.Context(), sql, args...).Scan(&out))
	return out
}

func (p *place) count(what string) string {
	p.t.Helper()
	return p.text("SELECT count(*)::text FROM " + what)
}

func (p *place) exec(sql string) {
	p.t.Helper()
	_, err := p.owner.Exec(p.t.Context(), sql)
	require.NoError(p.t, err)
}

// brought is a file with its columns as they were guessed, every line judged.
func (p *place) brought(text string, fill bool) uuid.UUID {
	p.t.Helper()
	id, err := p.Bring(p.t.Context(), p.admin, intake.Patients, "список.csv", []byte(text))
	require.NoError(p.t, err)
	now, err := p.Of(p.t.Context(), p.admin, id)
	require.NoError(p.t, err)
	require.NoError(p.t, p.Plan(p.t.Context(), p.admin, id, intake.Choice{Columns: now.Columns, Fill: fill, Paper: "Р-1/2026"}))
	return id
}

// work is the worker's part.
func (p *place) work() {
	p.t.Helper()
	jobs, err := p.Jobs(p.t.Context())
	require.NoError(p.t, err)
	for _, job := range jobs {
		require.NoError(p.t, p.Work(p.t.Context(), p.admin, job))
	}
}

// lines are an import's lines in short: "2 create", "5 wrong phone".
func (p *place) lines(id uuid.UUID) []string {
	p.t.Helper()
	list, _, err := p.Lines(p.t.Context(), p.admin, id, "", 0)
	require.NoError(p.t, err)
	var out []string
	for _, l := range list {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s %s", l.Number, l.State, strings.Join(l.Why, " "))))
	}
	return out
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	require.NotNil(t, core.Refusal(err), "%v", err)
	assert.Equal(t, key, core.Refusal(err).Key)
}

const people = `ФИО;Телефон;Дата рождения;E-mail;Пол
ВЕТРОВА МАРИЯ ИЛЬИНИЧНА;8 (916) 555-01-01;05.03.1985;vetrova@example.com;ж
Ким Ирина;+7 916 555-01-02;1990-12-01;;
Ветров Олег;89165550101;;;м
Ветрова Мария;+79165550101;05.03.1985;;
Петров;123;31.02.1980;не почта;х
;89165550199;;;
` + "Иван\u202eов Пётр;89165550103;;;\n" + `=cmd|'/c calc'!A1;89165550104;;;
Без Связи;;;;
`

func TestEveryLineIsJudgedBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	before := p.count("patient")
	id := p.brought(people, false)
	assert.Equal(t, []string{
		"2 create", "3 create", "4 create", "5 wrong repeats 2", "6 wrong phone born sex email", "7 wrong name", "8 wrong hidden name_bad",
		"9 wrong name_bad", "10 wrong who",
	}, p.lines(id))
	assert.Equal(t, before, p.count("patient"))
	assert.Equal(t, "0", p.count("intake_content WHERE position(convert_to('Ветрова', 'UTF8') IN bytes_sealed) > 0"), "the file lies sealed")
}

func TestPatientsAreBroughtOnceHoweverOftenItIsBegun(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	id := p.brought(people, false)
	state, err := p.Start(t.Context(), p.admin, id)
	require.NoError(t, err)
	assert.Equal(t, intake.Applying, state)
	_, err = p.Start(t.Context(), p.admin, id)
	refused(t, err, "intake_late")
	p.work()
	p.work()
	assert.Equal(t, "1", p.count("patient WHERE surname = 'Ветрова' AND given = 'Мария' AND patronymic = 'Ильинична' AND birth_date = '1985-03-05' AND sex = 'female'"))
	assert.Equal(t, "1", p.count("patient WHERE surname = 'Ким' AND given = 'Ирина'"))
	assert.Equal(t, "3", p.count("consent_event e JOIN patient p ON p.id = e.patient_id WHERE e.message_id = 'Р-1/2026' AND e.channel = 'paper'"))
	now, err := p.Of(t.Context(), p.admin, id)
	require.NoError(t, err)
	assert.Equal(t, intake.Applied, now.State)
	assert.Equal(t, map[string]int{"created": 3, "wrong": 6}, now.Counts)

	again := p.brought(people, false)
	assert.Equal(t, []string{"2 skip stands", "3 skip stands", "4 skip stands"}, p.lines(again)[:3], "the same file a second time finds everybody")
}

func TestAnImportThatDiedGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	var list strings.Builder
	list.WriteString("Фамилия,Имя,Телефон\n")
	for i := range 120 {
		fmt.Fprintf(&list, "Тестова,Анна,+7916777%04d\n", i)
	}
	id := p.brought(list.String(), false)
	_, err := p.Start(t.Context(), p.admin, id)
	require.NoError(t, err)
	jobs, err := p.Jobs(t.Context())
	require.NoError(t, err)
	dying, cancel := context.WithCancel(t.Context())
	p.Clock = func() time.Time {
		if p.created() >= 60 {
			cancel()
		}
		return monday()
	}
	_ = p.Work(dying, p.admin, jobs[0])
	p.Clock = monday
	first := p.count("patient WHERE surname = 'Тестова'")
	assert.NotEqual(t, "120", first)
	p.work()
	assert.Equal(t, "120", p.count("patient WHERE surname = 'Тестова'"))
	assert.Equal(t, "120", p.count("(SELECT DISTINCT subject_id FROM intake_row WHERE state = 'created') x"))
}

// created is how many lines are done already, as another connection sees it.
func (p *place) created() int {
	var n int
	_ = p.db.InTx(p.t.Context(), core.Sys("worker"), func(tx *store.Tx) error {
		return tx.QueryRow(p.t.Context(), "SELECT count(*) FROM intake_row WHERE state = 'created'").Scan(&n)
	})
	return n
}

func TestWhatAnImportMadeIsTakenBackWhileNothingHangsOnIt(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	before := p.count("patient")
	id := p.brought(people, false)
	_, err := p.Start(t.Context(), p.admin, id)
	require.NoError(t, err)
	p.work()
	p.exec("INSERT INTO care_team (id, patient_id, practitioner_id, kind, since) SELECT gen_random_uuid(), p.id, (SELECT id FROM practitioner LIMIT 1), 'referral', now() FROM patient p WHERE surname = 'Ким'")
	require.NoError(t, p.Undo(t.Context(), p.admin, id))
	p.work()
	lines := p.lines(id)
	assert.Equal(t, "2 undone", lines[0])
	assert.True(t, strings.HasPrefix(lines[1], "3 kept"), lines[1])
	assert.Equal(t, "4 undone", lines[2])
	assert.Equal(t, "1", p.count("patient WHERE surname = 'Ким'"))
	assert.Equal(t, p.text("SELECT ($1::int + 1)::text", before), p.count("patient"))
	assert.Equal(t, "0", p.count("patient_contact k WHERE NOT EXISTS (SELECT FROM patient p WHERE p.id = k.patient_id)"))
	refused(t, p.Undo(t.Context(), p.admin, id), "intake_late")
}

func TestACardIsFilledInWhereItIsEmptyAndEmptiedAgain(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	first := p.brought("ФИО;Телефон\nВетрова Мария;89165550101\n", false)
	_, err := p.Start(t.Context(), p.admin, first)
	require.NoError(t, err)
	p.work()
	id := p.brought("ФИО;Телефон;Др;Почта\nВетрова Мария Ильинична;89165550101;05.03.1985;v@example.com\n", true)
	assert.Equal(t, []string{"2 update"}, p.lines(id))
	_, err = p.Start(t.Context(), p.admin, id)
	require.NoError(t, err)
	p.work()
	assert.Equal(t, "1985-03-05 Ильинична", p.text("SELECT birth_date || ' ' || patronymic FROM patient WHERE surname = 'Ветрова'"))
	assert.Equal(t, "2", p.count("patient_contact k JOIN patient p ON p.id = k.patient_id WHERE p.surname = 'Ветрова'"))
	require.NoError(t, p.Undo(t.Context(), p.admin, id))
	p.work()
	assert.Equal(t, "empty", p.text("SELECT CASE WHEN birth_date IS NULL AND patronymic = '' THEN 'empty' ELSE 'full' END FROM patient WHERE surname = 'Ветрова'"))
	assert.Equal(t, "1", p.count("patient_contact k JOIN patient p ON p.id = k.patient_id WHERE p.surname = 'Ветрова'"))
}

func TestAnImportIsWhoBroughtItsAloneAndGoesAfterAMonth(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	id := p.brought(people, false)
	for _, role := range []string{"doctor", "cashier", "marketing", "security"} {
		_, err := p.Bring(t.Context(), p.as(role), intake.Patients, "x", []byte(people))
		refused(t, err, "intake_not_yours")
		_, err = p.Of(t.Context(), p.as(role), id)
		refused(t, err, "intake_not_yours")
	}
	_, err := p.Of(t.Context(), p.as("head"), id)
	refused(t, err, "not_found")
	other := p.admin
	other.ID = uuid.New()
	_, err = p.Of(t.Context(), other, id)
	refused(t, err, "not_found")
	require.NoError(t, p.db.InTx(t.Context(), core.Sys("worker"), func(tx *store.Tx) error { return tx.IntakeExpire(t.Context(), monday().AddDate(0, 0, 31)) }))
	assert.Equal(t, "0", p.count("intake_content"))
	assert.Equal(t, "dropped", p.text("SELECT state FROM intake"))
}
