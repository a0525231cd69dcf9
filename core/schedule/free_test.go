package schedule

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
	"github.com/zapis-clinic/zapis/core/vault/vaulttest"
)

// cut is a search for one service of one doctor in a place, at a moment.
func (p place) cut(now time.Time, s clinic.Service, grid time.Duration) search {
	return search{
		clinic:  &clinic.Catalog{Branches: []clinic.Branch{{ID: p.branch, Zone: p.zone, Grid: grid, MinNotice: time.Hour}}, Services: []clinic.Service{s}},
		service: s, now: now, Ask: Ask{Service: s.ID, From: now, To: now.AddDate(0, 0, 30)},
	}
}

func (p place) starts(s search, windows ...window) []string {
	var out []string
	for _, slot := range s.slots(day{uuid.New(), p.branch, p.room, spans(windows)}) {
		out = append(out, slot.Start.Format("15:04")+"–"+slot.End.Format("15:04"))
	}
	return out
}

func TestAWindowIsCutIntoBeginnings(t *testing.T) {
	t.Parallel()
	p := somewhere(t, "Asia/Kolkata") // whole hours of its wall are half hours of UTC
	open := func(from, to string) window { return window{p.at(t, "2026-11-25 "+from), p.at(t, "2026-11-25 "+to)} }
	dayBefore, none := p.at(t, "2026-11-24 12:00"), time.Duration(0)
	visit := clinic.Service{ID: uuid.New(), Duration: 30 * time.Minute}
	buffered := clinic.Service{ID: uuid.New(), Duration: 30 * time.Minute, BufferBefore: 10 * time.Minute, BufferAfter: 20 * time.Minute}
	atOnce := clinic.Service{ID: uuid.New(), Duration: 30 * time.Minute, MinNotice: &none}
	morning := func(now string, s clinic.Service) search { return p.cut(p.at(t, "2026-11-25 "+now), s, 30*time.Minute) }
	part := morning("00:00", visit)
	part.DayFrom, part.DayTo = 10*60, 11*60
	ends := p.cut(dayBefore, visit, 30*time.Minute)
	ends.To = p.at(t, "2026-11-25 10:00")
	for name, c := range map[string]struct {
		search search
		open   window
		want   []string
	}{
		"on the grid, to the very end":                       {p.cut(dayBefore, visit, 30*time.Minute), open("09:00", "10:30"), []string{"09:00–09:30", "09:30–10:00", "10:00–10:30"}},
		"what is left of an hour begins on the grid":         {p.cut(dayBefore, visit, 30*time.Minute), open("09:10", "10:30"), []string{"09:30–10:00", "10:00–10:30"}},
		"a window that no beginning fits has its own":        {p.cut(dayBefore, visit, 30*time.Minute), open("09:10", "09:45"), []string{"09:10–09:40"}},
		"too short is nothing":                               {p.cut(dayBefore, visit, 30*time.Minute), open("09:00", "09:29"), nil},
		"a grid of twenty minutes":                           {p.cut(dayBefore, visit, 20*time.Minute), open("09:00", "10:00"), []string{"09:00–09:30", "09:20–09:50"}},
		"buffers lie within the window":                      {p.cut(dayBefore, buffered, 10*time.Minute), open("09:00", "10:10"), []string{"09:10–09:40", "09:20–09:50"}},
		"an hour of notice":                                  {morning("09:01", visit), open("09:00", "11:00"), []string{"10:30–11:00"}},
		"a service that needs no notice":                     {morning("09:01", atOnce), open("09:00", "10:30"), []string{"09:30–10:00", "10:00–10:30"}},
		"a part of the day":                                  {part, open("09:00", "12:00"), []string{"10:00–10:30", "10:30–11:00"}},
		"a visit begins before the end of what is asked for": {ends, open("09:00", "12:00"), []string{"09:00–09:30", "09:30–10:00"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, p.starts(c.search, c.open))
		})
	}
}

func TestEveryHalfHourThereIsWhenClocksChange(t *testing.T) {
	t.Parallel()
	p := somewhere(t, "Europe/Berlin")
	visit := clinic.Service{ID: uuid.New(), Duration: 30 * time.Minute}
	night := func(day string) []string {
		return p.starts(p.cut(p.at(t, day+" 00:00").AddDate(0, 0, -1), visit, 30*time.Minute), window{p.at(t, day+" 01:00"), p.at(t, day+" 04:00")})
	}
	require.Equal(t, []string{"01:00–01:30", "01:30–03:00", "03:00–03:30", "03:30–04:00"}, night("2026-03-29"), "there is no two o'clock")
	require.Equal(t, []string{"01:00–01:30", "01:30–02:00", "02:00–02:30", "02:30–02:00", "02:00–02:30", "02:30–03:00", "03:00–03:30", "03:30–04:00"},
		night("2026-10-25"), "there are two")
}

