package glass_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart/charttest"
	"github.com/zapis-clinic/zapis/core/glass"
	"github.com/zapis-clinic/zapis/core/record"
	"github.com/zapis-clinic/zapis/core/store"
)

// hall is a clinic with its glass; Oleg's record is Petrov's.
type hall struct {
	*charttest.Ward
	glass.Case
	records record.Book
	t       *testing.T
}

func open(t *testing.T) *hall {
	t.Helper()
	w := charttest.Open(t)
	return &hall{w, glass.Case{Chart: w.Chart}, record.Book{Chart: w.Chart}, t}
}

// of is Oleg's signed record, with a label or none.
func (h *hall) of(label string) uuid.UUID {
	h.t.Helper()
	id, err := h.records.Draft(h.t.Context(), h.Staff("petrov"), record.New{
		Patient: charttest.Oleg(), Visit: charttest.Friday(), Kind: record.Conclusion, Label: label, Text: "аллергия на канареек",
	})
	require.NoError(h.t, err)
	require.NoError(h.t, h.records.Sign(h.t.Context(), h.Staff("petrov"), id))
	return id
}

func emergency(patient uuid.UUID) glass.Breach {
	return glass.Breach{Patient: patient, Reason: "emergency", Why: "упал у канарейки в коридоре, без сознания"}
}

func TestADoctorBreaksTheGlassAndReadsForHalfAnHour(t *testing.T) {
	t.Parallel()
	h := open(t)
	id, hidden := h.of(""), h.of("psychiatry")
	_, err := h.records.Read(t.Context(), h.Staff("ivanova"), id)
	charttest.Refused(t, err, "not_found", "not her patient")

	g, err := h.Break(t.Context(), h.Staff("ivanova"), emergency(charttest.Oleg()))
	require.NoError(t, err)
	for _, r := range []uuid.UUID{id, hidden} {
		_, err = h.records.Read(t.Context(), h.Staff("ivanova"), r)
		require.NoError(t, err)
	}
	active, err := h.Active(t.Context(), h.Staff("ivanova"))
	require.NoError(t, err)
	require.Len(t, active, 1)
	assert.Equal(t, g.ID, active[0].ID)
	assert.Equal(t, charttest.Oleg(), active[0].Patient)
	_, err = h.records.Read(t.Context(), h.Staff("nurse"), id)
	charttest.Refused(t, err, "not_found", "it is broken for one person")
	other, err := h.Active(t.Context(), h.Staff("nurse"))
	require.NoError(t, err)
	assert.Empty(t, other)

	assert.Equal(t, 1, h.Count("SELECT count(*) FROM audit WHERE action = 'glass.break' AND glass AND patient_id = $1", charttest.Oleg()))
	assert.Equal(t, 2, h.Count("SELECT count(*) FROM audit WHERE action = 'records.read' AND glass AND patient_id = $1", charttest.Oleg()))
	assert.Equal(t, 1, h.Count("SELECT count(*) FROM task WHERE kind = 'glass_review' AND state = 'open' AND key = $1", g.ID.String()))

	h.Set(charttest.Monday().Add(glass.For))
	_, err = h.records.Read(t.Context(), h.Staff("ivanova"), id)
	charttest.Refused(t, err, "not_found", "half an hour later")
	active, err = h.Active(t.Context(), h.Staff("ivanova"))
	require.NoError(t, err)
	assert.Empty(t, active)
	h.Hidden("канаре")
}

