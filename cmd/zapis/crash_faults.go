//go:build faults

package main

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/zapis-clinic/zapis/jobs"
)

// crash ends the process the hard way at the point that ZAPIS_CRASH names, "point" or "point:n" for the n-th time it is passed.
func crash() jobs.Crash {
	point, nth, _ := strings.Cut(os.Getenv("ZAPIS_CRASH"), ":")
	if point == "" {
		return nil
	}
	n, err := strconv.ParseInt(nth, 10, 64)
	if err != nil {
		n = 1
	}
	var passed atomic.Int64
	return func(at string) {
		if at == point && passed.Add(1) == n {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // nothing more happens here
		}
	}
}
