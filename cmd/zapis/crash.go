//go:build !faults

package main

import "github.com/zapis-clinic/zapis/jobs"

// crash is for drills; the program that clinics run has none.
func crash() jobs.Crash { return nil }
