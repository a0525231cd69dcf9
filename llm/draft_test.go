package llm_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/llm"
	"github.com/zapis-clinic/zapis/llm/llmtest"
	"github.com/zapis-clinic/zapis/prompts"
)

func TestADraftIsWrittenFromArticlesWithoutNames(t *testing.T) {
	t.Parallel()
	s := server(t, llmtest.Say(" [имя1], приезжайте на парковку. \n"))
	d, err := llm.NewDrafter(client(t, s), prompts.Open(""))
	require.NoError(t, err)
	require.True(t, d.On(t.Context()))
	said := []string{"Пациент: Смирнова, где поставить машину? " + strings.Repeat("о", 2000)}
	text, err := d.Write(t.Context(), "ru", []string{"Смирнова"}, said, []string{"Парковка\nПарковка во дворе."})
	require.NoError(t, err)
	assert.Equal(t, "Смирнова, приезжайте на парковку.", text, "names are put back for the staff")
	chat := s.Seen()[0].Chat
	assert.NotContains(t, chat.Last(), "Смирнова")
	want, err := os.ReadFile("testdata/draft.golden")
	if os.Getenv("UPDATE") != "" || err != nil {
		require.NoError(t, os.WriteFile("testdata/draft.golden", []byte(chat.Messages[0].Content), 0o600))
		want = []byte(chat.Messages[0].Content)
	}
	assert.Equal(t, string(want), chat.Messages[0].Content)
}

func TestWithoutAModelThereIsNoDraft(t *testing.T) {
	t.Parallel()
	d, err := llm.NewDrafter(nil, prompts.Open(""))
	require.NoError(t, err)
	assert.False(t, d.On(t.Context()))
	s := server(t, llmtest.Say("x"))
	d, err = llm.NewDrafter(client(t, s, func(c *llm.Config) { c.Own = false }), prompts.Open(""))
	require.NoError(t, err)
	assert.False(t, d.On(t.Context()), "somebody else's that the clinic has not registered")
}
