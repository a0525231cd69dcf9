package record_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/chart/charttest"
	"github.com/zapis-clinic/zapis/core/record"
)

const canary = "Жалобы на канарейку в груди"

// ward is a clinic and its book.
type ward struct {
	*charttest.Ward
	record.Book
	t *testing.T
}

func open(t *testing.T) *ward {
	t.Helper()
	w := charttest.Open(t)
	return &ward{w, record.Book{Chart: w.Chart}, t}
}

func (w *ward) draft(label string) uuid.UUID {
	w.t.Helper()
	id, err := w.Draft(w.t.Context(), w.Staff("ivanova"), record.New{
		Patient: charttest.Maria(), Visit: charttest.Today(), Kind: record.Conclusion, Label: label, Text: canary,
	})
	require.NoError(w.t, err)
	return id
}

func (w *ward) signed(label string) uuid.UUID {
	w.t.Helper()
	id := w.draft(label)
	require.NoError(w.t, w.Sign(w.t.Context(), w.Staff("ivanova"), id))
	return id
}

// looks counts readings of Maria's records on record.
func (w *ward) looks() int {
	w.t.Helper()
	return w.Count("SELECT count(*) FROM audit WHERE action = 'records.read' AND patient_id = $1", charttest.Maria())
}

func TestADoctorWritesAndSignsAndThePatientReads(t *testing.T) {
	t.Parallel()
	w := open(t)
	id := w.draft("")
	_, err := w.Read(t.Context(), w.Chat("maria"), id)
	charttest.Refused(t, err, "not_found", "a draft is not for the patient")

	require.NoError(t, w.Edit(t.Context(), w.Staff("ivanova"), id, canary+", исправлено", ""))
	require.NoError(t, w.Sign(t.Context(), w.Staff("ivanova"), id))
	r, err := w.Read(t.Context(), w.Chat("maria"), id)
	require.NoError(t, err)
	assert.Equal(t, canary+", исправлено", r.Text)
	assert.Equal(t, charttest.Ivanova(), r.Author)
	assert.Equal(t, charttest.Centre(), r.Branch)
	list, err := w.List(t.Context(), w.Chat("maria"), charttest.Maria())
	require.NoError(t, err)
	assert.Len(t, list, 1)
	assert.Equal(t, 2, w.looks(), "a reading and a list")
	w.Hidden("канарейку")
}

func TestWhatIsSignedIsCorrectedBesideIt(t *testing.T) {
	t.Parallel()
	w := open(t)
	doctor := w.Staff("ivanova")
	old := w.signed("")
	charttest.Refused(t, w.Edit(t.Context(), doctor, old, "иначе", ""), "record_signed", "edited")
	charttest.Refused(t, w.Sign(t.Context(), doctor, old), "record_signed", "signed twice")

	lost, err := w.Replace(t.Context(), doctor, old, "черновик, который не пригодился")
	require.NoError(t, err)
	next, err := w.Replace(t.Context(), doctor, old, "без канарейки")
	require.NoError(t, err)
	require.NoError(t, w.Sign(t.Context(), doctor, next))
	charttest.Refused(t, w.Sign(t.Context(), doctor, lost), "record_replaced", "the second correction")
	_, err = w.Replace(t.Context(), doctor, old, "ещё")
	charttest.Refused(t, err, "record_replaced", "corrected again")

	was, err := w.Read(t.Context(), doctor, old)
	require.NoError(t, err)
	assert.True(t, was.Replaced)
	assert.Equal(t, canary, was.Text, "the old one stays")
	now, err := w.Read(t.Context(), doctor, next)
	require.NoError(t, err)
	assert.EqualValues(t, 2, now.Version)
	assert.Equal(t, old, now.Replaces)
}

func TestAlteredTextIsNotShown(t *testing.T) {
	t.Parallel()
	w := open(t)
	id := w.signed("")
	w.Exec("UPDATE record SET sha256 = $2 WHERE id = $1", id, make([]byte, 32))
	_, err := w.Read(t.Context(), w.Staff("ivanova"), id)
	require.ErrorIs(t, err, record.ErrAltered)
}

func TestOnlyWhoTreatsThePatientReads(t *testing.T) {
	t.Parallel()
	w := open(t)
	id := w.signed("")
	for _, who := range []core.Actor{w.Staff("ivanova"), w.Staff("nurse"), w.Staff("head"), w.Chat("maria"), w.Machine("records")} {
		r, err := w.Read(t.Context(), who, id)
		require.NoError(t, err, who.Role)
		assert.Equal(t, canary, r.Text)
	}
	before := w.looks()
	for name, who := range w.Others("ivanova", "nurse", "head", "maria") {
		_, err := w.Read(t.Context(), who, id)
		charttest.Refused(t, err, "not_found", name)
		_, missing := w.Read(t.Context(), who, uuid.New())
		assert.Equal(t, missing.Error(), err.Error(), "%s: a foreign record is as one that is not", name)
		_, err = w.List(t.Context(), who, charttest.Maria())
		charttest.Refused(t, err, "not_found", name)
		_, missing = w.List(t.Context(), who, charttest.Dima())
		assert.Equal(t, missing.Error(), err.Error(), name)
		n, err := w.Raw(who, "SELECT FROM record")
		require.NoError(t, err)
		assert.Zero(t, n, "%s in the database", name)
	}
	assert.Equal(t, before, w.looks())
}

