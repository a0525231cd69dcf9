package schedule

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

func midnight(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s)
	return t
}

// mondays is a rule as it is kept.
func mondays(branch uuid.UUID, since, until string) db.ScheduleTemplate {
	p := Plan{Branch: branch, Since: midnight(since)}
	if until != "" {
		p.Until = midnight(until)
	}
	return p.template(Rule{Weekday: 1, From: "09:00", To: "13:00"}, uuid.New())
}

func TestAPlanIsLaidOverTheRules(t *testing.T) {
	t.Parallel()
	branch, elsewhere := uuid.New(), uuid.New()
	other := mondays(elsewhere, "2020-01-01", "")
	held := func(rules []db.ScheduleTemplate, at string) (out []string) {
		for _, h := range hoursOf(rules, branch, midnight(at)) {
			if h.Since.Equal(midnight(at)) {
				for _, r := range h.Rules {
					out = append(out, r.From+"–"+r.To)
				}
			}
		}
		return out
	}
	evening := []Rule{{Weekday: 1, From: "15:00", To: "20:00"}}
	t.Run("for good", func(t *testing.T) {
		t.Parallel()
		c := Plan{Branch: branch, Since: midnight("2026-12-01"), Rules: evening}.over([]db.ScheduleTemplate{mondays(branch, "2020-01-01", ""), other}, uuid.New)
		assert.Equal(t, []string{"09:00–13:00"}, held(c.next, "2026-11-30"))
		assert.Equal(t, []string{"15:00–20:00"}, held(c.next, "2026-12-01"))
		assert.Contains(t, c.next, other, "another branch is another plan")
		assert.Empty(t, c.gone)
	})
	t.Run("for a while: what was before comes back", func(t *testing.T) {
		t.Parallel()
		c := Plan{Branch: branch, Since: midnight("2026-12-01"), Until: midnight("2026-12-31"), Rules: evening}.over([]db.ScheduleTemplate{mondays(branch, "2020-01-01", "2027-02-01")}, uuid.New)
		assert.Equal(t, []string{"15:00–20:00"}, held(c.next, "2026-12-31"))
		assert.Equal(t, []string{"09:00–13:00"}, held(c.next, "2027-01-01"))
		assert.Empty(t, held(c.next, "2027-02-02"), "the old end stands")
	})
	t.Run("what would have come later never does", func(t *testing.T) {
		t.Parallel()
		later := mondays(branch, "2026-12-15", "")
		c := Plan{Branch: branch, Since: midnight("2026-12-01"), Rules: evening}.over([]db.ScheduleTemplate{later}, uuid.New)
		assert.Equal(t, []uuid.UUID{later.ID}, c.gone)
		assert.Equal(t, []string{"15:00–20:00"}, held(c.next, "2026-12-20"))
	})
	t.Run("nothing but an end", func(t *testing.T) {
		t.Parallel()
		c := Plan{Branch: branch, Since: midnight("2026-12-01")}.over([]db.ScheduleTemplate{mondays(branch, "2020-01-01", "")}, uuid.New)
		assert.Empty(t, held(c.next, "2026-12-01"))
	})
}

