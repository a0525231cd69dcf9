package staff_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// guard is somebody who keeps security, with a second factor shown just now.
func guard(t *testing.T, r *staff.Roster, address storetest.Database, login string) core.Actor {
	t.Helper()
	m, err := r.SetPassword(t.Context(), add(t, r, login), password)
	require.NoError(t, err)
	exec(t, address, "UPDATE staff SET role = 'security' WHERE id = $1", m.ID)
	return access.Default().Admit(core.Actor{Kind: core.Staff, ID: m.ID, Role: "security", Channel: "cabinet", Fresh: r.Clock()})
}

func TestTheOfficeMakesNobodyADoctorWithoutACalendar(t *testing.T) {
	t.Parallel()
	r, _, address := roster(t, false)
	office, who := staff.Office{Roster: r}, guard(t, r, address, "guard")
	m, err := r.SetPassword(t.Context(), add(t, r, "petrova"), password)
	require.NoError(t, err)
	p, err := office.One(t.Context(), who, m.ID)
	require.NoError(t, err)
	refused(t, office.GiveRoles(t.Context(), who, staff.Ref{ID: m.ID, Generation: p.Generation}, staff.NewRoles{Usual: "admin", Others: []string{"doctor"}}), "doctor_unlinked")
	_, err = office.Hire(t.Context(), who, staff.Newcomer{Login: "sidorov", Role: "doctor"})
	refused(t, err, "doctor_unlinked")
}

func TestOfTwoWhoBlockEachOtherOneStays(t *testing.T) {
	t.Parallel()
	r, _, address := roster(t, false)
	office := staff.Office{Roster: r}
	both := []core.Actor{guard(t, r, address, "one"), guard(t, r, address, "other")}
	for range 10 {
		exec(t, address, "UPDATE staff SET active = true")
		var wait sync.WaitGroup
		for i, who := range both {
			p, err := office.One(t.Context(), who, both[1-i].ID)
			require.NoError(t, err)
			wait.Go(func() {
				if err := office.Block(t.Context(), who, staff.Ref{ID: p.ID, Generation: p.Generation}, true); err != nil {
					assert.NotNil(t, core.Refusal(err), "%v", err)
				}
			})
		}
		wait.Wait()
		var left int
		read(t, address, "SELECT count(*) FROM staff WHERE active AND role = 'security'", &left)
		require.Equal(t, 1, left, "who keeps security is there")
	}
}
