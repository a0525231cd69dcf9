package main

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
)

const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

func update(id int, text string) string {
	return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"date":1795000000,"chat":{"id":7,"type":"private"},"from":{"id":7},"text":%q}}`, id, id, text)
}

func TestV9AForgedWebhookLeavesNoRow(t *testing.T) {
	t.Parallel()
	x := newWalk(t, 0)
	before := x.writes()
	right := webhookSecret(botstest.FakeToken)
	for _, headers := range [][]string{
		nil,
		{secretHeader, ""},
		{secretHeader, "wrong"},
		{secretHeader, right[:len(right)-1]},
		{secretHeader, right + "0"},
		{"X-Max-Bot-Api-Secret", right},
		{"Authorization", "Bearer " + right},
	} {
		got := x.ask(http.DefaultClient, http.MethodPost, webhookPath, update(1, "привет"), headers...)
		require.Equal(t, http.StatusUnauthorized, got.status, headers)
	}
	x.server.talks.Wait()
	require.Equal(t, before, x.writes())
}

func TestV9TheSameUpdateAHundredTimesHasOneEffect(t *testing.T) {
	t.Parallel()
	x := newWalk(t, 0)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			for range 10 {
				got := x.ask(http.DefaultClient, http.MethodPost, webhookPath, update(2, "/start"), secretHeader, webhookSecret(botstest.FakeToken))
				if got.status != http.StatusOK {
					t.Errorf("answered %d", got.status)
				}
			}
		})
	}
	all.Wait()
	x.server.talks.Wait()
	require.Equal(t, 1, x.count("SELECT count(*) FROM inbound WHERE state = 'handled'"))
	require.Equal(t, 1, x.count("SELECT count(*) FROM inbound"))
	require.Equal(t, 1, x.count("SELECT count(*) FROM outbox"))
	require.Len(t, x.fake.Chat(7).Messages(), 1)
}

func TestV19AClientThatClaimsAnotherAddressEachTimeIsStillCounted(t *testing.T) {
	t.Parallel()
	x := newWalk(t, 0)
	stopped := 0
	for i := range 40 {
		made := fmt.Sprintf("198.51.100.%d", i)
		got := x.ask(x.browser(), http.MethodPost, "/cabinet/login", url.Values{"login": {"admin"}, "password": {"guess"}}.Encode(), "Content-Type", form,
			"X-Forwarded-For", made, "Forwarded", "for="+made, "X-Real-Ip", made, "True-Client-Ip", made, "Cf-Connecting-Ip", made)
		if got.status == http.StatusTooManyRequests {
			stopped++
		}
	}
	require.Greater(t, stopped, 20)
}

func TestV25OneAddressIsFewVisitors(t *testing.T) {
	t.Parallel()
	x := newWalk(t, 0)
	let := 0
	for i := range 200 {
		cookie := fmt.Sprintf("zapis_chat=%022d", i) // made up by the client, a new one each time
		got := x.ask(http.DefaultClient, http.MethodPost, "/chat/messages", `{"id":"`+uuid.NewString()+`","start":""}`, "Cookie", cookie, "Content-Type", "application/json")
		if got.status == http.StatusNoContent {
			let++
		}
	}
	require.LessOrEqual(t, let, 40)
	require.Positive(t, let)
}
