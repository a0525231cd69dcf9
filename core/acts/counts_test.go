package acts_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/acts"
)

func TestCountsAreOfTenPeopleOrMore(t *testing.T) {
	t.Parallel()
	h := open(t)
	report := func(n int) {
		h.exec(`INSERT INTO lab_report (id, patient_id, branch_id, kind, status, created_at)
SELECT gen_random_uuid(), patient.id, (SELECT id FROM branch ORDER BY id LIMIT 1), 'hiv', 'final', $2::timestamptz - interval '1 day' FROM patient ORDER BY patient.id LIMIT $1`, n, h.now)
	}
	read := func() []acts.Row { return h.do(h.as("director"), core.Aggregate, core.Results, acts.Input{}).Rows }
	report(9)
	assert.Empty(t, read(), "nine are somebody")
	report(10)
	rows := read()
	require.Len(t, rows, 1)
	assert.Equal(t, "hiv final", rows[0]["key"])
	for _, class := range []core.Class{core.Contacts, core.Appointments, core.Records, core.Prescriptions, core.Payments, core.Feedback, core.Campaigns, core.AuditLog} {
		for _, row := range h.do(h.as("director"), core.Aggregate, class, acts.Input{}).Rows {
			n, _ := row["count"].(int64)
			assert.GreaterOrEqual(t, n, int64(10), class)
			assert.NotContains(t, row, "patient")
		}
	}
	h.refuse("not_allowed", h.as("cashier"), core.Aggregate, core.Results, acts.Input{})
	h.refuse("not_allowed", h.as("marketing"), core.Aggregate, core.Results, acts.Input{})
}
