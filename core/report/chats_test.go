package report_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/chart/charttest"
	"github.com/zapis-clinic/zapis/core/report"
)

// moscow is a moment of October by the clinic's clock.
func moscow(day, hour, minute int) time.Time {
	return october(day).Add(time.Duration(hour-3)*time.Hour + time.Duration(minute)*time.Minute)
}

// chat is somebody who writes.
func (w *world) chat(channel string) uuid.UUID {
	w.t.Helper()
	w.n++
	id := uuid.New()
	w.Exec("INSERT INTO conversation (id, channel, account, external_id, created_at) VALUES ($1, $2, 'bot', $3, '2026-09-01')", id, channel, fmt.Sprint("chat ", w.n))
	return id
}

func (w *world) writes(chat uuid.UUID, times ...time.Time) {
	w.t.Helper()
	for _, at := range times {
		w.n++
		w.Exec(`INSERT INTO inbound (id, conversation_id, account, external_id, position, body, raw, received_at) VALUES ($1, $2, 'bot', $3, $4, '{}', '', $5)`,
			uuid.New(), chat, fmt.Sprint("said ", w.n), w.n, at)
	}
}

// answered is a message to a chat: of the bot, or of the head.
func (w *world) answered(chat uuid.UUID, at time.Time, by string) {
	w.t.Helper()
	w.n++
	w.Exec(`
INSERT INTO outbox (id, conversation_id, channel, lane, kind, idempotency_key, body, state, not_before, created_at, staff_id)
SELECT $1, c.id, c.channel, 'reply', CASE $3 WHEN '' THEN 'dialog' ELSE 'human' END, $4, '{}', 'sent', $5, $5, (SELECT id FROM staff WHERE login = $3)
FROM conversation c WHERE c.id = $2`, uuid.New(), chat, by, fmt.Sprint("answer ", w.n), at)
}

// called puts the bot's call for people.
func (w *world) called(chat uuid.UUID, at time.Time) {
	w.t.Helper()
	w.n++
	w.Exec("INSERT INTO task (id, kind, key, conversation_id, created_at) VALUES ($1, 'handoff', $2, $3, $4)", uuid.New(), fmt.Sprint("call ", w.n), chat, at)
}

// talked is what October's chats are.
func (w *world) talked() (north uuid.UUID) {
	w.t.Helper()
	alone := w.chat("telegram")
	w.writes(alone, moscow(5, 10, 0), moscow(5, 10, 5), moscow(5, 23, 0), moscow(6, 9, 0)) // two talks: the second goes on in the morning
	w.visit(charttest.Ivanova(), moscow(20, 12, 0), "booked", fmt.Sprintf("holder_id = '%s', created_at = '2026-10-05 07:06+00'", alone))

	quick := w.chat("telegram")
	w.writes(quick, moscow(6, 12, 0), moscow(6, 12, 30))
	w.called(quick, moscow(6, 12, 1))
	w.answered(quick, moscow(6, 12, 1), "")
	w.answered(quick, moscow(6, 12, 20), "head")
	w.answered(quick, moscow(6, 12, 50), "head")
	w.answered(quick, moscow(6, 13, 0), "head") // of their own accord: nobody waited

	friday := w.chat("whatsapp")
	w.writes(friday, moscow(9, 21, 0))
	w.called(friday, moscow(9, 21, 1))
	w.answered(friday, moscow(12, 9, 30), "head")

	nobody := w.chat("whatsapp")
	w.writes(nobody, moscow(14, 10, 0))
	w.called(nobody, moscow(14, 10, 1))

	lost := w.chat("telegram")
	w.writes(lost, moscow(15, 10, 0))
	w.Exec(`INSERT INTO question (id, conversation_id, lang, why, text_sealed, flow, slot, nearest, at) VALUES ($1, $2, 'ru', 'unknown', '', '', '', '', $3)`,
		uuid.New(), lost, moscow(15, 10, 0))

	september := w.chat("telegram")
	w.writes(september, moscow(0, 23, 30), moscow(1, 9, 0))
	return quick
}

// rows are a table's figures by the codes of its rows; the whole is "".
func rows(t report.Table) map[string]map[string]float64 {
	out := map[string]map[string]float64{"": figures(t, t.Total)}
	for _, r := range t.Rows {
		out[r.Code] = figures(t, r)
	}
	return out
}

