package e2e

import "testing"

// TestEveryPageIsLightAccessibleAndFitsAPhone looks at the pages of each role.
func TestEveryPageIsLightAccessibleAndFitsAPhone(t *testing.T) {
	t.Parallel()
	needs(t)
	s := open(t)
	tell(t, s, "pages.mjs", "E2E_ROLE=patient")
	for _, role := range []string{"admin", "doctor", "head", "cashier", "marketing", "director", "security"} {
		t.Run(role, func(t *testing.T) {
			tell(t, s, "pages.mjs", "E2E_ROLE="+role)
		})
	}
}