// standing is the small demo clinic on a Tuesday, 10:15 in Moscow.
type standing struct {
	db   *store.DB
	book *clinic.Book
	days Days
	now  time.Time
}

func house(t *testing.T) standing {
	t.Helper()
	now := time.Date(2026, 11, 24, 7, 15, 0, 0, time.UTC)
	db, _ := storetest.Open(t, storetest.Seed{Key: "small at " + now.String(), Fill: func(ctx context.Context, owner string) error {
		_, err := demo.Load(ctx, demo.Options{OwnerURL: owner, Vault: vaulttest.New(), Size: demo.Small, Now: now})
		return err
	}}, 2)
	book, err := clinic.Open(t.Context(), db)
	require.NoError(t, err)
	return standing{db: db, book: book, now: now, days: Days{In: db, Book: book, Clock: func() time.Time { return now }, IDs: core.NewIDs(nil)}}
}

func TestWhyThereIsNoTime(t *testing.T) {
	t.Parallel()
	h := house(t)
	db, book, now := h.db, h.book, h.now
	frozen := func() time.Time { return now }
	i := 0
	for book.Current().Doctors[i].Surname != "Иванова" {
		i++
	}
	doctor := book.Current().Doctors[i]
	branch, _ := book.Current().Branch(doctor.Branches[0])
	p := place{branch: branch.ID, zone: branch.Zone}
	_, err := h.days.Close(t.Context(), core.Sys("test"), Closure{Practitioner: doctor.ID, From: p.at(t, "2026-11-27 00:00"), To: p.at(t, "2026-11-28 00:00"), Reason: "leave"})
	require.NoError(t, err)
	taken := store.Between(p.at(t, "2026-11-26 00:00"), p.at(t, "2026-11-27 00:00"))
	require.NoError(t, db.InTx(t.Context(), core.Sys("test"), func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE working_day SET free = '{}', longest = 0 WHERE practitioner_id = $1 AND span && $2", doctor.ID, taken)
		return err
	}))
	free := Free{In: db, Book: book, Clock: frozen}
	for name, c := range map[string]struct {
		from, to string
		part     [2]int
		want     Why
	}{
		"a Sunday between working days":         {"2026-11-29 00:00", "2026-11-30 00:00", [2]int{}, NoReception},
		"a day of leave between working days":   {"2026-11-27 00:00", "2026-11-28 00:00", [2]int{}, NoReception},
		"a full day between free ones":          {"2026-11-26 00:00", "2026-11-27 00:00", [2]int{}, AllTaken},
		"the lunch hour of a free day":          {"2026-11-25 13:00", "2026-11-25 14:00", [2]int{}, NoReception},
		"after hours on a free day":             {"2026-11-25 18:00", "2026-11-25 21:00", [2]int{}, NoReception},
		"a working day, too short at its end":   {"2026-11-25 17:45", "2026-11-25 18:00", [2]int{}, TooShort},
		"the evening part of a week":            {"2026-11-25 00:00", "2026-11-28 00:00", [2]int{18 * 60, 21 * 60}, NoReception},
		"the morning part of a full day":        {"2026-11-26 00:00", "2026-11-27 00:00", [2]int{9 * 60, 12 * 60}, AllTaken},
		"a day that has passed":                 {"2026-11-23 00:00", "2026-11-24 00:00", [2]int{}, NoReception},
		"the morning of today that has passed":  {"2026-11-24 08:00", "2026-11-24 10:00", [2]int{}, NoReception},
		"a full day together with a day off":    {"2026-11-26 00:00", "2026-11-28 00:00", [2]int{}, AllTaken},
		"a full day together with a free one":   {"2026-11-25 00:00", "2026-11-27 00:00", [2]int{}, TooShort},
		"a speciality that nobody practises":    {"2026-11-25 00:00", "2026-11-26 00:00", [2]int{}, NoReception},
		"so far ahead that no day is laid out":  {"2027-11-25 00:00", "2027-11-26 00:00", [2]int{}, NoReception},
		"the night between two days of working": {"2026-11-24 21:00", "2026-11-25 08:00", [2]int{}, NoReception},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ask := Ask{Doctor: doctor.ID, Branch: branch.ID, From: p.at(t, c.from), To: p.at(t, c.to), DayFrom: c.part[0], DayTo: c.part[1]}
			if name == "a speciality that nobody practises" {
				ask.Specialty, ask.Doctor = "hematologist", uuid.Nil
			}
			why, err := free.Explain(t.Context(), core.Sys("test"), ask)
			require.NoError(t, err)
			require.Equal(t, c.want, why)
		})
	}
}
