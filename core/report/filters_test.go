package report_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/chart/charttest"
)

func TestAKeptReportIsItsKeepersAlone(t *testing.T) {
	t.Parallel()
	w := open(t)
	head, other := w.Staff("head"), w.Staff("second_head")
	require.NoError(t, w.Keep(t.Context(), head, "  Неявки  терапевтов ", "kind=attendance"))
	require.NoError(t, w.Keep(t.Context(), head, "Неявки терапевтов", "kind=attendance&specialty=therapist"))
	list, err := w.Filters(t.Context(), head)
	require.NoError(t, err)
	require.Len(t, list, 1, "another under the same name takes its place")
	assert.Equal(t, "kind=attendance&specialty=therapist", list[0].Query)
	theirs, err := w.Filters(t.Context(), other)
	require.NoError(t, err)
	assert.Empty(t, theirs)
	charttest.Refused(t, w.Drop(t.Context(), other, list[0].ID), "not_found", "somebody else's")
	charttest.Refused(t, w.Keep(t.Context(), head, " ", "kind=load"), "filter_name", "no name")
	charttest.Refused(t, w.Keep(t.Context(), w.Staff("nurse"), "x", "kind=load"), "no_report", "a nurse")
	for i := range 29 {
		require.NoError(t, w.Keep(t.Context(), head, fmt.Sprint("n", i), "kind=load"))
	}
	charttest.Refused(t, w.Keep(t.Context(), head, "one more", "kind=load"), "filters_many", "thirty are kept")
	require.NoError(t, w.Keep(t.Context(), head, "n1", "kind=money"))
	require.NoError(t, w.Drop(t.Context(), head, list[0].ID))
	assert.Equal(t, 1, w.Count("SELECT count(*) FROM audit WHERE action = 'report.filter_dropped'"))
}