func TestWhatBecomesOfTalksIsWhatIsCountedByHand(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.talked()
	r := w.make("head", report.Talks)
	assert.Equal(t, map[string]map[string]float64{
		"telegram": {"talks": 4, "alone": 0.75, "bot_booked": 1, "answered": 1, "called": 0, "lost_talks": 1},
		"whatsapp": {"talks": 2, "alone": 0, "bot_booked": 0, "answered": 1, "called": 1, "lost_talks": 0},
		"":         {"talks": 6, "alone": 0.5, "bot_booked": 1, "answered": 2, "called": 1, "lost_talks": 1},
	}, rows(r.Tables[0]))
	assert.Equal(t, map[string]map[string]float64{
		"answered": {"talks": 2, "talk_share": 2. / 6}, "waiting": {"talks": 1, "talk_share": 1. / 6}, "booked": {"talks": 1, "talk_share": 1. / 6},
		"lost": {"talks": 1, "talk_share": 1. / 6}, "bot": {"talks": 1, "talk_share": 1. / 6}, "": {"talks": 6, "talk_share": 1},
	}, rows(r.Tables[1]))
	empty := w.ask(w.Staff("head"), report.Ask{Kind: report.Talks, From: october(25), To: october(26)})
	assert.Empty(t, empty.Tables[0].Rows)
	assert.Empty(t, empty.Tables[1].Rows)
}

func TestHowLongPeopleWaitIsCountedInTheClinicsHours(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.talked()
	r := w.make("head", report.Answers)
	two := map[string]float64{"answer_half": 19.5, "answer_most": 19.9, "kept": 0.5, "answers": 2}
	// From Friday at nine in the evening to Monday at half past nine: the hours of Saturday, of Sunday, and an hour and a half.
	long := map[string]float64{"answer_half": 1530, "answer_most": 1530, "kept": 0, "answers": 1}
	in := func(unanswered float64, m map[string]float64) map[string]float64 {
		out := map[string]float64{"unanswered": unanswered}
		for k, v := range m {
			out[k] = v
		}
		return out
	}
	all := map[string]float64{"answer_half": 20, "answer_most": 1228, "kept": 1. / 3, "answers": 3, "unanswered": 1}
	alike := func(want map[string]map[string]float64, table report.Table) {
		got := rows(table)
		require.Len(t, got, len(want))
		for code := range want {
			assert.InDeltaMapValues(t, want[code], got[code], 1e-9, code)
		}
	}
	alike(map[string]map[string]float64{"telegram": in(0, two), "whatsapp": in(1, long), "": all}, r.Tables[0])
	alike(map[string]map[string]float64{"2": two, "5": long, "": all}, r.Tables[1])
}

func TestADeskOfABranchCountsTheChatsThatItReads(t *testing.T) {
	t.Parallel()
	w := open(t)
	quick := w.talked()
	w.Exec("UPDATE patient SET branches = ARRAY[$1::uuid] WHERE id = $2", charttest.North(), charttest.Oleg())
	w.Exec("INSERT INTO patient_link (conversation_id, patient_id, relation, created_at) VALUES ($1, $2, 'self', '2026-10-01')", quick, charttest.Oleg())
	assert.InDelta(t, 3, rows(w.make("admin", report.Talks).Tables[0])["telegram"]["talks"], 0)
	assert.NotContains(t, rows(w.make("admin", report.Answers).Tables[0]), "telegram")
	n, err := w.Raw(w.Staff("ivanova"), "SELECT * FROM report_talks('2026-10-01', '2026-11-01')")
	require.NoError(t, err)
	assert.Zero(t, n, "chats are no doctor's")
	n, err = w.Raw(w.Chat("maria"), "SELECT * FROM report_answers('2026-10-01', '2026-11-01')")
	require.NoError(t, err)
	assert.Zero(t, n)
}

func TestOfFewChatsNothingIsToldToWhoCountsOnly(t *testing.T) {
	t.Parallel()
	w := open(t)
	one := func(channel string, helped bool) {
		c := w.chat(channel)
		w.writes(c, moscow(20, 10, 0))
		if helped {
			w.called(c, moscow(20, 10, 0))
			w.answered(c, moscow(20, 10, 10), "head")
		}
	}
	for range 12 {
		one("telegram", false)
	}
	for range 3 {
		one("whatsapp", true)
	}
	assert.Empty(t, w.make("director", report.Talks).Tables[0].Rows, "three people were answered, and nobody else")
	assert.True(t, w.make("director", report.Answers).Tables[0].Total.Figures[0].Few)
	for range 10 {
		one("telegram", true)
	}
	r := w.make("director", report.Talks)
	assert.InDelta(t, 25, figures(r.Tables[0], r.Tables[0].Total)["talks"], 0)
	assert.Empty(t, figures(r.Tables[0], r.Tables[0].Rows[0]), "neither channel is told, for the other would follow")
	assert.InDelta(t, 13, rows(r.Tables[1])["answered"]["talks"], 0)
	waits := w.make("director", report.Answers).Tables[0]
	assert.Equal(t, map[string]float64{"answer_half": 10, "answer_most": 10, "kept": 1}, rows(waits)[""], "no counts, which could be subtracted")
	assert.Empty(t, rows(waits)["whatsapp"])
}
