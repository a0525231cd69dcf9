package report

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
)

// random is an atom of a few or many people, in some of three counts.
func random(r *rand.Rand, month time.Time) atom {
	a := atom{month: month, doctor: uuid.New(), branch: uuid.New(), n: make([]int64, 4), fewest: 1 << 30}
	for i := 1; i < len(a.n); i++ {
		if r.IntN(3) > 0 {
			a.n[i] = 1 + r.Int64N(60)
			a.fewest = min(a.fewest, a.n[i])
			a.n[0] += a.n[i]
		}
	}
	return a
}

func TestNoSumOfFiguresIsOfFewerThanTenPeople(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 1))
		var list []atom
		var whole int64
		for range 1 + r.IntN(12) {
			a := random(r, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
			list, whole = append(list, a), whole+a.n[0]
		}
		kept, short := pool(list)
		var pooled []atom
		for _, a := range kept {
			if a.pooled {
				pooled = append(pooled, a)
				continue
			}
			assert.GreaterOrEqual(t, a.fewest, int64(least), "seed %d", seed)
		}
		for i, n := range sum(4, pooled) {
			assert.True(t, n == 0 || n >= least, "seed %d: count %d of the pool is of %d", seed, i, n)
		}
		if !short {
			assert.Equal(t, whole, sum(4, kept)[0], "seed %d: nothing is lost", seed)
		}
	}
}
