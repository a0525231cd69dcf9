package jobs_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever writes to the bot can send any data in the place of a button's.
func TestV8AButtonOfAnothersOrOfNobodysDoesNothing(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.play("> мои записи\n")
	mine := one[string](x, `SELECT b ->> 'data' FROM outbox o, jsonb_array_elements(o.body -> 'buttons') r, jsonb_array_elements(r) b
		WHERE o.conversation_id = $1 AND b ->> 'label' LIKE '%тмен%' ORDER BY o.created_at DESC LIMIT 1`, x.chat())
	token, index, found := strings.Cut(mine, ".")
	require.True(t, found, mine)
	state := func() string {
		return one[string](x, "SELECT string_agg(id || status || version, ' ' ORDER BY id) FROM visit")
	}
	before := state()
	x.Chat = "2"
	x.play("> привет\n")
	forged := []string{mine, token + ".0", token + ".9", token, index, "." + index, "v1.cancel." + x.visit.String(), strings.Repeat("A", 22) + ".0", "null", "{}"}
	dice := rand.New(rand.NewPCG(1, 2))
	for range 150 { // a letter turned here and there
		b := []byte(mine)
		b[dice.IntN(len(b))] = "abcXYZ019._-"[dice.IntN(12)]
		forged = append(forged, string(b))
	}
	var script strings.Builder
	for _, data := range forged {
		fmt.Fprintf(&script, "> (forged_button %s)\n", data)
	}
	said := x.play(script.String())
	assert.Equal(t, before, state(), "another's button in one's own chat")
	assert.NotContains(t, said, "Иванова", "nor does it tell whose it was")
	x.Chat = "1"
	x.play(strings.ReplaceAll(script.String(), "(forged_button "+mine+")", "привет"))
	assert.Equal(t, before, state(), "and a forged one in the chat that was shown the real")
}
