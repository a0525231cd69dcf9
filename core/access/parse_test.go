package access

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestASetThatIsNotSoundIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	fine := `@id("fine") @view("full") permit (principal == Role::"head", action, resource);` + "\n"
	var many strings.Builder
	for i := range MaxPolicies + 1 {
		many.WriteString(strings.Replace(fine, "fine", fmt.Sprint("fine-", i), 1))
	}
	for _, c := range []struct{ name, text, why string }{
		{"not Cedar", fine + "\npermit (principal, action resource);", "line 3: not Cedar"},
		{"cut off", fine + `@id("cut") permit (principal`, "line 2: not Cedar"},
		{"no name", fine + `@view("full") permit (principal == Role::"head", action, resource);`, "line 2: every policy has a name"},
		{"odd name", fine + `@id("Голова") @view("full") permit (principal == Role::"head", action, resource);`, "every policy has a name"},
		{"same name", fine + fine, "line 2, fine: another policy of the set has the same name"},
		{"a law's name", fine + `@id("never-admin-clinical") @view("full") permit (principal == Role::"admin", action, resource);`, "line 2, never-admin-clinical: this name is a compiled-in policy's"},
		{"a law undone", `@id("never-alone") forbid (principal, action, resource) when { false };`, "compiled-in policies cannot be replaced"},
		{"too many", many.String(), "101 policies; at most 100 are allowed"},
		{"no view", `@id("blind") permit (principal == Role::"head", action, resource);`, "line 1, blind: a permit says how much is seen"},
		{"unknown view", `@id("blind") @view("some") permit (principal == Role::"head", action, resource);`, "one of full, masked"},
		{"above on a permit", `@id("odd") @above("min") @view("min") permit (principal == Role::"head", action, resource);`, "@above is for forbids"},
		{"view on a forbid", `@id("odd") @view("min") forbid (principal == Role::"head", action, resource);`, "@view is for permits"},
		{"unknown annotation", `@id("odd") @view("min") @note("x") permit (principal == Role::"head", action, resource);`, "@note is not known"},
		{"everybody", `@id("odd") @view("min") permit (principal, action, resource);`, "a permit is for one role"},
		{"unknown role", `@id("odd") @view("min") permit (principal == Role::"boss", action, resource);`, `Role::"boss" is not known`},
		{"one person", `@id("odd") @view("min") permit (principal == User::"anna", action, resource);`, `User::"anna" is not known`},
		{"unknown action", `@id("odd") @view("min") permit (principal == Role::"head", action in [Action::"read", Action::"delete"], resource);`, `Action::"delete" is not known`},
		{"unknown class", `@id("odd") @view("min") permit (principal == Role::"head", action, resource) when { resource == Class::"wages" };`, `Class::"wages" is not known`},
		{"unknown fact", `@id("odd") @view("min") permit (principal == Role::"head", action, resource) when { context.carre };`, "carre"},
		{"wrong type", `@id("odd") @view("min") permit (principal == Role::"head", action, resource) when { context.kind };`, "odd: "},
		{"too long", strings.Repeat("// much ado\n", maxText/10), "bytes; at most"},
	} {
		_, err := Parse(c.text)
		require.NotNil(t, asProblem(err), c.name)
		require.ErrorContains(t, err, c.why, c.name)
		require.NotContains(t, err.Error(), "\n", c.name)
	}
	_, err := Parse(fine)
	require.NoError(t, err)
	_, err = Parse("")
	require.NoError(t, err, "an empty set permits nothing, and that is sound")
}
