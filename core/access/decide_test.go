package access

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/zapis-clinic/zapis/core"
)

func staffOf(role string, rules core.Rules) core.Actor {
	return core.Actor{Kind: core.Staff, ID: uuid.New(), Role: role, Rules: rules}
}

func TestWhoBringsNoRulesMayNothing(t *testing.T) {
	t.Parallel()
	var none *Rules
	ask := core.Ask{Action: core.Read, Class: core.Appointments, Facts: core.Facts{Branch: true}}
	for _, rules := range []core.Rules{nil, none} {
		v, err := Require(staffOf("admin", rules), ask)
		require.ErrorIs(t, err, core.Refuse(core.Denied, "not_allowed"))
		require.False(t, v.Allowed)
		require.Empty(t, v.View)
	}
	v, err := Require(core.Sys("worker"), ask)
	require.NoError(t, err, "Zapis itself is not asked")
	require.Equal(t, Full, v.View)
}

func TestWhatNobodyKnowsIsDenied(t *testing.T) {
	t.Parallel()
	r := parse(t, permitAll())
	all := core.Facts{Own: true, Verified: true, Care: true, Branch: true, Signed: true, Second: true, Fresh: true}
	for name, c := range map[string]struct {
		who core.Actor
		ask core.Ask
	}{
		"role":               {staffOf("owner", r), core.Ask{Action: core.Read, Class: core.Contacts, Facts: all}},
		"no role":            {staffOf("", r), core.Ask{Action: core.Read, Class: core.Contacts, Facts: all}},
		"staff as a patient": {staffOf("patient", r), core.Ask{Action: core.Read, Class: core.Contacts, Facts: all}},
		"staff as a machine": {staffOf("service", r), core.Ask{Action: core.Read, Class: core.Contacts, Facts: all}},
		"kind":               {core.Actor{Kind: "ghost", Role: "head"}, core.Ask{Action: core.Read, Class: core.Contacts, Facts: all}},
		"nobody":             {core.Actor{}, core.Ask{Action: core.Read, Class: core.Contacts, Facts: all}},
		"action":             {staffOf("head", r), core.Ask{Action: "delete", Class: core.Contacts, Facts: all}},
		"class":              {staffOf("head", r), core.Ask{Action: core.Read, Class: "salaries", Facts: all}},
		"a model as Zapis":   {core.Actor{Kind: core.System, Agent: []string{}}, core.Ask{Action: core.Read, Class: core.Contacts, Facts: all}},
	} {
		require.False(t, r.Decide(c.who, c.ask).Allowed, name)
	}
}

// The user's rules stand under the worst set of policies there can be.
func TestTheFourRulesStandUnderAnyPolicies(t *testing.T) {
	t.Parallel()
	r := parse(t, permitAll())
	best := core.Facts{
		Own: true, Verified: true, Care: true, Branch: true, Author: true, Schedule: true, Today: true, Signed: true, Consent: true, Payer: true,
		Ticket: true, Fresh: true, Button: true,
	}
	for _, action := range core.Actions() {
		for _, class := range []core.Class{core.Prescriptions, core.Records} {
			require.False(t, r.Decide(staffOf("admin", r), core.Ask{Action: action, Class: class, Facts: best}).Allowed, "an administrator: %s %s", action, class)
		}
		v := r.Decide(staffOf("doctor", r), core.Ask{Action: action, Class: core.Payments, Facts: best})
		require.Equal(t, action == core.Read, v.Allowed, "a doctor: %s payments", action)
		require.Contains(t, []string{"", Flag}, v.View)
		for _, class := range core.Classes() {
			foreign := best
			foreign.Own = false
			ask := core.Ask{Action: action, Class: class, Facts: foreign}
			require.False(t, r.Decide(core.Actor{Kind: core.Patient}, ask).Allowed, "a patient: %s what is another's of %s", action, class)
		}
	}
	for _, role := range Roles() {
		for _, action := range []core.Action{core.Update, core.Void} {
			c := Cell{Role: role, Contract: "audit"}
			require.False(t, r.Decide(c.Actor(uuid.New(), r), core.Ask{Action: action, Class: core.AuditLog, Facts: best}).Allowed, "%s: %s the record", role, action)
		}
	}
}

