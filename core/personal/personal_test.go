package personal_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/personal"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// place is a clinic with two patients, each in a chat of their own.
type place struct {
	personal.Office
	owner       *pgx.Conn
	mine, other person
	mu          sync.Mutex
	now         time.Time
}

type person struct {
	id   uuid.UUID
	chat core.Actor
}

func setUp(t *testing.T) *place {
	t.Helper()
	db, address := storetest.Open(t, storetest.Seed{}, 4)
	owner, err := pgx.Connect(t.Context(), address.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	p := &place{owner: owner, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.now = p.now.Add(time.Second)
		return p.now
	}
	db.Clock = clock
	p.Office = personal.Office{In: db, Clock: clock, IDs: core.NewIDs(nil), Random: rand.Reader, Vault: vaulttest.Vault(t)}
	p.mine, p.other = p.person(t, "Смирнова", "Ольга"), p.person(t, "Чужой", "Пётр")
	return p
}

func (p *place) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := p.owner.Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}

func (p *place) value(t *testing.T, sql string, args ...any) string {
	t.Helper()
	var out string
	require.NoError(t, p.owner.QueryRow(t.Context(), sql, args...).Scan(&out))
	return out
}

// person is somebody with a card, a chat, two messages and a signed conclusion, each with the surname in it.
func (p *place) person(t *testing.T, surname, given string) person {
	t.Helper()
	x := person{id: uuid.New(), chat: core.Actor{Kind: core.Patient, ID: uuid.New(), Channel: "telegram", Rules: access.Default().Admit(core.Actor{}).Rules}}
	at := p.now.Add(-time.Hour)
	p.exec(t, "INSERT INTO patient (id, surname, given, birth_date, created_at) VALUES ($1, $2, $3, '1985-03-25', $4)", x.id, surname, given, at)
	p.exec(t, "INSERT INTO conversation (id, channel, account, external_id, created_at, last_inbound_at) VALUES ($1, 'telegram', 'telegram:main', $2, $3, $3)", x.chat.ID, x.id.String(), at)
	p.exec(t, "INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES ($1, $2, 'self', $3)", x.chat.ID, x.id, at)
	p.exec(t, `INSERT INTO inbound (id, conversation_id, account, external_id, position, body, raw, state, received_at)
		VALUES ($1, $2, 'telegram:main', $3, 1, jsonb_build_object('kind', 'text', 'text', $3::text), convert_to($3, 'UTF8'), 'handled', $4)`,
		uuid.New(), x.chat.ID, "письмо "+surname, at)
	p.exec(t, `INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, state, not_before, created_at)
		VALUES ($1, $2, 'telegram', 'reply', 'dialog', $3, jsonb_build_object('text', $3::text), 'sent', $4, $4)`, uuid.New(), x.chat.ID, "ответ "+surname, at)
	p.exec(t, `INSERT INTO branch (id, name_ru, name_en, city_ru, city_en, address_ru, address_en, tz)
		VALUES ('00000000-0000-0000-0000-000000000001', 'Клиника', 'Clinic', 'Москва', 'Moscow', 'Тверская', 'Tverskaya', 'Europe/Moscow') ON CONFLICT DO NOTHING`)
	nurse := uuid.New()
	p.exec(t, "INSERT INTO staff (id, login, role, created_at) VALUES ($1, $2, 'nurse', now())", nurse, nurse.String())
	p.exec(t, "INSERT INTO care_team (id, patient_id, staff_id, kind, since) VALUES (gen_random_uuid(), $1, $2, 'team', $3)", x.id, nurse, at)
	record := uuid.New()
	sealed, err := p.Vault.Seal(vault.Place{Table: "record", Column: "body_sealed", Row: record}, []byte("заключение "+surname))
	require.NoError(t, err)
	p.exec(t, `INSERT INTO record (id, patient_id, branch_id, author_id, kind, state, body_sealed, sha256, signed_at, signed_by, created_at)
		VALUES ($1, $2, '00000000-0000-0000-0000-000000000001', $3, 'conclusion', 'signed', $4, 'x', $5, $3, $5)`, record, x.id, uuid.New(), sealed, at)
	return x
}

func (p *place) prove(t *testing.T, x person) {
	t.Helper()
	p.exec(t, "UPDATE patient_link SET verified_at = $2 WHERE patient_id = $1", x.id, p.now)
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	require.NotNil(t, core.Refusal(err), "%v", err)
	assert.Equal(t, key, core.Refusal(err).Key)
}

// work has the job look at requests of a kind once and returns the token of a copy.
func (p *place) work(t *testing.T, kind personal.Kind) (token string, told int) {
	t.Helper()
	p.Clock()
	open, err := p.Open(t.Context(), kind)
	require.NoError(t, err)
	speech := personal.Speech{Lang: "ru", Zone: time.UTC, Say: func(key string) string { return key }}
	for _, r := range open {
		if kind == personal.Access {
			err = p.Copy(t.Context(), r, speech, func(_ *store.Tx, x string) error { token, told = x, told+1; return nil })
		} else {
			_, err = p.Erase(t.Context(), r, func(*store.Tx) error { told++; return nil })
		}
		require.NoError(t, err)
	}
	return token, told
}

