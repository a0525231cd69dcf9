package telegram_test

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
	"github.com/zapis-clinic/zapis/bots/telegram"
	"github.com/zapis-clinic/zapis/core/conversation"
)

func card(text string) conversation.Outgoing {
	return conversation.Outgoing{Text: text, Card: true, Buttons: [][]conversation.Choice{{{Label: "Дальше", Data: "v1.next"}}}}
}

func TestEveryMessageMakesTheRequestsOfTheTable(t *testing.T) {
	t.Parallel()
	for _, row := range botstest.TelegramOutgoing() {
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			ctx := quickly(t)
			fake, bot := start(t)
			for _, text := range []string{"первая", "вторая"} {
				_, err := bot.Send(ctx, to, card(text))
				require.NoError(t, err)
			}
			fake.Record()
			receipt, err := bot.Send(ctx, to, row.Out)
			require.Equal(t, row.Want, fake.Calls())
			if row.Bad {
				require.Equal(t, conversation.BadRequest, kindOf(t, err))
				return
			}
			require.NoError(t, err)
			requireReceipt(t, fake, row.Out, receipt)
		})
	}
}

// requireReceipt checks that the receipt names the message that bears the buttons, or else the last one.
func requireReceipt(t *testing.T, fake *botstest.FakeTelegram, out conversation.Outgoing, receipt conversation.Receipt) {
	t.Helper()
	for _, m := range fake.Chat(77001).Messages() {
		if strconv.FormatInt(m.ID, 10) != receipt.MessageID {
			continue
		}
		if len(out.Buttons) > 0 {
			require.NotEmpty(t, m.Buttons)
		}
		return
	}
	require.Fail(t, "no message of the receipt", receipt.MessageID)
}

func TestTheSameAgainIsASuccess(t *testing.T) {
	t.Parallel()
	ctx := quickly(t)
	fake, bot := start(t)
	first, err := bot.Send(ctx, to, card("Когда?"))
	require.NoError(t, err)
	again := card("Когда?")
	again.Edit = first.MessageID
	second, err := bot.Send(ctx, to, again)
	require.NoError(t, err)
	require.Equal(t, first, second)
	require.Len(t, fake.Chat(77001).Messages(), 1)
}

func TestACardThatIsGoneIsSentAnew(t *testing.T) {
	t.Parallel()
	ctx := quickly(t)
	fake, bot := start(t)
	for _, gone := range []string{"999", "webchat-7"} {
		out := card("Снова " + gone)
		out.Edit = gone
		receipt, err := bot.Send(ctx, to, out)
		require.NoError(t, err)
		require.Equal(t, strconv.FormatInt(fake.Chat(77001).Last().ID, 10), receipt.MessageID)
	}
}

func TestAFailedStripFailsNothing(t *testing.T) {
	t.Parallel()
	ctx := quickly(t)
	fake, bot := start(t)
	out := card("Новая")
	out.Strip = "999"
	_, err := bot.Send(ctx, to, out)
	require.NoError(t, err)
	require.Equal(t, 1, fake.Count("editMessageReplyMarkup"))
}

func TestRefusalsOfANewMessage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault botstest.Fault
		want  conversation.Refusal
	}{
		"too many":              {botstest.TooMany(7), conversation.RetryAfter},
		"blocked":               {botstest.Refuse(403, "Forbidden: bot was blocked by the user"), conversation.Shut},
		"never met":             {botstest.Refuse(400, "Bad Request: chat not found"), conversation.Shut},
		"our mistake":           {botstest.Refuse(400, "Bad Request: can't parse entities"), conversation.BadRequest},
		"too large":             {botstest.Page(413), conversation.BadRequest},
		"the wrong token":       {botstest.Refuse(401, "Unauthorized"), conversation.Unavailable},
		"the wrong address":     {botstest.Page(404), conversation.Unavailable},
		"refused at the door":   {botstest.Page(503), conversation.Unavailable},
		"an error of theirs":    {botstest.Refuse(500, "Internal Server Error"), conversation.Ambiguous},
		"a proxy's bad gateway": {botstest.Page(502), conversation.Ambiguous},
		"sent, and a 500":       {botstest.Accepted(500), conversation.Ambiguous},
		"sent, and cut":         {botstest.Reset(), conversation.Ambiguous},
		"cut":                   {botstest.Lost(), conversation.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := quickly(t)
			fake, bot := start(t)
			for method, out := range map[string]conversation.Outgoing{
				"sendMessage":  {Text: "Здравствуйте"},
				"sendDocument": {File: &conversation.Attachment{Name: "visit.ics", Data: []byte("BEGIN:VCALENDAR")}},
			} {
				fake.Fault(method, c.fault)
				_, err := bot.Send(ctx, to, out)
				require.Equal(t, c.want, kindOf(t, err), method)
				if c.want == conversation.RetryAfter {
					require.Equal(t, 7*time.Second, conversation.Refused(err).After, method)
				}
			}
		})
	}
}

func TestAnEditMayAlwaysBeRepeated(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]botstest.Fault{
		"a 500": botstest.Refuse(500, "Internal Server Error"), "a bad gateway": botstest.Page(502), "done and cut": botstest.Reset(), "cut": botstest.Lost(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := quickly(t)
			fake, bot := start(t)
			first, err := bot.Send(ctx, to, card("Когда?"))
			require.NoError(t, err)
			out := card("Кто?")
			out.Edit = first.MessageID
			fake.Fault("editMessageText", fault)
			_, err = bot.Send(ctx, to, out)
			require.Equal(t, conversation.Unavailable, kindOf(t, err))
			_, err = bot.Send(ctx, to, out)
			require.NoError(t, err)
			require.Len(t, fake.Chat(77001).Messages(), 1)
		})
	}
}

