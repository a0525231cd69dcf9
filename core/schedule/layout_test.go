package schedule

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

// place is a branch with one room, in a zone of its own.
type place struct {
	branch, room uuid.UUID
	zone         *time.Location
}

func somewhere(t *testing.T, zone string) place {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	require.NoError(t, err)
	return place{branch: uuid.New(), room: uuid.New(), zone: loc}
}

func date(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	require.NoError(t, err)
	return d
}

// at is a moment by the clock on the wall.
func (p place) at(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, p.zone)
	require.NoError(t, err)
	return at
}

func clock(hour, minute int) pgtype.Time {
	return pgtype.Time{Microseconds: (time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute).Microseconds(), Valid: true}
}

// rule is work in the place's room from hour to hour, for good.
func (p place) rule(from, to int) db.ScheduleTemplate {
	return db.ScheduleTemplate{
		ID: uuid.New(), BranchID: p.branch, RoomID: &p.room, FromTime: clock(from, 0), ToTime: clock(to, 0), ValidFrom: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

func (p place) weekly(weekday int16, from, to int) db.ScheduleTemplate {
	r := p.rule(from, to)
	r.Weekday = &weekday
	return r
}

// hours lays days out and writes them down by the clock on the wall.
func (p place) hours(t *testing.T, rules []db.ScheduleTemplate, exceptions []db.ScheduleException, from, to string) []string {
	t.Helper()
	var out []string
	for _, d := range layOut(rules, exceptions, map[uuid.UUID]*time.Location{p.branch: p.zone}, date(t, from), date(t, to)) {
		line := []string{d.day.Format("Mon 02.01")}
		for _, w := range d.windows {
			line = append(line, w.from.In(p.zone).Format("15:04")+"–"+w.to.In(p.zone).Format("15:04"))
		}
		out = append(out, strings.Join(line, " "))
	}
	return out
}

func TestRulesGiveTheDaysTheyName(t *testing.T) {
	t.Parallel()
	p := somewhere(t, "Europe/Moscow")
	odd, even := "odd", "even"
	oddMonday, evenMonday := p.weekly(1, 9, 13), p.weekly(1, 14, 18)
	oddMonday.Parity, evenMonday.Parity = &odd, &even
	on, off, start := int32(2), int32(2), date(t, "2026-11-24")
	cycle := p.rule(8, 20)
	cycle.CycleOn, cycle.CycleOff, cycle.CycleStart = &on, &off, &start
	until := date(t, "2026-11-30")
	leaving := p.weekly(1, 9, 13)
	leaving.ValidFrom, leaving.ValidTo = date(t, "2026-11-24"), &until
	for name, c := range map[string]struct {
		rules    []db.ScheduleTemplate
		from, to string
		want     []string
	}{
		"odd and even weeks by ISO: 23 November 2026 is in week 48": {
			[]db.ScheduleTemplate{oddMonday, evenMonday}, "2026-11-23", "2026-12-08", []string{"Mon 23.11 14:00–18:00", "Mon 30.11 09:00–13:00", "Mon 07.12 14:00–18:00"},
		},
		"a year of 53 weeks is followed by two odd ones": {
			[]db.ScheduleTemplate{oddMonday}, "2026-12-21", "2027-01-12", []string{"Mon 28.12 09:00–13:00", "Mon 04.01 09:00–13:00"},
		},
		"two days on, two off, and nothing before the cycle begins": {
			[]db.ScheduleTemplate{cycle},
			"2026-11-22", "2026-11-30",
			[]string{"Tue 24.11 08:00–20:00", "Wed 25.11 08:00–20:00", "Sat 28.11 08:00–20:00", "Sun 29.11 08:00–20:00"},
		},
		"the last day of validity still counts": {
			[]db.ScheduleTemplate{leaving}, "2026-11-16", "2026-12-14", []string{"Mon 30.11 09:00–13:00"},
		},
		"windows that touch are one, a break stays": {
			[]db.ScheduleTemplate{p.weekly(2, 9, 11), p.weekly(2, 11, 13), p.weekly(2, 14, 18)}, "2026-11-24", "2026-11-25", []string{"Tue 24.11 09:00–13:00 14:00–18:00"},
		},
		"a night shift belongs to the day it begins": {
			[]db.ScheduleTemplate{p.weekly(2, 20, 8)}, "2026-11-24", "2026-11-26", []string{"Tue 24.11 20:00–08:00"},
		},
		"Sunday is the seventh day": {[]db.ScheduleTemplate{p.weekly(7, 10, 12)}, "2026-11-23", "2026-11-30", []string{"Sun 29.11 10:00–12:00"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, p.hours(t, c.rules, nil, c.from, c.to))
		})
	}
}

func TestExceptionsTakeAndAdd(t *testing.T) {
	t.Parallel()
	p, elsewhere := somewhere(t, "Europe/Moscow"), somewhere(t, "Europe/Moscow")
	tuesday := []db.ScheduleTemplate{p.weekly(2, 9, 13), p.weekly(2, 14, 18)}
	closed := func(from, to string, set func(*db.ScheduleException)) db.ScheduleException {
		e := db.ScheduleException{ID: uuid.New(), Kind: "closure", During: store.Between(p.at(t, "2026-11-24 "+from), p.at(t, "2026-11-24 "+to))}
		set(&e)
		return e
	}
	mine := func(*db.ScheduleException) {}
	extra := closed("19:00", "21:00", func(e *db.ScheduleException) { e.Kind, e.BranchID = "addition", &p.branch })
	for name, c := range map[string]struct {
		exceptions []db.ScheduleException
		want       []string
	}{
		"an hour off cuts a window in two":      {[]db.ScheduleException{closed("10:00", "11:00", mine)}, []string{"Tue 24.11 09:00–10:00 11:00–13:00 14:00–18:00"}},
		"a day of leave leaves no day":          {[]db.ScheduleException{closed("00:00", "23:59", mine)}, nil},
		"the branch closes early":               {[]db.ScheduleException{closed("16:00", "23:00", func(e *db.ScheduleException) { e.BranchID = &p.branch })}, []string{"Tue 24.11 09:00–13:00 14:00–16:00"}},
		"another branch's closure is not ours":  {[]db.ScheduleException{closed("09:00", "23:00", func(e *db.ScheduleException) { e.BranchID = &elsewhere.branch })}, []string{"Tue 24.11 09:00–13:00 14:00–18:00"}},
		"the room is painted":                   {[]db.ScheduleException{closed("09:00", "13:00", func(e *db.ScheduleException) { e.ResourceID = &p.room })}, []string{"Tue 24.11 14:00–18:00"}},
		"another room is painted":               {[]db.ScheduleException{closed("09:00", "13:00", func(e *db.ScheduleException) { e.ResourceID = &elsewhere.room })}, []string{"Tue 24.11 09:00–13:00 14:00–18:00"}},
		"an evening is added":                   {[]db.ScheduleException{extra}, []string{"Tue 24.11 09:00–13:00 14:00–18:00 19:00–21:00"}},
		"what is closed stays closed for extra": {[]db.ScheduleException{extra, closed("20:00", "22:00", mine)}, []string{"Tue 24.11 09:00–13:00 14:00–18:00 19:00–20:00"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, p.hours(t, tuesday, c.exceptions, "2026-11-24", "2026-11-25"))
		})
	}
}