// opened is an archive's files by name.
func opened(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		out[f.Name] = string(text)
	}
	return out
}

func TestEveryTableOfPeopleIsGivenOutOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	rows, err := p.owner.Query(t.Context(), `
SELECT c.relname || ' ' || split_part(split_part(obj_description(c.oid, 'pg_class'), ';', 1), ': ', 2)
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND obj_description(c.oid, 'pg_class') ~ 'subject: ' AND obj_description(c.oid, 'pg_class') !~ 'subject: none'`)
	require.NoError(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	var there, listed []string
	for _, line := range tables {
		name, kind, _ := strings.Cut(line, " ")
		there = append(there, name)
		i := slices.IndexFunc(personal.Parts(), func(x personal.Part) bool { return x.Table == name })
		if assert.GreaterOrEqual(t, i, 0, "%s: neither given out nor said why not (personal.Parts)", name) && kind == "medical" {
			x := personal.Parts()[i]
			assert.True(t, x.Medical || x.Why != "", "%s is medical", name)
		}
	}
	for _, x := range personal.Parts() {
		listed = append(listed, x.Table)
		assert.NotEqual(t, x.SQL == "", x.Why == "", x.Table)
	}
	assert.ElementsMatch(t, there, listed)
}

func TestACopyHoldsOnesOwnAndNobodyElses(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	p.prove(t, p.mine)
	p.prove(t, p.other)
	require.NoError(t, p.Ask(t.Context(), p.mine.chat, personal.Access))
	refused(t, p.Ask(t.Context(), p.mine.chat, personal.Access), "personal_under_way")
	token, told := p.work(t, personal.Access)
	require.Equal(t, 1, told)
	_, again := p.work(t, personal.Access)
	assert.Zero(t, again, "what is done is not done again")

	data, err := p.Take(t.Context(), token, "1985-03-25")
	require.NoError(t, err)
	files := opened(t, data)
	for _, own := range []string{"письмо Смирнова", "ответ Смирнова", "заключение Смирнова", "1985-03-25"} {
		assert.Contains(t, files["data.json"], own)
	}
	assert.Contains(t, files["data.json"], "care_team")
	assert.NotContains(t, files["data.json"], "Чужой")
	assert.NotContains(t, files["data.json"], p.other.id.String(), "nor in what is read for the person and not by them")
	assert.NotContains(t, files["data.json"], "_sealed")
	assert.True(t, strings.HasPrefix(files["data.pdf"], "%PDF-"), "people get it on paper")
	_, err = p.Take(t.Context(), token, "1985-03-25")
	refused(t, err, "link_over")
}

func TestWithoutAProvedIdentityACopyHasNothingMedical(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	require.NoError(t, p.Ask(t.Context(), p.mine.chat, personal.Access))
	token, _ := p.work(t, personal.Access)
	data, err := p.Take(t.Context(), token, "1985-03-25")
	require.NoError(t, err)
	json := opened(t, data)["data.json"]
	assert.Contains(t, json, "письмо Смирнова")
	assert.NotContains(t, json, "заключение")
	assert.NotContains(t, json, "care_team", "nor what is read for the person and not by them")
	_, err = p.Looks(t.Context(), p.mine.chat, time.UTC)
	refused(t, err, "identity_unproved")
}

func TestALinkEndsAfterADayOrFiveWrongBirthDates(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	require.NoError(t, p.Ask(t.Context(), p.mine.chat, personal.Access))
	token, _ := p.work(t, personal.Access)
	for range 5 {
		_, err := p.Take(t.Context(), token, "1985-03-26")
		refused(t, err, "birth_date_wrong")
	}
	_, err := p.Take(t.Context(), token, "1985-03-25")
	refused(t, err, "link_over")

	require.NoError(t, p.Ask(t.Context(), p.mine.chat, personal.Access))
	token, _ = p.work(t, personal.Access)
	p.now = p.now.Add(24 * time.Hour)
	_, err = p.Look(t.Context(), token)
	refused(t, err, "link_over")
	require.NoError(t, p.Tidy(t.Context()))
	assert.Equal(t, "0", p.value(t, "SELECT count(*)::text FROM personal_copy WHERE archive_sealed IS NOT NULL"))
}