func TestAfterTheFirstPartNothingIsRetryable(t *testing.T) {
	t.Parallel()
	ctx := quickly(t)
	fake, bot := start(t)
	release := make(chan struct{})
	close(release)
	fake.Fault("sendMessage", botstest.Hold(release), botstest.TooMany(3))
	_, err := bot.Send(ctx, to, conversation.Outgoing{Text: strings.Repeat("слово ", 1000)})
	require.Equal(t, conversation.Ambiguous, kindOf(t, err))
}

func TestNobodyThereIsSurelyNotSent(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())
	bot := telegram.New(telegram.Config{Token: botstest.FakeToken, API: address, Account: botstest.TelegramAccount})
	_, err = bot.Send(quickly(t), to, card("?"))
	require.Equal(t, conversation.Unavailable, kindOf(t, err))
	require.NotContains(t, err.Error(), botstest.FakeToken)
	require.NotContains(t, err.Error(), "fake-token")
}

func TestADeadlineIsObeyedAndLeavesADoubt(t *testing.T) {
	t.Parallel()
	fake, bot := start(t)
	release := make(chan struct{})
	defer close(release)
	fake.Fault("sendMessage", botstest.Hold(release))
	ctx, cancel := context.WithCancel(quickly(t))
	failed := make(chan error, 1)
	go func() {
		_, err := bot.Send(ctx, to, card("?"))
		failed <- err
	}()
	require.NoError(t, fake.WaitCount(quickly(t), "sendMessage", 1))
	cancel()
	err := <-failed
	require.Equal(t, conversation.Ambiguous, kindOf(t, err))
	require.ErrorIs(t, err, context.Canceled)
	require.NotContains(t, err.Error(), botstest.FakeToken)
}

func TestNoRedirectTakesTheTokenElsewhere(t *testing.T) {
	t.Parallel()
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.RedirectHandler("http://192.0.2.1/", http.StatusFound)}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	bot := telegram.New(telegram.Config{Token: "1:secret%2F", API: "http://" + listener.Addr().String(), HTTP: &http.Client{}})
	_, err = bot.Me(quickly(t))
	require.Equal(t, conversation.Unavailable, kindOf(t, err))
	require.NotContains(t, err.Error(), "secret")
}

func TestThePhonesKeyboardGoesWithTheNextMessage(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]conversation.Outgoing{
		"plain words": {Text: "Спасибо"}, "a live card of words": {Text: "Как вас зовут?", Card: true}, "a card": card("Когда?"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := quickly(t)
			fake, bot := start(t)
			chat := fake.Chat(77001)
			_, err := bot.Send(ctx, to, conversation.Outgoing{Text: "Телефон?", AskPhone: "Мой номер"})
			require.NoError(t, err)
			require.Equal(t, "Мой номер", chat.Keyboard())
			receipt, err := bot.Send(ctx, to, next)
			require.NoError(t, err)
			require.Empty(t, chat.Keyboard())
			require.Len(t, chat.Messages(), 2)
			require.Equal(t, next.Text, chat.Last().Text)
			sent := fake.Count("sendMessage")
			if next.Card {
				next.Text, next.Edit = "Изменено", receipt.MessageID
				edited, err := bot.Send(ctx, to, next)
				require.NoError(t, err)
				require.Equal(t, receipt, edited, "a live card stays editable")
			}
			require.Equal(t, sent, fake.Count("sendMessage"))
		})
	}
}

func TestTapsAreAnsweredOnce(t *testing.T) {
	t.Parallel()
	ctx := quickly(t)
	fake, bot := start(t)
	_, err := bot.Send(ctx, to, card("?"))
	require.NoError(t, err)
	tapped, err := fake.Chat(77001).Tap("Даль")
	require.NoError(t, err)
	in, err := bot.Parse(tapped.Raw)
	require.NoError(t, err)
	require.Equal(t, "v1.next", in[0].Button)
	require.NoError(t, bot.Ack(ctx, to, in[0].CallbackID, strings.Repeat("щ", 300)))
	require.Equal(t, conversation.BadRequest, kindOf(t, bot.Ack(ctx, to, in[0].CallbackID, "")))
	require.Len(t, []rune(fake.Chat(77001).Toasts()[0]), 200)
}

func TestTypingIsShown(t *testing.T) {
	t.Parallel()
	fake, bot := start(t)
	require.NoError(t, bot.Typing(quickly(t), to))
	require.Equal(t, 1, fake.Chat(77001).Typing())
}

func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	ctx := quickly(t)
	dials := 0
	fake, _ := start(t)
	dialer := &net.Dialer{}
	bot := telegram.New(telegram.Config{Token: botstest.FakeToken, API: fake.URL(), HTTP: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			dials++
			return dialer.DialContext(ctx, network, address)
		},
	}}})
	for range 20 {
		_, err := bot.Send(ctx, to, card("?"))
		require.NoError(t, err)
	}
	require.Equal(t, 1, dials)
}

func BenchmarkSend(b *testing.B) {
	_, bot := start(b)
	out := card("Врач: Иванова А. П. Когда вам удобно?")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := bot.Send(b.Context(), to, out); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
