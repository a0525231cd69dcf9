package lab_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/chart/charttest"
	"github.com/zapis-clinic/zapis/core/lab"
)

// born is Maria's birth date.
func born() time.Time { return time.Date(1980, 5, 17, 0, 0, 0, 0, time.UTC) }

// bench is a clinic and its laboratory.
type bench struct {
	*charttest.Ward
	lab.Bench
	t *testing.T
}

func open(t *testing.T) *bench {
	t.Helper()
	w := charttest.Open(t)
	return &bench{w, lab.Bench{Chart: w.Chart}, t}
}

func (b *bench) ordered(k lab.Kind) uuid.UUID {
	b.t.Helper()
	id, err := b.Order(b.t.Context(), b.Staff("ivanova"), lab.Order{Patient: charttest.Maria(), Visit: charttest.Today(), Branch: charttest.Centre(), Kind: k})
	require.NoError(b.t, err)
	return id
}

func answer(id uuid.UUID) lab.Answer {
	return lab.Answer{Order: id, Born: born(), Status: "final", Values: []lab.Value{{Code: "718-7", Text: "канарейка 142 г/л"}}}
}

// came is a test whose answer is there.
func (b *bench) came(k lab.Kind) uuid.UUID {
	b.t.Helper()
	id := b.ordered(k)
	require.NoError(b.t, b.Receive(b.t.Context(), b.Machine("results"), answer(id)))
	return id
}

func TestATestGoesFromOrderToPatient(t *testing.T) {
	t.Parallel()
	b := open(t)
	id := b.ordered(lab.Routine)
	require.NoError(t, b.Sample(t.Context(), b.Staff("nurse"), id))
	charttest.Refused(t, b.Sample(t.Context(), b.Staff("nurse"), id), "sample_taken", "twice")
	charttest.Refused(t, b.Release(t.Context(), b.Staff("ivanova"), id), "result_not_ready", "before the answer")
	require.NoError(t, b.Receive(t.Context(), b.Machine("results"), answer(id)))

	_, err := b.Read(t.Context(), b.Chat("maria"), id)
	charttest.Refused(t, err, "not_found", "not released yet")
	require.NoError(t, b.Release(t.Context(), b.Staff("ivanova"), id))
	r, err := b.Read(t.Context(), b.Chat("maria"), id)
	require.NoError(t, err)
	require.Len(t, r.Values, 1)
	assert.Equal(t, "канарейка 142 г/л", r.Values[0].Text)
	charttest.Refused(t, b.Release(t.Context(), b.Staff("ivanova"), id), "result_not_ready", "released twice")
	_, err = b.Read(t.Context(), b.Chat("unproved"), id)
	charttest.Refused(t, err, "not_found", "whoever has not proved who they are")
	b.Hidden("канарейка")
}

func TestAnAnswerIsAPatientsByTwoIdentifiers(t *testing.T) {
	t.Parallel()
	b := open(t)
	id := b.ordered(lab.Routine)
	wrong := answer(id)
	wrong.Born = born().AddDate(0, 0, 1)
	for _, a := range []lab.Answer{wrong, answer(uuid.New()), {Order: id, Born: born(), Status: "registered"}} {
		charttest.Refused(t, b.Receive(t.Context(), b.Machine("results"), a), "result_unmatched", "an answer for nobody")
	}
	assert.Zero(t, b.Count("SELECT count(*) FROM lab_value"))
	for name, who := range b.Others() {
		charttest.Refused(t, b.Receive(t.Context(), who, answer(id)), "not_found", name)
		n, err := b.Raw(who, "SELECT receive_report($1, $2, 'final', now()) WHERE receive_report($1, $2, 'final', now()) IS NOT NULL", id, born())
		require.NoError(t, err)
		assert.Zero(t, n, name)
	}
	require.NoError(t, b.Receive(t.Context(), b.Machine("results"), answer(id)))
	_, err := b.Read(t.Context(), b.Machine("results"), id)
	charttest.Refused(t, err, "not_found", "who brings answers reads none")
}

