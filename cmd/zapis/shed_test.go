package main

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zapis-clinic/zapis/bots/botstest"
)

// The drill: ten times as many pages at once as there is room for, for a few seconds.
const (
	drillRoom = 32
	drillFor  = 4 * time.Second
	rush      = 10 * drillRoom / 2
)

// times of one kind of request, and how many were not answered as they should.
type times struct {
	mu   sync.Mutex
	took []time.Duration
	bad  int
}

func (x *times) add(began time.Time, good bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.took = append(x.took, time.Since(began))
	if !good {
		x.bad++
	}
}

func (x *times) p99() time.Duration {
	slices.Sort(x.took)
	return x.took[len(x.took)*99/100]
}

func TestUnderTenTimesTheLoadMessagesAndHealthAreAnswered(t *testing.T) { //nolint:paralleltest // it measures time
	x := newWalk(t, drillRoom)
	end := time.Now().Add(drillFor)
	crowd := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: rush}}
	few := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	var pages, hooks, health times
	var all sync.WaitGroup
	for range rush {
		all.Go(func() {
			for time.Now().Before(end) {
				began := time.Now()
				got := x.ask(crowd, http.MethodGet, "/demo/state", "")
				pages.add(began, got.status == http.StatusOK)
				if got.status == http.StatusServiceUnavailable && got.header.Get("Retry-After") == "" {
					t.Error("refused without a word on when to come again")
				}
			}
		})
	}
	all.Go(func() {
		for id := 100; time.Now().Before(end); id++ {
			began := time.Now()
			hooks.add(began, x.ask(few, http.MethodPost, webhookPath, update(id, "привет"), secretHeader, webhookSecret(botstest.FakeToken)).status == http.StatusOK)
		}
	})
	all.Go(func() {
		for time.Now().Before(end) {
			began := time.Now()
			health.add(began, x.ask(few, http.MethodGet, "/healthz", "").status == http.StatusOK)
		}
	})
	all.Wait()
	t.Logf("%d pages, of which %d refused; %d webhooks, p99 %s; %d looks at health, p99 %s",
		len(pages.took), pages.bad, len(hooks.took), hooks.p99(), len(health.took), health.p99())
	require.Zero(t, hooks.bad, "every message is taken")
	require.Zero(t, health.bad)
	require.Positive(t, pages.bad, "pages are refused")
	require.Less(t, pages.bad, len(pages.took), "and some are served")
	require.Less(t, hooks.p99(), 2*time.Second)
	require.Less(t, health.p99(), time.Second)
	metrics := x.ask(few, http.MethodGet, "/metrics", "").body
	require.Contains(t, metrics, `zapis_requests_shed_total{kind="pages"}`)
	require.NotContains(t, metrics, `zapis_requests_shed_total{kind="pages"} 0`)
	require.Contains(t, metrics, `zapis_requests_shed_total{kind="webhook"} 0`)
}