func TestErasureTakesWordsAndLeavesWhatTheLawKeeps(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	for _, chat := range []uuid.UUID{p.mine.chat.ID, p.other.chat.ID} {
		p.exec(t, "INSERT INTO attachment (id, conversation_id, kind, state, due_at, at, done_at) VALUES ($1, $1, 'voice', 'kept', $2, $2, $2)", chat, p.now)
		p.exec(t, "INSERT INTO attachment_content (attachment_id, title_sealed, bytes_sealed) VALUES ($1, '', '')", chat)
		p.note(t, chat, p.now)
		p.exec(t, "INSERT INTO inbox (conversation_id, opened_at, labels) VALUES ($1, $2, '{грубит}')", chat, p.now)
	}
	require.NoError(t, p.Ask(t.Context(), p.mine.chat, personal.Erasure))
	// A message that nobody has answered yet, and one that is on its way: they are waited for.
	p.exec(t, "UPDATE outbox SET state = 'sending' WHERE conversation_id = $1", p.mine.chat.ID)
	_, told := p.work(t, personal.Erasure)
	assert.Zero(t, told, "a reply is in flight")
	p.exec(t, "UPDATE outbox SET state = 'sent' WHERE conversation_id = $1", p.mine.chat.ID)
	_, told = p.work(t, personal.Erasure)
	assert.Equal(t, 1, told)
	_, told = p.work(t, personal.Erasure)
	assert.Zero(t, told, "done once")

	assert.Equal(t, "1", p.value(t, "SELECT count(*)::text FROM attachment"), "a recording goes with the words, another's stays")
	assert.Equal(t, "1", p.value(t, "SELECT count(*)::text FROM attachment_content"))
	assert.Equal(t, p.other.chat.ID.String(), p.value(t, "SELECT string_agg(conversation_id::text, ' ') FROM inbox_note"), "so do the notes beside it")
	assert.Equal(t, p.other.chat.ID.String(), p.value(t, "SELECT string_agg(conversation_id::text, ' ') FROM inbox WHERE labels <> '{}'"), "and its labels")
	all := "SELECT count(*)::text FROM inbound i, outbox o WHERE i.conversation_id = $1 AND o.conversation_id = $1 AND i.body = '{}' AND i.raw = '' AND o.body = '{}'"
	assert.Equal(t, "1", p.value(t, all, p.mine.chat.ID))
	assert.Equal(t, "0", p.value(t, all, p.other.chat.ID), "of others nothing goes")
	assert.Equal(t, "1", p.value(t, "SELECT count(*)::text FROM record WHERE patient_id = $1", p.mine.id))
	assert.Equal(t, "Смирнова", p.value(t, "SELECT surname FROM patient WHERE id = $1", p.mine.id))
	assert.JSONEq(t, `{"attachment": 1, "inbound": 1, "outbox": 1, "inbox_note": 1, "campaign_recipient": 0, "waitlist": 0}`, p.value(t, "SELECT done::text FROM personal_request"))
}

func TestACheckedCardIsCorrectedAtTheDesk(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	wait, err := p.Correct(t.Context(), p.mine.chat, personal.Change{Field: personal.Name, Value: "Кузнецова Ольга"})
	require.NoError(t, err)
	assert.False(t, wait, "nobody has checked the card: it is its owner's")
	assert.Equal(t, "Кузнецова", p.value(t, "SELECT surname FROM patient WHERE id = $1", p.mine.id))
	assert.Equal(t, "{name}", p.value(t, "SELECT fields::text FROM audit WHERE action = 'patient.correct'"), "the field's name, and no value")

	p.exec(t, "UPDATE patient SET verified_at = $2 WHERE id = $1", p.mine.id, p.now)
	wait, err = p.Correct(t.Context(), p.mine.chat, personal.Change{Field: personal.Born, Value: "26.03.1985"})
	require.NoError(t, err)
	assert.True(t, wait)
	assert.Equal(t, "1985-03-25", p.value(t, "SELECT birth_date::text FROM patient WHERE id = $1", p.mine.id))
	assert.Equal(t, "personal_data", p.value(t, "SELECT kind FROM task"))

	id := uuid.MustParse(p.value(t, "SELECT id::text FROM personal_request"))
	staff := uuid.New()
	p.exec(t, "INSERT INTO staff (id, login, role, created_at) VALUES ($1, 'desk', 'admin', now())", staff)
	doctor := access.Default().Admit(core.Actor{Kind: core.Staff, ID: staff, Role: "doctor", Channel: "cabinet"})
	refused(t, p.Decide(t.Context(), doctor, id, true), "not_allowed")
	desk := access.Default().Admit(core.Actor{Kind: core.Staff, ID: staff, Role: "admin", Channel: "cabinet"})
	wish, err := p.Wished(t.Context(), desk, id)
	require.NoError(t, err)
	assert.Equal(t, personal.Change{Field: personal.Born, Value: "1985-03-26"}, wish)
	require.NoError(t, p.Decide(t.Context(), desk, id, true))
	assert.Equal(t, "1985-03-26", p.value(t, "SELECT birth_date::text FROM patient WHERE id = $1", p.mine.id))
	refused(t, p.Decide(t.Context(), desk, id, true), "not_found")
}

func TestTheAnswerIsDueInTenWorkingDays(t *testing.T) {
	t.Parallel()
	p := setUp(t) // on a Tuesday
	require.NoError(t, p.Ask(t.Context(), p.mine.chat, personal.Access))
	assert.Equal(t, "2026-12-08", p.value(t, "SELECT due_at::date::text FROM personal_request"))
}
