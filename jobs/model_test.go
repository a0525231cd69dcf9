package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/dialog/understand"
	"github.com/zapis-clinic/zapis/jobs"
	"github.com/zapis-clinic/zapis/jobs/stage"
	"github.com/zapis-clinic/zapis/llm"
	"github.com/zapis-clinic/zapis/llm/llmtest"
	"github.com/zapis-clinic/zapis/prompts"
)

// late makes a model once the clinic's data stand: it speaks of them.
type late struct {
	t      *testing.T
	server *llmtest.Server
	stage  *stage.Stage
	limit  time.Duration
	asked  int
	inTx   bool // somebody held a connection while the model thought
}

// Understand implements understand.Model.
func (l *late) Understand(ctx context.Context, text string, s understand.Situation) (understand.Meaning, error) {
	l.asked++
	l.inTx = l.inTx || l.stage.DB.Pool().Stat().AcquiredConns() > 0
	client, err := llm.New(llm.Config{Base: l.server.Base(), Model: "m", Own: true, Limit: l.limit, Clock: l.stage.Clock})
	require.NoError(l.t, err)
	rules := &jobs.Reader{}
	reader, err := llm.NewReader(llm.ReaderConfig{Client: client, Prompts: prompts.Open(""), Clock: l.stage.Clock, Clinic: func() llm.Clinic {
		c := l.stage.Talks.Book.Current()
		return llm.Clinic{Rules: rules.Index(c), Vocabulary: jobs.Vocabulary(c), Specialties: specialties(c)}
	}})
	require.NoError(l.t, err)
	return reader.Understand(ctx, text, s)
}

func specialties(c *clinic.Catalog) []llm.Named {
	var out []llm.Named
	for _, s := range c.Specialties {
		out = append(out, llm.Named{Code: s.Code, Name: s.Name.RU})
	}
	return out
}

// withModel plays a conversation with a server to ask.
func withModel(t *testing.T, text string, limit time.Duration, steps ...llmtest.Step) (string, *late) {
	t.Helper()
	server := llmtest.Start(steps...)
	t.Cleanup(server.Close)
	model := &late{t: t, server: server, limit: limit}
	got := play(t, text, func(s *stage.Stage) {
		model.stage, s.Model = s, model
		s.Log = slog.New(slog.DiscardHandler)
	})
	return got, model
}

// reads answers by what a text has in it.
func reads(answers map[string]string) llmtest.Step {
	return llmtest.Answer(func(q llmtest.Request) string {
		for part, answer := range answers {
			if strings.Contains(q.Chat.Last(), part) {
				return answer
			}
		}
		return `{"commands":[]}`
	})
}

func TestAConversationWithAModelGoesWhereTheRulesWereUnsure(t *testing.T) {
	t.Parallel()
	const path = "testdata/model.txt"
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	got, model := withModel(t, string(want), 4*time.Second, reads(map[string]string{
		"показаться": `{"commands":[{"do":"start","flow":"booking","slot":null,"value":null,"quote":"показаться"}]}`,
		"белиберда":  `{"commands":[{"do":"start","flow":"cancel","slot":null,"value":null,"quote":"белиберда"}]}`,
	}))
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
		want = []byte(got)
	}
	require.Empty(t, cmp.Diff(string(want), got), "run with -update to accept")
	assert.Positive(t, model.asked)
	assert.False(t, model.inTx, "no transaction is open while the model thinks")
	for _, q := range model.server.Seen() {
		for _, canary := range []string{"Башмачкин", "башмачкин", "Акаки", "9000000017", "900 000"} {
			assert.NotContains(t, q.Raw, canary)
		}
	}
}

// A model that fails in any way leaves the conversation as the rules alone have it.
func TestAFailingModelChangesNothing(t *testing.T) {
	t.Parallel()
	const talk = "> (start)\n> мне бы показаться кому-нибудь\n> ыва пролд\n"
	plain := play(t, talk, func(*stage.Stage) {})
	for name, step := range map[string]llmtest.Step{
		"hangs": llmtest.Hang(), "500": llmtest.Raw(500, ""), "busy": llmtest.Busy("60"), "no JSON": llmtest.Say("конечно!"), "a megabyte": llmtest.Huge(1 << 20),
		"no choices": llmtest.Nothing(), "drips": llmtest.Drip(), "breaks off": llmtest.Reset(), "other tools": llmtest.Call("cancel_visit", `{"all":true}`),
		"another shape": llmtest.Say(`{"commands":[{"do":7,"flow":["cancel"]}]}`), "obeys somebody": llmtest.Say(`{"commands":[{"do":"start","flow":"cancel","quote":"показаться"},{"do":"confirm","quote":"мне"}]}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, model := withModel(t, talk, 300*time.Millisecond, step)
			assert.Empty(t, cmp.Diff(plain, got))
			assert.Positive(t, model.asked)
		})
	}
}

// stubborn is a model that outlasts everybody's patience.
type stubborn struct{ asked int }

func (s *stubborn) Understand(ctx context.Context, _ string, _ understand.Situation) (understand.Meaning, error) {
	s.asked++
	<-ctx.Done()
	return understand.Meaning{}, errors.New("gave up")
}

func TestNobodyWaitsLongerThanFourSecondsForAModel(t *testing.T) {
	t.Parallel()
	model := &stubborn{}
	begun := time.Now()
	play(t, "> (start)\n> мне тут по старому вопросу, ну вы знаете\n", func(s *stage.Stage) { s.Model = model })
	assert.Equal(t, 1, model.asked)
	assert.Less(t, time.Since(begun), 30*time.Second) // the clinic is made in it
}
