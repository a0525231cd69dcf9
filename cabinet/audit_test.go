package cabinet_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/audit"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/store"
)

const journal = "/cabinet/security/audit"

// enter signs a demo login in, wherever that leads.
func (o *office) enter(login string) *browser {
	o.t.Helper()
	b := o.browser()
	require.Equal(o.t, http.StatusSeeOther, b.signIn(login, demo.Password).StatusCode)
	return b
}

// shows has a demo login show its password again, which is its second factor.
func (b *browser) shows() {
	b.t.Helper()
	answer, _ := b.post("/cabinet/step-up", "password", demo.Password, "next", "/cabinet/me")
	require.Equal(b.t, http.StatusSeeOther, answer.StatusCode)
}

// acts puts acts on record as the desk would.
func (o *office) acts(entries ...audit.Entry) {
	o.t.Helper()
	who := core.Actor{Kind: core.Staff, ID: core.NewIDs(nil)(), Role: "admin", Channel: "cabinet"}
	require.NoError(o.t, o.db.InTx(o.t.Context(), who, func(tx *store.Tx) error {
		for _, e := range entries {
			e.ID = core.NewIDs(nil)()
			if err := audit.Add(o.t.Context(), tx, e); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestSecurityFindsWhoDidWhat(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	patient := core.NewIDs(nil)()
	o.acts(audit.Entry{At: monday(), Action: "patient.phone", Object: "patient", Subject: patient, Patient: patient, Fields: []string{"phone"}},
		audit.Entry{At: monday().AddDate(0, 0, -3), Action: "visit.cancelled", Object: "visit", Patient: patient})
	_, err := audit.Seal(t.Context(), o.db, monday)
	require.NoError(t, err)
	b := o.enter("security")
	_, page := b.get("/cabinet/me")
	assert.Contains(t, page, `href="`+journal+`"`)
	answer, page := b.get(journal)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	for _, words := range []string{"Изменён телефон", "Визит отменён", "Вход", "Запечатано до 23.11.2026", "печать № 1"} {
		assert.Contains(t, page, words)
	}
	_, page = b.get(journal + "?from=2026-11-21&patient=" + patient.String())
	assert.Contains(t, page, "Изменён телефон")
	assert.NotContains(t, page, "Визит отменён")
	_, page = b.get(journal + "?who=nobody")
	assert.Contains(t, page, "Ничего не найдено")
	_, page = b.get(journal + "?patient=%27--&from=yesterday")
	assert.Contains(t, page, "записаны с ошибкой")
}

func TestTheJournalIsLeafedThrough(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	var entries []audit.Entry
	for i := range 60 {
		entries = append(entries, audit.Entry{At: monday().Add(-time.Duration(i) * time.Minute), Action: "visit.moved", Object: "visit"})
	}
	o.acts(entries...)
	b := o.enter("security")
	_, first := b.get(journal + "?action=visit.moved")
	assert.Equal(t, 50, strings.Count(first, "Визит перенесён"))
	_, link, _ := strings.Cut(first, `href="`+journal+`?action=visit.moved&amp;at=`)
	link, _, _ = strings.Cut(link, `"`)
	_, rest := b.get(journal + "?action=visit.moved&at=" + strings.ReplaceAll(link, "&amp;", "&"))
	assert.Equal(t, 10, strings.Count(rest, "Визит перенесён"))
}

func TestTheJournalIsNotForEverybody(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	for _, login := range []string{"admin", "doctor", "marketing", "director"} {
		b := o.enter(login)
		answer, page := b.get(journal)
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, login)
		assert.NotContains(t, page, "journal-table", login)
		b.shows()
		answer, _ = b.do(http.MethodPost, journal+"/export", url.Values{})
		assert.Equal(t, http.StatusForbidden, answer.StatusCode, login)
		_, page = b.get("/cabinet/me")
		assert.NotContains(t, page, `href="`+journal+`"`, login)
	}
	var refused int
	o.one("SELECT count(*) FROM audit WHERE action = 'audit.export' AND decision = 'deny'", &refused)
	assert.Equal(t, 4, refused)
	answer, _ := o.browser().get(journal)
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
}

// V15: what a spreadsheet would take for a formula is text.
func TestV15AnExportOfTheJournalHasNoFormulas(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	for _, evil := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"} {
		o.acts(audit.Entry{At: monday(), Action: "visit.moved", Object: evil, Fields: []string{evil}})
	}
	b := o.enter("security")
	b.shows()
	answer, table := b.do(http.MethodPost, journal+"/export", url.Values{"action": {"visit.moved"}})
	require.Equal(t, http.StatusOK, answer.StatusCode, table)
	assert.Equal(t, `attachment; filename="journal-2026-11-23.csv"`, answer.Header.Get("Content-Disposition"))
	assert.Equal(t, 7, strings.Count(table, "\n"))
	for line := range strings.Lines(strings.TrimPrefix(table, "\ufeff")) {
		for cell := range strings.SplitSeq(strings.TrimRight(line, "\n"), ";") {
			assert.NotContains(t, "=+-@\t\r", strings.TrimPrefix(cell+" ", `"`)[:1], line)
		}
	}
	o.later(6 * time.Minute)
	answer, _ = b.do(http.MethodPost, journal+"/export", url.Values{})
	assert.True(t, strings.HasPrefix(answer.Header.Get("Location"), "/cabinet/step-up"), "an export asks for a second factor")
}

func TestTheJournalIsSearchedByClassObjectAndDecision(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	visit := core.NewIDs(nil)()
	o.acts(
		audit.Entry{At: monday(), Action: "visit.moved", Object: "visit", Subject: visit},
		audit.Entry{At: monday(), Action: "visit.cancelled", Object: "visit", Subject: core.NewIDs(nil)()},
		audit.Entry{At: monday(), Action: "patient.phone", Object: "patient"},
	)
	doctor := o.enter("doctor")
	doctor.shows()
	doctor.do(http.MethodPost, journal+"/export", url.Values{}) // refused, on record
	b := o.enter("security")
	_, page := b.get(journal + "?class=appointments")
	assert.Contains(t, page, "Визит перенесён")
	assert.Contains(t, page, "Визит отменён")
	assert.NotContains(t, page, "Изменён телефон")
	_, page = b.get(journal + "?object=" + visit.String())
	assert.Contains(t, page, "Визит перенесён")
	assert.NotContains(t, page, "Визит отменён")
	_, page = b.get(journal + "?decided=denied")
	assert.NotContains(t, page, "Визит")
	assert.Equal(t, 1, strings.Count(page, `<tr class="refused"`))
	_, page = b.get(journal + "?decided=allowed&class=appointments")
	assert.Contains(t, page, "Визит перенесён")
	_, page = b.get(journal + "?object=x'--&class=of-its-own&decided=both")
	assert.Contains(t, page, "записаны с ошибкой")
	b.shows()
	_, table := b.post(journal+"/export", "object", visit.String())
	assert.Equal(t, 2, strings.Count(table, "\n"), "the table is of what was asked for")
}
