package e2e

import "testing"

// TestAnEmptyClinicTakesItsFirstBookingWithinHalfAnHour goes the whole way of a new clinic: a migrated database, the first of the staff
// invited at the command line, and from there on the pages that people use, up to a patient who books in the site's chat.
func TestAnEmptyClinicTakesItsFirstBookingWithinHalfAnHour(t *testing.T) {
	t.Parallel()
	needs(t)
	p := build(t)
	invitation := p.run("staff", "add", "--login", "petrov", "--role", "security")
	tell(t, p.serve(), "first.mjs", "E2E_INVITE="+invitation)
}
