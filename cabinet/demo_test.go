package cabinet_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// state is what the demo's page reads.
type state struct {
	Owner string `json:"owner"`
	Talk  []struct {
		Side    string   `json:"side"`
		Kind    string   `json:"kind"`
		Text    string   `json:"text"`
		Choices []string `json:"choices"`
	} `json:"talk"`
	Visit uuid.UUID `json:"visit"`
	Day   shown     `json:"day"`
}

func (b *browser) state() state {
	b.t.Helper()
	answer, body := b.get("/demo/state")
	require.Equal(b.t, http.StatusOK, answer.StatusCode, body)
	var s state
	require.NoError(b.t, json.Unmarshal([]byte(body), &s))
	return s
}

func TestAGuestWithoutATalkSeesTheNextWorkingDay(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	s := o.browser().state()
	assert.Empty(t, s.Talk)
	assert.Equal(t, "2026-11-23", s.Day.Date)
	assert.NotEmpty(t, s.Day.Visits)
	o.set(time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC)) // a Sunday
	assert.Equal(t, "2026-11-30", o.browser().state().Day.Date)
}

func TestTheClinicsPhoneTellsTheSameTalkAndTheCalendarFollowsTheVisit(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	o.guest.chat = uuid.New()
	branch := o.book.Current().Branches[1].ID
	v := o.hold(branch)
	o.exec(`INSERT INTO conversation (id, channel, account, external_id, created_at) VALUES ($1, 'webchat', 'webchat:site', 'x', now())`, o.guest.chat)
	o.exec("UPDATE visit SET holder_id = $1 WHERE id = $2", o.guest.chat, v.ID)
	o.exec(`
INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, state, not_before, created_at, sent_at)
VALUES (gen_random_uuid(), $1, 'webchat', 'reply', 'dialog', 'k', $2, 'sent', $3, $3, $3)`, o.guest.chat,
		`{"text":"К какому врачу?","buttons":[[{"label":"Кардиолог","data":"t.0"}]]}`, monday())
	for i, body := range []string{`{"kind":"text","text":"здравствуйте"}`, `{"kind":"button","button":"t.0"}`} {
		o.exec(`
INSERT INTO inbound (id, conversation_id, account, external_id, position, body, raw, received_at)
VALUES (gen_random_uuid(), $1, 'webchat:site', $2::integer::text, $2::integer, $3, '', $4)`, o.guest.chat, i, body, monday().Add(time.Duration(2*i-1)*time.Second))
	}
	s := o.browser().state()
	require.Len(t, s.Talk, 3)
	assert.Equal(t, "здравствуйте", s.Talk[0].Text)
	assert.Equal(t, []string{"Кардиолог"}, s.Talk[1].Choices)
	assert.Equal(t, "tapped", s.Talk[2].Kind)
	assert.Equal(t, "Кардиолог", s.Talk[2].Text, "a tap is told by what stood on the button")
	assert.Equal(t, v.ID, s.Visit)
	assert.Equal(t, branch, s.Day.Branch)
	assert.Equal(t, v.Start.Format(time.DateOnly), s.Day.Date)

	answer, _ := o.browser().do(http.MethodPost, "/demo/new", url.Values{})
	assert.Equal(t, http.StatusNoContent, answer.StatusCode)
	assert.True(t, o.guest.left)
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	said := map[string]map[string]map[string]string{}
	for _, lang := range []string{"ru", "en"} {
		tree := map[string]map[string]string{}
		_, err := toml.DecodeFile("words/"+lang+".toml", &tree)
		require.NoError(t, err)
		said[lang] = tree
	}
	for _, pair := range [][2]string{{"ru", "en"}, {"en", "ru"}} {
		for group, list := range said[pair[0]] {
			for key, words := range list {
				assert.NotEmpty(t, words, "%s.%s", group, key)
				assert.NotEmpty(t, said[pair[1]][group][key], "%s.%s in %s", group, key, pair[1])
			}
		}
	}
}
