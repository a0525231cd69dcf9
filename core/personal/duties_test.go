package personal_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/personal"
)

// member is somebody of the staff in a role, with a second factor just shown.
func (p *place) member(t *testing.T, role string) core.Actor {
	t.Helper()
	id := uuid.New()
	p.exec(t, "INSERT INTO staff (id, login, role, created_at) VALUES ($1, $2, $3, now())", id, role+id.String()[:8], role)
	return access.Default().Admit(core.Actor{Kind: core.Staff, ID: id, Role: role, Channel: "cabinet", Fresh: p.now})
}

// note is one among the staff beside a chat.
func (p *place) note(t *testing.T, chat uuid.UUID, at time.Time) {
	t.Helper()
	p.exec(t, "INSERT INTO inbox_note (id, conversation_id, at, staff_id, text_sealed) VALUES (gen_random_uuid(), $1, $2, $3, '')", chat, at, p.member(t, "admin").ID)
}

func TestNothingGoesBeforePeopleHaveApprovedIt(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	for i := range 3 {
		p.exec(t, "INSERT INTO campaign (id, name, text, author, created_at) SELECT gen_random_uuid(), $1::int::text, 'текст', $2, now()", i, p.member(t, "marketing").ID)
	}
	p.exec(t, "INSERT INTO campaign_recipient (campaign_id, patient_id, state, at) SELECT id, $1, 'queued', $2 FROM campaign", p.mine.id, p.now.AddDate(-2, 0, 0))
	p.exec(t, "UPDATE inbound SET received_at = $2 WHERE conversation_id = $1", p.mine.chat.ID, p.now.AddDate(0, -2, 0))
	for _, years := range []int{-4, -4, -1} {
		p.note(t, p.mine.chat.ID, p.now.AddDate(years, 0, 0))
	}
	require.NoError(t, p.Propose(t.Context()))
	require.NoError(t, p.Propose(t.Context()), "proposed once")
	security, director := p.member(t, "security"), p.member(t, "director")
	list, err := p.Proposals(t.Context(), security)
	require.NoError(t, err)
	byClass := map[string]personal.Proposal{}
	for _, one := range list {
		byClass[one.Class] = one
	}
	require.Len(t, byClass, 3)
	assert.EqualValues(t, 3, byClass["campaign"].Count)
	assert.Len(t, byClass["campaign"].Examples, 3)

	left := func() string { return p.value(t, "SELECT count(*)::text FROM campaign_recipient") }
	raw := func() string { return p.value(t, "SELECT count(*)::text FROM inbound WHERE raw <> ''") }
	require.NoError(t, p.Retain(t.Context()))
	assert.Equal(t, "3", left(), "nobody has approved anything")

	refused(t, p.Approve(t.Context(), director, byClass["campaign"].ID), "not_allowed")
	refused(t, p.Approve(t.Context(), p.member(t, "admin"), byClass["campaign"].ID), "not_found")
	require.NoError(t, p.Approve(t.Context(), security, byClass["campaign"].ID))
	require.NoError(t, p.Approve(t.Context(), security, byClass["raw"].ID))
	require.NoError(t, p.Retain(t.Context()))
	assert.Equal(t, "3", left(), "what destroys takes a second person")
	assert.Equal(t, "1", raw(), "what empties takes one; of others it was younger")
	refused(t, p.Approve(t.Context(), security, byClass["campaign"].ID), "not_allowed")

	require.NoError(t, p.Approve(t.Context(), director, byClass["campaign"].ID))
	require.NoError(t, p.Retain(t.Context()))
	assert.Equal(t, "0", left())
	assert.Equal(t, "done 3", p.value(t, "SELECT state || ' ' || done_count FROM retention_proposal WHERE class = 'campaign'"))
	refused(t, p.Approve(t.Context(), director, byClass["campaign"].ID), "retention_decided")

	assert.EqualValues(t, 2, byClass["notes"].Count)
	require.NoError(t, p.Approve(t.Context(), security, byClass["notes"].ID))
	require.NoError(t, p.Approve(t.Context(), director, byClass["notes"].ID))
	require.NoError(t, p.Retain(t.Context()))
	assert.Equal(t, "1", p.value(t, "SELECT count(*)::text FROM inbox_note"), "the younger stays")
	assert.Equal(t, "done 2", p.value(t, "SELECT state || ' ' || done_count FROM retention_proposal WHERE class = 'notes'"))
}

