package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/core/access"
	"github.com/zapis-clinic/zapis/core/store"
)

// ready answers whether this replica can serve: the database answers, its schema is there, and so is the queue.
func (s *server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	err := s.talks.DB.InTx(ctx, core.Sys("health"), func(tx *store.Tx) error {
		if _, err := tx.ClinicVersion(ctx); err != nil {
			return err
		}
		var jobs int
		return tx.QueryRow(ctx, "SELECT count(*) FROM (SELECT FROM river.river_job LIMIT 1) j").Scan(&jobs)
	})
	if err != nil {
		s.log.WarnContext(ctx, "not ready", "error", err)
		w.Header().Set("Retry-After", "5")
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

// metrics exposes the process and what waits in the database.
func (s *server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	waiting := prometheus.NewDesc("zapis_waiting", "Rows that wait to be worked on.", []string{"what"}, nil)
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &backlog{server: s, rows: waiting}, newTraffic(s.gate), judged{s.talks.Guard})
	if s.model != nil {
		registry.MustRegister(s.model)
	}
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// judged counts what the policies answered: no; no, for a policy could not be evaluated; and the sets that were not let in. The last two
// are for somebody to look at.
type judged struct{ guard *access.Guard }

func (judged) desc() *prometheus.Desc {
	return prometheus.NewDesc("zapis_policy_total", "Questions that the policies denied, policies that could not be evaluated, sets refused.", []string{"what"}, nil)
}

// Describe implements prometheus.Collector.
func (j judged) Describe(out chan<- *prometheus.Desc) { out <- j.desc() }

// Collect implements prometheus.Collector.
func (j judged) Collect(out chan<- prometheus.Metric) {
	t := j.guard.Tally()
	for what, n := range map[string]int64{"denied": t.Denied, "broken": t.Broken, "refused": t.Refused} {
		out <- prometheus.MustNewConstMetric(j.desc(), prometheus.CounterValue, float64(n), what)
	}
}

// backlog counts what waits, when it is asked.
type backlog struct {
	server *server
	rows   *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (b *backlog) Describe(out chan<- *prometheus.Desc) { out <- b.rows }

// Collect implements prometheus.Collector.
func (b *backlog) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	counts := map[string]string{
		"inbound":      "SELECT count(*) FROM inbound WHERE state = 'new'",
		"dead_letters": "SELECT count(*) FROM task WHERE kind = 'dead_letter' AND state = 'open'",
		"outbox":       "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')",
		"unknown":      "SELECT count(*) FROM task WHERE kind = 'unknown_delivery' AND state = 'open'",
		"reminders":    "SELECT count(*) FROM reminder WHERE state = 'due' AND due_at < now()",
	}
	err := b.server.talks.DB.InTx(ctx, core.Sys("metrics"), func(tx *store.Tx) error {
		for what, sql := range counts {
			var n int64
			if err := tx.QueryRow(ctx, sql).Scan(&n); err != nil {
				return fmt.Errorf("count %s: %w", what, err)
			}
			out <- prometheus.MustNewConstMetric(b.rows, prometheus.GaugeValue, float64(n), what)
		}
		return nil
	})
	if err != nil {
		b.server.log.WarnContext(ctx, "backlog not counted", "error", err)
	}
}
