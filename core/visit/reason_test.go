package visit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/chart/charttest"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/visit"
)

// porch is a clinic and its desk.
type porch struct {
	*charttest.Ward
	visit.Desk
}

func open(t *testing.T) porch {
	t.Helper()
	w := charttest.Open(t)
	book, err := clinic.Open(t.Context(), w.DB)
	require.NoError(t, err)
	return porch{w, visit.Desk{In: w.DB, Book: book, Clock: w.Clock, IDs: core.NewIDs(nil), Vault: w.Vault}}
}

func TestWhatAPatientWritesOnCancellingIsSealed(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.Set(charttest.Monday().Add(-4 * time.Hour))
	_, err := p.Cancel(t.Context(), p.Chat("unproved"), charttest.Today(), "лежу с канарейкой")
	require.NoError(t, err)
	assert.Equal(t, 1, p.Count("SELECT count(*) FROM visit WHERE cancel_reason = 'other'"))
	assert.Equal(t, 1, p.Count("SELECT count(*) FROM visit_event WHERE reason = 'other'"))
	p.Hidden("канарейк")
	for _, who := range []core.Actor{p.Staff("head"), p.Chat("maria")} {
		r, err := p.Reason(t.Context(), who, charttest.Today())
		require.NoError(t, err, who.Role)
		assert.Equal(t, "лежу с канарейкой", r.Cancellation)
	}
	_, err = p.Reason(t.Context(), p.Chat("unproved"), charttest.Today())
	charttest.Refused(t, err, "not_found", "whoever has not proved who they are says and does not read")
}

func TestACodeStandsInClear(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.Set(charttest.Monday().Add(-4 * time.Hour))
	_, err := p.Cancel(t.Context(), p.Chat("maria"), charttest.Today(), "plans")
	require.NoError(t, err)
	assert.Equal(t, 1, p.Count("SELECT count(*) FROM visit WHERE cancel_reason = 'plans'"))
	assert.Zero(t, p.Count("SELECT count(*) FROM visit_reason"))
}

func TestStaffsOwnWordsOfACancellationAreNotKept(t *testing.T) {
	t.Parallel()
	p := open(t)
	_, err := p.Cancel(t.Context(), p.Staff("admin"), charttest.Today(), "звонила, у неё канарейка")
	require.NoError(t, err)
	assert.Equal(t, 1, p.Count("SELECT count(*) FROM visit WHERE cancel_reason = 'other'"))
	assert.Zero(t, p.Count("SELECT count(*) FROM visit_reason"))
	p.Hidden("канарейк")
}

func TestAComplaintIsForCareAndItsCategoryForTheDesk(t *testing.T) {
	t.Parallel()
	p := open(t)
	require.NoError(t, p.Complain(t.Context(), p.Chat("unproved"), charttest.Today(), visit.Told{Words: "болит канарейка"}))
	require.NoError(t, p.Complain(t.Context(), p.Chat("maria"), charttest.Today(), visit.Told{Words: "очень болит канарейка"}))
	for _, who := range []core.Actor{p.Staff("ivanova"), p.Staff("nurse"), p.Staff("head"), p.Chat("maria")} {
		r, err := p.Reason(t.Context(), who, charttest.Today())
		require.NoError(t, err, who.Role)
		assert.Equal(t, "очень болит канарейка", r.Complaint, who.Role)
	}
	assert.Equal(t, 4, p.Count("SELECT count(*) FROM audit WHERE action = 'visit_reason.read'"))
	r, err := p.Reason(t.Context(), p.Staff("admin"), charttest.Today())
	require.NoError(t, err)
	assert.Equal(t, visit.Reason{Visit: charttest.Today(), Category: "complaint", View: access.Category}, r)
	for name, who := range p.Others("ivanova", "nurse", "head", "maria", "admin") {
		_, err := p.Reason(t.Context(), who, charttest.Today())
		charttest.Refused(t, err, "not_found", name)
		if name != "unproved" { // hers: she may say it, and not read
			charttest.Refused(t, p.Complain(t.Context(), who, charttest.Today(), visit.Told{Words: "x"}), "not_found", name)
		}
		charttest.Refused(t, p.Correct(t.Context(), who, charttest.Today(), visit.Told{Words: "x"}), "not_found", name)
		n, err := p.Raw(who, "SELECT FROM visit_reason")
		require.NoError(t, err)
		assert.Zero(t, n, name)
	}
	p.Hidden("канарейк")
}
