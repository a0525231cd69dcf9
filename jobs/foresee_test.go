package jobs_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/jobs"
)

func TestAReminderGoesFirstWhereTheBranchSays(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	second := x.secondChat()
	x.exec("UPDATE branch SET reminder_channels = '{webchat}'")
	x.play("@ 2026-11-26T11:00:30+03:00\n@ +10s\n")
	news, _ := second.News()
	require.Len(t, news, 1, "though the patient wrote in the other one")
}

func TestWhatIsForeseenIsWhatIsSent(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	second := x.secondChat()
	x.exec("UPDATE branch SET reminder_channels = '{webchat}'")
	x.play("@ 2026-11-26T11:00:30+03:00\n@ +10s\n")
	news, _ := second.News()
	require.Len(t, news, 1)
	c := x.Talks.Book.Current()
	d := c.DoctorsOf("cardiologist", c.Branches[0].ID)[0]
	for _, one := range c.Doctors {
		if one.Surname == "Иванова" {
			d = one
		}
	}
	list := x.Talks.Foresee(jobs.Example{Branch: c.Branches[0], Doctor: d.ID, Starts: x.start, Lang: "ru"})
	require.Len(t, list, 2)
	require.Equal(t, news[0].Text, list[0].Text)
	require.Equal(t, x.start.Add(-24*time.Hour), list[0].At.UTC())
	night := c.Branches[0]
	night.QuietFrom, night.QuietTo, night.Reminders = 20, 12, []int32{60}
	require.Equal(t, "quiet_hours", x.Talks.Foresee(jobs.Example{Branch: night, Doctor: d.ID, Starts: x.start, Lang: "ru"})[0].Why)
}

func TestASpecialityRemindsInItsOwnTime(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	x.exec("UPDATE specialty SET reminders = '{2880}' WHERE code = 'cardiologist'")
	x.exec("UPDATE clinic_version SET version = version + 1")
	require.NoError(t, x.Talks.Book.Refresh(t.Context()))
	x.play("! moved Иванова 2026-11-27 11:00 12:00\n")
	require.Equal(t, 1, one[int](x, "SELECT count(*) FROM reminder WHERE visit_id = $1 AND minutes = 2880 AND state = 'due'", x.visit))
}
