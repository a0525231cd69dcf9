package faults_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/visit"
)

// One person asks for everything at once, past the chat that would have them wait: they hold one time, and never more than two.
func TestV25OnePersonNeverHoldsMoreThanTwoTimes(t *testing.T) {
	t.Parallel()
	g := newGround(t, 16)
	p := g.people(1)[0]
	desk := g.desk()
	var wishes []visit.Wish
	for _, d := range g.book.Current().Doctors {
		for _, slot := range g.free(d, beginning().AddDate(0, 0, 2), beginning().AddDate(0, 0, 4)) {
			wishes = append(wishes, visit.Wish{Slot: slot, Service: g.service(d).ID, Holder: p.chat, Source: "api"})
		}
	}
	require.Greater(t, len(wishes), 8)
	most := 0
	var seen sync.Mutex
	o := race(64, func(i int) error {
		_, err := desk.Hold(t.Context(), p.actor(), wishes[(i*37)%len(wishes)])
		held := ask[int](g, "SELECT count(*) FROM visit WHERE holder_id = $1 AND status = 'held'", p.chat)
		seen.Lock()
		most = max(most, held)
		seen.Unlock()
		return err
	}, func(err error) bool { return core.Refusal(err) != nil })
	require.Empty(t, o.others)
	require.LessOrEqual(t, most, 2)
	g.noDeadlocks()
	g.check()
}
