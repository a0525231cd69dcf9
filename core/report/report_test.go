package report_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart/charttest"
	"github.com/zapis-clinic/zapis/core/report"
	"github.com/zapis-clinic/zapis/core/store"
)

// world is a clinic whose visits of October are counted by hand.
type world struct {
	*charttest.Ward
	report.Office
	t *testing.T
	n int
}

func open(t *testing.T) *world {
	t.Helper()
	w := charttest.Open(t)
	return &world{Ward: w, Office: report.Office{In: w.In, Clock: w.Clock, IDs: w.IDs}, t: t}
}

func october(day int) time.Time { return time.Date(2026, 10, day, 0, 0, 0, 0, time.UTC) }

// visit puts a visit of half an hour; each is another patient's.
func (w *world) visit(doctor uuid.UUID, at time.Time, status, sql string) uuid.UUID {
	w.t.Helper()
	w.n++
	id, who, branch := uuid.New(), uuid.New(), charttest.Centre()
	if doctor == charttest.Petrov() {
		branch = charttest.North()
	}
	w.Exec("INSERT INTO patient (id, surname, given, birth_date, created_at) VALUES ($1, $2, 'П', '1980-01-01', '2026-01-01')", who, fmt.Sprint("П", w.n))
	w.Exec(`
INSERT INTO visit (id, branch_id, practitioner_id, service_id, specialty, patient_id, status, during, blocked, local_start, tz, source, service_name, price, currency, created_at)
SELECT $1, $2, $3, s.id, 'therapist', $4, $6::text, tstzrange($5, $5::timestamptz + interval '30 minutes'), tstzrange($5, $5::timestamptz + interval '30 minutes'),
       $5::timestamptz AT TIME ZONE 'Europe/Moscow', 'Europe/Moscow', 'telegram', '', 0, 'RUB', '2026-10-01' FROM service s LIMIT 1`, id, branch, doctor, who, at, status)
	if sql != "" {
		w.Exec("UPDATE visit SET "+sql+" WHERE id = $1", id)
	}
	return id
}

func (w *world) plan(doctor uuid.UUID, day int, hours string) {
	w.t.Helper()
	branch := charttest.Centre()
	if doctor == charttest.Petrov() {
		branch = charttest.North()
	}
	w.Exec("INSERT INTO working_day (practitioner_id, branch_id, day, working, free, longest) VALUES ($1, $2, $3, $4::tstzmultirange, '{}', 0)", doctor, branch, october(day), hours)
}

func (w *world) make(who string, k report.Kind) report.Report {
	w.t.Helper()
	return w.ask(w.Staff(who), report.Ask{Kind: k, From: october(1), To: october(32)})
}

func (w *world) ask(who core.Actor, a report.Ask) report.Report {
	w.t.Helper()
	r, err := w.Make(w.t.Context(), who, a)
	require.NoError(w.t, err)
	return r
}

// figures are a row's, by column.
func figures(t report.Table, r report.Row) map[string]float64 {
	out := map[string]float64{}
	for i, c := range t.Columns {
		if r.Figures[i].Known {
			out[c.Key] = r.Figures[i].Value
		}
	}
	return out
}

// fill is the world that is counted by hand: Ivanova works six hours on the 5th and has 12 half hours.
func (w *world) fill() {
	ten := october(5).Add(7 * time.Hour) // ten in Moscow
	half := func(i int) time.Time { return ten.Add(time.Duration(i) * 30 * time.Minute) }
	w.plan(charttest.Ivanova(), 5, "{[2026-10-05 07:00+00, 2026-10-05 10:00+00), [2026-10-05 11:00+00, 2026-10-05 14:00+00)}")
	for i := range 5 {
		w.visit(charttest.Ivanova(), half(i), "done", "")
	}
	w.visit(charttest.Ivanova(), half(5), "no_show", "")
	w.visit(charttest.Ivanova(), half(6), "booked", "") // nobody said what became of it
	early := w.visit(charttest.Ivanova(), half(7), "cancelled", "cancelled_at = '2026-10-02 00:00+00', cancelled_by = 'patient'")
	w.visit(charttest.Ivanova(), half(7), "done", "created_at = '2026-10-03'") // takes the freed time
	w.visit(charttest.Ivanova(), half(8), "cancelled", "cancelled_at = '2026-10-05 06:00+00', cancelled_by = 'patient'")
	w.Exec("INSERT INTO visit_event (visit_id, at, action, version, actor_kind, channel) VALUES ($1, '2026-10-02', 'moved', 2, 'staff', 'cabinet')", early)
	w.plan(charttest.Petrov(), 5, "{[2026-10-05 07:00+00, 2026-10-05 08:00+00)}")
	w.visit(charttest.Petrov(), half(0), "done", "")
}