func TestTheRuleReleasesWhatIsRoutineAndNothingElse(t *testing.T) {
	t.Parallel()
	b := open(t)
	routine := b.came(lab.Routine)
	var grave []uuid.UUID
	for _, k := range []lab.Kind{lab.HIV, lab.Oncology, lab.Genetics, lab.Pregnancy, lab.STI} {
		grave = append(grave, b.came(k))
	}
	n, err := b.ReleaseDue(t.Context(), time.Hour)
	require.NoError(t, err)
	assert.Zero(t, n, "it has not lain for its time")
	b.Set(charttest.Monday().Add(time.Hour))
	n, err = b.ReleaseDue(t.Context(), time.Hour)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	_, err = b.Read(t.Context(), b.Chat("maria"), routine)
	require.NoError(t, err)
	for _, id := range grave {
		_, err := b.Read(t.Context(), b.Chat("maria"), id)
		charttest.Refused(t, err, "not_found", "a doctor releases it")
		_, err = b.Raw(core.Sys("worker"), "UPDATE lab_report SET released_at = now() WHERE id = $1 RETURNING id", id)
		require.ErrorContains(t, err, "lab_report_release")
		require.NoError(t, b.Release(t.Context(), b.Staff("ivanova"), id))
	}
}

func TestTheDeskLearnsThatItIsReadyAndNotWhat(t *testing.T) {
	t.Parallel()
	b := open(t)
	id, hidden := b.came(lab.Oncology), b.came(lab.HIV)
	r, err := b.Read(t.Context(), b.Staff("admin"), id)
	require.NoError(t, err)
	assert.Equal(t, access.Status, r.View)
	assert.Empty(t, r.Values)
	assert.Empty(t, r.Kind, "the kind of a test says too much")
	list, err := b.List(t.Context(), b.Staff("admin"), charttest.Maria())
	require.NoError(t, err)
	require.Len(t, list, 1, "what bears a label is not there")
	assert.Empty(t, list[0].Kind)
	assert.False(t, list[0].Ready)
	_, err = b.Read(t.Context(), b.Staff("admin"), hidden)
	charttest.Refused(t, err, "not_found", "a label")
	n, err := b.Raw(b.Staff("admin"), "SELECT FROM lab_value")
	require.NoError(t, err)
	assert.Zero(t, n)
}

func TestWhoTreatsThePatientReadsValues(t *testing.T) {
	t.Parallel()
	b := open(t)
	id := b.came(lab.Routine)
	for _, login := range []string{"ivanova", "nurse", "head"} {
		r, err := b.Read(t.Context(), b.Staff(login), id)
		require.NoError(t, err, login)
		assert.Len(t, r.Values, 1, login)
	}
	assert.Equal(t, 3, b.Count("SELECT count(*) FROM audit WHERE action = 'results.read' AND object_id = $1", id))
	for name, who := range b.Others("ivanova", "nurse", "head", "admin") {
		_, err := b.Read(t.Context(), who, id)
		charttest.Refused(t, err, "not_found", name)
		_, err = b.List(t.Context(), who, charttest.Maria())
		if name == "maria" { // hers, and not released yet
			require.NoError(t, err)
		} else {
			charttest.Refused(t, err, "not_found", name)
		}
		n, err := b.Raw(who, "SELECT FROM lab_value")
		require.NoError(t, err)
		assert.Zero(t, n, name)
	}
}

func TestWhoDoesWhatWithATest(t *testing.T) {
	t.Parallel()
	b := open(t)
	id, drawn := b.came(lab.Routine), b.ordered(lab.Routine)
	wish := lab.Order{Patient: charttest.Maria(), Branch: charttest.Centre(), Kind: lab.Routine}
	for name, who := range b.Others() {
		if name != "ivanova" {
			_, err := b.Order(t.Context(), who, wish)
			charttest.Refused(t, err, "not_found", name+" orders")
			charttest.Refused(t, b.Release(t.Context(), who, id), "not_found", name+" releases")
		}
		if name != "nurse" {
			_, err := b.SampleNew(t.Context(), who, wish)
			charttest.Refused(t, err, "not_found", name+" takes a sample")
			charttest.Refused(t, b.Sample(t.Context(), who, drawn), "not_found", name+" takes the sample")
		}
	}
	_, err := b.SampleNew(t.Context(), b.Staff("nurse"), wish)
	require.NoError(t, err)
	wish.Kind = "astrology"
	_, err = b.Order(t.Context(), b.Staff("ivanova"), wish)
	charttest.Refused(t, err, "test_unknown", "a kind there is not")
}
