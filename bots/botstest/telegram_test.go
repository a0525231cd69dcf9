package botstest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
)

func start(t *testing.T) *botstest.FakeTelegram {
	t.Helper()
	fake, err := botstest.NewFakeTelegram(func() time.Time { return time.Unix(1795420800, 0) })
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	return fake
}

// answered is Telegram's envelope.
type answered struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	ErrorCode   int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
}

// ask makes a request; params come in pairs.
func ask(t *testing.T, fake *botstest.FakeTelegram, method string, params ...string) answered {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	return post(t, fake, method, "application/x-www-form-urlencoded", form.Encode())
}

func post(t *testing.T, fake *botstest.FakeTelegram, method, kind, body string) answered {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fake.URL()+"/bot"+botstest.FakeToken+"/"+method, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	var a answered
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&a))
	if !a.OK {
		require.Equal(t, resp.StatusCode, a.ErrorCode)
	}
	return a
}

func TestItRefusesWhatTelegramRefuses(t *testing.T) {
	t.Parallel()
	fake := start(t)
	keyboard := func(data string) string { return `{"inline_keyboard":[[{"text":"x","callback_data":"` + data + `"}]]}` }
	require.True(t, ask(t, fake, "sendMessage", "chat_id", "7", "text", "раз", "reply_markup", keyboard("a")).OK)
	require.True(t, ask(t, fake, "sendMessage", "chat_id", "7", "text", "два", "reply_markup", `{"keyboard":[[{"text":"x","request_contact":true}]]}`).OK)
	for _, c := range []struct {
		want, method string
		params       []string
	}{
		{"message text is empty", "sendMessage", []string{"chat_id", "7", "text", "  \n"}},
		{"message is too long", "sendMessage", []string{"chat_id", "7", "text", strings.Repeat("щ", 4097)}},
		{"message is too long", "sendMessage", []string{"chat_id", "7", "text", strings.Repeat("😀", 2049)}},
		{"BUTTON_DATA_INVALID", "sendMessage", []string{"chat_id", "7", "text", "x", "reply_markup", keyboard(strings.Repeat("щ", 33))}},
		{"can't parse reply keyboard", "sendMessage", []string{"chat_id", "7", "text", "x", "reply_markup", "{"}},
		{"chat not found", "sendMessage", []string{"text", "x"}},
		{"message to edit not found", "editMessageText", []string{"chat_id", "7", "message_id", "99", "text", "x"}},
		{"message to edit not found", "editMessageText", []string{"chat_id", "8", "message_id", "1", "text", "x"}},
		{"message can't be edited", "editMessageText", []string{"chat_id", "7", "message_id", "2", "text", "x"}},
		{"message is not modified", "editMessageText", []string{"chat_id", "7", "message_id", "1", "text", "раз", "reply_markup", keyboard("a")}},
		{"message is not modified", "editMessageReplyMarkup", []string{"chat_id", "7", "message_id", "1", "reply_markup", keyboard("a")}},
		{"message to delete not found", "deleteMessage", []string{"chat_id", "7", "message_id", "99"}},
		{"query is too old", "answerCallbackQuery", []string{"callback_query_id", "tap-9"}},
		{"there is no document", "sendDocument", []string{"chat_id", "7"}},
	} {
		got := ask(t, fake, c.method, c.params...)
		require.Equal(t, http.StatusBadRequest, got.ErrorCode, c.want)
		require.Contains(t, got.Description, c.want)
	}
	require.Equal(t, http.StatusNotFound, ask(t, fake, "levitate", "chat_id", "7").ErrorCode)
}

func TestItReadsJSONAsWellAsForms(t *testing.T) {
	t.Parallel()
	fake := start(t)
	got := post(t, fake, "sendMessage", "application/json; charset=utf-8",
		`{"chat_id":7,"text":"раз","reply_markup":{"inline_keyboard":[[{"text":"вт 10:00","callback_data":"a"}]]}}`)
	require.True(t, got.OK)
	require.Equal(t, []string{"вт 10:00"}, fake.Chat(7).Last().Labels())
}

func TestAChatShowsWhatStands(t *testing.T) {
	t.Parallel()
	fake := start(t)
	chat := fake.Chat(7)
	_, err := chat.Text("привет") // takes the message id 1
	require.NoError(t, err)
	ask(t, fake, "sendMessage", "chat_id", "7", "text", "раз", "reply_markup", `{"inline_keyboard":[[{"text":"x","callback_data":"a"}]]}`)
	ask(t, fake, "sendMessage", "chat_id", "7", "text", "два")
	require.True(t, ask(t, fake, "editMessageText", "chat_id", "7", "message_id", "2", "text", "раз и ещё").OK)
	require.True(t, ask(t, fake, "deleteMessage", "chat_id", "7", "message_id", "3").OK)
	shown := chat.Messages()
	require.Len(t, shown, 1)
	require.Equal(t, "раз и ещё", shown[0].Text)
	require.Empty(t, shown[0].Buttons, "an edit without a keyboard takes it away")
	require.Equal(t, 1, shown[0].Edits)
	_, err = chat.Tap("x")
	require.Error(t, err)
}