func TestTheLoadIsWhatIsCountedByHand(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.fill()
	r := w.make("head", report.Load)
	doctors := r.Tables[0]
	require.Len(t, doctors.Rows, 2)
	doctors.Sort("booked", false)
	assert.Equal(t, map[string]float64{
		"schedule": 360, "booked": 8 * 30, "worked": 6 * 30, "fill": 240. / 360, "utilisation": 0.5, "lost": 60, "visits": 10,
	}, figures(doctors, doctors.Rows[0]), "a no-show and a late cancellation are lost; the time booked again is not")
	assert.Equal(t, map[string]float64{"schedule": 60, "booked": 30, "worked": 30, "fill": 0.5, "utilisation": 0.5, "lost": 0, "visits": 1}, figures(doctors, doctors.Rows[1]))
	branches := r.Tables[1]
	assert.InDelta(t, 420, figures(branches, branches.Total)["schedule"], 0)
	assert.Equal(t, figures(doctors, doctors.Total), figures(branches, branches.Total), "doctors sum to branches, and these to the network")
}

func TestAttendanceIsWhatIsCountedByHand(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.fill()
	r := w.make("admin", report.Attendance)
	require.Len(t, r.Tables[0].Rows, 1)
	assert.Equal(t, map[string]float64{
		"visits": 10, "done": 6, "no_show": 1, "no_show_rate": 1. / 7, "cancelled": 2, "late": 1, "late_rate": 1. / 8, "refill": 0.5, "attendance": 6. / 8, "unmarked": 1,
	}, figures(r.Tables[0], r.Tables[0].Rows[0]), "the administrator of the centre counts the centre")
	assert.InDelta(t, 1, figures(w.make("petrov", report.Attendance).Tables[0], w.make("petrov", report.Attendance).Tables[0].Total)["visits"], 0, "a doctor counts their own")
	empty := w.ask(w.Staff("head"), report.Ask{Kind: report.Attendance, From: october(10), To: october(11)})
	assert.Empty(t, empty.Tables[0].Rows)
	assert.False(t, empty.Tables[0].Total.Figures[3].Known, "of nothing there is no share")
}

func TestAChangedPlanChangesNoPastFill(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.fill()
	snap := func() {
		require.NoError(t, w.DB.InTx(t.Context(), core.Sys("worker"), func(tx *store.Tx) error {
			_, err := tx.SnapDays(t.Context(), charttest.Monday())
			return err
		}))
	}
	snap()
	w.Exec("UPDATE working_day SET working = '{[2026-10-05 07:00+00, 2026-10-05 07:30+00)}'")
	snap()
	doctors := w.make("head", report.Load).Tables[0]
	assert.InDelta(t, 420, figures(doctors, doctors.Total)["schedule"], 0)
}

// few stands for a figure that is not told.
const few = -1

// told are a table's first figures as they are shown, by whose they are.
func told(table report.Table) map[string]float64 {
	out := map[string]float64{"in all": table.Total.Figures[0].Value}
	for _, r := range table.Rows {
		name := map[uuid.UUID]string{charttest.Centre(): "centre", charttest.North(): "north"}[r.Branch]
		if doctor := map[uuid.UUID]string{charttest.Ivanova(): "Ivanova, ", charttest.Petrov(): "Petrov, "}[r.Doctor]; doctor != "" {
			name = doctor + name
		}
		if r.Pool {
			name = "together"
		}
		if out[name] = r.Figures[0].Value; r.Figures[0].Few {
			out[name] = few
		}
	}
	return out
}