func TestNineStaysNineWhenClocksChange(t *testing.T) {
	t.Parallel()
	p := somewhere(t, "Europe/Berlin")
	sundays := []db.ScheduleTemplate{p.weekly(7, 9, 17)}
	require.Equal(t, []string{"Sun 22.03 09:00–17:00", "Sun 29.03 09:00–17:00"}, p.hours(t, sundays, nil, "2026-03-22", "2026-03-30"))
	night := []db.ScheduleTemplate{p.weekly(7, 1, 5), p.weekly(6, 22, 6)}
	zones := map[uuid.UUID]*time.Location{p.branch: p.zone}
	lengths := func(day string) (out []time.Duration) {
		for _, d := range layOut(night, nil, zones, date(t, day), date(t, day).AddDate(0, 0, 1)) {
			for _, w := range d.windows {
				out = append(out, w.to.Sub(w.from))
			}
		}
		return out
	}
	require.Equal(t, []time.Duration{3 * time.Hour}, lengths("2026-03-29"), "from one to five there are three hours in spring")
	require.Equal(t, []time.Duration{5 * time.Hour}, lengths("2026-10-25"), "and five in autumn")
	require.Equal(t, []time.Duration{7 * time.Hour}, lengths("2026-03-28"), "the night shift too")
	require.Equal(t, []time.Duration{9 * time.Hour}, lengths("2026-10-24"))
}
