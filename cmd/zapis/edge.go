package main

import (
	"log/slog"
	"net/http"
	"net/netip"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/zapis-clinic/zapis/core"
	"github.com/zapis-clinic/zapis/jobs/edge"
)

// trusted are the proxies of the settings: networks, or single addresses.
func (c config) trusted() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range c.Proxies {
		text = strings.TrimSpace(text)
		prefix, err := netip.ParsePrefix(text)
		if addr, bad := netip.ParseAddr(text); bad == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, wrong("ZAPIS_TRUSTED_PROXIES", "expected addresses or networks of your proxies, for example 10.0.0.0/8,127.0.0.1")
		}
		out = append(out, prefix.Masked())
	}
	return out, nil
}

// web is the server with its limits; what it logs by itself goes the way of every other line.
func (s *server) web(handler http.Handler) (*http.Server, error) {
	trusted, err := s.config.trusted()
	if err != nil {
		return nil, err
	}
	short, err := edge.Compress(handler)
	if err != nil {
		return nil, err
	}
	outer := edge.Config{Trusted: trusted, HTTPS: strings.HasPrefix(s.config.PublicURL, "https://"), IDs: s.talks.IDs, Log: s.log}
	return &http.Server{
		Handler: edge.Wrap(outer, short), ReadHeaderTimeout: edge.HeaderTimeout, ReadTimeout: edge.ReadTimeout, WriteTimeout: edge.WriteTimeout,
		IdleTimeout: edge.IdleTimeout, MaxHeaderBytes: edge.MaxHeader, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}, nil
}

// private keeps an address for this machine, the trusted and the token's bearer.
func (s *server) private(h http.Handler) http.Handler {
	trusted, _ := s.config.trusted() // checked when the settings were read
	return edge.Private(trusted, core.Hide(s.config.MetricsToken))(h)
}

// traffic tells how busy the web is.
type traffic struct {
	gate            *edge.Gate
	inside, refused *prometheus.Desc
}

func newTraffic(gate *edge.Gate) *traffic {
	return &traffic{
		gate:    gate,
		inside:  prometheus.NewDesc("zapis_requests", "Requests being served.", []string{"kind"}, nil),
		refused: prometheus.NewDesc("zapis_requests_shed_total", "Requests refused at once for lack of room.", []string{"kind"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (l *traffic) Describe(out chan<- *prometheus.Desc) { out <- l.inside; out <- l.refused }

// Collect implements prometheus.Collector.
func (l *traffic) Collect(out chan<- prometheus.Metric) {
	for _, kind := range edge.Kinds() {
		now, refused := l.gate.Load(kind)
		out <- prometheus.MustNewConstMetric(l.inside, prometheus.GaugeValue, float64(now), string(kind))
		out <- prometheus.MustNewConstMetric(l.refused, prometheus.CounterValue, float64(refused), string(kind))
	}
}
