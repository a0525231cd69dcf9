package llm_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/llm"
	"github.com/zapis-clinic/zapis/llm/llmtest"
)

// clock is a watch that a test turns.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 24, 10, 15, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const secret = "sk-very-secret"

func server(t *testing.T, steps ...llmtest.Step) *llmtest.Server {
	t.Helper()
	s := llmtest.Start(steps...)
	t.Cleanup(s.Close)
	return s
}

func client(t *testing.T, s *llmtest.Server, change ...func(*llm.Config)) *llm.Client {
	t.Helper()
	c := llm.Config{
		Base: s.Base(), Key: core.Hide(secret), Model: "m", Embeddings: "e", Transcriptions: "t", Own: true, Limit: 20 * time.Second, Clock: newClock().Now,
	}
	for _, fn := range change {
		fn(&c)
	}
	out, err := llm.New(c)
	require.NoError(t, err)
	return out
}

func ask() llm.Ask {
	return llm.Ask{
		Purpose: llm.Understand, Mode: llm.Schema, Name: "commands", Shape: []byte(`{"type":"object","properties":{"a":{"type":["string","null"]}}}`),
		Messages: []llm.Message{{Role: llm.System, Text: "be brief"}, {Role: llm.User, Text: "привет"}},
	}
}

func TestAnAnswerComesInTheFormAskedFor(t *testing.T) {
	t.Parallel()
	s := server(t, llmtest.Say(`{"a":null}`))
	c := client(t, s)
	for _, mode := range llm.Modes() {
		a := ask()
		a.Mode = mode
		answer, err := c.Chat(t.Context(), a)
		require.NoError(t, err, mode)
		assert.Equal(t, `{"a":null}`, answer.Text)
		assert.Equal(t, llm.Tokens{In: 100, Out: 20}, answer.Tokens)
	}
	seen := s.Seen()
	require.Len(t, seen, 4)
	assert.JSONEq(t, string(ask().Shape), string(seen[0].Chat.Format.Schema.Schema), "a nullable type survives")
	assert.True(t, seen[0].Chat.Format.Schema.Strict)
	assert.Equal(t, "json_object", seen[1].Chat.Format.Type)
	assert.Equal(t, "commands", seen[2].Chat.Tools[0].Function.Name)
	assert.Nil(t, seen[3].Chat.Format)
	for _, q := range seen {
		require.NotNil(t, q.Chat.Temperature, "temperature 0 is not left out")
		assert.InDelta(t, 0, *q.Chat.Temperature, 1e-3)
		assert.Equal(t, "Bearer "+secret, q.Header.Get("Authorization"))
	}
}

// What goes wrong with a server has a name, nobody waits longer than the limit, and neither the key nor the server's words are in the error.
func TestAServersMisbehaviourIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		step   llmtest.Step
		kind   llm.Kind
		status int
	}{
		"hangs":                 {llmtest.Hang(), llm.TimedOut, 0},
		"drips":                 {llmtest.Drip(), llm.TimedOut, 0},
		"breaks off":            {llmtest.Reset(), llm.Garbled, 0},
		"500":                   {llmtest.Raw(http.StatusInternalServerError, "привет "+secret), llm.Refused, 500},
		"500 of OpenAI":         {llmtest.Refuse(http.StatusInternalServerError, secret), llm.Refused, 500},
		"401":                   {llmtest.Raw(http.StatusUnauthorized, `{"error":"`+secret+`"}`), llm.Refused, 401},
		"no JSON":               {llmtest.Raw(http.StatusOK, "<html>привет</html>"), llm.Garbled, 0},
		"half of it":            {llmtest.Raw(http.StatusOK, `{"choices":[{"message":`), llm.Garbled, 0},
		"another shape":         {llmtest.Raw(http.StatusOK, `{"choices":"привет"}`), llm.Garbled, 0},
		"a megabyte":            {llmtest.Huge(1 << 20), llm.TooLarge, 0},
		"a megabyte of refusal": {llmtest.Raw(http.StatusBadGateway, strings.Repeat(secret, 1<<16)), llm.TooLarge, 0},
		"no choices":            {llmtest.Nothing(), llm.Empty, 0},
		"no words":              {llmtest.Say(""), llm.Empty, 0},
		"words in place of it":  {llmtest.Say("привет"), llm.Garbled, 0},
		"busy for an hour":      {llmtest.Busy("3600"), llm.Refused, 429},
		"busy for ever":         {llmtest.Busy("0"), llm.Refused, 429},
		"sends elsewhere": {func(w http.ResponseWriter, r *http.Request, _ llmtest.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/v1/chat/completions", http.StatusTemporaryRedirect)
		}, llm.Unreachable, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := server(t, c.step)
			begun := time.Now()
			_, err := client(t, s, func(conf *llm.Config) {
				if c.kind == llm.TimedOut {
					conf.Limit = 300 * time.Millisecond
				}
			}).Chat(t.Context(), ask())
			assert.Less(t, time.Since(begun), 20*time.Second)
			failed := llm.Failed(err)
			require.NotNil(t, failed, "%v", err)
			assert.Equal(t, c.kind, failed.Kind)
			assert.Equal(t, c.status, failed.Status)
			assert.NotContains(t, err.Error(), secret)
			assert.NotContains(t, err.Error(), "привет")
		})
	}
}