func TestTheClocksOfAnIncidentRemind(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	security := p.member(t, "security")
	id, err := p.OpenIncident(t.Context(), security, personal.Incident{Kind: "device", About: "Потерян телефон", Since: p.now.Add(-time.Hour)})
	require.NoError(t, err)
	tasks := func() string { return p.value(t, "SELECT count(*)::text FROM task WHERE kind = 'incident'") }
	remind := func(at time.Duration) {
		p.now = p.now.Add(at)
		require.NoError(t, p.Remind(t.Context()))
		require.NoError(t, p.Remind(t.Context()))
	}
	remind(11 * time.Hour)
	assert.Equal(t, "0", tasks())
	remind(2 * time.Hour)
	assert.Equal(t, "1", tasks(), "twelve hours before the first clock")
	remind(10*time.Hour + 30*time.Minute)
	assert.Equal(t, "2", tasks(), "and one hour before")
	require.NoError(t, p.Advance(t.Context(), security, id, personal.Told))
	remind(40 * time.Hour)
	assert.Equal(t, "3", tasks(), "the second clock")
	require.NoError(t, p.Advance(t.Context(), security, id, personal.Closed))
	remind(48 * time.Hour)
	assert.Equal(t, "3", tasks(), "closed, it reminds no more")
	refused(t, p.Advance(t.Context(), p.member(t, "director"), id, personal.Found), "not_allowed")
}

func TestAnIncidentTellsWhoseDataWereTouched(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	security, doctor := p.member(t, "security"), p.member(t, "doctor")
	look := func(patient uuid.UUID, at time.Time) {
		p.exec(t, `INSERT INTO audit (id, at, actor_kind, actor_id, role, channel, action, object_type, patient_id, fields)
			VALUES (gen_random_uuid(), $1, 'staff', $2, 'doctor', 'cabinet', 'records.read', 'record', $3, '{body}')`, at, doctor.ID, patient)
	}
	look(p.mine.id, p.now.Add(-time.Hour))
	look(p.mine.id, p.now.Add(-time.Minute))
	look(p.other.id, p.now.AddDate(0, 0, -3))
	login := p.value(t, "SELECT login FROM staff WHERE id = $1", doctor.ID)
	id, err := p.OpenIncident(t.Context(), security, personal.Incident{Kind: "access", About: "Чужой вход", Login: login, Since: p.now.AddDate(0, 0, -1)})
	require.NoError(t, err)
	list, err := p.Touched(t.Context(), security, id)
	require.NoError(t, err)
	require.Len(t, list, 1, "before the incident began nobody is concerned")
	assert.Equal(t, p.mine.id, list[0].Patient)
	assert.EqualValues(t, 2, list[0].Times)
	assert.Equal(t, []string{"body"}, list[0].Fields)
	p.now = p.now.Add(time.Hour)
	_, err = p.Touched(t.Context(), security, id)
	refused(t, err, "not_allowed")
	_, err = p.OpenIncident(t.Context(), security, personal.Incident{Kind: "access", About: "Чужой вход", Login: "nobody", Since: p.now.AddDate(0, 0, -1)})
	refused(t, err, "staff_unknown")
}

func TestAProcessorStandsInTheRegistryOnce(t *testing.T) {
	t.Parallel()
	p := setUp(t)
	x := personal.Processor{Kind: "channel", Name: "telegram", Who: "Telegram FZ-LLC", Country: "AE", Purpose: "сообщения", Basis: "согласие"}
	refused(t, p.AddProcessor(t.Context(), p.member(t, "director"), x), "not_allowed")
	security := p.member(t, "security")
	yes, err := p.Registered(t.Context(), "telegram")
	require.NoError(t, err)
	assert.False(t, yes)
	require.NoError(t, p.AddProcessor(t.Context(), security, x))
	refused(t, p.AddProcessor(t.Context(), security, x), "processor_stands")
	list, err := p.Processors(t.Context(), security)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.True(t, list[0].CrossBorder, "it is another country")
	stands, medical, err := p.Approved(t.Context(), "telegram")
	require.NoError(t, err)
	assert.True(t, stands)
	assert.False(t, medical)
	none, _, err := p.Approved(t.Context(), "llm")
	require.NoError(t, err)
	assert.False(t, none)
	require.NoError(t, p.EndProcessor(t.Context(), security, "telegram"))
	yes, err = p.Registered(t.Context(), "telegram")
	require.NoError(t, err)
	assert.False(t, yes)
	x.Country = "Emirates"
	refused(t, p.AddProcessor(t.Context(), security, x), "processor_incomplete")
}
