package e2e

import "testing"

func TestAHostileTableIsBroughtCorrectedReportedAndUndone(t *testing.T) {
	t.Parallel()
	needs(t)
	tell(t, open(t), "import.mjs")
}
