package llm

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Prices are of a million tokens, in whichever money the clinic counts.
type Prices struct{ In, Out float64 }

// million tokens is what prices are of.
const million = 1e6

// meter counts calls: by what for and how they ended, never by whom or with which words.
type meter struct {
	prices  Prices
	calls   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	tokens  *prometheus.CounterVec
	cost    *prometheus.CounterVec
	breaker *prometheus.Desc
}

func newMeter(p Prices) *meter {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	return &meter{
		prices: p,
		calls:  counter("zapis_llm_calls_total", "Calls of a model, by what for and how they ended.", "purpose", "outcome"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "zapis_llm_seconds", Help: "How long calls of a model took.", Buckets: []float64{0.1, 0.25, 0.5, 1, 2, 3, 4, 8, 16, 32},
		}, []string{"purpose"}),
		tokens:  counter("zapis_llm_tokens_total", "Tokens that calls of a model used.", "purpose", "direction"),
		cost:    counter("zapis_llm_cost_total", "What they cost, at the prices of the settings.", "purpose"),
		breaker: prometheus.NewDesc("zapis_llm_breaker", "Whether the model is asked: 0 yes, 1 one call to look, 2 no.", nil, nil),
	}
}

func (m *meter) note(p Purpose, f *Error, took time.Duration, t Tokens) {
	outcome := "ok"
	if f != nil {
		outcome = string(f.Kind)
	}
	m.calls.WithLabelValues(string(p), outcome).Inc()
	if took > 0 {
		m.seconds.WithLabelValues(string(p)).Observe(took.Seconds())
	}
	m.tokens.WithLabelValues(string(p), "in").Add(float64(t.In))
	m.tokens.WithLabelValues(string(p), "out").Add(float64(t.Out))
	if m.prices != (Prices{}) {
		m.cost.WithLabelValues(string(p)).Add((float64(t.In)*m.prices.In + float64(t.Out)*m.prices.Out) / million)
	}
}

// Describe implements prometheus.Collector.
func (c *Client) Describe(out chan<- *prometheus.Desc) {
	for _, v := range []prometheus.Collector{c.meter.calls, c.meter.seconds, c.meter.tokens, c.meter.cost} {
		v.Describe(out)
	}
	out <- c.meter.breaker
}

// Collect implements prometheus.Collector.
func (c *Client) Collect(out chan<- prometheus.Metric) {
	for _, v := range []prometheus.Collector{c.meter.calls, c.meter.seconds, c.meter.tokens, c.meter.cost} {
		v.Collect(out)
	}
	out <- prometheus.MustNewConstMetric(c.meter.breaker, prometheus.GaugeValue, float64(c.breaker.state()))
}
