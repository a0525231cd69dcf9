package telegram_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/core/messenger"
)

const ours = "https://clinic.example/telegram/main"

func wire(api string) telegram.Wire {
	return telegram.Wire{API: api, Address: ours, Secret: func(string) string { return "secret" }}
}

func TestATokenSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	fake, _ := start(t)
	w := wire(fake.URL())
	bot, err := w.Who(quickly(t), botstest.FakeToken)
	require.NoError(t, err)
	require.Equal(t, messenger.Bot{ID: 4242, Username: botstest.FakeUsername}, bot)
	bot, err = w.Who(quickly(t), botstest.OtherToken)
	require.NoError(t, err)
	require.Equal(t, messenger.Bot{ID: 4343, Username: botstest.OtherUsername}, bot)
}

func TestTroubleWithTelegramIsToldByItsKindAndNeverWithTheToken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault botstest.Fault
		kind  messenger.Fault
	}{
		"revoked":         {botstest.Refuse(401, "Unauthorized"), messenger.WrongToken},
		"unknown":         {botstest.Refuse(404, "Not Found"), messenger.WrongToken},
		"too many":        {botstest.TooMany(17), messenger.Busy},
		"down":            {botstest.Page(502), messenger.Down},
		"cut":             {botstest.Lost(), messenger.Silent},
		"refused":         {botstest.Refuse(400, "Bad Request: "+botstest.FakeToken), messenger.Refused},
		"a proxy's page":  {botstest.Page(200), messenger.Odd},
		"no bot":          {botstest.Result(map[string]any{"id": 4242, "is_bot": false, "username": "person"}), messenger.Odd},
		"of another bot":  {botstest.Result(map[string]any{"id": 4343, "is_bot": true, "username": "another_bot"}), messenger.Odd},
		"a list":          {botstest.Result([]int{1}), messenger.Odd},
		"a strange name":  {botstest.Result(map[string]any{"id": 4242, "is_bot": true, "username": `"><svg onload=alert(1)>`}), messenger.Odd},
		"a number as URL": {botstest.Result("https://evil.example"), messenger.Odd},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, _ := start(t)
			fake.Fault("getMe", c.fault)
			_, err := wire(fake.URL()).Who(quickly(t), botstest.FakeToken)
			var trouble *messenger.TroubleError
			require.ErrorAs(t, err, &trouble)
			assert.Equal(t, c.kind, trouble.Kind, err)
			assert.NotContains(t, err.Error(), "fake-token")
			if c.kind == messenger.Busy {
				assert.Equal(t, 17*time.Second, trouble.After)
			}
		})
	}
}

func TestASilentTelegramIsNotWaitedForLongerThanSomebodyWaits(t *testing.T) {
	t.Parallel()
	fake, _ := start(t)
	release := make(chan struct{})
	defer close(release)
	fake.Fault("getMe", botstest.Hold(release))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := wire(fake.URL()).Who(ctx, botstest.FakeToken)
	var trouble *messenger.TroubleError
	require.ErrorAs(t, err, &trouble)
	require.Equal(t, messenger.Silent, trouble.Kind)

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())
	_, err = wire(address).Who(quickly(t), botstest.FakeToken) // nobody is there
	require.ErrorAs(t, err, &trouble)
	require.Equal(t, messenger.Silent, trouble.Kind)
}

func TestDeliveriesToUsAreKnownFromThoseElsewhere(t *testing.T) {
	t.Parallel()
	fake, _ := start(t)
	w := wire(fake.URL())
	hook, err := w.Hook(quickly(t), botstest.FakeToken)
	require.NoError(t, err)
	require.Equal(t, messenger.Hook{}, hook)
	require.NoError(t, w.SetHook(quickly(t), botstest.FakeToken))
	hook, err = w.Hook(quickly(t), botstest.FakeToken)
	require.NoError(t, err)
	require.Equal(t, messenger.Hook{Set: true, Ours: true}, hook)
	fake.UseWebhook("https://elsewhere.example/", "x")
	hook, err = w.Hook(quickly(t), botstest.FakeToken)
	require.NoError(t, err)
	require.Equal(t, messenger.Hook{Set: true}, hook)

	at := noon.Unix()
	fake.Fault("getWebhookInfo", botstest.Result(map[string]any{
		"url": ours, "pending_update_count": 12, "last_error_date": at, "last_error_message": "Wrong response from the webhook: 503 Иванов",
	}))
	hook, err = w.Hook(quickly(t), botstest.FakeToken)
	require.NoError(t, err)
	require.Equal(t, int64(12), hook.Waiting)
	require.Equal(t, "answer", hook.FailedFor)
	require.Equal(t, at, hook.FailedAt.Unix())
	require.NoError(t, w.DropHook(quickly(t), botstest.FakeToken))
	require.Empty(t, fake.Webhook())
}

func TestAMessageToWhomNeverOpenedTheBotSaysSo(t *testing.T) {
	t.Parallel()
	fake, _ := start(t)
	w := wire(fake.URL())
	require.NoError(t, w.Say(quickly(t), botstest.FakeToken, "7", "проверка"))
	require.Equal(t, "проверка", fake.Chat(7).Messages()[0].Text)
	for _, fault := range []botstest.Fault{
		botstest.Refuse(403, "Forbidden: bot can't initiate conversation with a user"), botstest.Refuse(400, "Bad Request: chat not found"),
	} {
		fake.Fault("sendMessage", fault)
		err := w.Say(quickly(t), botstest.FakeToken, "7", "проверка")
		var trouble *messenger.TroubleError
		require.ErrorAs(t, err, &trouble)
		require.Equal(t, messenger.Shut, trouble.Kind)
	}
}

func TestTelegramsOwnServersDeliverToHTTPSAlone(t *testing.T) {
	t.Parallel()
	require.True(t, telegram.Reachable(telegram.DefaultAPI, "https://clinic.example"))
	require.False(t, telegram.Reachable(telegram.DefaultAPI, "http://127.0.0.1:8080"))
	require.False(t, telegram.Reachable("", "http://127.0.0.1:8080"))
	require.True(t, telegram.Reachable("http://127.0.0.1:8081", "http://127.0.0.1:8080"))
}
