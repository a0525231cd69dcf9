package patient_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access/accesstest"
	"github.com/zapis-clinic/zapis/core/patient"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// house is a clinic with a card and chats.
type house struct {
	t       *testing.T
	cards   patient.Cards
	tickets patient.Tickets
	now     *atomic.Int64
	at      storetest.Database
}

func born() time.Time { return time.Date(1980, 3, 12, 0, 0, 0, 0, time.UTC) }

func open(t *testing.T) *house {
	t.Helper()
	db, at := storetest.Open(t, storetest.Seed{}, 8)
	h := &house{t: t, now: &atomic.Int64{}, at: at}
	h.now.Store(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).Unix())
	clock := func() time.Time { return time.Unix(h.now.Load(), 0).UTC() }
	h.cards = patient.Cards{In: db, Vault: vaulttest.Vault(t), Clock: clock, IDs: core.NewIDs(nil)}
	h.tickets = patient.Tickets{Cards: h.cards, Random: rand.Reader}
	return h
}

func (h *house) later(d time.Duration) { h.now.Add(int64(d / time.Second)) }

func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	conn, err := pgx.Connect(h.t.Context(), h.at.OwnerURL)
	require.NoError(h.t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(h.t.Context(), sql, args...)
	require.NoError(h.t, err)
}

func (h *house) one(sql string, into any, args ...any) {
	h.t.Helper()
	conn, err := pgx.Connect(h.t.Context(), h.at.OwnerURL)
	require.NoError(h.t, err)
	defer conn.Close(context.Background())
	require.NoError(h.t, conn.QueryRow(h.t.Context(), sql, args...).Scan(into))
}

// card is a patient with a phone, and chat a chat of theirs.
func (h *house) card(phone string) (uuid.UUID, core.Actor) {
	h.t.Helper()
	id, chat := uuid.New(), h.chat()
	h.exec("INSERT INTO patient (id, surname, given, birth_date, created_at) VALUES ($1, 'Петров', 'Иван', $2, now())", id, born())
	h.exec("INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES ($1, $2, 'self', now())", chat.ID, id)
	require.NoError(h.t, h.cards.SetPhone(h.t.Context(), core.Sys("test"), id, phone, true))
	return id, chat
}

func (h *house) chat() core.Actor {
	h.t.Helper()
	id := uuid.New()
	h.exec("INSERT INTO conversation (id, channel, account, external_id, created_at, last_inbound_at) VALUES ($1, 'telegram', 'telegram:main', $2, now(), $3)",
		id, id.String(), h.cards.Clock())
	return core.Actor{Kind: core.Patient, ID: id, Channel: "telegram", Rules: accesstest.Rules()}
}

func (h *house) verified(chat core.Actor) bool {
	h.t.Helper()
	var yes bool
	h.one("SELECT verified_at IS NOT NULL FROM patient_link WHERE conversation_id = $1", &yes, chat.ID)
	return yes
}

func (h *house) issue(id uuid.UUID, paper bool) string {
	h.t.Helper()
	code, err := h.cards.IssueCode(h.t.Context(), core.Sys("cabinet"), id, rand.Reader, paper)
	require.NoError(h.t, err)
	return code
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	require.NotNil(t, core.Refusal(err), "%v", err)
	assert.Equal(t, key, core.Refusal(err).Key)
}

func other(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestACodeAndTheBirthDateProveWhoSomebodyIsOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, chat := h.card("+79161234567")
	code := h.issue(id, false)
	refused(t, h.cards.Prove(t.Context(), chat, patient.Proof{Patient: id, Born: born().AddDate(0, 0, 1), Code: code}), "proof_wrong")
	refused(t, h.cards.Prove(t.Context(), chat, patient.Proof{Patient: id, Born: born(), Code: other(code)}), "proof_wrong")
	assert.False(t, h.verified(chat))
	require.NoError(t, h.cards.Prove(t.Context(), chat, patient.Proof{Patient: id, Born: born(), Code: code}))
	assert.True(t, h.verified(chat))
	refused(t, h.cards.Prove(t.Context(), chat, patient.Proof{Patient: id, Born: born(), Code: code}), "proof_wrong")
}

func TestACodeLastsFiveMinutesAndADayOnPaperAndUntilTheNext(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, chat := h.card("+79161234567")
	code := h.issue(id, false)
	h.later(5*time.Minute + time.Second)
	refused(t, h.cards.Prove(t.Context(), chat, patient.Proof{Patient: id, Born: born(), Code: code}), "proof_wrong")
	older, newer := h.issue(id, true), h.issue(id, true)
	for newer == older {
		newer = h.issue(id, true)
	}
	h.later(23 * time.Hour)
	refused(t, h.cards.Prove(t.Context(), chat, patient.Proof{Patient: id, Born: born(), Code: older}), "proof_wrong")
	require.NoError(t, h.cards.Prove(t.Context(), chat, patient.Proof{Patient: id, Born: born(), Code: newer}))
	h.exec("UPDATE patient SET birth_date = NULL")
	_, err := h.cards.IssueCode(t.Context(), core.Sys("cabinet"), id, rand.Reader, false)
	refused(t, err, "birth_unknown")
	var dump string
	h.one("SELECT string_agg(c::text, ' ') FROM patient_code c", &dump)
	assert.NotContains(t, dump, newer)
}

