package jobs_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core/conversation"
	"github.com/zapis-clinic/zapis/jobs/stage"
)

// watches gives somebody of a role a linked messenger, and returns its screen.
func (x *told) watches(channel, role string) *stage.Screen {
	x.t.Helper()
	id, member := conversation.ID(channel+":test", role), uuid.New()
	x.exec("INSERT INTO staff (id, login, role, created_at) VALUES ($1, $2, $3, $4)", member, "watch-"+role, role, beginning())
	x.exec("INSERT INTO conversation (id, channel, account, external_id, created_at) VALUES ($1, $2, $2 || ':test', $3, $4)", id, channel, role, beginning())
	x.exec("INSERT INTO staff_link (conversation_id, staff_id, channel, account, external_id, linked_at) VALUES ($1, $2, $3, $3 || ':test', $4, $5)",
		id, member, channel, role, beginning())
	screen := &stage.Screen{}
	x.Talks.Senders[channel] = screen
	return screen
}

func TestTheHeadAndSecurityHearOfBrokenGlassWithinAMinuteAndOfNoPatient(t *testing.T) {
	t.Parallel()
	x := newTold(t)
	head, security, director := x.watches("telegram", "head"), x.watches("whatsapp", "security"), x.watches("max", "director")
	doctor := one[uuid.UUID](x, "SELECT id FROM staff WHERE login = 'doctor'")
	x.exec(`INSERT INTO glass (id, kind, staff_id, role, patient_id, reason, about_sealed, at, until)
SELECT $1, 'emergency', $2, 'doctor', patient_id, 'emergency', '\x00', $3::timestamptz, $3::timestamptz + interval '30 minutes' FROM visit WHERE id = $4`,
		uuid.New(), doctor, x.clock.Now(), x.visit)
	for range 2 {
		require.NoError(t, x.Talks.SweepGlass(t.Context()))
		x.play("@ +30s\n")
	}
	for _, screen := range []*stage.Screen{head, security} {
		news, _ := screen.News()
		require.Len(t, news, 1, "once")
		require.Contains(t, news[0].Text, "Экстренный доступ")
		require.NotContains(t, news[0].Text, "Смирнова")
	}
	news, _ := director.News()
	require.Empty(t, news)

	x.clock.Set(x.clock.Now().Add(72 * time.Hour))
	require.NoError(t, x.Talks.SweepGlass(t.Context()))
	x.play("@ +30s\n")
	for _, screen := range []*stage.Screen{head, security, director} {
		news, _ := screen.News()
		require.NotEmpty(t, news)
		require.Contains(t, news[len(news)-1].Text, "трое суток")
	}
}