func TestTheWidestPermitCountsAndLawsNarrowIt(t *testing.T) {
	t.Parallel()
	r := parse(t, permitAll())
	ask := core.Ask{Action: core.Read, Class: core.Results, Facts: core.Facts{Branch: true}}
	require.Equal(t, Status, r.Decide(staffOf("admin", r), ask).View)
	require.Equal(t, Full, r.Decide(staffOf("head", r), ask).View)
	v := parse(t, DefaultText()).as(7, Watch{}).Decide(staffOf("admin", r), ask)
	require.Equal(t, core.Verdict{Allowed: true, View: Status, Because: []string{"admin-results"}, Version: 7}, v)
}

// Cedar skips a forbid that cannot be evaluated, and allows.
func TestAPolicyThatCannotBeEvaluatedDenies(t *testing.T) {
	t.Parallel()
	for name, condition := range map[string]string{
		"missing attribute": "context.nothing_of_that_name", "wrong type": `context.kind > 3`, "no boolean": `context.kind`, "overflow": `9223372036854775807 + 1 > 0`,
	} {
		for _, effect := range []string{"forbid", "permit"} {
			laws, own := policies(t, DefaultText())
			var odd cedar.Policy
			require.NoError(t, odd.UnmarshalCedar([]byte(effect+" (principal, action, resource) when { "+condition+" };")))
			var alarms []string
			w := Watch{Broken: func(version int32, id string) { alarms = append(alarms, fmt.Sprint(version, " ", id)) }}
			r := assemble("", slices.Concat(laws, own, []policy{{id: "odd", rule: &odd, view: ""}})).as(4, w)
			ask := core.Ask{Action: core.Read, Class: core.Contacts, Facts: core.Facts{Branch: true}}
			v := r.Decide(staffOf("admin", r), ask)
			require.False(t, v.Allowed, name)
			require.Equal(t, []string{"odd"}, v.Because)
			require.Equal(t, []string{"4 odd"}, alarms, "somebody is told")
			decision, why := cedar.Authorize(listed(r.at[place{"admin", core.Read, core.Contacts}].strict), nil, r.request("admin", staffOf("admin", r), ask))
			require.Equal(t, cedar.Allow, decision, "which is why")
			require.Len(t, why.Errors, 1)
		}
	}
}

// V3: a forbid is honoured whatever else is said: adding one never allows more and never shows more.
func TestV3AddingAForbidNeverAllowsMore(t *testing.T) {
	t.Parallel()
	laws, own := policies(t, DefaultText())
	_, open := policies(t, permitAll())
	before := map[bool]*Rules{false: assemble("", slices.Concat(laws, own)), true: assemble("", slices.Concat(laws, open))}
	rapid.Check(t, func(rt *rapid.T) {
		worst := rapid.Bool().Draw(rt, "worst")
		set := own
		if worst {
			set = open
		}
		added, err := read(drawForbid(rt))
		require.NoError(rt, err)
		after := assemble("", slices.Concat(laws, set, added))
		for range 50 {
			q := question{
				role: rapid.SampledFrom(Roles()).Draw(rt, "role"), action: rapid.SampledFrom(core.Actions()).Draw(rt, "action"),
				class: rapid.SampledFrom(core.Classes()).Draw(rt, "class"), kind: rapid.SampledFrom([]string{"", "medical", "vitals"}).Draw(rt, "kind"),
				facts: facts(rapid.Uint32Range(0, 1<<inputs-1).Draw(rt, "facts")),
			}.whole()
			was, is := q.put(before[worst]), q.put(after)
			require.False(rt, is.Allowed && !was.Allowed)
			require.False(rt, is.Allowed && rank(is.View) < rank(was.View))
		}
	})
}

func drawForbid(rt *rapid.T) string {
	scope := func(name, kind string, ids []string) string {
		if rapid.Bool().Draw(rt, name+" named") {
			return fmt.Sprintf("%s == %s::%q", name, kind, rapid.SampledFrom(ids).Draw(rt, name))
		}
		return name
	}
	var when []string
	for _, f := range rapid.SliceOfN(rapid.SampledFrom(factNames()), 1, 3).Draw(rt, "when") {
		when = append(when, "context."+f)
	}
	above := ""
	if rapid.Bool().Draw(rt, "ceiling") {
		above = fmt.Sprintf("@above(%q) ", rapid.SampledFrom(Views()).Draw(rt, "above"))
	}
	return fmt.Sprintf(`@id("added") %sforbid (%s, %s, %s) when { %s };`, above, scope("principal", roleType, Roles()),
		scope("action", actionType, words(core.Actions())), scope("resource", classType, words(core.Classes())),
		strings.Join(when, rapid.SampledFrom([]string{" && ", " || "}).Draw(rt, "joined")))
}

