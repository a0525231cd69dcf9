package jobs_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

func TestMedicalContentGoesThroughNoMessengerUnlessTheClinicSaysSo(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		class, lane, rule string
		want              string // "" is nothing
	}{
		"a result":                         {"results", "service", "", "не показываем"},
		"a result where it is allowed":     {"results", "service", "allow", "гемоглобин 140"},
		"a result where it is forbidden":   {"results", "service", "deny", ""},
		"a visit":                          {"", "service", "", "гемоглобин 140"},
		"an offer to an unknown channel":   {"", "marketing", "", ""},
		"an offer where it is switched on": {"", "marketing", "allow", "гемоглобин 140"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTold(t)
			w.Screen.News()
			body, err := json.Marshal(conversation.Outgoing{Text: "гемоглобин 140"})
			require.NoError(t, err)
			err = w.db.InTx(t.Context(), core.Sys("test"), func(tx *store.Tx) error {
				if x.rule != "" {
					class := x.class
					if class == "" {
						class = "campaigns"
					}
					p := db.ChannelRuleSetParams{Channel: "talk", Class: class, Rule: x.rule, At: w.clock.Now()}
					if err := tx.ChannelRuleSet(t.Context(), p); err != nil {
						return err
					}
				}
				return tx.OutboxAdd(t.Context(), db.OutboxAddParams{
					ID: uuid.New(), ConversationID: w.chat(), Channel: "talk", Lane: x.lane, Kind: "result", Key: "k", Body: body, State: "queued",
					NotBefore: w.clock.Now(), CreatedAt: w.clock.Now(), DataClass: store.Text(x.class),
				})
			})
			require.NoError(t, err)
			require.NoError(t, w.Talks.Deliver(t.Context(), w.chat()))
			var said strings.Builder
			messages, _ := w.Screen.News()
			for _, m := range messages {
				said.WriteString(m.Text)
			}
			got := said.String()
			if x.want == "" {
				assert.Empty(t, got)
				return
			}
			assert.Contains(t, got, x.want)
		})
	}
}
