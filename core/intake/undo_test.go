package intake_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/intake"
	"github.com/zapis-clinic/zapis/core/store"
)

// tries is what the database says to somebody's own statement.
func (p *place) tries(who core.Actor, sql string, args ...any) error {
	p.t.Helper()
	return p.db.InTx(p.t.Context(), who, func(tx *store.Tx) error {
		if _, err := tx.Exec(p.t.Context(), sql, args...); err != nil {
			return err
		}
		return tx.Flush(p.t.Context())
	})
}

// forbidden is a statement that the database does not let somebody do.
func (p *place) forbidden(who core.Actor, sql string, args ...any) {
	p.t.Helper()
	err := p.tries(who, sql, args...)
	var pg *pgconn.PgError
	require.ErrorAs(p.t, err, &pg, sql)
	assert.Equal(p.t, "42501", pg.Code, "%s: %v", sql, err)
}

// applied is a file that was carried out.
func (p *place) applied(text string) uuid.UUID {
	p.t.Helper()
	id := p.brought(text, false)
	_, err := p.Start(p.t.Context(), p.admin, id)
	require.NoError(p.t, err)
	p.work()
	return id
}

const two = "ФИО;Телефон\nВетрова Мария;89165550101\nКим Ирина;89165550102\n"

func TestALineCannotClaimACardThatItDidNotMake(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	strange := p.text("SELECT id::text FROM patient LIMIT 1")
	id := p.brought(two, false)
	row := p.text("SELECT id::text FROM intake_row WHERE intake_id = $1 AND line = 2", id)
	claim := "UPDATE intake_row SET state = 'created', subject_id = $2 WHERE id = $1"
	for _, who := range []core.Actor{p.admin, core.Sys("worker")} {
		p.forbidden(who, "INSERT INTO intake_row (id, intake_id, line, state, subject_id) VALUES (gen_random_uuid(), $1, 77, 'created', $2)", id, strange)
	}
	p.forbidden(core.Sys("worker"), claim, row, strange)
	_, err := p.Start(t.Context(), p.admin, id)
	require.NoError(t, err)
	p.forbidden(p.admin, claim, row, strange)
	p.work()
	require.NoError(t, p.tries(p.admin, "UPDATE intake_row SET subject_id = $2 WHERE id = $1", row, strange))
	assert.Equal(t, "0", p.count("intake_row WHERE subject_id = '"+strange+"'"), "nothing happened")
	p.forbidden(core.Sys("worker"), "UPDATE intake_row SET subject_id = $2 WHERE id = $1", row, strange)
	require.NoError(t, p.Undo(t.Context(), p.admin, id))
	p.forbidden(p.admin, "UPDATE intake_row SET subject_id = $2 WHERE id = $1", row, strange)
	p.forbidden(p.admin, "UPDATE intake_row SET state = 'undone', subject_id = $2 WHERE id = $1", row, strange)
}

func TestOnlyWhoBroughtAnImportTakesItsCardsBackAndOnlyWhileItIsUndone(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	id, other := p.applied(two), p.applied("ФИО;Телефон\nОрлов Пётр;89165550103\n")
	card := "SELECT undo_imported_card(id) FROM intake_row WHERE intake_id = $1 AND line = 2"
	row := p.text("SELECT id::text FROM intake_row WHERE intake_id = $1 AND line = 2", id)
	p.forbidden(p.admin, card, id) // it is not being undone
	require.NoError(t, p.Undo(t.Context(), p.admin, id))
	colleague := p.admin
	colleague.ID = uuid.New()
	for _, who := range []core.Actor{colleague, p.as("head"), p.as("director"), p.as("security"), p.as("doctor"), core.Sys("worker"), {Kind: core.Patient, ID: p.admin.ID}, {Kind: core.Service, ID: p.admin.ID}} {
		p.forbidden(who, "SELECT undo_imported_card($1)", row)
	}
	p.forbidden(p.admin, card, other)
	p.forbidden(p.admin, "SELECT undo_imported_card($1)", uuid.New())
	p.work()
	assert.Equal(t, "1", p.count("patient WHERE surname = 'Орлов'"), "of another import nothing goes")
	p.forbidden(p.admin, card, id) // and nothing a second time
	assert.Equal(t, "0", p.count("patient WHERE surname = 'Ветрова'"))
	assert.Equal(t, "2", p.count("audit a WHERE action = 'patient.unregister' AND EXISTS (SELECT FROM audit b WHERE b.patient_id = a.patient_id AND b.action = 'patient.register')"))
	assert.Equal(t, "security_definer search_path=public, pg_temp",
		p.text("SELECT CASE WHEN prosecdef THEN 'security_definer ' END || array_to_string(proconfig, ' ') FROM pg_proc WHERE proname = 'undo_imported_card'"))
	assert.Equal(t, "false", p.text("SELECT has_function_privilege('public', 'undo_imported_card(uuid)', 'EXECUTE')::text"))
}