func TestFaultsComeInTurnAndThenItGoesWell(t *testing.T) {
	t.Parallel()
	fake := start(t)
	fake.Fault("sendMessage", botstest.TooMany(4), botstest.Refuse(500, "Internal Server Error"))
	require.Equal(t, 4, ask(t, fake, "sendMessage", "chat_id", "7", "text", "x").Parameters.RetryAfter)
	require.Equal(t, 500, ask(t, fake, "sendMessage", "chat_id", "7", "text", "x").ErrorCode)
	require.True(t, ask(t, fake, "sendMessage", "chat_id", "7", "text", "x").OK)
	fake.Fault("sendMessage", botstest.Reset(), botstest.Lost())
	for range 2 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
			fake.URL()+"/bot"+botstest.FakeToken+"/sendMessage", strings.NewReader("chat_id=7&text=y"))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		require.Error(t, err)
	}
	require.Len(t, fake.Chat(7).Messages(), 2, "one reset came after the deed, the other before")
}

func TestABlockedChatIsShut(t *testing.T) {
	t.Parallel()
	fake := start(t)
	shut, err := fake.Chat(7).Block()
	require.NoError(t, err)
	require.Contains(t, string(shut.Raw), `"status":"kicked"`)
	require.Equal(t, http.StatusForbidden, ask(t, fake, "sendMessage", "chat_id", "7", "text", "x").ErrorCode)
	_, err = fake.Chat(7).Unblock()
	require.NoError(t, err)
	require.True(t, ask(t, fake, "sendMessage", "chat_id", "7", "text", "x").OK)
}

func TestUpdatesStayUntilConfirmed(t *testing.T) {
	t.Parallel()
	fake := start(t)
	first, err := fake.Chat(7).Text("раз")
	require.NoError(t, err)
	_, err = fake.Chat(7).Contact("+79161234567", false)
	require.NoError(t, err)
	require.NoError(t, fake.Push(first))
	ids := func(params ...string) (ids []int64) {
		var updates []struct {
			ID int64 `json:"update_id"`
		}
		require.NoError(t, json.Unmarshal(ask(t, fake, "getUpdates", params...).Result, &updates))
		for _, u := range updates {
			ids = append(ids, u.ID)
		}
		return ids
	}
	require.Equal(t, []int64{1001, 1002, 1001}, ids())
	require.Equal(t, []int64{1002}, ids("offset", "1002"))
	require.Empty(t, ids("offset", "1003", "timeout", "0"))
	require.Zero(t, fake.Waiting())
}

func TestAWebhookGetsUpdatesWithItsSecret(t *testing.T) {
	t.Parallel()
	fake := start(t)
	got := make(chan string, 1)
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- r.Header.Get("X-Telegram-Bot-Api-Secret-Token") + string(body)
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	require.True(t, ask(t, fake, "setWebhook", "url", server.URL, "secret_token", "s3").OK)
	sent, err := fake.Chat(7).Text("раз")
	require.NoError(t, err)
	require.Equal(t, "s3"+string(sent.Raw), <-got)
	status = http.StatusServiceUnavailable
	require.Equal(t, botstest.NotTakenError(503), fake.Push(sent))
	require.Equal(t, http.StatusConflict, ask(t, fake, "getUpdates").ErrorCode)
}

func TestWaitingForAChatEndsWithItsContext(t *testing.T) {
	t.Parallel()
	fake := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := fake.Chat(7).WaitFor(ctx, botstest.AtLeast(1))
	require.ErrorIs(t, err, context.Canceled)
	held := make(chan struct{})
	fake.Fault("sendMessage", botstest.Hold(held))
	go func() {
		_ = fake.WaitCount(t.Context(), "sendMessage", 1)
		close(held)
	}()
	require.True(t, ask(t, fake, "sendMessage", "chat_id", "7", "text", "здравствуйте").OK)
	shown, err := fake.Chat(7).WaitFor(t.Context(), botstest.Says("здравствуйте"))
	require.NoError(t, err)
	require.Len(t, shown, 1)
}

func TestUpdatesWaitInTheOrderOfTheirNumbers(t *testing.T) {
	t.Parallel()
	fake := start(t)
	var group sync.WaitGroup
	for chat := range int64(8) {
		group.Go(func() {
			for range 12 {
				if _, err := fake.Chat(chat + 1).Text("x"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	var updates []struct {
		ID int64 `json:"update_id"`
	}
	require.NoError(t, json.Unmarshal(ask(t, fake, "getUpdates").Result, &updates))
	require.Len(t, updates, 96)
	for at, u := range updates {
		require.EqualValues(t, 1001+at, u.ID)
	}
}
