package jobs_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/conversation"
)

// fans are people whose consent to advertising stands, each in a chat of their own where advertising may go.
func (x *told) fans(n int) []uuid.UUID {
	x.t.Helper()
	x.exec("INSERT INTO channel_policy (channel, class, rule) VALUES ('talk', 'campaigns', 'allow') ON CONFLICT (channel, class) DO UPDATE SET rule = 'allow'")
	x.exec("UPDATE patient SET advertising_at = NULL")
	var out []uuid.UUID
	for i := range n {
		number := string(rune('a' + i))
		id := conversation.ID("talk:fans", number)
		x.exec("INSERT INTO conversation (id, channel, account, external_id, lang, created_at) VALUES ($1, 'talk', 'talk:fans', $2, 'ru', $3)", id, number, beginning())
		x.exec("INSERT INTO patient (id, given, created_at, advertising_at) VALUES ($1, 'Подписчик', $2, $2)", id, beginning())
		x.exec("INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES ($1, $1, 'self', $2)", id, beginning())
		out = append(out, id)
	}
	return out
}

// campaign is one that is being sent.
func (x *told) campaign(name string) uuid.UUID {
	x.t.Helper()
	id := core.NewIDs(nil)()
	x.exec(`INSERT INTO campaign (id, name, text, state, author, approver, created_at)
SELECT $1, $2, 'Осенью проверяем сердце со скидкой', 'sending', (SELECT id FROM staff WHERE login = 'marketing'), (SELECT id FROM staff WHERE login = 'director'), $3`,
		id, name, x.clock.Now())
	return id
}

func (x *told) sweep() {
	x.t.Helper()
	require.NoError(x.t, x.Talks.SweepCampaigns(x.t.Context()))
}

func (x *told) recipients(campaign uuid.UUID, state, why string) int {
	x.t.Helper()
	return one[int](x, "SELECT count(*) FROM campaign_recipient WHERE campaign_id = $1 AND state = $2 AND coalesce(why, '') = $3", campaign, state, why)
}

func TestACampaignGoesToThoseWhoAgreedAndSaysHowToEndIt(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.fans(3)
	c := x.campaign("осень")
	x.sweep()
	require.Equal(t, 3, x.recipients(c, "queued", ""))
	require.Equal(t, 3, one[int](x, "SELECT count(*) FROM outbox WHERE lane = 'marketing' AND state = 'queued' AND body::text LIKE '%Больше не присылать%'"))
	x.sweep()
	require.Equal(t, 3, one[int](x, "SELECT count(*) FROM outbox WHERE lane = 'marketing'"), "once each")
	require.NoError(t, x.Talks.SweepOutbox(t.Context()))
	x.Talks.Wait()
	x.sweep()
	require.Equal(t, "done", one[string](x, "SELECT state FROM campaign WHERE id = $1", c))
	require.Equal(t, 3, one[int](x, "SELECT sent FROM campaign WHERE id = $1", c))
}

func TestNobodyIsAdvertisedToMoreThanTwiceAWeek(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.fans(1)
	for _, name := range []string{"раз", "два"} {
		c := x.campaign(name)
		x.sweep()
		require.Equal(t, 1, x.recipients(c, "queued", ""))
	}
	third := x.campaign("три")
	x.sweep()
	require.Equal(t, 1, x.recipients(third, "skipped", "often"))
	x.clock.Set(x.clock.Now().Add(8 * 24 * time.Hour))
	later := x.campaign("через неделю")
	x.sweep()
	require.Equal(t, 1, x.recipients(later, "queued", ""))
}

func TestAtNightAdvertisingWaits(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.fans(1)
	x.clock.Set(time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC)) // 23:00 in Moscow
	c := x.campaign("ночь")
	x.sweep()
	require.Equal(t, 1, x.recipients(c, "due", ""))
	x.clock.Set(time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC))
	x.sweep()
	require.Equal(t, 1, x.recipients(c, "queued", ""))
}

func TestAWithdrawnConsentStopsWhatWaits(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	fans := x.fans(2)
	x.campaign("осень")
	x.sweep()
	x.exec("UPDATE patient SET advertising_at = NULL WHERE id = $1", fans[0])
	x.sweep()
	require.Equal(t, 1, one[int](x, "SELECT count(*) FROM outbox WHERE lane = 'marketing' AND state = 'cancelled' AND error = 'consent_withdrawn' AND conversation_id = $1", fans[0]))
	require.Equal(t, 1, one[int](x, "SELECT opted_out FROM campaign"))
}

func TestAStoppedCampaignIsTakenBackAndAClosedChannelGetsNone(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.fans(2)
	c := x.campaign("осень")
	x.sweep()
	x.exec("UPDATE campaign SET state = 'stopped' WHERE id = $1", c)
	x.sweep()
	require.Equal(t, 2, one[int](x, "SELECT count(*) FROM outbox WHERE lane = 'marketing' AND state = 'cancelled' AND error = 'stopped'"))
	x.exec("UPDATE channel_policy SET rule = 'deny' WHERE channel = 'talk'")
	other := x.campaign("зима")
	x.sweep()
	require.Equal(t, 2, x.recipients(other, "skipped", "no_channel"))
}
