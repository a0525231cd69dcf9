package task_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart/charttest"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/task"
)

// desk is a clinic with its tasks.
type desk struct {
	*charttest.Ward
	task.Office
	t *testing.T
}

func open(t *testing.T) *desk {
	t.Helper()
	w := charttest.Open(t)
	return &desk{w, task.Office{In: w.In, Clock: w.Clock, IDs: w.IDs, Vault: w.Vault}, t}
}

// arises makes a task of a kind, as the worker does.
func (d *desk) arises(kind string, at time.Time) task.Ref {
	d.t.Helper()
	id := uuid.New()
	d.Exec("INSERT INTO task (id, kind, key, patient_id, created_at) VALUES ($1, $2, $5, $3, $4)", id, kind, charttest.Maria(), at, id.String())
	return task.Ref{ID: id, Version: 1}
}

func (d *desk) list(who string, f task.Filter) []task.Task {
	d.t.Helper()
	list, err := d.List(d.t.Context(), d.Staff(who), f)
	require.NoError(d.t, err)
	return list.Tasks
}

func TestTasksWaitByUrgencyAndDueTime(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.arises("file", charttest.Monday())
	late := d.arises("handoff", charttest.Monday().Add(-2*time.Hour))
	d.arises("emergency", charttest.Monday())
	list := d.list("admin", task.Filter{})
	require.Len(t, list, 3)
	assert.Equal(t, []string{"emergency", "handoff", "file"}, []string{list[0].Kind, list[1].Kind, list[2].Kind})
	assert.Equal(t, late.ID, list[1].ID)
	assert.True(t, list[1].Late(charttest.Monday()))
	assert.Equal(t, charttest.Monday().Add(5*time.Minute), list[0].Due.UTC(), "an emergency by any hour")
	assert.Contains(t, list[0].Name, "Сидорова")
	n, err := d.List(t.Context(), d.Staff("admin"), task.Filter{})
	require.NoError(t, err)
	assert.Equal(t, task.Counts{Open: 3, Free: 3, Late: 1}, n.Counts)
}

func TestADueTimeCountsOnlyTheClinicsHours(t *testing.T) {
	t.Parallel()
	d := open(t)
	evening := time.Date(2026, 11, 23, 16, 50, 0, 0, time.UTC) // 19:50 in Moscow: ten minutes to closing
	d.arises("handoff", evening)
	list := d.list("admin", task.Filter{})
	require.Len(t, list, 1)
	assert.Equal(t, time.Date(2026, 11, 24, 5, 5, 0, 0, time.UTC), list[0].Due.UTC(), "ten minutes today and five tomorrow from eight")
}

func TestATaskIsTakenOnceAndNothingIsOverwritten(t *testing.T) {
	t.Parallel()
	d := open(t)
	r := d.arises("handoff", charttest.Monday())
	require.NoError(t, d.Take(t.Context(), d.Staff("admin"), r))
	charttest.Refused(t, d.Take(t.Context(), d.Staff("head"), r), "task_changed", "somebody was first")
	mine := d.list("admin", task.Filter{Mine: true})
	require.Len(t, mine, 1)
	assert.Equal(t, "admin", mine[0].OwnerName)
	r.Version = mine[0].Version
	require.NoError(t, d.Note(t.Context(), d.Staff("head"), r.ID, "звонила, не отвечает"))
	require.NoError(t, d.Close(t.Context(), d.Staff("admin"), r, "not_reached", "трижды"))
	assert.Empty(t, d.list("admin", task.Filter{}))
	one, story, err := d.One(t.Context(), d.Staff("admin"), r.ID)
	require.NoError(t, err)
	require.Len(t, story, 3)
	assert.Equal(t, "звонила, не отвечает", story[1].Text)
	assert.Equal(t, "head", story[1].Who)
	r.Version = one.Version
	require.NoError(t, d.Reopen(t.Context(), d.Staff("admin"), r))
	assert.Len(t, d.list("head", task.Filter{}), 1)
	d.Hidden("не отвечает")
	assert.Equal(t, 4, d.Count("SELECT count(*) FROM audit WHERE action LIKE 'task.%' AND object_id = $1", r.ID))
}

func TestATaskIsWrittenDownGivenAndPutOff(t *testing.T) {
	t.Parallel()
	d := open(t)
	admin := d.Staff("admin")
	_, err := d.Add(t.Context(), admin, task.New{Text: "  "})
	charttest.Refused(t, err, "field_invalid", "without words")
	id, err := d.Add(t.Context(), admin, task.New{Text: "перезвонить про анализы", Patient: charttest.Maria()})
	require.NoError(t, err)
	hands, err := d.Hands(t.Context(), admin)
	require.NoError(t, err)
	require.NotEmpty(t, hands)
	charttest.Refused(t, d.Give(t.Context(), admin, task.Ref{ID: id, Version: 1}, uuid.New()), "field_invalid", "to nobody of ours")
	head := d.Staff("head")
	require.NoError(t, d.Give(t.Context(), admin, task.Ref{ID: id, Version: 1}, head.ID))
	require.NoError(t, d.PutOff(t.Context(), head, task.Ref{ID: id, Version: 2}, charttest.Monday().Add(time.Hour)))
	assert.Empty(t, d.list("head", task.Filter{}))
	require.Len(t, d.list("head", task.Filter{PutOff: true}), 1)
	d.Set(charttest.Monday().Add(2 * time.Hour))
	list := d.list("head", task.Filter{Mine: true})
	require.Len(t, list, 1)
	assert.Equal(t, "перезвонить про анализы", list[0].Text)
	d.Hidden("перезвонить")
}

func TestWhatIsLateIsToldOnce(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.arises("handoff", charttest.Monday())
	d.arises("incident", charttest.Monday().AddDate(0, 0, -3))
	sweep := func() (late []task.Overdue) {
		require.NoError(t, d.In.InTx(t.Context(), core.Sys("worker"), func(tx *store.Tx) error {
			var err error
			late, err = d.Overdue(t.Context(), tx)
			return err
		}))
		return late
	}
	late := sweep()
	require.Len(t, late, 1)
	assert.Equal(t, "security", late[0].Role)
	d.Set(charttest.Monday().Add(time.Hour))
	require.Len(t, sweep(), 1)
	assert.Empty(t, sweep(), "once")
}

func TestTasksAreTheDesksAlone(t *testing.T) {
	t.Parallel()
	d := open(t)
	r := d.arises("glass_review", charttest.Monday())
	_, _, err := d.One(t.Context(), d.Staff("admin"), r.ID)
	charttest.Refused(t, err, "not_found", "broken glass is judged by others")
	assert.Empty(t, d.list("admin", task.Filter{}))
	assert.Len(t, d.list("security", task.Filter{}), 1)
	for who, actor := range d.Others("admin", "head", "security") {
		_, err := d.List(t.Context(), actor, task.Filter{})
		require.NotNil(t, core.Refusal(err), who)
		require.NotNil(t, core.Refusal(d.Take(t.Context(), actor, r)), who)
	}
}
