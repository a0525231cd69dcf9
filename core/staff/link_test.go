package staff_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/staff"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// chat is a person's chat with the bot.
func chat(t *testing.T, address storetest.Database, channel string) core.Actor {
	t.Helper()
	id := uuid.New()
	exec(t, address, "INSERT INTO conversation (id, channel, account, external_id, created_at) VALUES ($1, $2, $3, $4, now())",
		id, channel, channel+":main", id.String())
	return core.Actor{Kind: core.Patient, ID: id, Channel: channel}
}

func TestV7ADeepLinkWorksOnceFor15MinutesAndForTheFirstWhoOpensIt(t *testing.T) {
	t.Parallel()
	r, now, address := roster(t, false)
	m, err := r.SetPassword(t.Context(), add(t, r, "petrova"), password)
	require.NoError(t, err)
	links := staff.Links{In: r.In, Clock: r.Clock, IDs: r.IDs}
	own, thief, page := chat(t, address, "telegram"), chat(t, address, "telegram"), chat(t, address, "webchat")
	offer := func() string {
		payload, err := r.LinkToken(t.Context(), core.Sys("cli"), "petrova")
		require.NoError(t, err)
		require.Regexp(t, `^staff_[A-Za-z0-9_-]{22}$`, payload)
		return strings.TrimPrefix(payload, staff.LinkPrefix)
	}
	noOne := func(who core.Actor, token string) {
		t.Helper()
		_, _, err := links.Open(t.Context(), who, token)
		refused(t, err, "link_unknown")
	}

	token := offer()
	noOne(page, token) // a page in a browser is nobody's account
	ref, login, err := links.Open(t.Context(), own, token)
	require.NoError(t, err)
	assert.Equal(t, "petrova", login)
	noOne(thief, token)
	refused(t, links.Take(t.Context(), thief, ref), "link_unknown")
	require.NoError(t, links.Take(t.Context(), own, ref))
	noOne(own, token)
	noOne(thief, token)
	refused(t, links.Take(t.Context(), own, ref), "link_unknown")

	late := offer()
	ref, _, err = links.Open(t.Context(), own, late)
	require.NoError(t, err)
	*now = now.Add(15*time.Minute + time.Second)
	noOne(own, late)
	refused(t, links.Take(t.Context(), own, ref), "link_unknown")
	noOne(own, "nothing-of-the-kind")

	older := offer()
	newer := offer()
	noOne(own, older)
	add(t, r, "ivanova")
	other, err := r.LinkToken(t.Context(), core.Sys("cli"), "ivanova")
	require.NoError(t, err)
	noOne(own, strings.TrimPrefix(other, staff.LinkPrefix)) // a chat that is somebody's becomes nobody else's (V4)
	_, _, err = links.Open(t.Context(), own, newer)
	require.NoError(t, err)

	list, err := r.Links(t.Context(), m)
	require.NoError(t, err)
	require.Len(t, list, 1)
	stranger, err := r.SetPassword(t.Context(), add(t, r, "sidorova"), password)
	require.NoError(t, err)
	refused(t, r.Unlink(t.Context(), stranger, list[0].Chat), "link_gone")
	require.NoError(t, r.Unlink(t.Context(), m, list[0].Chat))
	refused(t, r.Unlink(t.Context(), m, list[0].Chat), "link_gone")
}

func TestV2LinksAreRandomKeptAsHashesAndBoundToTheirPurpose(t *testing.T) {
	t.Parallel()
	r, _, address := roster(t, false)
	seen := map[string]bool{}
	password := add(t, r, "petrova")
	for range 200 {
		payload, err := r.LinkToken(t.Context(), core.Sys("cli"), "petrova")
		require.NoError(t, err)
		require.Len(t, payload, len(staff.LinkPrefix)+22, "128 bits")
		require.LessOrEqual(t, len(payload), 64, "what a deep link carries")
		require.False(t, seen[payload])
		seen[payload] = true
		_, err = r.Invited(t.Context(), strings.TrimPrefix(payload, staff.LinkPrefix))
		refused(t, err, "invite_unknown") // a link to a messenger sets no password
	}
	_, _, err := staff.Links{In: r.In, Clock: r.Clock, IDs: r.IDs}.Open(t.Context(), chat(t, address, "telegram"), password)
	refused(t, err, "link_unknown")
	var dump string
	read(t, address, "SELECT string_agg(i::text, ' ') FROM staff_invite i", &dump)
	assert.NotContains(t, dump, password)
}

func TestALinkedChatIsAPatientsChatOtherwise(t *testing.T) {
	t.Parallel()
	r, _, address := roster(t, false)
	_, err := r.SetPassword(t.Context(), add(t, r, "petrova"), password)
	require.NoError(t, err)
	own := chat(t, address, "telegram")
	links := staff.Links{In: r.In, Clock: r.Clock, IDs: r.IDs}
	payload, err := r.LinkToken(t.Context(), core.Sys("cli"), "petrova")
	require.NoError(t, err)
	ref, _, err := links.Open(t.Context(), own, strings.TrimPrefix(payload, staff.LinkPrefix))
	require.NoError(t, err)
	require.NoError(t, links.Take(t.Context(), own, ref))
	for _, table := range []string{"staff", "staff_link", "staff_invite", "patient", "session"} {
		var rows int
		asChat(t, address, own, "SELECT count(*) FROM "+table, &rows)
		assert.Zero(t, rows, table)
	}
}
