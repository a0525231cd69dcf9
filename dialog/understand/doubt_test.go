package understand_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/dialog"
	"github.com/zapis-clinic/zapis/dialog/understand"
	"github.com/zapis-clinic/zapis/dialog/understand/exam"
	"github.com/zapis-clinic/zapis/prompts/eval"
)

func TestInDoubtTwoFlowsAreOfferedAndNothingIsDone(t *testing.T) {
	t.Parallel()
	sets, err := exam.Sets(eval.Sets, "flows")
	require.NoError(t, err)
	reader := understand.New(clinic())
	doubts := 0
	for _, c := range sets[0].Cases {
		m := reader.Read(c.Text, understand.Situation{Now: wednesday(t)})
		if len(m.Commands) == 0 || m.Commands[0].Do != dialog.Clarify || m.Commands[0].Slot != "" {
			continue
		}
		doubts++
		choices := m.Commands[0].Choices
		if !assert.Len(t, choices, 2, c.Text) {
			continue
		}
		for _, named := range m.Commands[1:] { // what was named goes with whichever is chosen
			assert.Equal(t, dialog.Set, named.Do, c.Text)
		}
		assert.NotEqual(t, choices[0].Flow, choices[1].Flow, c.Text)
		assert.Equal(t, dialog.Start, choices[0].Do, c.Text)
		assert.NotContains(t, []string{"greeting", "thanks", "confirm", "deny", "help", "other"}, choices[1].Flow, c.Text)
	}
	assert.Positive(t, doubts)
}
