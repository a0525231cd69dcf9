package access

import (
	"sync/atomic"

	"github.com/zapis-clinic/zapis/core"
)

// Guard holds the policies in force and gives them to whoever enters. A nil Guard gives none, and then nothing is allowed.
type Guard struct {
	now atomic.Pointer[Rules]
}

// Default is a Guard over the policies Zapis comes with, without a database: for tests, and for programs that have none.
func Default() *Guard {
	g := &Guard{}
	if r, err := Parse(DefaultText()); err == nil { // it does: a test reads it; if it did not, nothing would be allowed
		g.now.Store(r)
	}
	return g
}

// Admit gives an actor the policies in force now. Whoever has theirs already keeps them: a request is judged by one version to its end.
func (g *Guard) Admit(who core.Actor) core.Actor {
	if g == nil || who.Rules != nil {
		return who
	}
	if r := g.now.Load(); r != nil {
		who.Rules = r
	}
	return who
}
