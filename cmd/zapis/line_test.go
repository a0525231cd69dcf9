package main

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/messenger"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// officer connects bots as whoever keeps security does.
type officer struct {
	*messenger.Desk

	who core.Actor
}

func newOfficer(ctx context.Context, t *testing.T, clinic storetest.Database) officer {
	t.Helper()
	db, err := store.Open(ctx, clinic.URL, 2)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	guard, err := access.Open(ctx, access.Config{DB: db, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	owner, err := pgx.Connect(ctx, clinic.OwnerURL)
	require.NoError(t, err)
	defer owner.Close(ctx)
	var id uuid.UUID
	require.NoError(t, owner.QueryRow(ctx, "SELECT id FROM staff WHERE login = 'security'").Scan(&id))
	keys := &vault.Keeper{In: db, Provider: vault.File{Path: vaulttest.File(t)}, Vault: &vault.Vault{}, Columns: vault.Columns(), Clock: time.Now, IDs: core.NewIDs(nil), Replica: uuid.New()}
	require.NoError(t, keys.Open(ctx))
	who := core.Actor{Kind: core.Staff, ID: id, Role: "security", Channel: "cabinet", Fresh: time.Now()}
	return officer{&messenger.Desk{
		In: db, Vault: keys.Vault, Clock: time.Now, IDs: core.NewIDs(nil), Fresh: func(core.Actor) bool { return true }, Wire: everyBot{}, Reachable: true,
	}, guard.Admit(who)}
}

// everyBot is a messenger's server that knows every token.
type everyBot struct{ messenger.Wire }

func (everyBot) Who(_ context.Context, token string) (messenger.Bot, error) {
	return messenger.Bot{ID: messenger.Number(token), Username: "bot_of_test"}, nil
}

func (everyBot) DropHook(context.Context, string) error { return nil }

// says has a person write, and waits for an answer.
func says(t *testing.T, fake *botstest.FakeTelegram, person int64, text string) {
	t.Helper()
	before := len(fake.Chat(person).Messages())
	_, err := fake.Chat(person).Text(text)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(fake.Chat(person).Messages()) > before }, 20*time.Second, 50*time.Millisecond, text)
}

func TestABotThatIsConnectedWhileProgramsRunIsTakenUpByAllOfThem(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	clinic := storetest.New(t, clinicSeed())
	fake, err := botstest.NewFakeTelegram(time.Now)
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	settings := []string{"ZAPIS_DEMO=1", "ZAPIS_TELEGRAM_API=" + fake.URL()}
	first := serve(ctx, t, clinic, settings...)
	second := serve(ctx, t, clinic, settings...)
	office := newOfficer(ctx, t, clinic)

	states := func(want string, version int32) {
		t.Helper()
		require.Eventually(t, func() bool {
			s, err := office.Standing(ctx, office.who)
			if err != nil || len(s.Replicas) != 2 {
				return false
			}
			for _, one := range s.Replicas {
				if one.State != want || one.Version != version {
					return false
				}
			}
			return true
		}, 20*time.Second, 100*time.Millisecond, "both say %s of version %d", want, version)
	}
	states(messenger.StateOff, 0)
	_, err = office.Connect(ctx, office.who, messenger.Wanted{Token: botstest.FakeToken, Mode: messenger.Webhook})
	require.NoError(t, err)
	states(messenger.StateWorks, 1)
	require.NoError(t, fake.WaitCount(ctx, "setWebhook", 2))
	for _, replica := range []*replica{first, second} { // a balancer may bring it to either
		fake.UseWebhook("http://"+replica.addr+webhookPath, webhookSecret(botstest.FakeToken))
		says(t, fake, 7, "/start")
	}

	require.NoError(t, office.Turn(ctx, office.who, messenger.Polling, 1))
	states(messenger.StateWorks, 2)
	require.Eventually(t, func() bool { return fake.Webhook() == "" }, 10*time.Second, 50*time.Millisecond, "a webhook that stands in the way is deleted")
	says(t, fake, 7, "/help")

	require.NoError(t, office.Disconnect(ctx, office.who, 2))
	states(messenger.StateOff, 0)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+first.addr+webhookPath, http.NoBody)
	require.NoError(t, err)
	request.Header.Set(secretHeader, webhookSecret(botstest.FakeToken))
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusNotFound, answer.StatusCode, "what is delivered to a bot that is off is not taken")

	_, err = office.Connect(ctx, office.who, messenger.Wanted{Token: "4242:revoked", Mode: messenger.Polling, Version: 3})
	require.NoError(t, err)
	states(messenger.StateRefused, 4)
	_, err = office.Connect(ctx, office.who, messenger.Wanted{Token: botstest.FakeToken, Mode: messenger.Polling, Version: 4})
	require.NoError(t, err)
	states(messenger.StateWorks, 5)
	says(t, fake, 7, "/start")
	first.stop(t)
	second.stop(t)
}