func TestACardStaysForWhateverHangsOnIt(t *testing.T) {
	t.Parallel()
	const card = "(SELECT id FROM patient WHERE surname = 'Ветрова')"
	for name, sql := range map[string]string{
		"a visit": `UPDATE visit SET patient_id = ` + card + ` WHERE id = (SELECT id FROM visit WHERE status = 'booked' LIMIT 1)`,
		"a chat": `WITH c AS (INSERT INTO conversation (id, channel, account, external_id, created_at) VALUES (gen_random_uuid(), 'webchat', 'x', 'x', now()) RETURNING id)
			INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) SELECT id, ` + card + `, 'other', now() FROM c`,
		"a task": `INSERT INTO task (id, kind, key, patient_id, created_at) VALUES (gen_random_uuid(), 'file', 'x', ` + card + `, now())`,
		"a task, elsewhere": `WITH x AS (UPDATE patient SET branches = ARRAY[gen_random_uuid()] WHERE id = ` + card + `)
			INSERT INTO task (id, kind, key, patient_id, created_at) VALUES (gen_random_uuid(), 'file', 'x', ` + card + `, now())`,
		"a bill":                 `INSERT INTO invoice (id, patient_id, branch_id, total, currency, created_at) SELECT gen_random_uuid(), ` + card + `, id, 1, 'RUB', now() FROM branch LIMIT 1`,
		"a consent":              `INSERT INTO consent_event (id, patient_id, text_id, action, channel, message_id, actor_kind, at) SELECT gen_random_uuid(), ` + card + `, id, 'withdrawn', 'paper', '1', 'staff', now() FROM consent_text LIMIT 1`,
		"another's consent":      `UPDATE consent_event SET actor_id = gen_random_uuid() WHERE patient_id = ` + card,
		"a code":                 `INSERT INTO patient_code (id, patient_id, code_mac, created_at, expires_at) VALUES (gen_random_uuid(), ` + card + `, '\x00', now(), now())`,
		"another contact":        `INSERT INTO patient_contact (id, patient_id, kind, value_sealed, value_index, created_at) VALUES (gen_random_uuid(), ` + card + `, 'phone', '', '\x01', now() + interval '1 day')`,
		"a proved contact":       `UPDATE patient_contact SET verified_at = now() WHERE patient_id = ` + card,
		"a document seen":        `UPDATE patient SET verified_at = now() WHERE id = ` + card,
		"a change":               `UPDATE patient SET version = version + 1 WHERE id = ` + card,
		"said to be another one": `INSERT INTO patient_apart (one_id, other_id, at) SELECT least(id, ` + card + `), greatest(id, ` + card + `), now() FROM patient WHERE id <> ` + card + ` LIMIT 1`,
		"merged into it":         `UPDATE patient SET merged_into = ` + card + ` WHERE id = (SELECT id FROM patient WHERE id <> ` + card + ` LIMIT 1)`,
		"a result":               `INSERT INTO lab_report (id, patient_id, branch_id, kind, status, created_at) SELECT gen_random_uuid(), ` + card + `, id, 'hiv', 'registered', now() FROM branch LIMIT 1`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := setUp(t)
			id := p.applied(two)
			p.exec(sql)
			require.NoError(t, p.Undo(t.Context(), p.admin, id))
			p.work()
			list, _, err := p.Lines(t.Context(), p.admin, id, intake.Kept, 0)
			require.NoError(t, err)
			require.Len(t, list, 1)
			assert.NotEmpty(t, list[0].Why)
			assert.NotContains(t, list[0].Why, "lab_report 1", "of what is medical no more than that there is something")
			assert.Equal(t, "1", p.count("patient WHERE surname = 'Ветрова'"))
			assert.Equal(t, "1", p.count("patient_contact k JOIN patient p ON p.id = k.patient_id AND p.surname = 'Ветрова' WHERE k.created_at < now() + interval '1 hour'"))
			assert.Equal(t, "0", p.count("patient WHERE surname = 'Ким'"), "the rest goes")
		})
	}
}

func TestWhatWasJudgedIsWhatIsCarriedOut(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	id := p.brought(two, false)
	_, err := p.Start(t.Context(), p.admin, id)
	require.NoError(t, err)
	for _, sql := range []string{
		"UPDATE intake SET columns = '{phone,name}' WHERE id = $1", "UPDATE intake SET kind = 'services' WHERE id = $1", "UPDATE intake SET state = 'planned' WHERE id = $1",
		"UPDATE intake SET state = 'undoing' WHERE id = $1", "UPDATE intake SET decided_by = staff_id WHERE id = $1",
		"INSERT INTO intake_content (intake_id, name_sealed, bytes_sealed) VALUES ($1, '', '')",
		"INSERT INTO intake_row (id, intake_id, line, state) VALUES (gen_random_uuid(), $1, 900, 'create')",
	} {
		p.forbidden(p.admin, sql, id)
	}
	require.NoError(t, p.tries(p.admin, "UPDATE intake_content SET bytes_sealed = '' WHERE intake_id = $1", id))
	require.NoError(t, p.tries(p.admin, "DELETE FROM intake_content WHERE intake_id = $1", id))
	assert.Equal(t, "1", p.count("intake_content WHERE length(bytes_sealed) > 100"), "nothing happened to the file")
}

func TestAClinicWithoutAConsentIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	p.exec("DELETE FROM consent_event")
	p.exec("DELETE FROM consent_text")
	require.ErrorIs(t, p.Ready(t.Context(), p.admin, intake.Patients), intake.ErrNoText)
	id, err := p.Bring(t.Context(), p.admin, intake.Patients, "x.csv", []byte(two))
	require.NoError(t, err)
	refused(t, p.Plan(t.Context(), p.admin, id, intake.Choice{Columns: []string{"name", "phone"}, Paper: "Р-1"}), "intake_no_text")
}

func TestAnImportThatFailedTellsSoAndWhatItWroteIsTakenBack(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	id := p.brought(two, false)
	_, err := p.Start(t.Context(), p.admin, id)
	require.NoError(t, err)
	jobs, err := p.Jobs(t.Context())
	require.NoError(t, err)
	require.NoError(t, p.Fail(t.Context(), jobs[0], "intake_not_yours"))
	assert.Equal(t, "1", p.count("audit WHERE action = 'intake.failed'"))
	require.NoError(t, p.Undo(t.Context(), p.admin, id))
	p.work()
	assert.Equal(t, "undone", p.text("SELECT state FROM intake WHERE id = $1", id))
}
