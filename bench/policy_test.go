package bench_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
)

const decisionRounds = 4

// BenchmarkDecision asks the default policies every cell of the matrix, several times over, and beside it the emptiest question there is,
// which a map answers: the control.
func BenchmarkDecision(b *testing.B) {
	cells, err := access.Cells()
	require.NoError(b, err)
	guard := access.Default()
	type place struct {
		role   string
		class  core.Class
		action core.Action
	}
	weighed := map[place]bool{} // where some policy permits something: elsewhere nothing need be weighed
	for _, c := range cells {
		weighed[place{c.Role, c.Class, c.Action}] = weighed[place{c.Role, c.Class, c.Action}] || c.Expected.Allowed
	}
	var all, deciding, control []float64
	for range decisionRounds {
		for _, c := range cells {
			who, ask := guard.Admit(c.Actor([16]byte{1}, nil)), c.Ask()
			began := time.Now()
			v := who.Rules.Decide(who, ask)
			took := micros(began)
			require.Equal(b, c.Expected.Allowed, v.Allowed)
			all = append(all, took)
			if weighed[place{c.Role, c.Class, c.Action}] {
				deciding = append(deciding, took)
			}
			began = time.Now()
			who.Rules.Decide(core.Actor{Kind: core.Staff, Role: "nobody"}, ask)
			control = append(control, micros(began))
		}
	}
	for _, x := range []struct {
		name string
		list []float64
	}{{"", deciding}, {"any-", all}, {"control-", control}} {
		sorted := slices.Sorted(slices.Values(x.list))
		b.ReportMetric(sorted[len(sorted)/2], x.name+"p50-µs")
		b.ReportMetric(sorted[len(sorted)*99/100], x.name+"p99-µs")
	}
	b.ReportMetric(0, "ns/op")
}

func micros(since time.Time) float64 { return float64(time.Since(since).Nanoseconds()) / 1000 }
