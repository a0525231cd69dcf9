package e2e

import "testing"

// TestEveryPageIsLightAccessibleAndFitsAPhone looks at the pages of each role.
func TestEveryPageIsLightAccessibleAndFitsAPhone(t *testing.T) {
	t.Parallel()
	needs(t)
	s := open(t)
	for _, role := range []string{"patient", "admin", "doctor", "head", "cashier", "marketing", "director", "security"} {
		tell(t, s, "pages.mjs", "E2E_ROLE="+role)
	}
}