// V18: five guesses at a code are looked at, of a chat and of a phone.
func TestV18FiveGuessesAtAPatientsCodeAndNoMoreFromAnotherChat(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, chat := h.card("+79161234567")
	second := h.chat()
	h.exec("INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES ($1, $2, 'spouse', now())", second.ID, id)
	code := h.issue(id, true)
	looked := 0
	for i := range 1000 {
		guess := fmt.Sprintf("%06d", i)
		if guess == code {
			continue
		}
		who := []core.Actor{chat, second}[i%2]
		if core.Refusal(h.cards.Prove(t.Context(), who, patient.Proof{Patient: id, Born: born(), Code: guess})).Key == "proof_wrong" {
			looked++
		}
	}
	assert.Equal(t, 5, looked)
	h.later(2 * time.Hour)
	refused(t, h.cards.Prove(t.Context(), chat, patient.Proof{Patient: id, Born: born(), Code: code}), "proof_wrong") // the code is used up by guessing
}

func TestV6AnotherUserWithTheSamePhoneSeesNothingOfTheCard(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, chat := h.card("+79161234567")
	require.NoError(t, h.cards.Prove(t.Context(), chat, patient.Proof{Patient: id, Born: born(), Code: h.issue(id, true)}))
	newcomer, stranger := h.card("+79161234567")
	assert.False(t, h.verified(stranger), "a phone proves nothing")
	code := h.issue(id, true)
	refused(t, h.cards.Prove(t.Context(), stranger, patient.Proof{Patient: id, Born: born(), Code: code}), "proof_wrong")
	family, err := h.cards.Family(t.Context(), stranger)
	require.NoError(t, err)
	require.Len(t, family, 1)
	assert.Equal(t, newcomer, family[0].ID)
	same, err := h.cards.SamePhone(t.Context(), newcomer)
	require.NoError(t, err)
	assert.Equal(t, []uuid.UUID{id}, same)
}

func TestV6WhoLayIdleOrWasNotReachedProvesAnew(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(*house, core.Actor){
		"180 days": func(h *house, chat core.Actor) {
			h.exec("UPDATE conversation SET last_inbound_at = last_inbound_at + interval '181 days' WHERE id = $1", chat.ID)
		},
		"blocked": func(h *house, chat core.Actor) {
			h.exec("UPDATE conversation SET blocked_at = now() WHERE id = $1", chat.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			id, chat := h.card("+79161234567")
			require.NoError(t, h.cards.Prove(t.Context(), chat, patient.Proof{Patient: id, Born: born(), Code: h.issue(id, true)}))
			happens(h, chat)
			assert.False(t, h.verified(chat))
		})
	}
}

func TestTheDeskVerifiesWhoseDocumentItHasSeen(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, chat := h.card("+79161234567")
	desk := core.Actor{Kind: core.Staff, ID: uuid.New(), Role: "admin", Channel: "cabinet", Rules: accesstest.Rules()}
	h.exec("INSERT INTO staff (id, login, role, created_at) VALUES ($1, 'desk', 'admin', now())", desk.ID)
	refused(t, h.cards.Verify(t.Context(), desk, patient.Seen{Patient: id, Chat: h.chat().ID}), "patient_unknown")
	for _, role := range []string{"doctor", "cashier", "marketing", "security"} {
		nosy := desk
		nosy.Role = role
		require.Error(t, h.cards.Verify(t.Context(), nosy, patient.Seen{Patient: id, Chat: chat.ID}), role)
	}
	assert.False(t, h.verified(chat))
	require.NoError(t, h.cards.Verify(t.Context(), desk, patient.Seen{Patient: id, Chat: chat.ID}))
	assert.True(t, h.verified(chat))
	var by uuid.UUID
	h.one("SELECT verified_by FROM patient_link WHERE conversation_id = $1", &by, chat.ID)
	assert.Equal(t, desk.ID, by)
}

func TestV2APatientsLinkIsBoundToWhatItIsForAndWorksOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, _ := h.card("+79161234567")
	second, _ := h.card("+79160000089")
	object := uuid.New()
	offer := func(who uuid.UUID, purpose string) string {
		token, err := h.tickets.Offer(t.Context(), core.Sys("worker"), patient.Ticket{Patient: who, Purpose: purpose, Object: object, Lasts: 24 * time.Hour})
		require.NoError(t, err)
		require.Len(t, token, 22, "128 bits")
		return token
	}
	a, b := offer(id, "export"), offer(second, "document")
	for range 2 { // looking uses nothing up
		purpose, err := h.tickets.Stands(t.Context(), a)
		require.NoError(t, err)
		require.Equal(t, "export", purpose)
	}
	_, err := h.tickets.Use(t.Context(), b, "67", "10.0.0.1")
	refused(t, err, "digits_wrong")
	got, err := h.tickets.Use(t.Context(), a, "67", "10.0.0.1")
	require.NoError(t, err)
	assert.Equal(t, patient.Ticket{Patient: id, Purpose: "export", Object: object}, got)
	_, err = h.tickets.Use(t.Context(), a, "67", "10.0.0.1")
	refused(t, err, "ticket_unknown")
	_, err = h.tickets.Stands(t.Context(), a)
	refused(t, err, "ticket_unknown")
	_, err = h.tickets.Use(t.Context(), strings.Repeat("A", 22), "67", "10.0.0.1")
	refused(t, err, "ticket_unknown")

	late := offer(id, "export")
	h.later(24*time.Hour + time.Second)
	_, err = h.tickets.Use(t.Context(), late, "67", "10.0.0.1")
	refused(t, err, "ticket_unknown")
	guessed := offer(id, "export")
	for i := range 5 {
		_, err = h.tickets.Use(t.Context(), guessed, "00", fmt.Sprintf("10.0.1.%d", i))
		refused(t, err, "digits_wrong")
	}
	_, err = h.tickets.Use(t.Context(), guessed, "67", "10.0.0.2")
	refused(t, err, "ticket_unknown")
	var dump string
	h.one("SELECT string_agg(k::text, ' ') FROM patient_ticket k", &dump)
	assert.NotContains(t, dump, a)
}
