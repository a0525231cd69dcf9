package consent_test

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
	"github.com/zapis-clinic/zapis/core/consent"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// place is a clinic with a patient who writes in two chats.
type place struct {
	consent.Register
	owner        *pgx.Conn
	chat, second core.Actor
	patient      uuid.UUID
}

func setUp(t *testing.T) place {
	t.Helper()
	db, address := storetest.Open(t, storetest.Seed{}, 4)
	owner, err := pgx.Connect(t.Context(), address.OwnerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	p := place{
		Register: consent.Register{In: db, IDs: core.NewIDs(nil), Clock: func() time.Time { at = at.Add(time.Second); return at }},
		owner:    owner, patient: uuid.New(),
		chat:   core.Actor{Kind: core.Patient, ID: uuid.New(), Channel: "telegram"},
		second: core.Actor{Kind: core.Patient, ID: uuid.New(), Channel: "webchat"},
	}
	p.exec(t, "INSERT INTO patient (id, given, created_at) VALUES ($1, 'Ольга', now())", p.patient)
	for _, c := range []core.Actor{p.chat, p.second} {
		p.exec(t, "INSERT INTO conversation (id, channel, account, external_id, created_at) VALUES ($1, $2, $2, 'x', now())", c.ID, c.Channel)
		p.exec(t, "INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES ($1, $2, 'self', now())", c.ID, p.patient)
	}
	for _, w := range []consent.Purpose{consent.Processing, consent.Advertising} {
		require.NoError(t, p.Publish(t.Context(), core.Sys("cli"), consent.Wording{Purpose: w, Lang: "ru", Version: 1, Body: "Я согласен: " + string(w)}))
	}
	return p
}

func (p place) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := p.owner.Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}

func (p place) text(t *testing.T, sql string, args ...any) string {
	t.Helper()
	var out string
	require.NoError(t, p.owner.QueryRow(t.Context(), sql, args...).Scan(&out))
	return out
}

func (p place) agree(t *testing.T, chat core.Actor, purposes ...consent.Purpose) {
	t.Helper()
	for _, x := range purposes {
		text, err := p.Newest(t.Context(), chat, x, "ru")
		require.NoError(t, err)
		require.NoError(t, p.Give(t.Context(), chat, text.ID, "41"))
	}
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	require.NotNil(t, core.Refusal(err), "%v", err)
	assert.Equal(t, key, core.Refusal(err).Key)
}

func TestAVersionOfATextStandsForGood(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	other := consent.Wording{Purpose: consent.Processing, Lang: "ru", Version: 1, Body: "Я согласен на всё"}
	refused(t, p.Publish(t.Context(), core.Sys("cli"), other), "consent_version_stands")
	other.Version = 2
	require.NoError(t, p.Publish(t.Context(), core.Sys("cli"), other))
}

func TestOneSeesWhatOneAgreedToInWhichWords(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	p.agree(t, p.chat, consent.Advertising, consent.Processing)
	require.NoError(t, p.Publish(t.Context(), core.Sys("cli"), consent.Wording{Purpose: consent.Processing, Lang: "ru", Version: 2, Body: "Новые слова"}))
	said, err := p.Said(t.Context(), p.chat)
	require.NoError(t, err)
	require.Len(t, said, 2)
	assert.Equal(t, consent.Processing, said[0].Purpose)
	assert.Equal(t, "Я согласен: processing", said[0].Body, "the words of then, not of now")
	assert.True(t, said[0].Given)
	others, err := p.Said(t.Context(), core.Actor{Kind: core.Patient, ID: uuid.New(), Channel: "telegram"})
	require.NoError(t, err)
	assert.Empty(t, others, "of somebody else nothing is seen")
}

func TestAdvertisingEndsAtOnceInEveryChatAndVisitsStay(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	p.agree(t, p.chat, consent.Processing, consent.Advertising)
	for _, lane := range []string{"marketing", "service"} {
		p.exec(t, `INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, state, not_before, created_at)
			VALUES ($1, $2, 'webchat', $3, 'notice', $3, '{}', 'queued', now(), now())`, uuid.New(), p.second.ID, lane)
	}
	require.NoError(t, p.Withdraw(t.Context(), p.chat, consent.Advertising, "42"))
	assert.Equal(t, "cancelled", p.text(t, "SELECT state FROM outbox WHERE lane = 'marketing'"))
	assert.Equal(t, "queued", p.text(t, "SELECT state FROM outbox WHERE lane = 'service'"))
	assert.Equal(t, "yes", p.text(t, "SELECT CASE WHEN advertising_at IS NULL THEN 'yes' ELSE 'no' END FROM patient"), "no campaign finds the person any more")
	yes, err := p.Stands(t.Context(), p.chat, consent.Processing)
	require.NoError(t, err)
	assert.True(t, yes)
	refused(t, p.Withdraw(t.Context(), p.chat, consent.Advertising, "43"), "consent_not_given")
}

func TestWithoutProcessingNothingIsAdvertisedAndNobodyIsReminded(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	p.agree(t, p.chat, consent.Processing, consent.Advertising)
	require.NoError(t, p.Withdraw(t.Context(), p.chat, consent.Processing, "42"))
	said, err := p.Said(t.Context(), p.chat)
	require.NoError(t, err)
	for _, s := range said {
		assert.False(t, s.Given, s.Purpose)
	}
	assert.Equal(t, "{processing}", p.text(t, "SELECT muted::text FROM conversation WHERE id = $1", p.second.ID), "in the other chat too")
	p.agree(t, p.chat, consent.Processing)
	assert.Equal(t, "{}", p.text(t, "SELECT muted::text FROM conversation WHERE id = $1", p.second.ID))
}

func TestAPaperCountsWithItsNumberOnly(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	desk := access.Default().Admit(core.Actor{Kind: core.Staff, ID: uuid.New(), Role: "admin", Channel: "cabinet"})
	paper := consent.Paper{Patient: p.patient, Purpose: consent.Advertising, Lang: "ru"}
	refused(t, p.Sign(t.Context(), desk, paper), "consent_paper_number")
	paper.Document = "С-17/2026"
	require.NoError(t, p.Sign(t.Context(), desk, paper))
	said, err := p.Said(t.Context(), p.chat)
	require.NoError(t, err)
	require.Len(t, said, 1, "the person sees in the chat what was signed at the desk")
	assert.Equal(t, "paper", said[0].Channel)
	events, err := p.Of(t.Context(), desk, p.patient)
	require.NoError(t, err)
	require.Len(t, events, 1)
	assert.Equal(t, "С-17/2026", events[0].Evidence)
	assert.Equal(t, core.Staff, events[0].By)
	paper.Withdrawn = true
	require.NoError(t, p.Sign(t.Context(), desk, paper))
	yes, err := p.Stands(t.Context(), p.chat, consent.Advertising)
	require.NoError(t, err)
	assert.False(t, yes)
}