func TestABusyServerIsAskedAgainWithinTheTime(t *testing.T) {
	t.Parallel()
	s := server(t, llmtest.Busy("0.05"), llmtest.Raw(http.StatusServiceUnavailable, ""), llmtest.Say(`{}`))
	_, err := client(t, s, func(c *llm.Config) { c.Limit = 5 * time.Second }).Chat(t.Context(), ask())
	require.NoError(t, err)
	assert.Len(t, s.Seen(), 3)
	assert.Equal(t, s.Seen()[0].Raw, s.Seen()[2].Raw)
}

func TestWhatMayHaveBeenDoneIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	for _, step := range []llmtest.Step{llmtest.Reset(), llmtest.Raw(500, ""), llmtest.Raw(504, "")} {
		s := server(t, step)
		_, err := client(t, s).Chat(t.Context(), ask())
		require.Error(t, err)
		assert.Len(t, s.Seen(), 1)
	}
}

func TestAToolThatWasNotOfferedIsNotHeard(t *testing.T) {
	t.Parallel()
	s := server(t, llmtest.Call("cancel_all_visits", `{"patient":"*"}`))
	a := ask()
	a.Mode = llm.Tool
	_, err := client(t, s).Chat(t.Context(), a)
	assert.Equal(t, llm.Empty, llm.Failed(err).Kind)
}

func TestAModelOfTheNewerWordsIsLearnt(t *testing.T) {
	t.Parallel()
	s := server(t, llmtest.Refuse(http.StatusBadRequest, "max_tokens"), llmtest.Say(`{}`))
	c := client(t, s)
	for range 2 {
		_, err := c.Chat(t.Context(), ask())
		require.NoError(t, err)
	}
	seen := s.Seen()
	require.Len(t, seen, 3)
	assert.Positive(t, seen[0].Chat.MaxTokens)
	for _, q := range seen[1:] {
		assert.Zero(t, q.Chat.MaxTokens)
		assert.Positive(t, q.Chat.MaxNewer)
		assert.Nil(t, q.Chat.Temperature)
	}
}

func TestABreakerSparesPeopleASilentServer(t *testing.T) {
	t.Parallel()
	watch := newClock()
	s := server(t, llmtest.Raw(500, ""))
	c := client(t, s, func(c *llm.Config) { c.Clock = watch.Now })
	kind := func() llm.Kind {
		_, err := c.Chat(t.Context(), ask())
		if err == nil {
			return ""
		}
		return llm.Failed(err).Kind
	}
	for range 5 {
		assert.Equal(t, llm.Refused, kind())
	}
	assert.Equal(t, llm.Open, kind())
	assert.Len(t, s.Seen(), 5, "nothing goes out")
	watch.turn(31 * time.Second)
	assert.Equal(t, llm.Refused, kind(), "one looks whether it is back")
	assert.Equal(t, llm.Open, kind())
	watch.turn(31 * time.Second)
	s.Script(llmtest.Say(`{}`))
	assert.Empty(t, kind())
	assert.Empty(t, kind())
	require.NoError(t, testutil.CollectAndCompare(c, strings.NewReader(`
# HELP zapis_llm_breaker Whether the model is asked: 0 yes, 1 one call to look, 2 no.
# TYPE zapis_llm_breaker gauge
zapis_llm_breaker 0
# HELP zapis_llm_calls_total Calls of a model, by what for and how they ended.
# TYPE zapis_llm_calls_total counter
zapis_llm_calls_total{outcome="ok",purpose="understand"} 2
zapis_llm_calls_total{outcome="open",purpose="understand"} 2
zapis_llm_calls_total{outcome="refused",purpose="understand"} 6
`), "zapis_llm_breaker", "zapis_llm_calls_total"))
}

