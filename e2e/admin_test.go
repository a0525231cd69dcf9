package e2e

import "testing"

func TestAdministrationChangesTheRulesByTwoPeople(t *testing.T) {
	t.Parallel()
	needs(t)
	tell(t, open(t), "admin.mjs")
}
