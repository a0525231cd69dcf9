package bench_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/clinic"
	"github.com/zapis-clinic/zapis/core/demo"
	"github.com/zapis-clinic/zapis/core/schedule"
	"github.com/zapis-clinic/zapis/core/store"
	"github.com/zapis-clinic/zapis/core/store/db"
)

const (
	searches      = 4000
	searchedTimes = 12
)

// BenchmarkNearest looks for the nearest free times of a speciality over all branches and the whole horizon, on the small clinic
// and on the measured one by turns, and beside each search asks the database the same question without the program's part.
func BenchmarkNearest(b *testing.B) {
	sizes := []demo.Size{demo.Small, benchSize()}
	searchers := make([]*searcher, len(sizes))
	for i, size := range sizes {
		o := open(b, seed(size), 2)
		searchers[i] = &searcher{opened: o, free: schedule.Free{In: o.DB, Book: o.book, Clock: time.Now}, dice: rand.New(rand.NewPCG(3, 4))}
		for range 200 { // connections, plans and pages
			require.NoError(b, searchers[i].search(b.Context()))
		}
		searchers[i].whole, searchers[i].query = nil, nil
	}
	for range searches {
		for _, s := range searchers {
			require.NoError(b, s.search(b.Context()))
		}
	}
	small, large := searchers[0], searchers[1]
	require.Zero(b, small.empty+large.empty, "searches that found nothing")
	for i, q := range []float64{0.5, 0.99} {
		name := []string{"p50", "p99"}[i]
		b.ReportMetric(quantile(large.whole, q), name+"-ms")
		b.ReportMetric(quantile(small.whole, q), "small-"+name+"-ms")
		b.ReportMetric(quantile(large.whole, q)/quantile(small.whole, q), name+"-to-small")
		b.ReportMetric(quantile(large.query, q), "query-alone-"+name+"-ms")
		b.ReportMetric(quantile(small.query, q), "small-query-alone-"+name+"-ms")
	}
	b.ReportMetric(0, "ns/op")
}

// searcher is somebody who looks for a time at one clinic, and how long each search took: whole, and its query alone.
type searcher struct {
	opened
	free  schedule.Free
	dice  *rand.Rand
	whole []time.Duration
	query []time.Duration
	empty int
}

func (s *searcher) search(ctx context.Context) error {
	c := s.book.Current()
	kinds := c.Bookable()
	kind := kinds[s.dice.IntN(len(kinds))]
	service := c.ServicesOf(kind.Code, uuid.Nil)[0]
	began := time.Now()
	slots, err := s.free.Nearest(ctx, core.Sys("bench"), schedule.Ask{Specialty: kind.Code, Service: service.ID, Limit: searchedTimes})
	s.whole = append(s.whole, time.Since(began))
	if err != nil {
		return err
	}
	if len(slots) < searchedTimes {
		s.empty++
	}
	params := bareQuestion(c, kind.Code, service)
	began = time.Now()
	err = s.InTx(ctx, core.Sys("bench"), func(tx *store.Tx) error {
		_, err := tx.DaysNearest(ctx, params)
		return err
	})
	s.query = append(s.query, time.Since(began))
	return err
}

func bareQuestion(c *clinic.Catalog, specialty string, service clinic.Service) db.DaysNearestParams {
	today := time.Now().UTC().Truncate(24 * time.Hour)
	p := db.DaysNearestParams{FromDay: today.AddDate(0, 0, -1), ToDay: today.AddDate(0, 0, 62), Days: 3, Minutes: int32(service.Duration / time.Minute)}
	for _, d := range c.DoctorsOf(specialty, uuid.Nil) {
		if _, performs := d.Services[service.ID]; performs {
			p.Practitioners = append(p.Practitioners, d.ID)
		}
	}
	for _, branch := range c.Branches {
		p.Branches = append(p.Branches, branch.ID)
	}
	return p
}
