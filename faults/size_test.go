//go:build !faults

package faults_test

// How much is tried in an ordinary run.
const (
	historyRuns   = 8
	historySteps  = 20
	longDrills    = false
	sealedRows    = 4_000
	policySeconds = 5
)