func TestWhoSeesCountsOnlyIsToldOfTenPeopleOrMore(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.fill()
	r := w.make("director", report.Load)
	assert.Empty(t, r.Tables, "a dozen people in all: nothing is left to tell")
	september := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	put := func(doctor uuid.UUID, day, n int, sql string) {
		for i := range n {
			w.visit(doctor, september.AddDate(0, 0, day-1).Add(time.Duration(14+i)*30*time.Minute), "done", sql)
		}
	}
	put(charttest.Ivanova(), 7, 3, "")
	put(charttest.Petrov(), 8, 12, "")
	put(charttest.Petrov(), 9, 20, fmt.Sprintf("branch_id = '%s'", charttest.Centre()))
	ask := report.Ask{Kind: report.Attendance, From: september, To: october(1)}
	doctors := w.ask(w.Staff("director"), ask).Tables[1]
	assert.Equal(t, map[string]float64{"Ivanova, centre": few, "Petrov, north": few, "Petrov, centre": 20, "together": 15, "in all": 35}, told(doctors),
		"three people are told along with twelve others, and neither by themselves")
	assert.Equal(t, map[string]float64{"together": 35, "in all": 35, "centre": few, "north": few}, told(w.ask(w.Staff("director"), ask).Tables[2]))
	ask.Doctor = charttest.Ivanova()
	assert.Equal(t, map[string]float64{"Ivanova, centre": few, "in all": 0}, told(w.ask(w.Staff("director"), ask).Tables[1]), "and no filter cuts the pool up")
	assert.InDelta(t, 3, told(w.ask(w.Staff("head"), ask).Tables[1])["Ivanova, centre"], 0, "whoever sees the visits sees three")
	sources := w.ask(w.Staff("director"), report.Ask{Kind: report.Sources, From: october(1), To: october(32)})
	for _, row := range sources.Tables[0].Rows {
		assert.True(t, row.Figures[0].Few || row.Figures[0].Value >= 10, "%+v", row)
	}
	_, err := w.Make(t.Context(), w.Staff("director"), report.Ask{Kind: report.Load, From: october(2), To: october(32)})
	charttest.Refused(t, err, "report_months", "days could be told apart by subtraction")
	_, err = w.Make(t.Context(), w.Staff("director"), report.Ask{Kind: report.Load, From: october(1), To: october(32), Source: "telegram"})
	charttest.Refused(t, err, "report_filter", "so could a source")
}

func TestReportsAreForThoseWhomTheyConcern(t *testing.T) {
	t.Parallel()
	w := open(t)
	for who, want := range map[string][]report.Kind{
		"head": report.Kinds(), "director": report.Kinds(), "admin": {report.Load, report.Attendance, report.Sources, report.Leads, report.Repeats, report.Talks, report.Answers, report.Satisfaction},
		"ivanova": {report.Load, report.Attendance, report.Sources, report.Leads, report.Repeats, report.Satisfaction}, "cashier": {report.Money},
		"marketing": {report.Sources, report.Leads, report.Satisfaction}, "nurse": {}, "security": {},
	} {
		assert.ElementsMatch(t, want, report.Seen(w.Staff(who)), who)
	}
	_, err := w.Make(t.Context(), w.Chat("maria"), report.Ask{Kind: report.Load, From: october(1), To: october(32)})
	charttest.Refused(t, err, "no_report", "a patient")
	n, err := w.Raw(w.Staff("marketing"), "SELECT * FROM report_visits('2026-01-01', '2027-01-01', '')")
	require.NoError(t, err)
	assert.Zero(t, n, "the database says so too")
	n, err = w.Raw(w.Chat("maria"), "SELECT * FROM report_leads('2026-01-01', '2027-01-01', NULL)")
	require.NoError(t, err)
	assert.Zero(t, n)
}
