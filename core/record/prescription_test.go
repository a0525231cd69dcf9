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

// pad is a clinic and its prescriptions.
type pad struct {
	*charttest.Ward
	record.Prescriptions
	t *testing.T
}

func openPad(t *testing.T) *pad {
	t.Helper()
	w := charttest.Open(t)
	return &pad{w, record.Prescriptions{Chart: w.Chart}, t}
}

func (p *pad) draft() uuid.UUID {
	p.t.Helper()
	id, err := p.Draft(p.t.Context(), p.Staff("ivanova"), record.NewPrescription{Patient: charttest.Maria(), Visit: charttest.Today(), Text: "Канарин 5 мг утром"})
	require.NoError(p.t, err)
	return id
}

func (p *pad) signed() uuid.UUID {
	p.t.Helper()
	id := p.draft()
	require.NoError(p.t, p.Sign(p.t.Context(), p.Staff("ivanova"), id))
	return id
}

func TestAPrescriptionIsSignedCarriedOutAndVoided(t *testing.T) {
	t.Parallel()
	p := openPad(t)
	id := p.draft()
	charttest.Refused(t, p.Mark(t.Context(), p.Staff("nurse"), id), "prescription_draft", "a draft is not carried out")
	_, err := p.Read(t.Context(), p.Chat("maria"), id)
	charttest.Refused(t, err, "not_found", "a draft is not for the patient")
	require.NoError(t, p.Sign(t.Context(), p.Staff("ivanova"), id))
	require.NoError(t, p.Mark(t.Context(), p.Staff("nurse"), id))
	r, err := p.Read(t.Context(), p.Chat("maria"), id)
	require.NoError(t, err)
	assert.Equal(t, "Канарин 5 мг утром", r.Text)
	assert.Len(t, r.Marks, 1)

	require.NoError(t, p.Void(t.Context(), p.Staff("ivanova"), id))
	charttest.Refused(t, p.Mark(t.Context(), p.Staff("nurse"), id), "prescription_void", "what is void is not carried out")
	charttest.Refused(t, p.Void(t.Context(), p.Staff("ivanova"), id), "prescription_void", "voided twice")
	charttest.Refused(t, p.Sign(t.Context(), p.Staff("ivanova"), id), "prescription_void", "signed again")
	r, err = p.Read(t.Context(), p.Chat("maria"), id)
	require.NoError(t, err, "it stays to be seen")
	assert.Equal(t, record.Voided, r.State)
	p.Hidden("Канарин")
}

func TestADraftThatWasVoidedIsNeverThePatients(t *testing.T) {
	t.Parallel()
	p := openPad(t)
	id := p.draft()
	require.NoError(t, p.Void(t.Context(), p.Staff("ivanova"), id))
	_, err := p.Read(t.Context(), p.Chat("maria"), id)
	charttest.Refused(t, err, "not_found", "a voided draft")
	n, err := p.Raw(p.Chat("maria"), "SELECT FROM prescription")
	require.NoError(t, err)
	assert.Zero(t, n)
}

func TestAPrescriptionIsReadByWhomItConcerns(t *testing.T) {
	t.Parallel()
	p := openPad(t)
	id := p.signed()
	for _, who := range []core.Actor{p.Staff("ivanova"), p.Staff("nurse"), p.Staff("head"), p.Chat("maria"), p.Machine("prescriptions:erx")} {
		_, err := p.Read(t.Context(), who, id)
		require.NoError(t, err, who.Role)
		list, err := p.List(t.Context(), who, charttest.Maria())
		require.NoError(t, err, who.Role)
		assert.Len(t, list, 1)
	}
	for name, who := range p.Others("ivanova", "nurse", "head", "maria") {
		_, err := p.Read(t.Context(), who, id)
		charttest.Refused(t, err, "not_found", name)
		_, err = p.List(t.Context(), who, charttest.Maria())
		charttest.Refused(t, err, "not_found", name)
		n, err := p.Raw(who, "SELECT FROM prescription")
		require.NoError(t, err)
		assert.Zero(t, n, name)
	}
}

func TestOnlyADoctorPrescribes(t *testing.T) {
	t.Parallel()
	p := openPad(t)
	id, open := p.signed(), p.draft()
	for name, who := range p.Others("ivanova") {
		_, err := p.Draft(t.Context(), who, record.NewPrescription{Patient: charttest.Maria(), Text: "x"})
		charttest.Refused(t, err, "not_found", name+" drafts")
		charttest.Refused(t, p.Sign(t.Context(), who, open), "not_found", name+" signs")
		charttest.Refused(t, p.Void(t.Context(), who, id), "not_found", name+" voids")
		if name != "nurse" {
			charttest.Refused(t, p.Mark(t.Context(), who, id), "not_found", name+" marks")
		}
	}
}
