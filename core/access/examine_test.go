package access_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/access"
)

func TestAProposalIsWithdrawnByItsAuthorOrRefusedByWhoeverApproves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	text, matrix := withoutMarketing()
	propose := func(who string) int32 {
		version, err := h.book.Propose(t.Context(), h.who(who), text, matrix)
		require.NoError(t, err)
		return version
	}
	of, by := propose("helen"), propose("sergey")
	h.refused(h.book.Withdraw(t.Context(), h.who("sergey"), of), "not_allowed")
	h.refused(h.book.Withdraw(t.Context(), h.who("ada"), of), "not_allowed")
	h.refused(h.book.Withdraw(t.Context(), h.who("dina"), 99), "policy_unknown")
	require.NoError(t, h.book.Withdraw(t.Context(), h.who("helen"), of), "their own")
	h.refused(h.book.Approve(t.Context(), h.who("dina"), of), "policy_state")
	require.NoError(t, h.book.Withdraw(t.Context(), h.who("dina"), by), "the director says no")
	h.refused(h.book.Withdraw(t.Context(), h.who("sergey"), by), "policy_state")

	live := h.adopt(text, matrix)
	h.refused(h.book.Withdraw(t.Context(), h.who("sergey"), live), "policy_state")
	sets, err := h.book.Sets(t.Context(), h.who("dina"))
	require.NoError(t, err)
	require.Equal(t, "sergey dina active", sets[0].By+" "+sets[0].With+" "+sets[0].State)
	require.True(t, sets[1].Withdrawn() && sets[2].Withdrawn())
	require.Contains(t, h.record(), "policy.refuse")
	require.Contains(t, h.record(), "policy.withdraw")
}

func TestAnExaminedSetTellsWhatItWouldChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	examine := func(who, text, matrix string) access.Trial {
		trial, err := h.book.Examine(t.Context(), h.who(who), text, matrix)
		require.NoError(t, err)
		return trial
	}
	require.Equal(t, access.Trial{}, examine("sergey", access.DefaultText(), ""), "the same changes nothing")

	text, matrix := withoutMarketing()
	trial := examine("sergey", text, matrix)
	require.True(t, trial.Sound())
	require.Len(t, trial.Changes, 1)
	c := trial.Changes[0]
	require.Equal(t, "marketing read feedback", c.Role+" "+string(c.Does)+" "+string(c.Class))
	require.Equal(t, "yes, min no", c.Was.String()+" "+c.Would.String())
	require.Empty(t, c.Facts, "whatever is known")
	require.False(t, c.Wider())

	// What the situations do not speak of is found too: a nurse behind broken glass.
	glass := strings.Replace(access.DefaultText(), `context.care || context.glass`, `context.care`, 1)
	require.NotEqual(t, access.DefaultText(), glass)
	sheet := strings.Replace(access.DefaultMatrix(), "        - {may: [read], of: [glass], sees: masked, notes: [glass]}\n", "", 1)
	trial = examine("sergey", glass, sheet)
	require.True(t, trial.Sound(), "%+v", trial)
	require.Len(t, trial.Changes, 1)
	require.Equal(t, []string{"glass"}, trial.Changes[0].Facts)

	require.Positive(t, examine("sergey", text+"\npermit (", "").Line)
	require.Len(t, examine("sergey", text, "").Findings, 1, "policies without their matrix")
	require.Positive(t, examine("sergey", text, "classes:\n  - [").Row)
	_, err := h.book.Examine(t.Context(), h.who("ada"), text, matrix)
	h.refused(err, "not_allowed")
}

func TestAComparisonShowsWhatChangedAndALittleAboutIt(t *testing.T) {
	t.Parallel()
	var shown strings.Builder
	for _, l := range access.Lines("a\nb\nc\nd\ne\nf\ng\nh\ni", "a\nb\nc\nd\ne\nF\ng\nh\nI\nj") {
		shown.WriteByte(l.Mark)
		shown.WriteString(l.Text)
	}
	require.Equal(t, "@ c d e-f+F g h-i+I+j", shown.String())
	require.Empty(t, access.Lines("a\nb", "a\nb"))
}