func TestWhoeverGivesUpBreaksNothing(t *testing.T) {
	t.Parallel()
	s := server(t, llmtest.Hang())
	c := client(t, s)
	for range 6 {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.Chat(ctx, ask())
		assert.Equal(t, llm.Cancelled, llm.Failed(err).Kind)
	}
}

func TestABudgetIsOfADay(t *testing.T) {
	t.Parallel()
	watch := newClock()
	s := server(t, llmtest.Say(`{}`))
	c := client(t, s, func(c *llm.Config) { c.Clock, c.Budget, c.Prices = watch.Now, 200, llm.Prices{In: 1e6, Out: 5e6} })
	for range 2 { // 120 tokens each
		_, err := c.Chat(t.Context(), ask())
		require.NoError(t, err)
	}
	_, err := c.Chat(t.Context(), ask())
	assert.Equal(t, llm.OverBudget, llm.Failed(err).Kind)
	watch.turn(24 * time.Hour)
	_, err = c.Chat(t.Context(), ask())
	require.NoError(t, err)
	require.NoError(t, testutil.CollectAndCompare(c, strings.NewReader(`
# HELP zapis_llm_cost_total What they cost, at the prices of the settings.
# TYPE zapis_llm_cost_total counter
zapis_llm_cost_total{purpose="understand"} 600
`), "zapis_llm_cost_total"))
}

func TestSomebodyElsesServerNeedsAnEntryInTheRegistry(t *testing.T) {
	t.Parallel()
	s := server(t, llmtest.Serve(llmtest.Say(`{}`), nil, llmtest.Hear("да")))
	for _, c := range []struct {
		leave         llm.Leave
		chats, voices bool
	}{{llm.Leave{}, false, false}, {llm.Leave{Any: true}, true, false}, {llm.Leave{Any: true, Medical: true}, true, true}} {
		outside := client(t, s, func(conf *llm.Config) {
			conf.Own, conf.Leave = false, func(context.Context) (llm.Leave, error) { return c.leave, nil }
		})
		_, err := outside.Chat(t.Context(), ask())
		assert.Equal(t, c.chats, err == nil, "%v", err)
		_, err = outside.Transcribe(t.Context(), "a.ogg", strings.NewReader("ogg"))
		assert.Equal(t, c.voices, err == nil, "%v", err)
	}
	assert.Len(t, s.Seen(), 3)
}

func TestTheClinicsOwnMachineIsToldFromOthers(t *testing.T) {
	t.Parallel()
	for base, own := range map[string]bool{
		"http://127.0.0.1:8080/v1": true, "http://localhost:1/v1": true, "http://[::1]/v1": true, "http://10.1.2.3/v1": true, "http://192.168.0.7": true,
		"http://[fd00::7]": true, "http://[::ffff:10.0.0.1]": true, "https://8.8.8.8/v1": false, "http://169.254.169.254": false, "http://[2001:db8::1]": false,
		"http://100.64.0.1": false, "http://0.0.0.0": false,
	} {
		got, err := llm.Own(t.Context(), base)
		require.NoError(t, err, base)
		assert.Equal(t, own, got, base)
	}
}

func TestVectorsComeInTheOrderOfTheirTexts(t *testing.T) {
	t.Parallel()
	s := server(t, llmtest.Embed(32))
	texts := strings.Fields(strings.Repeat("боль запись анализ ", 50))
	vectors, err := client(t, s).Embed(t.Context(), texts)
	require.NoError(t, err)
	require.Len(t, vectors, len(texts))
	assert.Equal(t, vectors[0], vectors[147])
	assert.NotEqual(t, vectors[0], vectors[1])
	s.Script(llmtest.Raw(200, `{"data":[{"index":7,"embedding":[1]}]}`))
	_, err = client(t, s).Embed(t.Context(), texts)
	require.Error(t, err)
}

func TestAVoiceBecomesText(t *testing.T) {
	t.Parallel()
	s := server(t, llmtest.Hear("хочу к кардиологу"))
	text, err := client(t, s).Transcribe(t.Context(), "voice.ogg", strings.NewReader("OggS"))
	require.NoError(t, err)
	assert.Equal(t, "хочу к кардиологу", text)
	assert.Contains(t, s.Seen()[0].Raw, `filename="voice.ogg"`)
}
