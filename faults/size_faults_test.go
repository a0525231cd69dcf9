//go:build faults

package faults_test

// How much is tried in the long drills.
const (
	historyRuns   = 70
	historySteps  = 40
	longDrills    = true
	sealedRows    = 100_000
	policySeconds = 120
)
