package llm

import (
	"context"
	"sync"
	"time"

	"github.com/zapis-clinic/zapis/core"
)

// leaveFor is how long the registry's word is kept: whoever is taken out of it gets nothing from then on.
const leaveFor = 10 * time.Second

// Remembered asks the registry at most every few seconds. An error is not remembered, and is no leave.
func Remembered(clock core.Clock, ask func(ctx context.Context) (Leave, error)) func(ctx context.Context) (Leave, error) {
	var (
		mu    sync.Mutex
		leave Leave
		until time.Time
	)
	return func(ctx context.Context) (Leave, error) {
		mu.Lock()
		defer mu.Unlock()
		now := clock()
		if now.Before(until) {
			return leave, nil
		}
		fresh, err := ask(ctx)
		if err != nil {
			return Leave{}, err
		}
		leave, until = fresh, now.Add(leaveFor)
		return leave, nil
	}
}