func TestWhatBreakingAsksFor(t *testing.T) {
	t.Parallel()
	h := open(t)
	stale, never, future := h.Staff("ivanova"), h.Staff("ivanova"), h.Staff("ivanova")
	stale.Fresh, never.Fresh, future.Fresh = h.Ward.Clock().Add(-5*time.Minute-time.Second), time.Time{}, h.Ward.Clock().Add(time.Second)
	lawless, model := h.Staff("ivanova"), h.Staff("ivanova")
	lawless.Rules, model.Agent = nil, []string{"read records"}
	for why, x := range map[string]struct {
		who core.Actor
		b   glass.Breach
		key string
	}{
		"a factor of six minutes ago":  {stale, emergency(charttest.Oleg()), "glass_stale"},
		"no factor":                    {never, emergency(charttest.Oleg()), "glass_stale"},
		"a factor of tomorrow":         {future, emergency(charttest.Oleg()), "glass_stale"},
		"no policies":                  {lawless, emergency(charttest.Oleg()), "glass_not_for_you"},
		"a model":                      {model, emergency(charttest.Oleg()), "glass_not_for_you"},
		"Zapis itself":                 {core.Sys("worker"), emergency(charttest.Oleg()), "glass_not_for_you"},
		"not at work yet":              {h.Staff("petrov"), emergency(charttest.Maria()), "glass_no_shift"},
		"a nurse whose branch is shut": {h.Staff("north_nurse"), emergency(charttest.Maria()), "glass_no_shift"},
		"no reason":                    {h.Staff("ivanova"), glass.Breach{Patient: charttest.Oleg(), Why: "упал в коридоре, без сознания"}, "glass_reason"},
		"fourteen characters":          {h.Staff("ivanova"), glass.Breach{Patient: charttest.Oleg(), Reason: "other", Why: "надо   посмотрет"}, "glass_words"},
		"spaces":                       {h.Staff("ivanova"), glass.Breach{Patient: charttest.Oleg(), Reason: "other", Why: "а                    "}, "glass_words"},
		"nobody":                       {h.Staff("ivanova"), emergency(charttest.Dima()), "not_found"},
	} {
		_, err := h.Break(t.Context(), x.who, x.b)
		charttest.Refused(t, err, x.key, why)
	}
	for name, who := range h.Others("ivanova", "petrov", "nurse", "north_nurse", "head") {
		_, err := h.Break(t.Context(), who, emergency(charttest.Oleg()))
		charttest.Refused(t, err, "glass_not_for_you", name)
	}
	assert.Zero(t, h.Count("SELECT count(*) FROM glass"))
	assert.Zero(t, h.Count("SELECT count(*) FROM task"))
	for _, login := range []string{"nurse", "head"} {
		_, err := h.Break(t.Context(), h.Staff(login), emergency(charttest.Oleg()))
		require.NoError(t, err, login)
	}
}

func TestItIsNeverProlongedAndThreeADayAreAll(t *testing.T) {
	t.Parallel()
	h := open(t)
	at := charttest.Monday()
	breaking := func() error {
		_, err := h.Break(t.Context(), h.Staff("ivanova"), emergency(charttest.Oleg()))
		return err
	}
	for _, key := range []string{"glass_open", "glass_open", "glass_three_a_day"} {
		h.Set(at)
		require.NoError(t, breaking())
		h.Set(at.Add(glass.For - time.Second))
		charttest.Refused(t, breaking(), key, "while it is open")
		at = at.Add(glass.For)
	}
	h.Set(at)
	charttest.Refused(t, breaking(), "glass_three_a_day", "a fourth")
	_, err := h.Break(t.Context(), h.Staff("nurse"), emergency(charttest.Oleg()))
	require.NoError(t, err, "it is three of one person")
	_, err = h.Raw(h.Staff("ivanova"), "UPDATE glass SET until = until + interval '1 hour' RETURNING id")
	require.ErrorContains(t, err, "permission denied")
	_, err = h.Raw(h.Staff("head"), "UPDATE glass SET until = until + interval '1 hour' RETURNING id")
	require.ErrorContains(t, err, "permission denied", "the head neither")
}

func TestBrokenGlassChangesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.of("")
	doctor, nurse := h.Staff("ivanova"), h.Staff("nurse")
	for _, who := range []core.Actor{doctor, nurse} {
		_, err := h.Break(t.Context(), who, emergency(charttest.Oleg()))
		require.NoError(t, err)
	}
	pad := record.Prescriptions{Chart: h.Ward.Chart}
	_, err := h.records.Draft(t.Context(), doctor, record.New{Patient: charttest.Oleg(), Branch: charttest.North(), Kind: record.Note, Text: "x"})
	charttest.Refused(t, err, "not_found", "a note")
	_, err = h.records.Replace(t.Context(), doctor, id, "x")
	charttest.Refused(t, err, "not_found", "a correction")
	_, err = pad.Draft(t.Context(), doctor, record.NewPrescription{Patient: charttest.Oleg(), Text: "x"})
	charttest.Refused(t, err, "not_found", "a prescription")
	_, err = h.records.Draft(t.Context(), nurse, record.New{Patient: charttest.Oleg(), Branch: charttest.North(), Kind: record.Vitals, Text: "x"})
	charttest.Refused(t, err, "not_found", "vital signs")

	// And past the rules, in the database.
	for what, sql := range map[string]string{
		"record": `INSERT INTO record (id, patient_id, branch_id, author_id, kind, body_sealed, created_at)
VALUES (gen_random_uuid(), $1, '00000000-0000-0000-0000-00000000b002', '00000000-0000-0000-0000-00000000d001', 'note', '', now()) RETURNING id`,
		"prescription": `INSERT INTO prescription (id, patient_id, author_id, body_sealed, created_at)
VALUES (gen_random_uuid(), $1, '00000000-0000-0000-0000-00000000d001', '', now()) RETURNING id`,
		"document": `INSERT INTO document (id, patient_id, class, kind, mime, bytes, author_id, created_at)
VALUES (gen_random_uuid(), $1, 'medical', 'scan', 'text/plain', 1, '00000000-0000-0000-0000-00000000d001', now()) RETURNING id`,
	} {
		_, err := h.Raw(doctor, sql, charttest.Oleg())
		require.ErrorContains(t, err, "row-level security", what)
	}
	for _, sql := range []string{
		"UPDATE record SET label = 'vip' WHERE patient_id = $1 RETURNING id", "UPDATE prescription SET label = 'vip' WHERE patient_id = $1 RETURNING id",
		"UPDATE lab_report SET status = 'final' WHERE patient_id = $1 RETURNING id", "UPDATE visit SET status = 'done' WHERE patient_id = $1 RETURNING id",
	} {
		n, err := h.Raw(doctor, sql, charttest.Oleg())
		require.NoError(t, err)
		assert.Zero(t, n, sql)
	}
}

