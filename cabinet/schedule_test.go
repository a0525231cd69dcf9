package cabinet_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/visit"
)

func (o *office) desk() visit.Desk {
	return visit.Desk{
		In: o.db, Book: o.book, Clock: func() time.Time { return *o.now.Load() }, IDs: core.NewIDs(nil),
		Changed: func(branch uuid.UUID) { o.hub.Tell("branch:" + branch.String()) },
	}
}

// hold takes the nearest free time of a cardiologist in a branch.
func (o *office) hold(branch uuid.UUID) visit.Visit {
	o.t.Helper()
	free := schedule.Free{In: o.db, Book: o.book, Clock: func() time.Time { return *o.now.Load() }}
	slots, err := free.Nearest(o.t.Context(), core.Sys("test"), schedule.Ask{Specialty: "cardiologist", Branch: branch})
	require.NoError(o.t, err)
	require.NotEmpty(o.t, slots)
	service := o.book.Current().ServicesOf("cardiologist", slots[0].Doctor)[0]
	v, err := o.desk().Hold(o.t.Context(), core.Sys("test"), visit.Wish{Slot: slots[0], Service: service.ID, Source: "webchat"})
	require.NoError(o.t, err)
	return v
}

func TestTheDeskSeesWhoWorksAndWhoComes(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	d := o.as("admin").day("")
	assert.Equal(t, "2026-11-23", d.Date)
	assert.Equal(t, "пн 23 ноября", d.Title)
	assert.Equal(t, "09:00", d.From)
	assert.Equal(t, "18:00", d.To)
	assert.Len(t, d.Doctors, 12)
	require.NotEmpty(t, d.Visits)
	assert.Equal(t, "2026-11-23T09:00:00", d.Doctors[0].Work[0].From, "the branch's own hours")
	for _, v := range d.Visits {
		assert.NotEmpty(t, v.Patient)
		assert.NotEmpty(t, v.Service)
	}
	other := o.as("admin").day("?branch=" + o.book.Current().Branches[1].ID.String() + "&date=2026-11-24")
	assert.Equal(t, o.book.Current().Branches[1].ID, other.Branch)
	assert.Equal(t, "вт 24 ноября", other.Title)
	assert.Equal(t, "2026-11-24T09:00:00", other.Doctors[0].Work[0].From)

	sunday := o.as("admin").day("?date=2026-11-29")
	assert.Empty(t, sunday.Doctors)
	assert.Equal(t, "08:00", sunday.From)
}

func TestEnglishIsSpokenToWhoAsksForIt(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	assert.Equal(t, "Mon 23 November", b.day("", "Accept-Language", "en-GB,en;q=0.9").Title)
	_, body := b.get("/cabinet/schedule", "Accept-Language", "en")
	assert.Contains(t, body, "administrator")
}

func TestARoleSeesWhatItNeeds(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	var ivanova uuid.UUID
	for _, d := range o.book.Current().Doctors {
		if d.Surname == "Иванова" && slices.Contains(d.Specialties, "cardiologist") {
			ivanova = d.ID
		}
	}
	d := o.as("doctor").day("")
	require.Len(t, d.Doctors, 1)
	assert.Equal(t, ivanova, d.Doctors[0].ID)
	for _, v := range d.Visits {
		assert.Equal(t, ivanova, v.Doctor)
	}
	d = o.as("doctor").day("?branch=" + o.book.Current().Branches[1].ID.String())
	assert.Equal(t, o.book.Current().Branches[0].ID, d.Branch, "a branch that is not open does not exist")

	assert.Len(t, o.as("head").day("").Doctors, 12)
	d = o.as("cashier").day("")
	require.NotEmpty(t, d.Visits)
	for _, v := range d.Visits {
		assert.Empty(t, v.Patient)
	}
	for _, login := range []string{"marketing", "director", "security"} {
		b := o.as(login)
		for _, path := range []string{"/cabinet/schedule", "/cabinet/schedule/data", "/cabinet/events"} {
			answer, body := b.get(path)
			assert.Equal(t, http.StatusForbidden, answer.StatusCode, "%s %s", login, path)
			assert.NotContains(t, body, "Первичный")
		}
	}
}

func TestSomebodyOfOneBranchSeesThatBranch(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	second := o.book.Current().Branches[1].ID
	o.exec("UPDATE staff SET branches = $1 WHERE login = 'admin'", []uuid.UUID{second})
	b := o.as("admin")
	for _, query := range []string{"", "?branch=" + o.book.Current().Branches[0].ID.String()} {
		assert.Equal(t, second, b.day(query).Branch)
	}
}

func TestABookedTimeAppearsAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	branch := o.book.Current().Branches[0].ID
	told, stop := b.changes("/cabinet/events?branch=" + branch.String())
	defer stop()
	wait := func() {
		t.Helper()
		select {
		case <-told:
		case <-time.After(10 * time.Second):
			t.Fatal("nothing was told")
		}
	}
	wait() // at the beginning, so that nothing is missed between the page and its stream
	v := o.hold(branch)
	wait()
	query := "?branch=" + branch.String() + "&date=" + v.Start.Format(time.DateOnly)
	d := b.day(query)
	i := slices.IndexFunc(d.Visits, func(x seen) bool { return x.ID == v.ID })
	require.GreaterOrEqual(t, i, 0)
	assert.Equal(t, "held", d.Visits[i].Status)
	assert.Empty(t, d.Visits[i].Patient, "nobody is known yet")
}

func TestADayThatIsNoDayIsToday(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	b := o.as("admin")
	for _, query := range []string{"?date=", "?date=2026-13-40", "?date=x%27%3B--", "?branch=x"} {
		assert.Equal(t, "2026-11-23", b.day(query).Date, query)
	}
}