func TestAPlanThatCannotBeMeantIsRefused(t *testing.T) {
	t.Parallel()
	today := midnight("2026-11-23")
	good := func() Plan {
		return Plan{Practitioner: uuid.New(), Branch: uuid.New(), Since: midnight("2026-12-01"), Rules: []Rule{{Weekday: 1, From: "09:00", To: "13:00"}, {Weekday: 1, From: "14:00", To: "18:00"}}}
	}
	require.NoError(t, good().Check(today))
	night := good()
	night.Rules = []Rule{{On: 2, Off: 2, From: "20:00", To: "08:00"}}
	require.NoError(t, night.Check(today))
	odd := good()
	odd.Rules = []Rule{{Weekday: 1, Parity: "odd", From: "09:00", To: "13:00"}, {Weekday: 1, Parity: "even", From: "09:00", To: "13:00"}}
	require.NoError(t, odd.Check(today))
	for name, c := range map[string]struct {
		key    string
		spoilt func(p *Plan)
	}{
		"nobody's":                {"extra_time_whose", func(p *Plan) { p.Practitioner = uuid.Nil }},
		"yesterday":               {"plan_since", func(p *Plan) { p.Since = midnight("2026-11-22") }},
		"in ten years":            {"plan_since", func(p *Plan) { p.Since = midnight("2036-11-22") }},
		"ends before it begins":   {"ends_before_start", func(p *Plan) { p.Until = midnight("2026-11-30") }},
		"no such hour":            {"plan_rule", func(p *Plan) { p.Rules[0].From = "25:00" }},
		"no time at all":          {"plan_rule", func(p *Plan) { p.Rules[0].To = "09:00" }},
		"an eighth day":           {"plan_rule", func(p *Plan) { p.Rules[0].Weekday = 8 }},
		"a cycle without work":    {"plan_rule", func(p *Plan) { p.Rules = []Rule{{Off: 2, From: "09:00", To: "13:00"}} }},
		"stretches overlap":       {"plan_overlap", func(p *Plan) { p.Rules[1].From = "12:00" }},
		"a week crossing a cycle": {"plan_overlap", func(p *Plan) { p.Rules = append(p.Rules, Rule{On: 1, Off: 1, From: "19:00", To: "20:00"}) }},
		"more than can be read": {"plan_long", func(p *Plan) {
			for range maxRules {
				p.Rules = append(p.Rules, p.Rules[0])
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := good()
			c.spoilt(&p)
			refusal := core.Refusal(p.Check(today))
			require.NotNil(t, refusal)
			assert.Equal(t, c.key, refusal.Key)
		})
	}
}

func TestAPlanIsForeseenAndComesIntoForce(t *testing.T) {
	t.Parallel()
	h := house(t)
	doctor := h.book.Current().Doctors[0]
	p := Plan{Practitioner: doctor.ID, Branch: doctor.Branches[0], Since: midnight("2026-12-07"), Until: midnight("2026-12-13"), Rules: []Rule{{Weekday: 1, From: "18:00", To: "20:00"}}}
	before, err := h.days.Foresee(t.Context(), core.Sys("test"), p)
	require.NoError(t, err)
	require.Len(t, before.Days, foreseen)
	assert.Len(t, before.Days[0].After, 1, "Monday evening")
	assert.Empty(t, before.Days[1].After, "no Tuesday in that week")
	assert.Equal(t, before.Days[8].Before, before.Days[8].After, "the week after is as it was")
	require.NoError(t, h.days.Adopt(t.Context(), core.Sys("test"), p))
	var list []Hours
	require.NoError(t, h.db.InTx(t.Context(), core.Sys("test"), func(tx *store.Tx) error {
		list, err = h.days.Hours(t.Context(), tx, doctor.ID, doctor.Branches[0])
		return err
	}))
	require.Len(t, list, 3)
	room := list[0].Rules[0].Room
	require.NotEqual(t, uuid.Nil, room)
	assert.Equal(t, []Rule{{Weekday: 1, From: "18:00", To: "20:00", Room: room}}, list[1].Rules, "where they work so far")
	assert.Equal(t, list[0].Rules, list[2].Rules)
	after, err := h.days.Foresee(t.Context(), core.Sys("test"), p)
	require.NoError(t, err)
	for _, d := range after.Days {
		assert.Equal(t, d.Before, d.After, d.Day)
	}
}

func TestAPlanApprovedAfterItsLastDayIsRefused(t *testing.T) {
	t.Parallel()
	h := house(t)
	doctor := h.book.Current().Doctors[0]
	hours := func() (list []db.ScheduleTemplate) {
		require.NoError(t, h.db.InTx(t.Context(), core.Sys("test"), func(tx *store.Tx) error {
			var err error
			list, err = tx.Templates(t.Context(), []uuid.UUID{doctor.ID})
			return err
		}))
		return list
	}
	before := hours()
	last := h.days.today().AddDate(0, 0, -1)
	p := Plan{Practitioner: doctor.ID, Branch: doctor.Branches[0], Since: last.AddDate(0, 0, -6), Until: last, Rules: []Rule{{Weekday: 1, From: "18:00", To: "20:00"}}}
	err := h.days.Adopt(t.Context(), core.Sys("test"), p)
	require.NotNil(t, core.Refusal(err), "%v", err)
	assert.Equal(t, "plan_over", core.Refusal(err).Key)
	assert.Equal(t, before, hours(), "nothing is kept of it")
	p.Until = h.days.today()
	require.NoError(t, h.days.Adopt(t.Context(), core.Sys("test"), p), "its last day is still to come")
}
