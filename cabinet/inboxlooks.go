package cabinet

import (
	"sync"
	"time"

	"github.com/google/uuid"
)

// lookFor is how long an opened conversation counts as one look: a page that is kept up to date reads it anew with every word.
const lookFor = 10 * time.Minute

// mostLooks bounds what a replica remembers; forgetting one puts it on record twice, which is no harm.
const mostLooks = 2000

// looks remembers who has which conversation open.
type looks struct {
	mu   sync.Mutex
	last map[[2]uuid.UUID]time.Time
}

// again says that the look is on record already.
func (l *looks) again(who, chat uuid.UUID, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, ok := l.last[[2]uuid.UUID{who, chat}]
	return ok && now.Sub(at) < lookFor
}

// seen notes a look that is on record now.
func (l *looks) seen(who, chat uuid.UUID, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil || len(l.last) >= mostLooks {
		l.last = map[[2]uuid.UUID]time.Time{}
	}
	if at, ok := l.last[[2]uuid.UUID{who, chat}]; !ok || now.Sub(at) >= lookFor {
		l.last[[2]uuid.UUID{who, chat}] = now
	}
}