func TestTheHeadJudges(t *testing.T) {
	t.Parallel()
	h := open(t)
	g, err := h.Break(t.Context(), h.Staff("ivanova"), emergency(charttest.Oleg()))
	require.NoError(t, err)
	own, err := h.Break(t.Context(), h.Staff("head"), emergency(charttest.Maria()))
	require.NoError(t, err)
	list, err := h.Waiting(t.Context(), h.Staff("head"))
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, "упал у канарейки в коридоре, без сознания", list[0].Why)
	assert.Equal(t, charttest.Monday().Add(24*time.Hour), list[0].Due.UTC())
	list, err = h.Waiting(t.Context(), h.Staff("security"))
	require.NoError(t, err)
	assert.Empty(t, list[0].Why, "whoever keeps security learns that it happened, and not what of")

	for name, who := range h.Others("head", "security") {
		_, err := h.Waiting(t.Context(), who)
		charttest.Refused(t, err, "not_allowed", name)
		charttest.Refused(t, h.Judge(t.Context(), who, g.ID, glass.Justified), "not_allowed", name)
	}
	charttest.Refused(t, h.Judge(t.Context(), h.Staff("head"), own.ID, glass.Justified), "not_found", "one's own")
	require.NoError(t, h.Judge(t.Context(), h.Staff("head"), g.ID, glass.Unjustified))
	charttest.Refused(t, h.Judge(t.Context(), h.Staff("head"), g.ID, glass.Justified), "not_found", "a second verdict")
	require.NoError(t, h.Judge(t.Context(), h.Staff("second_head"), own.ID, glass.Justified))
	assert.Zero(t, h.Count("SELECT count(*) FROM task WHERE state = 'open'"))
}

func TestWordGoesOutOnceAndALateOneIsAnIncident(t *testing.T) {
	t.Parallel()
	h := open(t)
	g, err := h.Break(t.Context(), h.Staff("ivanova"), emergency(charttest.Oleg()))
	require.NoError(t, err)
	news := func() []glass.News {
		t.Helper()
		var out []glass.News
		require.NoError(t, h.DB.InTx(t.Context(), core.Sys("worker"), func(tx *store.Tx) error {
			var err error
			out, err = h.News(t.Context(), tx)
			return err
		}))
		return out
	}
	doctor := h.Staff("ivanova").ID
	assert.Equal(t, []glass.News{{ID: g.ID, Staff: doctor}}, news())
	assert.Empty(t, news(), "told once")
	h.Set(charttest.Monday().Add(glass.LateIn - time.Second))
	assert.Empty(t, news())
	h.Set(charttest.Monday().Add(glass.LateIn))
	assert.Equal(t, []glass.News{{ID: g.ID, Staff: doctor, Late: true}}, news())
	assert.Empty(t, news())
	assert.Equal(t, 1, h.Count("SELECT count(*) FROM task WHERE kind = 'incident' AND key = $1", g.ID.String()))
	require.NoError(t, h.Judge(t.Context(), h.Staff("head"), g.ID, glass.Justified))
	assert.Zero(t, h.Count("SELECT count(*) FROM task WHERE state = 'open'"), "the verdict closes the incident too")
}
