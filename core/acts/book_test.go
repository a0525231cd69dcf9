package acts_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/acts"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/storetest"
)

// judged asks the rules, as every act must, and says how much was allowed.
func judged(class core.Class, action core.Action, facts core.Facts) acts.Act {
	return acts.Act{Class: class, Action: action, Do: func(_ context.Context, tx *store.Tx, _ acts.Input) (acts.Output, error) {
		v, err := access.Object(tx.Actor, core.Ask{Class: class, Action: action, Facts: facts})
		return acts.One(v.View, acts.Row{}), err
	}}
}

// with answers as a role to whom the standard rules apply.
func with(role string) core.Actor {
	return access.Default().Admit(core.Actor{Kind: core.Staff, ID: uuid.New(), Role: role, Channel: "cabinet"})
}

func book(t *testing.T, list ...acts.Act) *acts.Book {
	t.Helper()
	db, _ := storetest.Open(t, storetest.Seed{}, 2)
	b, err := acts.New(db, acts.Note{Clock: monday, IDs: core.NewIDs(nil)}, list)
	require.NoError(t, err)
	return b
}

func TestWhatIsNotAllowedAnswersAsWhatIsNotThere(t *testing.T) {
	t.Parallel()
	b := book(t,
		judged(core.Payments, core.Read, core.Facts{}), judged(core.Settings, core.Create, core.Facts{}),
		acts.Act{Class: core.Contacts, Action: core.Read, Do: func(context.Context, *store.Tx, acts.Input) (acts.Output, error) {
			return acts.Output{}, core.Refuse(core.NotFound, "patient_unknown")
		}},
		acts.Act{Class: core.Feedback, Action: core.Create, Do: func(ctx context.Context, tx *store.Tx, _ acts.Input) (acts.Output, error) {
			_, err := tx.Exec(ctx, "INSERT INTO feedback (id, visit_id, patient_id, branch_id, practitioner_id, created_at) VALUES ($1, $1, $1, $1, $1, now())", uuid.New())
			return acts.Output{}, err
		}})
	some := acts.Input{ID: uuid.New()}
	for what, ask := range map[string]struct {
		class  core.Class
		action core.Action
	}{
		"no act": {core.Campaigns, core.Void}, "a class there is not": {"secrets", core.Read}, "not allowed": {core.Settings, core.Create},
		"not there": {core.Contacts, core.Read}, "the database's own no": {core.Feedback, core.Create},
	} {
		actor := with("nurse")
		if ask.class == core.Feedback {
			actor.Rules = nil
		}
		_, err := b.Do(t.Context(), actor, ask.class, ask.action, some)
		assert.Equal(t, core.Refuse(core.NotFound, "not_found"), err, what)
		_, err = b.Do(t.Context(), actor, ask.class, ask.action, acts.Input{})
		assert.Equal(t, core.Refuse(core.Denied, "not_allowed"), err, what)
	}
}

func TestAnActSeesWhatTheRulesLeave(t *testing.T) {
	t.Parallel()
	b := book(t, judged(core.Payments, core.Read, core.Facts{Schedule: true, Branch: true}))
	for role, view := range map[string]string{"doctor": access.Flag, "admin": access.Min, "cashier": access.Full} {
		out, err := b.Do(t.Context(), with(role), core.Payments, core.Read, acts.Input{})
		require.NoError(t, err, role)
		assert.Equal(t, view, out.View, role)
	}
}

func TestAnActThatAsksNobodyGivesNothingOut(t *testing.T) {
	t.Parallel()
	b := book(t, acts.Act{Class: core.Payments, Action: core.Read, Do: func(context.Context, *store.Tx, acts.Input) (acts.Output, error) {
		return acts.One(access.Full, acts.Row{"total": 1}), nil
	}})
	out, err := b.Do(t.Context(), with("cashier"), core.Payments, core.Read, acts.Input{})
	require.ErrorContains(t, err, "without asking the rules")
	assert.Nil(t, core.Refusal(err))
	assert.Empty(t, out.Rows)
	_, err = b.Do(t.Context(), core.Sys("worker"), core.Payments, core.Read, acts.Input{})
	require.NoError(t, err, "Zapis itself has none to ask")
}

func TestTwoActsForOnePlaceAreAFault(t *testing.T) {
	t.Parallel()
	twice := judged(core.Payments, core.Read, core.Facts{})
	_, err := acts.New(nil, acts.Note{}, []acts.Act{twice, twice})
	require.Error(t, err)
}
