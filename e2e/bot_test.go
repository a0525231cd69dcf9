package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
)

// handset is a phone with Telegram on it, as a story reaches it: GET says what its chat with the bot shows last, POST with "say" or "tap"
// does as its owner would.
func handset(t *testing.T, chat *botstest.Chat) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var err error
		switch {
		case r.FormValue("say") != "":
			_, err = chat.Text(r.FormValue("say"))
		case r.FormValue("tap") != "":
			_, err = chat.Tap(r.FormValue("tap"))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		shown := struct {
			Text   string   `json:"text"`
			Labels []string `json:"labels"`
		}{}
		if list := chat.Messages(); len(list) > 0 {
			shown.Text, shown.Labels = list[len(list)-1].Text, list[len(list)-1].Labels()
		}
		_ = json.NewEncoder(w).Encode(shown)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestABotIsConnectedWhileTheProgramRuns(t *testing.T) {
	t.Parallel()
	needs(t)
	fake, err := botstest.NewFakeTelegram(time.Now)
	require.NoError(t, err)
	t.Cleanup(fake.Close)
	p := build(t, "ZAPIS_TELEGRAM_API="+fake.URL(), "ZAPIS_DEMO=1")
	p.run("demo")
	tell(t, p.serve(), "bot.mjs", "E2E_TOKEN="+botstest.FakeToken, "E2E_BOT=@"+botstest.FakeUsername, "E2E_HANDSET="+handset(t, fake.Chat(7)))
}

func TestAPriceIsProposedByOneApprovedByAnotherAndASecondWriterIsTold(t *testing.T) {
	t.Parallel()
	needs(t)
	tell(t, open(t), "settings.mjs")
}