func TestAModelMayLessThanItsPerson(t *testing.T) {
	t.Parallel()
	r := parse(t, DefaultText())
	mine := core.Facts{Own: true, Verified: true, Signed: true}
	pressed := mine
	pressed.Button = true
	visitor := core.Actor{Kind: core.Patient, ID: uuid.New(), Agent: []string{
		"read appointments", "create appointments", "void appointments", "read records", "create visit_reason", "read payments", "create payments", "read audit",
		"aggregate contacts",
	}}
	for _, c := range []struct {
		action core.Action
		class  core.Class
		words  bool
		button bool
	}{
		{core.Read, core.Appointments, true, true},
		{core.Create, core.Appointments, true, true},
		{core.Update, core.Appointments, false, false}, // not in its list
		{core.Aggregate, core.Contacts, false, false},  // in its list, and not the person's right
		{core.Void, core.Appointments, false, true},
		{core.Read, core.Records, false, true},
		{core.Create, core.VisitReason, false, true},
		{core.Read, core.Payments, false, true},
		{core.Create, core.Payments, false, true},
		{core.Read, core.AuditLog, false, false},
	} {
		require.Equal(t, c.words, r.Decide(visitor, core.Ask{Action: c.action, Class: c.class, Facts: mine}).Allowed, "%s %s in words", c.action, c.class)
		require.Equal(t, c.button, r.Decide(visitor, core.Ask{Action: c.action, Class: c.class, Facts: pressed}).Allowed, "%s %s by a button", c.action, c.class)
	}
	visitor.Agent = []string{}
	require.False(t, r.Decide(visitor, core.Ask{Action: core.Read, Class: core.Appointments, Facts: mine}).Allowed, "an empty list is nothing")
	visitor.Agent = nil
	require.True(t, r.Decide(visitor, core.Ask{Action: core.Read, Class: core.Records, Facts: mine}).Allowed, "the person themself")
}

func TestAnIntegrationHasWhatItsContractNames(t *testing.T) {
	t.Parallel()
	r := parse(t, DefaultText())
	may := func(terms string, class core.Class, kind string) bool {
		who := core.Actor{Kind: core.Service, ID: uuid.New(), Role: terms}
		return r.Decide(who, core.Ask{Action: core.Create, Class: class, Facts: core.Facts{Kind: kind}}).Allowed
	}
	require.True(t, may("appointments results", core.Results, ""))
	require.True(t, may("records:vitals,contacts", core.Records, "vitals"))
	require.False(t, may("records:vitals,contacts", core.Records, ""))
	require.False(t, may("records", core.Results, ""))
	require.False(t, may("", core.Results, ""))
	require.False(t, may("prescriptions settings policies", core.Policies, ""), "a contract gives nothing that the matrix does not")
}

// A foreign object and a missing one answer alike.
func TestWhatIsAnothersAnswersAsWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	r := parse(t, DefaultText())
	_, err := Object(core.Actor{Kind: core.Patient, Rules: r}, core.Ask{Action: core.Read, Class: core.Appointments})
	require.Equal(t, core.Refuse(core.NotFound, "not_found"), err)
	_, err = Object(core.Actor{Kind: core.Patient, Rules: r}, core.Ask{Action: core.Read, Class: core.Appointments, Facts: core.Facts{Own: true}})
	require.NoError(t, err)
}

func TestDenialsAreTold(t *testing.T) {
	t.Parallel()
	var told []string
	r := parse(t, DefaultText()).as(1, Watch{Denied: func(role string, ask core.Ask) {
		told = append(told, role+" "+string(ask.Action)+" "+string(ask.Class))
	}})
	_, err := Require(staffOf("admin", r), core.Ask{Action: core.Read, Class: core.Prescriptions})
	require.Error(t, err)
	_, err = Require(staffOf("admin", r), core.Ask{Action: core.Read, Class: core.Contacts, Facts: core.Facts{Branch: true}})
	require.NoError(t, err)
	require.Equal(t, []string{"admin read prescriptions"}, told)
}