func TestOnlyTheDoctorWritesASignedRecord(t *testing.T) {
	t.Parallel()
	w := open(t)
	signed, drafted := w.signed(""), w.draft("")
	for name, who := range w.Others("ivanova") {
		_, err := w.Draft(t.Context(), who, record.New{Patient: charttest.Maria(), Branch: charttest.Centre(), Kind: record.Conclusion, Text: canary})
		charttest.Refused(t, err, "not_found", name+" drafts")
		charttest.Refused(t, w.Edit(t.Context(), who, drafted, "x", ""), "not_found", name+" edits")
		charttest.Refused(t, w.Sign(t.Context(), who, drafted), "not_found", name+" signs")
		_, err = w.Replace(t.Context(), who, signed, "x")
		charttest.Refused(t, err, "not_found", name+" corrects")
		_, err = w.Refer(t.Context(), who, record.Sent{Patient: charttest.Maria(), Branch: charttest.Centre(), To: charttest.Petrov(), Text: canary})
		charttest.Refused(t, err, "not_found", name+" refers")
		n, err := w.Raw(who, "UPDATE record SET label = 'vip' RETURNING id")
		require.NoError(t, err)
		assert.Zero(t, n, name)
	}
}

func TestANurseWritesVitalSigns(t *testing.T) {
	t.Parallel()
	w := open(t)
	id, err := w.Draft(t.Context(), w.Staff("nurse"), record.New{Patient: charttest.Maria(), Branch: charttest.Centre(), Kind: record.Vitals, Text: "120/80"})
	require.NoError(t, err)
	r, err := w.Read(t.Context(), w.Staff("ivanova"), id)
	require.NoError(t, err)
	assert.Equal(t, "120/80", r.Text)
	_, err = w.Draft(t.Context(), w.Staff("nurse"), record.New{Patient: charttest.Oleg(), Branch: charttest.Centre(), Kind: record.Vitals, Text: "120/80"})
	charttest.Refused(t, err, "not_found", "not her day")
	_, err = w.Draft(t.Context(), w.Staff("admin"), record.New{Patient: charttest.Maria(), Branch: charttest.Centre(), Kind: record.Vitals, Text: "120/80"})
	charttest.Refused(t, err, "not_found", "the desk")
}

func TestALabelledRecordIsForItsAuthorAndTheHead(t *testing.T) {
	t.Parallel()
	w := open(t)
	id := w.signed("hiv")
	_, err := w.Refer(t.Context(), w.Staff("ivanova"), record.Sent{Patient: charttest.Maria(), Visit: charttest.Today(), To: charttest.Petrov(), Text: "на консультацию"})
	require.NoError(t, err)
	for _, who := range []core.Actor{w.Staff("ivanova"), w.Staff("head"), w.Chat("maria")} {
		_, err := w.Read(t.Context(), who, id)
		require.NoError(t, err, who.Role)
	}
	for _, who := range []core.Actor{w.Staff("petrov"), w.Staff("nurse"), w.Machine("records")} {
		_, err := w.Read(t.Context(), who, id)
		charttest.Refused(t, err, "not_found", who.Role)
		_, err = w.Replace(t.Context(), who, id, "x")
		charttest.Refused(t, err, "not_found", who.Role)
	}
	_, err = w.Draft(t.Context(), w.Staff("ivanova"), record.New{Patient: charttest.Maria(), Visit: charttest.Today(), Kind: record.Note, Label: "secret", Text: "x"})
	charttest.Refused(t, err, "label_unknown", "a label there is not")
}

func TestAReferralPutsThePatientIntoCare(t *testing.T) {
	t.Parallel()
	w := open(t)
	id := w.signed("")
	_, err := w.Read(t.Context(), w.Staff("petrov"), id)
	charttest.Refused(t, err, "not_found", "not yet")
	_, err = w.Refer(t.Context(), w.Staff("ivanova"), record.Sent{Patient: charttest.Maria(), Visit: charttest.Today(), To: charttest.Petrov(), Text: "на консультацию"})
	require.NoError(t, err)
	_, err = w.Read(t.Context(), w.Staff("petrov"), id)
	require.NoError(t, err)
	charttest.Refused(t, w.Sign(t.Context(), w.Staff("petrov"), w.draft("")), "record_not_yours", "another's draft")
	_, err = w.Refer(t.Context(), w.Staff("ivanova"), record.Sent{Patient: charttest.Maria(), Visit: charttest.Today(), To: charttest.Ivanova(), Text: "x"})
	charttest.Refused(t, err, "referral_to_whom", "to oneself")
	w.Set(charttest.Monday().AddDate(1, 0, 1))
	_, err = w.Read(t.Context(), w.Staff("petrov"), id)
	charttest.Refused(t, err, "not_found", "a year later")
}

func TestTheHeadReviews(t *testing.T) {
	t.Parallel()
	w := open(t)
	id := w.signed("")
	require.NoError(t, w.Review(t.Context(), w.Staff("head"), id, record.ToCorrect, "нет плана: "+canary))
	charttest.Refused(t, w.Review(t.Context(), w.Staff("head"), w.draft(""), record.Good, "x"), "record_unsigned", "a draft")
	list, err := w.Reviews(t.Context(), w.Staff("ivanova"), id)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, "нет плана: "+canary, list[0].Note)
	for name, who := range w.Others("head") {
		charttest.Refused(t, w.Review(t.Context(), who, id, record.Good, "x"), "not_found", name)
	}
	list, err = w.Reviews(t.Context(), w.Chat("maria"), id)
	require.NoError(t, err)
	assert.Empty(t, list, "a review is not for the patient")
	w.Hidden("канарейку")
}
